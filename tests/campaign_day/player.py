"""Plays a scripted day against the product: visitors side by side, each one's messages in order."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

import aiohttp

from tests.campaign_day import talk
from tests.campaign_day.customers import Customer, WebCustomer, WeChatCustomer
from tests.campaign_day.script import Act, Line, Turn, Visitor
from wechatsim import Account

AT_ONCE = 12
"""Visitors who talk at the same time."""


@dataclass
class Played:
    """How the day went. `took`: seconds of each message by what it was about."""

    seconds: float = 0.0
    messages: int = 0
    took: dict[Turn, list[float]] = field(default_factory=lambda: defaultdict(list))
    names: list[str] = field(default_factory=list)
    """Everything the visitors are known by in their conversations."""
    troubles: list[str] = field(default_factory=list)
    """What was not answered as the script says."""
    gone: int = 0
    """Visitors who have left."""

    def summary(self) -> str:
        lines = [
            f"{self.gone} visitors, {self.messages} messages in {self.seconds:.0f} s,"
            f" {self.messages / self.seconds:.0f} a second"
        ]
        for turn in Turn:
            if len(self.took[turn]) > 1:
                cuts = statistics.quantiles(self.took[turn], n=20, method="inclusive")
                p50, p95 = (round(cuts[place] * 1000) for place in (9, 18))
                lines.append(
                    f"  {turn.value:<17}{len(self.took[turn]):>6}  p50 {p50} ms, p95 {p95} ms"
                )
        return "\n".join(lines)


Incident = tuple[float, Callable[[], Awaitable[None]]]
"""What happens once this share of the visitors has left."""


class Day:
    """One day at the product under `web` (its address) and behind `account`."""

    def __init__(self, web: str, account: Account, visitors: Sequence[Visitor]) -> None:
        self._web = web
        self._account = account
        self._visitors = visitors
        self._left = asyncio.Condition()
        self.played = Played()

    async def run(self, incidents: Sequence[Incident] = ()) -> Played:
        """Everybody comes and goes; `incidents` happen one after the other meanwhile."""
        began = time.perf_counter()
        coming = iter(self._visitors)
        async with AsyncExitStack() as stack:
            connector = aiohttp.TCPConnector(limit=2 * AT_ONCE)
            http = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))
            trouble = asyncio.create_task(self._happen(incidents))
            await asyncio.gather(*(self._serve(http, coming) for _ in range(AT_ONCE)))
            self.played.seconds = time.perf_counter() - began
            await trouble
        return self.played

    async def _happen(self, incidents: Sequence[Incident]) -> None:
        for share, happen in incidents:
            async with self._left:
                await self._left.wait_for(partial(self._have_left, share * len(self._visitors)))
            await happen()

    def _have_left(self, visitors: float) -> bool:
        return self.played.gone >= visitors

    async def _serve(self, http: aiohttp.ClientSession, coming: Iterator[Visitor]) -> None:
        for visitor in coming:
            customer = self._customer(http, visitor)
            try:
                for act in visitor.acts:
                    await self._do(customer, act)
            except AssertionError as exc:
                self.played.troubles.append(f"visitor {visitor.number}, {visitor.channel}: {exc}")
            self.played.names += customer.names
            async with self._left:
                self.played.gone += 1
                self._left.notify_all()

    def _customer(self, http: aiohttp.ClientSession, visitor: Visitor) -> Customer:
        if visitor.channel == "web":
            return WebCustomer(http, self._web)
        return WeChatCustomer(http, self._account, visitor.number, follows=visitor.follows)

    async def _do(self, customer: Customer, act: Act) -> None:
        for line in act.lines:
            words: str | None = line.words
            if line.if_offered:
                words = next((title for title in customer.titles if line.words in title), None)
            if words is None:
                return  # somebody else was faster
            heard = await self._deliver(customer, line, words)
            if act.wish and any(regret in heard for regret in talk.TOO_LATE):
                return
            assert line.hears in heard, f"{words} was answered {heard}"

    async def _deliver(self, customer: Customer, line: Line, words: str) -> str:
        began = time.perf_counter()
        deliver = customer.scan if line.turn is Turn.SCAN else customer.say
        heard = "\n".join(await deliver(words, line.times))
        self.played.took[line.turn].append((time.perf_counter() - began) / line.times)
        self.played.messages += line.times
        return heard
