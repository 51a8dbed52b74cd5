"""From a customer's message to stored replies, the same for every channel.

Masks before anything is stored, runs one turn per message key, never ends in silence, and keeps a
message whose turn failed, so that the same key runs it again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from bot.channels import texts
from bot.channels.transcript import Message, Reply, Transcript
from bot.errors import BotError, ChannelError
from bot.privacy.masking import Masked, mask
from bot.privacy.sealing import Sealer, phones_of

logger = logging.getLogger(__name__)

RETRY_AFTER_SECONDS = 3


@dataclass(frozen=True)
class TurnInput:
    """What the assistant gets: masked text or a button's payload, and metadata to go with it."""

    sender_id: str
    key: str
    text: str
    metadata: dict[str, Any]


RunTurn = Callable[[TurnInput], Awaitable[list[Reply]]]


@dataclass(frozen=True)
class Incoming:
    """A customer's message; `payload` is set when it came from a button titled `text`."""

    sender_id: str
    key: str
    text: str
    payload: str | None = None


class Inbound:
    """Runs turns for one channel."""

    def __init__(
        self,
        transcript: Transcript,
        sealer: Sealer,
        *,
        hotline: str,
        hotline_hours: str,
        turn_timeout: float,
        now: Callable[[], datetime],
        is_ready: Callable[[], Awaitable[bool]],
    ) -> None:
        self._transcript = transcript
        self._sealer = sealer
        self._words = {"hotline": hotline, "hotline_hours": hotline_hours}
        self._turn_timeout = turn_timeout
        self._now = now
        self._is_ready = is_ready
        self._running: dict[tuple[str, str], asyncio.Task[list[Message]]] = {}
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, incoming: Incoming, run_turn: RunTurn) -> list[Message]:
        """The customer's message as stored, followed by the replies.

        Raises ChannelError (503) when the turn cannot be run now; nothing is lost, the same key
        may be sent again.
        """
        where = (incoming.sender_id, incoming.key)
        task = self._running.get(where)
        if task is None:
            task = asyncio.create_task(self._run(incoming, run_turn))
            self._running[where] = task
            task.add_done_callback(lambda done: self._forget(where, done))
        try:
            # The turn goes on when the customer's connection breaks: the answer is stored for later.
            return await asyncio.wait_for(asyncio.shield(task), self._turn_timeout)
        except asyncio.TimeoutError as exc:
            raise self.busy() from exc

    def _forget(self, where: tuple[str, str], task: asyncio.Task[list[Message]]) -> None:
        self._running.pop(where, None)
        if not task.cancelled():
            task.exception()  # nobody may be waiting any more; asyncio would complain

    def busy(self) -> ChannelError:
        return ChannelError(503, "busy", texts.BUSY.format(**self._words), RETRY_AFTER_SECONDS)

    async def _run(self, incoming: Incoming, run_turn: RunTurn) -> list[Message]:
        # One lane a sender, first come first served: messages are stored and answered in order.
        lane = self._lanes.setdefault(incoming.sender_id, asyncio.Lock())
        async with lane:
            return await self._run_in_lane(incoming, run_turn)

    async def _run_in_lane(self, incoming: Incoming, run_turn: RunTurn) -> list[Message]:
        masked = Masked(incoming.text, ()) if incoming.payload else mask(incoming.text)
        sender, key = incoming.sender_id, incoming.key
        try:
            stored = await asyncio.to_thread(
                self._transcript.begin, sender, key, masked.text, self._now()
            )
            if stored.answered:
                return await asyncio.to_thread(self._transcript.exchange, sender, key)
            replies = await self._replies(incoming, masked, run_turn)
            return await asyncio.to_thread(
                self._transcript.answer, sender, key, replies, self._now()
            )
        except ChannelError:
            raise
        except BotError as exc:
            logger.error("turn failed: %s", exc.__class__.__name__)
            raise self.busy() from exc
        except Exception as exc:
            # The last resort of the edge: the customer gets a sentence, the log the kind of error.
            logger.exception("turn failed unexpectedly")
            raise self.busy() from exc

    async def _replies(self, incoming: Incoming, masked: Masked, run_turn: RunTurn) -> list[Reply]:
        if masked.only_secrets:
            return [self._refusal(masked), Reply(texts.ONLY_SECRET)]
        if not await self._is_ready():
            raise self.busy()
        turn = TurnInput(
            incoming.sender_id,
            incoming.key,
            incoming.payload or _no_intent_syntax(masked.text),
            {"phones": phones_of(masked, self._sealer)},
        )
        replies = await run_turn(turn)
        if not replies:
            logger.error("a turn produced no reply")
            replies = [Reply(texts.FLOOR.format(**self._words))]
        return [self._refusal(masked), *replies] if masked.refused else replies

    def _refusal(self, masked: Masked) -> Reply:
        kinds = dict.fromkeys(texts.KIND_NAMES[f.kind.value] for f in masked.refused)
        return Reply(texts.SECRET_REFUSED.format(what="、".join(kinds), **self._words))


def _no_intent_syntax(text: str) -> str:
    """Rasa reads `/intent{…}` from any channel: typed slashes become full-width ones."""
    stripped = text.lstrip()
    return "／" + stripped[1:] if stripped.startswith("/") else text
