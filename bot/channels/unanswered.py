"""Runs messages again whose turn failed: no customer is left without an answer.

The customer's page tries a few times and gives up; the message stays in the transcript. Once
everything answers again the turn is run from there, and the answer comes by the page's long poll.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.channels.transcript import Ages, Transcript, Unanswered
from bot.errors import BotError, ChannelError

logger = logging.getLogger(__name__)

AGES = Ages(youngest=timedelta(seconds=30), oldest=timedelta(hours=24))
INTERVAL = 5.0
BATCH = 20
FIRST_PAUSE, LONGEST_PAUSE = 10, 600
"""Seconds before a message that failed again is tried once more: doubled each time."""


class Sweeper:
    """Looks every `interval` seconds for unanswered messages and runs `batch` of them at most."""

    def __init__(
        self,
        transcript: Transcript,
        run_again: Callable[[Unanswered], Awaitable[object]],
        *,
        owner: str,
        now: Callable[[], datetime],
        is_ready: Callable[[], Awaitable[bool]],
        interval: float = INTERVAL,
        ages: Ages = AGES,
        batch: int = BATCH,
    ) -> None:
        """`run_again` raises ChannelError when it did not succeed; `owner` is that of its leases."""
        self._transcript = transcript
        self._run_again = run_again
        self._owner = owner
        self._now = now
        self._is_ready = is_ready
        self._interval = interval
        self._ages = ages
        self._batch = batch

    async def run(self) -> None:
        """Sweeps until cancelled, whatever goes wrong."""
        while True:
            try:
                await self.sweep()
            except BotError as exc:
                logger.error("unanswered messages: %s", type(exc).__name__)
            except Exception:
                logger.exception("unanswered messages")
            await asyncio.sleep(self._interval)

    async def sweep(self) -> int:
        """One round; how many messages got their answer. Raises StorageError."""
        due = await asyncio.to_thread(
            self._transcript.unanswered, self._owner, self._ages, self._now(), self._batch
        )
        # While the assistant is away nothing is tried, so that nothing is put off either.
        if not due or not await self._is_ready():
            return 0
        answered = 0
        for message in due:  # one after the other: customers who are here now come first
            answered += await self._try(message)
        logger.info("unanswered messages: %d of %d answered", answered, len(due))
        return answered

    async def _try(self, message: Unanswered) -> bool:
        try:
            await self._run_again(message)
        except ChannelError:
            until = self._now() + _pause(message.attempts)
            await asyncio.to_thread(self._transcript.postpone, message, until)
            return False
        return True


def _pause(attempts: int) -> timedelta:
    return timedelta(seconds=min(FIRST_PAUSE << min(attempts, 10), LONGEST_PAUSE))
