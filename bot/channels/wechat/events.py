"""What customers do on the account without saying anything: follow it, scan a code, use its menu."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from bot.channels.inbound import Incoming
from bot.channels.scenes import is_scene, opening_turn
from bot.channels.transcript import Button, Reply
from bot.channels.wechat import texts
from bot.channels.wechat.customers import Customers
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.turns import SILENCE, Delivered, Said

logger = logging.getLogger(__name__)

SpokenFor = Callable[[str], "tuple[str, str] | None"]
"""Title and what is said for a menu key; None for a key that is not in the menu file."""
Take = Callable[[Incoming], Awaitable[Said]]
Say = Callable[[Incoming, Reply], Awaitable[Said]]


class Events:
    """Answers events. `take` runs a turn of the assistant, `say` stores what is said without one.

    `words` fill the greeting: `bank_name`, `hotline` and `days` (how long a conversation is kept).
    """

    def __init__(
        self,
        customers: Customers,
        outbound: Outbound,
        spoken_for: SpokenFor,
        *,
        take: Take,
        say: Say,
        words: Mapping[str, object],
        now: Callable[[], datetime],
    ) -> None:
        self._customers = customers
        self._outbound = outbound
        self._spoken_for = spoken_for
        self._take = take
        self._say = say
        self._words = words
        self._now = now
        self._answers = {
            "subscribe": self._followed,
            "scan": self._scanned,
            "click": self._clicked,
            "unsubscribe": self._left,
            "templatesendjobfinish": self._template_ended,
        }

    async def answer(self, heard: Delivered) -> Said:
        """What is said to an event; nothing to one that needs no word."""
        answer = self._answers.get(heard.message.event or "")
        return SILENCE if answer is None else await answer(heard)

    async def _followed(self, heard: Delivered) -> Said:
        await self._came(heard)
        if is_scene(heard.message.event_key):
            return await self._open_campaign(heard, texts.HELLO.format(**self._words))
        return await self._greet(heard, texts.FOLLOWED, texts.WELCOME)

    async def _scanned(self, heard: Delivered) -> Said:
        await self._came(heard)
        if is_scene(heard.message.event_key):
            return await self._open_campaign(heard)
        return await self._greet(heard, texts.SCANNED, texts.WELCOME_BACK)

    async def _open_campaign(self, heard: Delivered, hello: str = "") -> Said:
        """The greeting of the campaign, after `hello`, which is said even while nothing works."""
        key, scene = heard.message.key, heard.message.event_key
        incoming = opening_turn(heard.sender_id, key, scene, texts.SCANNED, hello)
        return await self._take(incoming)

    async def _came(self, heard: Delivered) -> None:
        scene = heard.message.event_key or None
        await asyncio.to_thread(self._customers.subscribed, heard.sender_id, scene, self._now())

    async def _greet(self, heard: Delivered, what: str, greeting: str) -> Said:
        buttons = [Button(title=title, payload=payload) for title, payload in texts.FIRST_CHOICES]
        reply = Reply(greeting.format(**self._words), buttons)
        # Were the process to die before the greeting is stored, the assistant would greet.
        incoming = Incoming(heard.sender_id, heard.message.key, what, "/greet")
        return await self._say(incoming, reply)

    async def _clicked(self, heard: Delivered) -> Said:
        found = self._spoken_for(heard.message.event_key)
        if found is None:
            logger.warning("a menu entry was clicked that is not in the menu file")
            return Said(words=texts.MENU_OUTDATED)
        title, payload = found
        return await self._take(Incoming(heard.sender_id, heard.message.key, title, payload))

    async def _left(self, heard: Delivered) -> Said:
        await asyncio.to_thread(self._customers.unsubscribed, heard.sender_id, self._now())
        return SILENCE

    async def _template_ended(self, heard: Delivered) -> Said:
        message = heard.message
        if message.message_ref is not None and message.status != "success":
            await asyncio.to_thread(
                self._outbound.template_failed, message.message_ref, message.status or ""
            )
        return SILENCE
