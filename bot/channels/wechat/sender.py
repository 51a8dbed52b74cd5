"""Sends what has to be brought: one loop a process, several followers at a time, each in order."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.channels.assembly import Parts
from bot.channels.background import set_within
from bot.channels.wechat import texts
from bot.channels.wechat.calls import Calls, Template, Words
from bot.channels.wechat.client import WeChatClient
from bot.channels.wechat.customers import Customer, Customers
from bot.channels.wechat.dispatch import Dispatch, Trouble
from bot.channels.wechat.ladder import (
    LONGEST_TRIED,
    Move,
    Outgoing,
    Part,
    Rung,
    Verdict,
    next_move,
    nudge_due,
    parts_of,
    verdict_on,
)
from bot.channels.wechat.quota import Quota
from bot.channels.wechat.sms import open_sms
from bot.errors import BotError, WeChatError
from bot.intake.bootstrap import open_journal
from bot.intake.relay import wait_before_retry
from bot.metrics.followers import Brought, Followers

logger = logging.getLogger(__name__)

INTERVAL = 1.0
LEASE = timedelta(seconds=60)
"""How long a process that died keeps others from sending; no part takes this long."""
AT_ONCE = 8
QUOTA_USED_UP = "quota used up"
NOT_A_FOLLOWER = 43004


class RoundCutShort(BotError):
    """Work on a message was cancelled, and not by whoever stops the sender; it is claimed again."""


class Sender:
    """The ladder at work. `owner` names this process, the same after a restart."""

    def __init__(
        self,
        dispatch: Dispatch,
        customers: Customers,
        quota: Quota,
        client: WeChatClient | None,
        calls: Calls,
        *,
        owner: str,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        followers: Followers,
        interval: float = INTERVAL,
    ) -> None:
        """`client` is None for an account without customer-service messages; `jitter` in [-1, 1]."""
        self._dispatch = dispatch
        self._customers = customers
        self._quota = quota
        self._client = client
        self._calls = calls
        self._owner = owner
        self._now = now
        self._jitter = jitter
        self._followers = followers
        self._interval = interval
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something is due now. To be called in the event loop of `run`."""
        self._woken.set()

    async def run(self) -> None:
        """Sends until cancelled, whatever goes wrong."""
        try:
            while True:
                self._woken.clear()
                await self._send_due_safely()
                await set_within(self._woken, self._interval)
        finally:
            await self._calls.close()

    async def _send_due_safely(self) -> None:
        try:
            await self.send_due()
        except BotError as exc:
            logger.error("messages to followers: %s", type(exc).__name__)
        except Exception:
            logger.exception("messages to followers")

    async def send_due(self) -> int:
        """Works until nothing is due; how many messages were looked at. Raises StorageError."""
        if self._client is None:
            looked_at = await self._park_what_is_due()
        else:
            looked_at = await self._all_of(
                self._dispatch.claim, partial(self._deliver, self._client)
            )
        return looked_at + await self._all_of(self._dispatch.claim_nudges, self._calls.call)

    async def _all_of(
        self,
        claim: Callable[[str, datetime, timedelta, int], Sequence[Outgoing]],
        treat: Callable[[Outgoing], Awaitable[None]],
    ) -> int:
        count = 0
        while True:
            batch = await asyncio.to_thread(claim, self._owner, self._now(), LEASE, AT_ONCE)
            if not batch:
                return count
            count += len(batch)
            # All of them end before the next are claimed: what is ours is claimed again.
            ended = await asyncio.gather(*map(treat, batch), return_exceptions=True)
            for failure in ended:
                if isinstance(failure, asyncio.CancelledError):
                    raise RoundCutShort() from failure
                if isinstance(failure, BaseException):
                    raise failure

    async def _park_what_is_due(self) -> int:
        """On an account that only answers, what is due waits for its follower."""
        count = 0
        while batch := await asyncio.to_thread(self._dispatch.due, self._now(), AT_ONCE):
            count += len(batch)
            for outgoing in batch:
                customer = await asyncio.to_thread(self._customers.find, outgoing.sender_id)
                now = self._now()
                call_at = nudge_due(outgoing, customer, now)
                if await asyncio.to_thread(self._dispatch.park, outgoing, call_at, now):
                    self._tell_parked(outgoing, "the account only answers")
        return count

    async def _deliver(self, client: WeChatClient, outgoing: Outgoing) -> None:
        customer = await asyncio.to_thread(self._customers.find, outgoing.sender_id)
        if customer is None or not customer.subscribed:
            await self._park(outgoing, customer, "does not follow" if customer else "unknown")
            return
        try:
            if await self._bring_all(outgoing, customer, client):
                await asyncio.to_thread(self._dispatch.sent, outgoing, self._now())
                self._tried(Brought.SENT)
        except WeChatError as exc:
            await self._failed(outgoing, customer, exc)

    async def _bring_all(
        self, outgoing: Outgoing, customer: Customer, client: WeChatClient
    ) -> bool:
        parts = parts_of(outgoing.message, outgoing.chars_sent)
        for number, part in enumerate(parts):
            move = await self._next_move(outgoing, len(parts) - number)
            if move is Move.PARK:
                await self._park(outgoing, customer, QUOTA_USED_UP)
                return False
            if move is Move.HINT:
                await client.send_text(customer.openid, texts.MORE)
                await asyncio.to_thread(self._quota.take, outgoing.sender_id, self._now())
                await self._park(outgoing, customer, QUOTA_USED_UP, rung=Rung.CONTINUE)
                return False
            given = await _send(client, customer.openid, part)
            if not await self._note_given(outgoing, part, given):
                return False
        return True

    async def _next_move(self, outgoing: Outgoing, parts_left: int) -> Move:
        sender = outgoing.sender_id
        left = await asyncio.to_thread(self._quota.left, sender, self._now())
        more = await asyncio.to_thread(self._dispatch.is_more_waiting, outgoing)
        return next_move(parts_left, left, more_waits=more)

    async def _note_given(self, outgoing: Outgoing, part: Part, given: str | None) -> bool:
        """False when another process holds the message by now; `given`: the platform's id."""
        now = self._now()
        proof = given or f"service:{outgoing.message.cursor}:{part.end}:{int(now.timestamp())}"
        gave = await asyncio.to_thread(self._dispatch.gave, outgoing, part.end, proof, now + LEASE)
        await asyncio.to_thread(self._quota.take, outgoing.sender_id, now)
        return gave

    async def _park(
        self,
        outgoing: Outgoing,
        customer: Customer | None,
        why: str,
        trouble: Trouble | None = None,
        rung: Rung | None = None,
    ) -> None:
        call_at = nudge_due(outgoing, customer, self._now())
        await asyncio.to_thread(self._dispatch.wait_for_customer, outgoing, call_at, trouble, rung)
        self._tell_parked(outgoing, why, rung)

    def _tell_parked(self, outgoing: Outgoing, why: str, rung: Rung | None = None) -> None:
        logger.info("message %d waits for its follower: %s", outgoing.message.cursor, why)
        self._tried(Brought.WAITS, rung or Rung.SERVICE)

    def _tried(self, brought: Brought, rung: Rung = Rung.SERVICE) -> None:
        self._followers.tried(rung.value, brought)

    async def _failed(self, outgoing: Outgoing, customer: Customer, exc: WeChatError) -> None:
        trouble = Trouble(exc.code, exc.detail.replace(customer.openid, "…"))
        verdict = verdict_on(exc.code)
        now = self._now()
        logger.warning("message %d: %s, code %d", outgoing.message.cursor, verdict.value, exc.code)
        if verdict is Verdict.RETRY and now - outgoing.created_at < LONGEST_TRIED:
            until = now + wait_before_retry(outgoing.attempts + 1, self._jitter())
            await asyncio.to_thread(self._dispatch.postponed, outgoing, until, trouble)
            self._tried(Brought.POSTPONED)
            return
        if verdict is Verdict.NEVER:
            call_at = nudge_due(outgoing, customer, now)
            await asyncio.to_thread(self._dispatch.given_up, outgoing, call_at, trouble, now)
            self._tried(Brought.FAILED)
            return
        if verdict is Verdict.EXHAUSTED:
            await asyncio.to_thread(self._quota.exhaust, outgoing.sender_id, now)
        if exc.code == NOT_A_FOLLOWER:
            await asyncio.to_thread(self._customers.unsubscribed, outgoing.sender_id, now)
        await self._park(outgoing, customer, f"refused, {verdict.value}", trouble)


async def _send(client: WeChatClient, openid: str, part: Part) -> str | None:
    if part.items:
        return await client.send_menu(openid, part.text, part.items)
    return await client.send_text(openid, part.text)


def open_sender(parts: Parts, customers: Customers, client: WeChatClient | None) -> Sender:
    """The sender of this process; `client` is None for an account that only answers."""
    config, engine = parts.config, parts.channel_engine
    jitter = _spread(random.SystemRandom())
    dispatch = Dispatch(engine, parts.transcript)
    template = Template(config.wechat_template_id, config.wechat_template_field)
    calls = Calls(
        dispatch,
        customers,
        client,
        open_sms(config),
        open_journal(config).phone_of,
        # Template messages take a verified service account, as customer-service messages do.
        template=template if template.id and client is not None else None,
        words=Words(config.bank_name, config.hotline),
        now=parts.now,
        jitter=jitter,
        followers=parts.followers,
    )
    return Sender(
        dispatch,
        customers,
        Quota(engine),
        client,
        calls,
        owner=parts.owner,
        now=parts.now,
        jitter=jitter,
        followers=parts.followers,
    )


def _spread(source: random.Random) -> Callable[[], float]:
    return lambda: source.uniform(-1, 1)
