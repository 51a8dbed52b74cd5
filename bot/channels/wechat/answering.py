"""What goes back with the request, and what becomes of the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.channels.transcript import Reply, Transcript
from bot.channels.wechat import texts
from bot.channels.wechat.deliveries import Deliveries
from bot.channels.wechat.ladder import Rung
from bot.channels.wechat.message import Kind
from bot.channels.wechat.outbound import Outbound
from bot.channels.wechat.passive import Bundle, pack, with_line
from bot.channels.wechat.turns import Delivered, Said
from bot.metrics.followers import Brought, Followers

BEHIND_A_REPLY = timedelta(seconds=1)
"""What follows by a call of its own would else be there before the reply it goes on from."""


class Answering:
    """Turns what is said into a passive reply; `passive` blocks. Methods raise StorageError."""

    def __init__(
        self,
        transcript: Transcript,
        outbound: Outbound,
        deliveries: Deliveries,
        *,
        answers_follow: bool,
        now: Callable[[], datetime],
        wake: Callable[[], None],
        followers: Followers,
    ) -> None:
        """`answers_follow`: what does not go back is sent by itself; `wake`s whoever sends it."""
        self._transcript = transcript
        self._outbound = outbound
        self._deliveries = deliveries
        self._answers_follow = answers_follow
        self._now = now
        self._wake = wake
        self._followers = followers

    def passive(self, delivered: Delivered, said: Said) -> str | None:
        """The text of the reply, at most 2,048 bytes; None for silence."""
        if said.words is not None or not said.messages:
            self._send_what_waits(delivered)
            return said.words
        bundle = pack(said.messages)
        if said.collects or bundle.left:
            return self._collected(delivered, bundle)
        sender, key = delivered.sender_id, delivered.key
        if not self._outbound.went_back(sender, key, self._now()):
            return None  # it reaches the customer another way
        self._followers.tried(Rung.PASSIVE.value, Brought.SENT)
        return self._with_unread(sender, bundle.text)

    async def bring(self, delivered: Delivered, said: Said) -> None:
        """Hands over what was ready too late for its request."""
        sender = delivered.sender_id
        if said.words is not None:
            late = (sender, f"{delivered.key}/late", Reply(said.words), self._now())
            await asyncio.to_thread(self._transcript.push, *late)
        await asyncio.to_thread(self._outbound.hurry, sender, self._now())
        self._wake()

    def _collected(self, delivered: Delivered, bundle: Bundle) -> str:
        more = texts.MORE_FOLLOWS if self._answers_follow else texts.MORE
        text = with_line(bundle.text, more) if bundle.left else bundle.text
        sender, key, now = delivered.sender_id, delivered.key, self._now()
        # Before it counts as given: a repeat of the request must hear it again.
        self._deliveries.keep_answer(sender, key, text)
        self._outbound.collected(sender, bundle.whole, key, now)
        self._followers.tried(Rung.PASSIVE.value, Brought.SENT)
        if bundle.begun is not None:
            self._outbound.began(sender, bundle.begun, bundle.text, now, self._behind(now))
        if bundle.left:
            self._outbound.hurry(sender, self._behind(now))
        return text

    def _behind(self, now: datetime) -> datetime:
        """When it is time for what is to be read after a reply that is given now."""
        return now + BEHIND_A_REPLY if self._answers_follow else now

    def _send_what_waits(self, delivered: Delivered) -> None:
        """The message allows anew what the platform would not take before."""
        if self._answers_follow and delivered.message.kind is not Kind.EVENT:
            self._outbound.hurry(delivered.sender_id, self._behind(self._now()))

    def _with_unread(self, sender: str, text: str) -> str:
        if self._answers_follow:
            return text
        unread = len(self._outbound.parked(sender, self._now()))
        return with_line(text, texts.UNREAD.format(count=unread)) if unread else text
