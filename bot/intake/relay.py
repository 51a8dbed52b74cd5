"""Delivers journaled complaints to the case store: at least once, to an idempotent receiver."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.errors import BotError, Permanent, Retryable, StorageError
from bot.intake.case_store import CaseStore
from bot.intake.journal import Entry, Journal

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
IDLE_SECONDS = 0.5


def wait_before_retry(attempts: int, jitter: float) -> timedelta:
    """Time until the next attempt; `jitter` in [-1, 1] spreads it by 20 %. Never gives up."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 20)
    return min(doubled, LONGEST_WAIT) * (1 + 0.2 * jitter)


class Relay:
    """One delivery loop; several may run on one journal."""

    def __init__(
        self,
        journal: Journal,
        case_store: CaseStore,
        owner: str,
        *,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        on_delivered: Callable[[Entry, dict[str, Any]], None],
    ) -> None:
        self._journal = journal
        self._case_store = case_store
        self._owner = owner
        self._now = now
        self._jitter = jitter
        self._on_delivered = on_delivered

    def deliver_next(self) -> bool:
        """Delivers one due entry; False when nothing is due."""
        entry = self._journal.claim(self._owner, self._now(), LEASE)
        if entry is None:
            return False
        try:
            answer = self._case_store.file(entry.payload)
        except Permanent as exc:
            logger.error("parked %s: %s", entry.reference, exc.message)
            self._journal.parked(entry, exc.message)
        except Retryable as exc:
            self._postpone(entry, exc)
        else:
            # The notice is stored once however often it is repeated, so it goes first: killed
            # between the two lines, the relay delivers again and nothing is lost or doubled.
            self._tell_customer(entry, answer)
            self._journal.delivered(entry, self._now())
            logger.info("delivered %s after %d attempts", entry.reference, entry.attempts)
        return True

    def _postpone(self, entry: Entry, error: Retryable) -> None:
        wait = wait_before_retry(entry.attempts, self._jitter())
        self._journal.postponed(entry, self._now() + wait, error.message)
        logger.warning("postponed %s by %s: %s", entry.reference, wait, error.message)

    def _tell_customer(self, entry: Entry, answer: dict[str, Any]) -> None:
        try:
            self._on_delivered(entry, answer)
        except BotError as exc:
            # The case is filed; a notice that cannot be shown must not deliver it again.
            logger.error("notice for %s not stored: %s", entry.reference, exc)

    def run(self, wait: Callable[[float], bool]) -> None:
        """Delivers until `wait(seconds)` returns True (the signal to stop)."""
        while not wait(0 if self._deliver_safely() else IDLE_SECONDS):
            pass

    def _deliver_safely(self) -> bool:
        try:
            return self.deliver_next()
        except StorageError as exc:
            # Also an entry no key opens: its lease keeps it out of the way of the others.
            logger.error("journal unavailable: %s", exc.__cause__.__class__.__name__)
            return False
