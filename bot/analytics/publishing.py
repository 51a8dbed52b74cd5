"""Takes facts from the outbox to whoever counts them: at least once, and counted once by their ids."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from bot.analytics.fact import Fact
from bot.analytics.outbox import FactOutbox, Waiting
from bot.analytics.patience import pause_after
from bot.analytics.store import Facts
from bot.errors import BotError

BATCH = 500
BATCHES = 20
"""Batches of one run; what is left waits for the next, a second later."""


class Broker(Protocol):
    """Port of what carries facts to the analytics store."""

    def publish(self, facts: Sequence[Fact]) -> None:
        """Hands facts over; they are safe when it returns. Raises BotError: nothing is lost then,
        all of them come again. Takes at most half of `bot.analytics.outbox.LEASE`."""

    def close(self) -> None:
        """Lets go of connections."""


class DirectBroker:
    """No broker at all: the store is at hand."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def publish(self, facts: Sequence[Fact]) -> None:
        self._facts.add(facts)

    def close(self) -> None:
        """Has nothing to let go of."""


class Publisher:
    """Empties the outbox, batch by batch. A broker that fails is left alone for a while."""

    def __init__(self, outbox: FactOutbox, broker: Broker) -> None:
        self._outbox = outbox
        self._broker = broker
        self._failures = 0
        self._not_before: datetime | None = None

    def run(self, now: datetime) -> int:
        """Publishes what there is; how many facts. Raises BotError; the rest comes another time.

        Killed between handing over and taking away, the batch is handed over again.
        """
        if self._not_before is not None and now < self._not_before:
            return 0
        try:
            published = self._publish(now)
        except BotError:
            self._failures += 1
            self._not_before = now + timedelta(seconds=pause_after(self._failures))
            raise
        self._failures, self._not_before = 0, None
        return published

    def _publish(self, now: datetime) -> int:
        published = 0
        for _ in range(BATCHES):
            claimed = self._outbox.claim(BATCH, now)
            if not claimed:
                break
            self._hand_over(claimed)
            published += len(claimed)
        return published

    def _hand_over(self, claimed: Sequence[Waiting]) -> None:
        try:
            self._broker.publish([entry.fact for entry in claimed])
        except BotError:
            with suppress(BotError):  # the lease runs out by itself
                self._outbox.release(claimed)
            raise
        self._outbox.published(claimed)
