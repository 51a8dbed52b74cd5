"""Small jobs beside the deliveries, each in its own rhythm; a failing one stops nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.5
Ran = Callable[[str, bool, datetime], None]


@dataclass(frozen=True)
class Errand:
    """A job to be done about once `every`; repeating it must be harmless."""

    name: str
    every: timedelta
    do: Callable[[datetime], object]


class Errands:
    """Runs errands one after another."""

    def __init__(
        self,
        errands: Sequence[Errand],
        now: Callable[[], datetime],
        steady: Callable[[], float],
        ran: Ran = lambda *_: None,
    ) -> None:
        """`steady` counts seconds and is never set: by it an errand is due. `now` is what the errand
        works with. `ran` is told the name, whether it worked and when it ended."""
        self._errands = errands
        self._ran = ran
        self._now = now
        self._steady = steady
        self._due: dict[str, float] = {}
        self._failing: set[str] = set()

    @property
    def rhythms(self) -> Mapping[str, timedelta]:
        """The errands by name, and how often each is done."""
        return {errand.name: errand.every for errand in self._errands}

    def run_due(self) -> None:
        """Runs what is due; the next time counts from the end of a job, also of a failed one."""
        for errand in self._errands:
            if self._due.get(errand.name, self._steady()) <= self._steady():
                self._run_safely(errand)
                self._due[errand.name] = self._steady() + errand.every.total_seconds()

    def _run_safely(self, errand: Errand) -> None:
        try:
            errand.do(self._now())
        except Exception as exc:
            # Whatever it is, the next errand and the next round go on. Said once, not each round.
            if errand.name not in self._failing:
                logger.error("%s fails: %s", errand.name, type(exc).__name__)
            self._failing.add(errand.name)
            self._ran(errand.name, False, self._now())
        else:
            if errand.name in self._failing:
                logger.info("%s works again", errand.name)
            self._failing.discard(errand.name)
            self._ran(errand.name, True, self._now())

    def run(self, wait: Callable[[float], bool]) -> None:
        """Runs errands until `wait(seconds)` returns True (the signal to stop)."""
        while not wait(TICK_SECONDS):
            self.run_due()
