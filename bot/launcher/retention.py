"""Conversations go once they need not be kept any longer.

What was said is a log of handling business data and stays six months, 《中国人民银行业务领域数据安全
管理办法》（中国人民银行令〔2025〕第3号）第三十条; then no longer than needed. Complaints are not
touched: they live in the journal and the case store.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.transcript import Transcript
from bot.channels.web.session_store import SessionStore
from bot.channels.wechat.customers import forget_followers
from bot.errors import StorageError
from bot.storage.engine import transaction

_EVENTS = sa.table("events", sa.column("id"), sa.column("timestamp"))
"""Rasa's table (rasa/core/tracker_store.py, SQLTrackerStore.SQLEvent); seconds since the epoch."""


def purge_conversations(channel: Engine, tracker: Engine, before: datetime) -> int:
    """Deletes messages, tracker events and renewals of sessions from before a moment, and followers
    on WeChat who were not heard of since; how many messages and events. Raises StorageError."""
    forget_followers(channel, before)
    SessionStore(channel).purge(before)
    return Transcript(channel).purge(before) + _purge_tracker(tracker, before)


def _purge_tracker(engine: Engine, before: datetime) -> int:
    old = _EVENTS.delete().where(_EVENTS.c.timestamp < before.timestamp())
    with transaction(engine, StorageError) as tx:
        if not sa.inspect(tx).has_table("events"):
            return 0  # Rasa has not been started yet
        return int(tx.execute(old).rowcount)
