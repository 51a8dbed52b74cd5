"""Takes in what the platform delivers and says what the request is answered with."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from bot.channels.wechat.answering import Answering
from bot.channels.wechat.customers import Customers
from bot.channels.wechat.deliveries import Deliveries, Delivery
from bot.channels.wechat.events import Events
from bot.channels.wechat.hearing import Hearing
from bot.channels.wechat.message import Kind, WeChatMessage
from bot.channels.wechat.quota import Quota
from bot.channels.wechat.turns import Delivered, Said, Turns
from bot.errors import BotError

logger = logging.getLogger(__name__)

GRANTING_EVENTS = frozenset({"subscribe", "scan", "click"})
"""Events that allow customer-service messages (公众平台「发送客服消息」); a click on a choice counts as one."""


class Reception:
    """One for the whole channel of a process."""

    def __init__(
        self,
        customers: Customers,
        quota: Quota,
        deliveries: Deliveries,
        hearing: Hearing,
        events: Events,
        turns: Turns,
        answering: Answering,
        *,
        trouble: str,
        now: Callable[[], datetime],
    ) -> None:
        self._customers = customers
        self._quota = quota
        self._deliveries = deliveries
        self._hearing = hearing
        self._events = events
        self._turns = turns
        self._answering = answering
        self._trouble = trouble
        self._now = now

    async def receive(self, message: WeChatMessage, arrived: float) -> str | None:
        """The text of the reply, None for silence; raises nothing, whatever is the matter.

        `arrived`: when the request did, by the event loop's clock.
        """
        try:
            return await self._receive(message, arrived)
        except BotError as exc:
            logger.error("a WeChat message could not be taken in: %s", type(exc).__name__)
        except Exception:
            logger.exception("a WeChat message could not be taken in")
        return self._trouble

    async def _receive(self, message: WeChatMessage, arrived: float) -> str | None:
        sender, delivery = await asyncio.to_thread(self._note, message)
        if delivery.answer is not None:
            return delivery.answer
        is_last = delivery.is_last(self._now())
        delivered = Delivered(sender, message, is_last, arrived)
        said = await self._turns.wait(delivered, partial(self._answer, delivered))
        return await asyncio.to_thread(self._answering.passive, delivered, said)

    def _note(self, message: WeChatMessage) -> tuple[str, Delivery]:
        now, is_event = self._now(), message.kind is Kind.EVENT
        sender = self._customers.heard(message.openid, now, spoke=not is_event)
        if message.event in GRANTING_EVENTS or message.menu_choice is not None:
            self._quota.grant(sender, message.key, "event", now)
        elif not is_event:
            self._quota.grant(sender, message.key, "message", now)
        return sender, self._deliveries.claim(sender, message.key, now)

    async def _answer(self, delivered: Delivered) -> Said:
        if delivered.message.kind is Kind.EVENT:
            return await self._events.answer(delivered)
        return await self._hearing.answer(delivered)
