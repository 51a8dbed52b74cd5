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
from bot.errors import StorageError
from bot.storage.engine import transaction

_EVENTS = sa.table("events", sa.column("id"), sa.column("timestamp"))
"""Rasa's table (rasa/core/tracker_store.py, SQLTrackerStore.SQLEvent); seconds since the epoch."""


def purge_conversations(transcript: Transcript, tracker: Engine, before: datetime) -> int:
    """Deletes messages and tracker events from before a moment; how many. Raises StorageError."""
    return transcript.purge(before) + _purge_tracker(tracker, before)


def _purge_tracker(engine: Engine, before: datetime) -> int:
    old = _EVENTS.delete().where(_EVENTS.c.timestamp < before.timestamp())
    with transaction(engine, StorageError) as tx:
        if not sa.inspect(tx).has_table("events"):
            return 0  # Rasa has not been started yet
        return int(tx.execute(old).rowcount)
