"""Tells customers who wait what was said to them; one look at the storage serves all who wait.

Each open page waits for news. If each looked for itself twice a second, silent customers would cost
half of what a process can do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from bot.channels.background import set_within
from bot.channels.leases import Pause
from bot.channels.transcript import Message, Transcript
from bot.errors import StorageError
from bot.storage.brief import briefly

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
OWN_LOOK_SECONDS = 5.0
"""Numbers are given before a commit: a message may appear behind one that was seen already. Whoever
waits finds it with a look of their own."""


class News:
    """What is said in the conversations of `transcript`; `pause` waits so many seconds."""

    def __init__(
        self,
        transcript: Transcript,
        pause: Pause = asyncio.sleep,
        own_look: float = OWN_LOOK_SECONDS,
    ) -> None:
        self._transcript = transcript
        self._pause = pause
        self._own_look = own_look
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._watching: asyncio.Task[None] | None = None

    async def after(self, sender: str, cursor: int, wait: float) -> list[Message]:
        """What was said after a cursor; waits `wait` seconds at most until there is something.

        Raises StorageError.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + wait
        with self._told(sender) as told:
            while True:
                told.clear()
                found = await briefly(self._transcript.after, sender, cursor)
                left = deadline - loop.time()
                if found or left <= 0:
                    return found
                await set_within(told, min(self._own_look, left))

    @contextmanager
    def _told(self, sender: str) -> Iterator[asyncio.Event]:
        """Set when something is said to the sender; while there is one, there is somebody watching."""
        told = asyncio.Event()
        self._waiting.setdefault(sender, set()).add(told)
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch())
        try:
            yield told
        finally:
            self._waiting[sender].discard(told)
            if not self._waiting[sender]:
                del self._waiting[sender]
            if not self._waiting:
                self._watching.cancel()
                self._watching = None

    async def _watch(self) -> None:
        mark: int | None = None
        while True:
            try:
                mark = await self._look(mark)
            except StorageError:
                pass  # those who wait say so when they look for themselves
            except Exception:  # nobody waits for this task, and it must not end
                logger.exception("looking for news failed")
            await self._pause(LOOK_SECONDS)

    async def _look(self, mark: int | None) -> int:
        """Tells those to whom something was said after `mark`; everybody at the first look."""
        if mark is None:
            mark = await briefly(self._transcript.newest)
            self._tell(list(self._waiting))
            return mark
        newest, senders = await briefly(self._transcript.senders_after, mark)
        self._tell(senders)
        return newest

    def _tell(self, senders: Collection[str]) -> None:
        for sender in senders:
            for told in self._waiting.get(sender, ()):
                told.set()
