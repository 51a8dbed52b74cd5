"""How many wrong guesses are allowed within a time, for proofs and for passwords alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class AttemptLimit:
    """At most ``allowed`` failures within any stretch of ``window``."""

    allowed: int
    window: timedelta

    def wait(self, failures: Sequence[datetime], now: datetime) -> timedelta | None:
        """How long nothing may be tried, or None if a try is free."""
        recent = self._recent(failures, now)
        if len(recent) < self.allowed:
            return None
        return recent[-self.allowed] + self.window - now

    def after_failure(self, failures: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
        """The failures to remember once another one happened now."""
        return (*self._recent(failures, now), now)

    def _recent(self, failures: Sequence[datetime], now: datetime) -> tuple[datetime, ...]:
        return tuple(sorted(failure for failure in failures if failure > now - self.window))
