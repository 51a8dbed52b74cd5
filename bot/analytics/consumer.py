"""Takes facts from a broker into the analytics database: stored first, acknowledged afterwards.

Killed in between, the broker delivers them again and their ids keep them from counting twice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from bot.analytics.fact import Fact, loads
from bot.analytics.patience import pause_after
from bot.analytics.store import Facts
from bot.errors import BotError, BrokerError
from bot.metrics.deliveries import Counting

logger = logging.getLogger(__name__)

BATCH = 500
WAIT_SECONDS = 1.0
"""How long a batch waits for its first message: so long may stopping take."""


@dataclass(frozen=True)
class Received:
    """A message and what its source knows it by."""

    body: bytes
    handle: Any


class Source(Protocol):
    """Port of where messages come from. Every method raises BrokerError: what was taken and not
    acknowledged comes again then, and the next call connects anew."""

    def take(self, limit: int, seconds: float) -> Sequence[Received]:
        """Up to `limit` messages, as soon as there are some; none after about `seconds`."""

    def refuse(self, messages: Sequence[Received]) -> None:
        """Puts messages aside where somebody can look at them. They stay to be acknowledged."""

    def acknowledge(self, messages: Sequence[Received]) -> None:
        """Tells the broker that all messages taken so far, which end with these, are done with."""

    def close(self) -> None:
        """Lets go of the connection."""


class Consumer:
    """Counts until it is told to stop; a database or a broker that is away is waited for."""

    def __init__(self, source: Source, facts: Facts, counted: Counting | None = None) -> None:
        self._source = source
        self._counted = counted or Counting(CollectorRegistry())
        self._facts = facts
        self._held: Sequence[Received] = ()
        self._failures = 0

    def run(self, wait: Callable[[float], bool]) -> None:
        """Counts until `wait(seconds)` returns True (the signal to stop)."""
        pause = 0.0
        while not wait(pause):
            pause = self._step_safely()
        self._source.close()

    def step(self) -> int:
        """Counts one batch, the one before if it could not be stored; how many facts were new.

        Raises StorageError: the batch is kept; BrokerError: the broker delivers it again.
        """
        self._held = self._held or self._source.take(BATCH, WAIT_SECONDS)
        facts, odd = _read(self._held)
        added = self._facts.add(facts) if facts else 0
        taken, self._held = self._held, ()
        if odd:
            self._source.refuse(odd)
            logger.error("messages that are no facts were put aside: %d", len(odd))
        if taken:
            self._source.acknowledge(taken)
        self._counted.took(added, len(odd))
        return added

    def _step_safely(self) -> float:
        """One step; the seconds to wait before the next. Trouble is logged when it begins."""
        try:
            self.step()
        except BotError as exc:
            if self._failures == 0:
                logger.error("counting waits: %s", type(exc).__name__)
            if isinstance(exc, BrokerError):
                self._held = ()
            self._failures += 1
            self._counted.waits()
            return pause_after(self._failures)
        if self._failures:
            logger.info("counting goes on")
        self._failures = 0
        return 0.0


def _read(messages: Sequence[Received]) -> tuple[list[Fact], list[Received]]:
    """The facts among messages, and the messages that hold none."""
    facts, odd = [], []
    for message in messages:
        try:
            facts.append(loads(message.body))
        except ValueError:
            odd.append(message)
    return facts, odd
