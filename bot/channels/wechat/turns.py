"""Five seconds: one turn a message, however often and to whomever the platform delivers it.

The platform waits five seconds for an answer, then delivers the message again, three times in all
(公众平台「被动回复用户消息」). All deliveries wait on the same turn. With customer-service messages
the first one ends after four seconds without an answer, which then follows by itself. Without them
the first two are left open until the platform has gone, so that it asks again, and the last says
what to do.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.channels.inbound import Elsewhere
from bot.channels.transcript import Message
from bot.channels.wechat import texts
from bot.channels.wechat.message import WeChatMessage

logger = logging.getLogger(__name__)

ELSEWHERE_SECONDS = 0.1
LONGEST_ELSEWHERE = 20.0


@dataclass(frozen=True)
class Patience:
    """Seconds after a request's arrival.

    `answer`: when a request that is not repeated is answered at the latest. `latest`: until then an
    answer surely reaches the platform. `gone`: by then the platform has surely hung up.
    """

    answer: float = 4.0
    latest: float = 4.7
    gone: float = 6.0


@dataclass(frozen=True)
class Said:
    """What a message is answered with: stored messages, or words of the channel's own.

    Neither: silence. `collects`: the messages are older ones, which this message asks for.
    """

    messages: Sequence[Message] = ()
    words: str | None = None
    collects: bool = False


@dataclass(frozen=True)
class Delivered:
    """One delivery of a message, and whose it is; `arrived` by the event loop's clock."""

    sender_id: str
    message: WeChatMessage
    is_last: bool
    arrived: float

    @property
    def key(self) -> str:
        return self.message.key


Work = Callable[[], Awaitable[Said]]
Bring = Callable[[Delivered, Said], Awaitable[None]]
SILENCE = Said()


class Turns:
    """The turns of one process that requests wait on."""

    def __init__(
        self, patience: Patience, bring: Bring, *, answers_follow: bool, trouble: str
    ) -> None:
        """`bring` gets what was ready too late; `answers_follow`: it reaches the customer alone.

        `trouble` is what they read whose message failed as it should not.
        """
        self._patience = patience
        self._bring = bring
        self._trouble = Said(words=trouble)
        self._answers_follow = answers_follow
        self._running: dict[tuple[str, str], asyncio.Task[Said]] = {}
        self._late: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def wait(self, delivered: Delivered, work: Work) -> Said:
        """What this delivery is to be answered with; `work` runs unless it does already."""
        task = self._task(delivered, work)
        is_final = self._answers_follow or delivered.is_last
        patience = self._patience
        if await self._ends(task, delivered, patience.answer if is_final else patience.latest):
            return task.result()
        if is_final:
            self._follow(task, delivered)
            return SILENCE if self._answers_follow else Said(words=texts.STILL_WORKING)
        # Whatever was answered now would stop the platform from asking again.
        await self._ends(task, delivered, patience.gone)
        return SILENCE

    async def close(self) -> None:
        """Lets go of what is under way; every message is stored, the sweeper runs it again."""
        tasks = [*self._running.values(), *self._late.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    @staticmethod
    async def _ends(task: asyncio.Task[Said], delivered: Delivered, patience: float) -> bool:
        left = delivered.arrived + patience - asyncio.get_running_loop().time()
        done, _ = await asyncio.wait({task}, timeout=max(left, 0))
        return bool(done)

    def _task(self, delivered: Delivered, work: Work) -> asyncio.Task[Said]:
        where = (delivered.sender_id, delivered.key)
        task = self._running.get(where)
        if task is None:
            task = self._running[where] = asyncio.create_task(self._never_failing(work))
            task.add_done_callback(lambda _done: self._running.pop(where, None))
        return task

    async def _never_failing(self, work: Work) -> Said:
        """The last resort of the edge: the customer gets a sentence, the log the kind of error."""
        try:
            return await work()
        except Exception:
            logger.exception("a WeChat message failed")
            return self._trouble

    def _follow(self, task: asyncio.Task[Said], delivered: Delivered) -> None:
        """Brings what the turn says once it has ended; once, however many requests gave up."""
        where = (delivered.sender_id, delivered.key)
        if where in self._late:
            return

        async def bring() -> None:
            try:
                await self._bring(delivered, await task)
            except Exception:  # the stored answer is due by itself all the same
                logger.exception("a late answer could not be hurried")

        late = self._late[where] = asyncio.create_task(bring())
        late.add_done_callback(lambda _done: self._late.pop(where, None))


async def when_free(turn: Callable[[], Awaitable[list[Message]]]) -> list[Message]:
    """Runs a turn as soon as no other process runs one of this customer.

    That process may be answering this very message: then its answer comes back. Raises ChannelError
    as the turn does.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST_ELSEWHERE
    while True:
        try:
            return await turn()
        except Elsewhere:
            if loop.time() >= until:
                raise
        await asyncio.sleep(ELSEWHERE_SECONDS)
