"""Puts the parts of a hand-over together from settings."""

from __future__ import annotations

from bot.handover.desk import HttpDesk
from bot.handover.feed import SqlDeskFeed
from bot.handover.store import SqlHandovers
from bot.privacy.sealing import Sealer
from bot.settings import Settings
from bot.storage.engine import shared_engine


def open_handovers(config: Settings) -> SqlHandovers:
    engine = shared_engine(config.database_url("channel"), durable=False)
    return SqlHandovers(engine, Sealer(config.seal_keys()))


def open_desk_feed(config: Settings) -> SqlDeskFeed:
    return SqlDeskFeed(shared_engine(config.database_url("channel"), durable=False))


def open_desk(config: Settings) -> HttpDesk:
    return HttpDesk(
        config.case_store_url,
        config.case_store_token.get_secret_value(),
        config.case_store_connect_timeout,
        config.case_store_read_timeout,
    )
