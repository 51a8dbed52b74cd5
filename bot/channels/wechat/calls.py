"""Calls a follower to the account for what could not be brought: by template, then text message.

Neither says what it is about: whoever holds the phone reads it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.channels.wechat.client import ALREADY_SENT, WeChatClient
from bot.channels.wechat.customers import Customer, Customers
from bot.channels.wechat.dispatch import Dispatch, Trouble
from bot.channels.wechat.ladder import (
    MOST_NUDGES,
    Outgoing,
    Rung,
    Verdict,
    next_nudge,
    verdict_on,
)
from bot.channels.wechat.sms import Sms
from bot.errors import SmsError, SmsUnreachable, WeChatError
from bot.intake.relay import wait_before_retry
from bot.metrics.followers import Brought, Followers

logger = logging.getLogger(__name__)

NEWS = "您有一条新的办理进展，请回复任意内容查看"
"""Twenty characters, which is what a field `thing` takes."""
SMS_TEXT = (
    "{bank_name}：您的投诉（编号{reference}）有新的办理进展。"
    "请打开本行微信公众号，回复任意内容查看；也可以拨打{hotline}。"
)


@dataclass(frozen=True)
class Template:
    """The account's template for it, and which of its fields takes the sentence."""

    id: str
    field: str


@dataclass(frozen=True)
class Words:
    """What a text message names."""

    bank_name: str
    hotline: str


class Calls:
    """Takes one message at a time, leased by `Dispatch.claim_nudges`. Raises StorageError."""

    def __init__(
        self,
        dispatch: Dispatch,
        customers: Customers,
        client: WeChatClient | None,
        sms: Sms | None,
        phone_of: Callable[[str], str | None],
        *,
        template: Template | None,
        words: Words,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        followers: Followers,
    ) -> None:
        """`phone_of` gives the phone of a complaint's reference and blocks; `jitter` in [-1, 1]."""
        self._dispatch = dispatch
        self._customers = customers
        self._client = client
        self._sms = sms
        self._phone_of = phone_of
        self._template = template
        self._words = words
        self._now = now
        self._jitter = jitter
        self._followers = followers

    async def close(self) -> None:
        """Lets the connections of text messages go; the client is its owner's."""
        if self._sms is not None:
            await self._sms.close()

    async def call(self, outgoing: Outgoing) -> None:
        customer = await asyncio.to_thread(self._customers.find, outgoing.sender_id)
        nudge = next_nudge(
            outgoing,
            customer,
            self._now(),
            has_template=self._template is not None and self._client is not None,
            has_sms=self._sms is not None,
        )
        if nudge.rung is Rung.TEMPLATE and customer and self._template and self._client:
            await self._by_template(outgoing, customer, self._template, self._client)
        elif nudge.rung is Rung.SMS and self._sms is not None:
            await self._by_sms(outgoing, self._sms)
        else:
            await asyncio.to_thread(self._dispatch.not_called, outgoing, nudge.at)

    async def _by_template(
        self,
        outgoing: Outgoing,
        customer: Customer,
        template: Template,
        client: WeChatClient,
    ) -> None:
        once = f"nudge-{outgoing.message.cursor}"
        try:
            proof = await client.send_template(
                customer.openid, template.id, {template.field: NEWS}, once=once
            )
        except WeChatError as exc:
            if exc.code != ALREADY_SENT:
                trouble = Trouble(exc.code, exc.detail.replace(customer.openid, "…"))
                is_passing = verdict_on(exc.code) is Verdict.RETRY
                await self._failed(outgoing, Rung.TEMPLATE, trouble, is_passing=is_passing)
                return
            proof = once
        await asyncio.to_thread(self._customers.nudged, outgoing.sender_id, self._now())
        await asyncio.to_thread(self._dispatch.called, outgoing, Rung.TEMPLATE, proof or once)
        self._followers.tried(Rung.TEMPLATE.value, Brought.SENT)
        logger.info("called by template for message %d", outgoing.message.cursor)

    async def _by_sms(self, outgoing: Outgoing, sms: Sms) -> None:
        reference = outgoing.reference or ""
        phone = await asyncio.to_thread(self._phone_of, reference)
        if phone is None:
            await asyncio.to_thread(self._dispatch.not_called, outgoing, None)
            return
        text = SMS_TEXT.format(
            bank_name=self._words.bank_name, hotline=self._words.hotline, reference=reference
        )
        try:
            proof = await sms.send(phone, text, f"xiaobao-{outgoing.message.cursor}")
        except SmsError as exc:
            is_passing = isinstance(exc, SmsUnreachable)
            trouble = Trouble(exc.status, exc.message)
            await self._failed(outgoing, Rung.SMS, trouble, is_passing=is_passing)
            return
        await asyncio.to_thread(self._dispatch.called, outgoing, Rung.SMS, proof)
        self._followers.tried(Rung.SMS.value, Brought.SENT)
        logger.info("called by text message for message %d", outgoing.message.cursor)

    async def _failed(
        self, outgoing: Outgoing, rung: Rung, trouble: Trouble, *, is_passing: bool
    ) -> None:
        name = (outgoing.message.cursor, rung.value, trouble.code)
        if is_passing and outgoing.attempts + 1 < MOST_NUDGES:
            wait: timedelta = wait_before_retry(outgoing.attempts + 1, self._jitter())
            until = self._now() + wait
            await asyncio.to_thread(self._dispatch.postponed, outgoing, until, trouble)
            self._followers.tried(rung.value, Brought.POSTPONED)
            logger.warning("call for message %d by %s postponed: %d", *name)
            return
        next_at = self._now() if rung is Rung.TEMPLATE else None
        await asyncio.to_thread(self._dispatch.called_in_vain, outgoing, rung, next_at, trouble)
        self._followers.tried(rung.value, Brought.FAILED)
        logger.error("call for message %d by %s failed: %d", *name)
