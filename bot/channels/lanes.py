"""One lane a sender: what they say is stored and answered in the order it came, one at a time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

Keep = Callable[[], Awaitable[None]]
"""Puts a message on disk before its turn; called only when the turn has to wait. Raises nothing."""


class Lane:
    """The lane of one sender in this process, first come first served.

    `storing` is held by whoever writes a message of theirs, so that the rows stand in that order.
    """

    def __init__(self) -> None:
        self.storing = asyncio.Lock()
        self._turn = asyncio.Lock()
        self._inside = 0

    @asynccontextmanager
    async def turn(self, keep: Keep | None = None) -> AsyncIterator[None]:
        """Waits for the turns before; what has to wait is kept first."""
        self._inside += 1
        try:
            if self._inside > 1:
                # All who wait come by this door, so nobody overtakes whom the disk holds up.
                async with self.storing:
                    if keep is not None:
                        await keep()
            async with self._turn:
                yield
        finally:
            self._inside -= 1


class Lanes:
    """The lanes of all senders; one that nobody is in takes no memory."""

    def __init__(self) -> None:
        self._lanes: WeakValueDictionary[str, Lane] = WeakValueDictionary()

    def of(self, sender: str) -> Lane:
        return self._lanes.setdefault(sender, Lane())
