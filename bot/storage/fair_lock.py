"""A lock that threads get in the order in which they asked for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Lock

from bot.storage.brief import WouldWait


class NotInTime(Exception):
    """Whoever was first held the lock too long."""


class FairLock:
    """First come, first served; a place that is given up, for whatever reason, holds up nobody.

    A thread that asks again for what it holds waits in vain, as long as anybody else.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._line: deque[Lock] = deque()  # a place is open when its turn has come

    @contextmanager
    def held(self, seconds: float) -> Iterator[None]:
        """Holds the lock for the block. Raises NotInTime when that takes longer to get."""
        place = self.join()
        try:
            if not place.acquire(timeout=seconds):
                raise NotInTime()
            yield
        finally:
            self.leave(place)

    @contextmanager
    def held_at_once(self) -> Iterator[None]:
        """Holds the lock for the block. Raises WouldWait when somebody else does."""
        with ExitStack() as place:
            try:
                place.enter_context(self.held(0))
            except NotInTime as exc:
                raise WouldWait() from exc
            yield

    def join(self) -> Lock:
        """A place at the end of the line: it can be acquired once its turn has come."""
        place = Lock()
        with self._guard:
            if self._line:
                place.acquire()
            self._line.append(place)
        return place

    def leave(self, place: Lock) -> None:
        """Gives a place up, before its turn or after."""
        with self._guard:
            was_first = self._line[0] is place
            self._line.remove(place)
            if was_first and self._line:
                self._line[0].release()
