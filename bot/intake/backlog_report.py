"""Tells the case store what waits here, so that staff can see it (promise: no silence)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.intake.case_store import CaseStore
from bot.intake.outbox import PARKED, Outbox, Waiting, together

EVERY = timedelta(seconds=15)
MOST_ITEMS = 100
"""The contract takes no more; the counts are of all."""


class BacklogReport:
    """Sends the backlog when it has changed, else every 15 seconds."""

    def __init__(self, case_store: CaseStore, outboxes: Sequence[Outbox]) -> None:
        self._case_store = case_store
        self._outboxes = outboxes
        self._sent: dict[str, Any] | None = None
        self._sent_at: datetime | None = None

    def send_if_needed(self, now: datetime) -> None:
        """Raises BotError; the attempt counts, so that a failure is not repeated at once."""
        backlog = together(outbox.backlog(now) for outbox in self._outboxes)
        waiting = [item for outbox in self._outboxes for item in outbox.waiting(MOST_ITEMS)]
        waiting.sort(key=lambda item: (item.status != PARKED, item.since))
        body = {
            "pending": backlog.pending,
            "parked": backlog.parked,
            "items": [_item(item) for item in waiting[:MOST_ITEMS]],
        }
        # Without its sign: a clock that was set back keeps no report waiting.
        is_fresh = self._sent_at is not None and abs(now - self._sent_at) < EVERY
        if body == self._sent and is_fresh:
            return
        self._sent, self._sent_at = body, now
        self._case_store.report({**body, "oldest_seconds": int(backlog.oldest_age.total_seconds())})


def _item(item: Waiting) -> dict[str, Any]:
    return {
        "reference": item.reference,
        "kind": item.kind,
        "status": item.status,
        "attempts": item.attempts,
        "waiting_since": item.since.isoformat(),
        "last_error": item.last_error,
    }
