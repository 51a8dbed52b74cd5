"""From a message of the platform to what is said to it: one method a kind."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from bot.channels.assembly import Parts
from bot.channels.files import ReceivedFile, keep_file
from bot.channels.inbound import Incoming, RunTurn, TurnInput
from bot.channels.transcript import CUSTOMER, Message, Reply
from bot.channels.unanswered import AGES
from bot.channels.wechat import texts
from bot.channels.wechat.choices import LOOK_BACK, Choices
from bot.channels.wechat.media import Pictures, picture_name
from bot.channels.wechat.message import Kind, WeChatMessage
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.turns import SILENCE, Delivered, Said, when_free
from bot.errors import ChannelError, StorageError

LONGEST_TEXT = 2000
_NOT_TAKEN = {
    Kind.VOICE: texts.VOICE,
    Kind.VIDEO: texts.VIDEO,
    Kind.LOCATION: texts.LOCATION,
    Kind.LINK: texts.LINK,
}


class Hearing:
    """Answers messages; events are `Events`' business."""

    def __init__(
        self, parts: Parts, outbound: Outbound, pictures: Pictures, run_turn: RunTurn
    ) -> None:
        config = parts.config
        self._inbound = parts.inbound
        self._transcript = parts.transcript
        self._evidence = parts.evidence
        self._now = parts.now
        self._choices = Choices(parts.transcript)
        self._outbound = outbound
        self._pictures = pictures
        self._run_turn = run_turn
        self._words = {"hotline": config.hotline, "hotline_hours": config.hotline_hours}
        self._answers_follow = config.wechat_customer_service
        away = texts.AWAY if self._answers_follow else texts.AWAY_ASK_AGAIN
        self._away = away.format(**self._words)
        self._trouble = texts.TROUBLE.format(**self._words)

    async def answer(self, heard: Delivered) -> Said:
        """What is said to a message; never silence, but while a person is talking."""
        message = heard.message
        if message.kind is Kind.IMAGE:
            return await self._picture(heard)
        if message.kind is Kind.TEXT or (message.kind is Kind.VOICE and message.text.strip()):
            return await self._text(replace(heard, message=_stripped(message)))
        words = _NOT_TAKEN.get(message.kind, texts.OTHER)
        return Said(words=words.format(**self._words))

    async def take(self, incoming: Incoming) -> Said:
        """A turn of the assistant; what is to be said before it is said also when it fails.

        That a message is noted and need not be sent again is said only when it is so.
        """
        said = await self._turn(incoming, self._run_turn)
        if said is not None:
            return said
        words = self._away if await self._is_stored(incoming) else self._trouble
        return Said(words="\n".join(filter(None, [incoming.opening, words])))

    async def say(self, incoming: Incoming, reply: Reply) -> Said:
        """Stores `reply` as the answer; said even when it cannot be stored."""

        async def greet(_turn: TurnInput) -> list[Reply]:
            return [reply]

        return await self._turn(incoming, greet) or Said(words=reply.text)

    async def _turn(self, incoming: Incoming, run_turn: RunTurn) -> Said | None:
        """None when the turn cannot be run now."""
        try:
            exchange = await when_free(partial(self._inbound.handle, incoming, run_turn))
        except ChannelError:
            return None
        replies = _replies(exchange)
        return Said(replies) if replies else await self._instead_of_silence(incoming.sender_id)

    async def _is_stored(self, incoming: Incoming) -> bool:
        where = (incoming.sender_id, incoming.key)
        try:
            return bool(await asyncio.to_thread(self._transcript.exchange, *where))
        except StorageError:
            return False

    async def _instead_of_silence(self, sender: str) -> Said:
        """A person is talking: where what they say cannot be sent, this request takes it along."""
        if self._answers_follow:
            return SILENCE
        waiting = await asyncio.to_thread(self._outbound.parked, sender, self._now())
        return Said(waiting, collects=True) if waiting else SILENCE

    async def _text(self, heard: Delivered) -> Said:
        sender, message = heard.sender_id, heard.message
        if not message.text:
            return Said(words=texts.EMPTY)
        if len(message.text) > LONGEST_TEXT:
            return Said(words=texts.TOO_LONG.format(limit=LONGEST_TEXT))
        if message.text.rstrip("。.！!") in texts.GO_ON:
            outstanding = await self._outstanding(heard)
            if outstanding is not None:
                return outstanding
        button = await asyncio.to_thread(self._choices.button, sender, message)
        if button is not None:
            return await self.take(
                Incoming(sender, message.key, button["title"], button["payload"])
            )
        return await self.take(Incoming(sender, message.key, message.text))

    async def _outstanding(self, heard: Delivered) -> Said | None:
        """What could not be brought so far; None when the customer has had everything."""
        sender, key = heard.sender_id, heard.message.key
        waiting = await asyncio.to_thread(self._outbound.parked, sender, self._now())
        if waiting:
            return Said(waiting, collects=True)
        is_working = await asyncio.to_thread(self._is_working, sender, key)
        return Said(words=texts.STILL_WORKING) if is_working else None

    def _is_working(self, sender: str, key: str) -> bool:
        """Whether an answer is under way, or has only just been stored."""
        said = self._transcript.latest(sender, LOOK_BACK)
        before = [m for m in said if m.author == CUSTOMER and m.key != key]
        # What nobody has answered for so long is not run again any more.
        since = self._now() - AGES.oldest
        is_unanswered = any(not m.answered and m.created_at > since for m in before[-1:])
        return is_unanswered or self._outbound.is_waiting(sender)

    async def _picture(self, heard: Delivered) -> Said:
        sender, message = heard.sender_id, heard.message
        exchange = await asyncio.to_thread(self._transcript.exchange, sender, message.key)
        if any(m.key == message.key and m.answered for m in exchange):
            return Said(_replies(exchange))
        try:
            content = await self._pictures.fetch(message)
            name = picture_name(content, message.created_at)
            file = ReceivedFile(sender, message.key, name, content)
            incoming = await keep_file(file, self._evidence, self._now())
        except ChannelError as exc:
            return Said(words=exc.message)
        return await self.take(incoming)


def _replies(exchange: Sequence[Message]) -> list[Message]:
    return [message for message in exchange if message.author != CUSTOMER]


def _stripped(message: WeChatMessage) -> WeChatMessage:
    return replace(message, text=message.text.strip())
