"""The simulator's time: the real one, which tests move ahead instead of waiting."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone


def _real() -> datetime:
    return datetime.now(timezone.utc)


class Clock:
    """Time that runs by itself and can be moved ahead, never back."""

    def __init__(self, now: Callable[[], datetime] = _real) -> None:
        """`now` gives an aware time."""
        self._now = now
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._now() + self._ahead

    def timestamp(self) -> int:
        """Whole seconds since 1970, as the platform writes times."""
        return int(self.now().timestamp())

    def advance(self, by: timedelta) -> None:
        """Lets `by` pass at once; raises ValueError when it is negative."""
        if by < timedelta():
            raise ValueError("time does not run backwards")
        self._ahead += by
