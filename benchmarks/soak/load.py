"""Keeps customers coming at a steady rate, and one officer reading, until told to stop."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import aiohttp
import requests

from benchmarks.soak.conversations import Conversation, Kind
from benchmarks.soak.visitors import Phone, Unanswered, Visitor, WebVisitor
from tests.stack import Stack
from wechatsim import Account

AT_ONCE = 64
"""Customers in a conversation at the same time: at twelve messages a second each says something
every five seconds."""
PATIENCE = aiohttp.ClientTimeout(total=30)
OFFICER_SECONDS = 5.0
PAGE_SECONDS = 10
T = TypeVar("T")
_CASE = re.compile(r'"/cases/(TS[0-9A-Z-]+)"')


@dataclass
class Tally:
    """What has been sent so far. `times`: milliseconds of the acts since they were last taken."""

    messages: int = 0
    conversations: int = 0
    pages: int = 0
    resent: int = 0
    times: list[float] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)

    def take_times(self) -> list[float]:
        times, self.times = self.times, []
        return times


class Pace:
    """Slots at a steady rate; what is late by more than a second is not made up for."""

    def __init__(self, rate: float, clock: Callable[[], float]) -> None:
        self._each = 1 / rate
        self._clock = clock
        self._next = clock()

    def wait(self) -> float:
        """Takes the next slot; seconds until it."""
        slot = max(self._next, self._clock() - 1.0)
        self._next = slot + self._each
        return max(0.0, slot - self._clock())


class Load:
    """Customers at the product."""

    def __init__(self, product: Stack, account: Account, coming: Iterator[Conversation]) -> None:
        self._product = product
        self._account = account
        self._coming = coming
        self.tally = Tally()

    async def during(self, work: Coroutine[Any, Any, T], rate: float) -> T:
        """What `work` gives, done while `rate` messages a second come; raises as `beside`."""
        return await beside(partial(self.run, rate=rate), work)

    async def run(self, until: asyncio.Event, rate: float) -> None:
        """`rate` messages a second. Returns when everybody has left, soon after `until` is set."""
        pace = Pace(rate, asyncio.get_running_loop().time)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=PATIENCE, connector=connector) as http:
            talks = (self._serve(http, pace, until) for _ in range(AT_ONCE))
            await asyncio.gather(self._officer(until), *talks)

    async def _serve(self, http: aiohttp.ClientSession, pace: Pace, until: asyncio.Event) -> None:
        while not until.is_set():
            conversation = next(self._coming)
            visitor = self._visitor(http, conversation)
            try:
                await self._talk(visitor, conversation, pace, until)
            except (Unanswered, aiohttp.ClientError, asyncio.TimeoutError) as exc:
                self.tally.troubles[f"{type(exc).__name__}: {exc}"] += 1
            self.tally.conversations += 1
            self.tally.resent += visitor.resent

    def _visitor(self, http: aiohttp.ClientSession, conversation: Conversation) -> Visitor:
        if conversation.channel == "web":
            return WebVisitor(http, self._product.web)
        return Phone(http, self._account, conversation.number)

    async def _talk(
        self, visitor: Visitor, conversation: Conversation, pace: Pace, until: asyncio.Event
    ) -> None:
        clock = asyncio.get_running_loop().time
        for step in conversation.steps:
            if until.is_set():
                return
            if step.kind is Kind.POLL:
                await visitor.act(step)
                continue
            await asyncio.sleep(pace.wait())
            began = clock()
            await visitor.act(step)
            self.tally.times.append((clock() - began) * 1000 / step.times)
            self.tally.messages += 1

    async def _officer(self, until: asyncio.Event) -> None:
        """Somebody at the console who looks at the list and at a case now and then."""
        officer = self._product.officers.make()
        http = await asyncio.to_thread(self._product.officers.sign_in, officer)
        # The server closes idle connections after five seconds, just when the next look comes.
        http.headers["Connection"] = "close"
        while not until.is_set():
            try:
                await asyncio.to_thread(self._look, http)
            except requests.RequestException as exc:
                self.tally.troubles[f"console: {type(exc).__name__}"] += 1
            await asyncio.sleep(OFFICER_SECONDS)
        http.close()

    def _look(self, http: requests.Session) -> None:
        listed = http.get(f"{self._product.store}/cases", timeout=PAGE_SECONDS)
        for reference in _CASE.findall(listed.text)[:1]:
            http.get(f"{self._product.store}/cases/{reference}", timeout=PAGE_SECONDS)
        self.tally.pages += 1


async def beside(
    load: Callable[[asyncio.Event], Coroutine[Any, Any, None]], work: Coroutine[Any, Any, T]
) -> T:
    """What `work` gives, done while `load` runs, which ends soon after its event is set.

    A load that comes to grief ends all of it at once, with what it raised: nobody measures nothing
    for half an hour.
    """
    enough = asyncio.Event()
    running, working = asyncio.create_task(load(enough)), asyncio.create_task(work)
    try:
        await asyncio.wait({running, working}, return_when=asyncio.FIRST_COMPLETED)
        enough.set()
        await running
        return await working
    finally:
        running.cancel()
        working.cancel()
