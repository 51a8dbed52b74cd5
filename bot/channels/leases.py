"""Keeps the lease of a turn as long as it runs: short ones end soon after their process has died."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from bot.channels.transcript import Lease, Transcript
from bot.errors import BotError, StorageError

LEASE = timedelta(seconds=15)
"""How long a process that died keeps others from running its turns. The chat page asks again for at
least twenty seconds (static/outbox.js), so its customers are served before it gives up."""
RENEWED_EVERY = timedelta(seconds=3)
"""Nearly all turns have ended by then and cost nothing."""
CLOCKS_DIFFER = timedelta(seconds=3)
"""By how much the clocks of two machines may differ."""

T = TypeVar("T")
Pause = Callable[[float], Awaitable[object]]


class LeaseLost(BotError):
    """A turn was stopped because another process may run it by now."""


class Leases:
    """Leases of this process, which is `owner`; `pause` waits so many seconds."""

    def __init__(
        self,
        transcript: Transcript,
        owner: str,
        now: Callable[[], datetime],
        pause: Pause = asyncio.sleep,
    ) -> None:
        self._transcript = transcript
        self._owner = owner
        self._now = now
        self._pause = pause

    def new(self) -> Lease:
        """A lease to take."""
        return Lease(self._owner, self._now() + LEASE)

    async def held(self, sender: str, key: str, lease: Lease, turn: Awaitable[T]) -> T:
        """What the turn of message `key` gives; `lease` has been taken for it and is renewed.

        Raises LeaseLost when that did not succeed in time: the turn is stopped before. What it is
        just writing is waited for; nothing keeps a storage that hangs from taking it later.
        """
        running = asyncio.ensure_future(turn)
        keeping = asyncio.create_task(self._keep(sender, key, lease))
        try:
            await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
            raise LeaseLost()
        finally:
            await stopped(keeping)
            await stopped(running)

    async def _keep(self, sender: str, key: str, lease: Lease) -> None:
        """Returns when the lease is lost."""
        until = lease.until
        while (left := self._left(until)) > 0:
            await self._pause(min(RENEWED_EVERY.total_seconds(), left))
            lease = self.new()
            renewing = asyncio.create_task(asyncio.to_thread(self._renew, sender, key, lease))
            # Not `wait_for`, which loses a cancellation that comes with the result (bpo-37658).
            await asyncio.wait({renewing}, timeout=self._left(until))
            is_ours = renewing.result() if renewing.done() else None
            if is_ours is False:
                return
            until = lease.until if is_ours else until

    def _renew(self, sender: str, key: str, lease: Lease) -> bool | None:
        """Whether the lease is ours; None when the storage does not say: it may be back in time."""
        try:
            return self._transcript.renew(sender, key, lease)
        except StorageError:
            return None

    def _left(self, until: datetime) -> float:
        """Seconds for which a lease is surely ours, whatever the others' clocks say."""
        return (until - CLOCKS_DIFFER - self._now()).total_seconds()


async def stopped(task: asyncio.Future[T]) -> None:
    """Cancels the task and waits until it has ended."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task})
