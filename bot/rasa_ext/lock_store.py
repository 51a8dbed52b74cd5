"""Overrides Rasa's lock store: a queued message of one sender waits milliseconds, not a second.

Rasa polls once a second (rasa/core/lock_store.py, `wait_time_in_seconds`), so the second of two
quick messages used to be answered a whole second late.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore

WAIT_SECONDS = 0.01


class PromptLockStore(InMemoryLockStore):
    """In-memory ticket locks with a short wait; right for one process per shard of senders."""

    def __init__(self, endpoint_config: Any = None) -> None:
        super().__init__()

    @asynccontextmanager
    async def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = WAIT_SECONDS,
    ) -> AsyncGenerator[TicketLock, None]:
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as lock:
            yield lock
