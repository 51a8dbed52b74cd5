"""What a channel does beside its requests, for as long as the server serves: nothing ends it for
good but `stop`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping

from bot.channels.leases import Pause, stopped

logger = logging.getLogger(__name__)

AGAIN_SECONDS = 5.0
"""How long a piece of work that ended rests before it is started again."""

Work = Callable[[], Awaitable[None]]


class Background:
    """Pieces of work by the names the log gives them; `pause` waits so many seconds."""

    def __init__(
        self,
        works: Mapping[str, Work],
        pause: Pause = asyncio.sleep,
        again_after: float = AGAIN_SECONDS,
    ) -> None:
        self._works = works
        self._pause = pause
        self._again_after = again_after
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """To be called in the event loop that serves."""
        self._tasks = [asyncio.create_task(self._kept_up(*named)) for named in self._works.items()]

    async def stop(self) -> None:
        """Cancels all work and waits until it has ended."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _kept_up(self, name: str, work: Work) -> None:
        while True:
            # A task of its own: a cancellation that strays into the work is not one of ours.
            logger.error("%s ended, is started again: %s", name, await _ended(work))
            await self._pause(self._again_after)


async def _ended(work: Work) -> str:
    """How a piece of work ended, by the kind of its error."""
    running = asyncio.ensure_future(work())
    try:
        await asyncio.wait({running})
    finally:
        await stopped(running)
    if running.cancelled():
        return asyncio.CancelledError.__name__
    failure = running.exception()
    return "no error" if failure is None else type(failure).__name__


async def set_within(event: asyncio.Event, seconds: float) -> None:
    """Returns when the event is set or the time is over.

    Not `wait_for`, which loses a cancellation that comes with the event (bpo-37658).
    """
    waiting = asyncio.create_task(event.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()
