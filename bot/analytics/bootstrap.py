"""Puts the parts of counting together from settings."""

from __future__ import annotations

from bot.analytics.outbox import FactOutbox
from bot.analytics.store import Facts
from bot.settings import Settings
from bot.storage.engine import shared_engine


def open_facts(config: Settings) -> Facts:
    """The facts that figures are counted from; what is in there survives a power cut."""
    return Facts(shared_engine(config.database_url("analytics")))


def open_outbox(config: Settings) -> FactOutbox:
    """The facts on their way, beside the conversations."""
    return FactOutbox(shared_engine(config.database_url("tracker"), durable=False))
