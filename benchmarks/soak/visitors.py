"""The customers of a soak over HTTP: a browser with the chat page, and a phone behind its platform."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, Protocol
from uuid import uuid4

import aiohttp

from benchmarks.channels.measure import deliver
from benchmarks.soak.conversations import Kind, Step
from tests.samples import PDF
from wechatsim import Account, packets
from wechatsim.packets import Packet, Sent

POLL_SECONDS = 10
"""Less than the page asks for, so that the load ends soon when it shall."""
TRIES, BUSY, BUSY_SECONDS = 4, 503, 3.0
"""What is told to be busy is sent again under its own id, as the page does."""
_CHOICE = re.compile(r"^[0-9]{1,2}\. (.+)$", re.MULTILINE)


class Unanswered(Exception):
    """A message without an answer, or with another than it must have."""


class Visitor(Protocol):
    """Somebody in a conversation. `resent`: how often the system was busy."""

    resent: int

    async def act(self, step: Step) -> None:
        """Does one thing and reads the answer. Raises Unanswered, aiohttp.ClientError, TimeoutError."""
        ...


class WebVisitor:
    """A browser; its session begins with its first act."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        """`base`: address of the web channel, with a slash at the end."""
        self._http = http
        self._base = base
        self._token = ""
        self.resent = 0
        self._cursor = 0
        self._choices: dict[str, str] = {}

    async def act(self, step: Step) -> None:
        if not self._token:
            self._token = str((await self._ask("POST", "session", {}))["token"])
        if step.kind is Kind.POLL:
            news = f"messages?after={self._cursor}&wait={POLL_SECONDS}"
            self._read(await self._ask("GET", news), "")
        elif step.kind is Kind.FILE:
            await self._send_file()
        elif step.kind is Kind.SCAN:
            await self._send("campaign", {"scene": step.words}, step)
        elif said := self._said(step):
            await self._send("messages", said, step)

    def _said(self, step: Step) -> dict[str, str]:
        """The body of a message; empty when there is nothing to choose."""
        if step.kind is Kind.CHOOSE:
            return {"choice": next(iter(self._choices.values()))} if self._choices else {}
        choice = self._choices.get(step.words)
        return {"text": step.words} if choice is None else {"choice": choice}

    async def _send(self, path: str, said: dict[str, str], step: Step) -> None:
        body = {"id": str(uuid4()), **said}
        for _ in range(step.times):
            self._read(await self._ask("POST", path, body), step.hears)

    async def _send_file(self) -> None:
        number = str(uuid4())

        def form() -> dict[str, Any]:
            data = aiohttp.FormData()
            data.add_field("id", number)
            data.add_field("file", PDF, filename="回单.pdf")
            return {"data": data}

        self._read(await self._until_served("POST", "attachments", form), "")

    async def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return await self._until_served(method, path, lambda: {"json": body})

    async def _until_served(
        self, method: str, path: str, content: Callable[[], dict[str, Any]]
    ) -> Any:
        """The body of the answer; `content` is made anew for each try."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        for _ in range(TRIES):
            async with self._http.request(
                method, self._base + path, headers=headers, **content()
            ) as answer:
                if answer.status < 300:
                    return await answer.json()
                if answer.status != BUSY:
                    raise Unanswered(f"{path}: HTTP {answer.status}")
            self.resent += 1
            await asyncio.sleep(BUSY_SECONDS)
        raise Unanswered(f"{path}: still busy")

    def _read(self, body: Any, hears: str) -> None:
        said = [m for m in body["messages"] if m["from"] == "bot"]
        self._cursor = max(self._cursor, body["cursor"])
        if said:
            self._choices = {b["title"]: b["choice"] for m in said for b in m["buttons"]}
        if hears and not any(hears in m["text"] for m in said):
            raise Unanswered(f"no {hears} in the answer")


class Phone:
    """A follower of the account. What is not answered at once comes by customer-service message."""

    _numbers = count(7_900_000_000_000_000)

    def __init__(self, http: aiohttp.ClientSession, account: Account, number: int) -> None:
        self._http = http
        self._account = account
        self._openid = f"oSoak{number:023d}"
        self.resent = 0
        self._choices: Sequence[str] = ()
        self._sent_at = 0

    async def act(self, step: Step) -> None:
        packet = self._packet(step)
        if packet is None:
            return
        replies = [await deliver(self._http, self._account, packet) for _ in range(step.times)]
        answers = [reply.text for reply in replies if reply is not None]
        if answers:
            self._choices = _CHOICE.findall(answers[-1])

    def _packet(self, step: Step) -> Packet | None:
        if step.kind is Kind.SCAN:
            return packets.subscribe(self._sent(), step.words, f"ticket-{step.words}")
        if step.kind is Kind.CHOOSE and not self._choices:
            return None
        words = self._choices[0] if step.kind is Kind.CHOOSE else step.words
        return packets.text(self._sent(), words, next(self._numbers))

    def _sent(self) -> Sent:
        # Two events of one person in the same second would be one event: so the platform has it.
        self._sent_at = max(self._sent_at + 1, int(time.time()))
        return Sent(self._openid, self._account.original_id, self._sent_at)
