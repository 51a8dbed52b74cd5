"""Clients of both channels, many at once, as stubborn as the real ones: what gets no answer is sent
again under its own id."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from itertools import count
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import aiohttp
from itsdangerous import URLSafeSerializer

from wechatsim import Account, packets, posting
from wechatsim.packets import Packet, Sent
from wechatsim.replies import read

TRIES = 40
PAUSE_SECONDS = 0.5
WEB_SECONDS = 30.0
POLL_SECONDS, GREETING_POLLS = 20, 6
WECHAT_SECONDS = 6.5
"""Longer than the channel keeps a request it has no answer for: it asks to be asked again."""
_BUSY = frozenset({429, 500, 502, 503, 504})
_PUT_OFF = re.compile("^(?:系统正忙|还在处理)", re.MULTILINE)
"""In what a phone shows while the answer is not ready: 「继续」 asks for it."""
_UNREAD = re.compile(r"\s*您还有[0-9]+条没看的消息.*")
"""What stands under an answer when something else has come meanwhile."""
_CHOICE = re.compile(r"^[0-9]{1,2}\. (.+)$", re.MULTILINE)

T = TypeVar("T")


class Customer(Protocol):
    """Somebody in a conversation. What is sent `times` times must be answered the same each time.

    Both acts return what the assistant said. Raise AssertionError when it cannot be right.
    """

    async def scan(self, scene: str, times: int = 1) -> list[str]: ...

    async def say(self, words: str, times: int = 1) -> list[str]:
        """Presses the button of this title where there is one, else types the words."""
        ...

    @property
    def titles(self) -> Collection[str]:
        """The titles of the buttons under the last answer."""
        ...

    @property
    def names(self) -> list[str]:
        """What this person is known by in the conversation and must not be known by elsewhere."""
        ...


class WebCustomer:
    """A browser with the chat page."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        """`base`: address of the web channel, with a slash at the end."""
        self._http = http
        self._base = base
        self._token = ""
        self._choices: dict[str, str] = {}

    @property
    def names(self) -> list[str]:
        _, said = URLSafeSerializer("").loads_unsafe(self._token)
        return [str(said[0])]

    @property
    def titles(self) -> Collection[str]:
        return self._choices.keys()

    async def scan(self, scene: str, times: int = 1) -> list[str]:
        if not self._token:
            return await self._open(scene)
        return await self._send("campaign", {"scene": scene}, times)

    async def say(self, words: str, times: int = 1) -> list[str]:
        choice = self._choices.get(words)
        said = {"text": words} if choice is None else {"choice": choice}
        return await self._send("messages", said, times)

    async def _open(self, scene: str) -> list[str]:
        """A new session. It is asked for once: whoever asks twice is two visitors."""
        opened = await self._ask("POST", "session", {"campaign": scene})
        self._token = str(opened["token"])
        news = await self._ask("GET", "messages?after=0")
        for _ in range(GREETING_POLLS):
            if _of_assistant(news):
                break  # else the greeting takes longer than the session waits for it
            wait = f"messages?after={news['cursor']}&wait={POLL_SECONDS}"
            news = await self._ask("GET", wait)
        return self._read(news)

    async def _send(self, path: str, said: dict[str, str], times: int) -> list[str]:
        body = {"id": str(uuid4()), **said}

        async def deliver() -> list[str]:
            return self._read(await self._ask("POST", path, body))

        return await _answered_alike(deliver, times)

    async def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        patience = aiohttp.ClientTimeout(total=WEB_SECONDS)

        async def ask() -> tuple[int, Any]:
            async with self._http.request(
                method, self._base + path, json=body, headers=headers, timeout=patience
            ) as answer:
                return answer.status, await answer.json()

        return await _until_answered(ask)

    def _read(self, body: Any) -> list[str]:
        messages = _of_assistant(body)
        self._choices = {b["title"]: b["choice"] for m in messages for b in m["buttons"]}
        return [str(m["text"]) for m in messages]


class WeChatCustomer:
    """A phone; its platform delivers to the account's server and shows what comes back."""

    def __init__(
        self, http: aiohttp.ClientSession, account: Account, number: int, *, follows: bool
    ) -> None:
        """`number` tells this person from the others of the day."""
        self._http = http
        self._account = account
        self._openid = f"oDay{number:024d}"
        self._follows = follows
        self._numbers = count(8_000_000_000_000_000 + number * 1000)
        self._sent_at = 0
        self._titles: Collection[str] = ()

    @property
    def names(self) -> list[str]:
        return [self._openid]

    @property
    def titles(self) -> Collection[str]:
        return self._titles

    async def scan(self, scene: str, times: int = 1) -> list[str]:
        if self._follows:
            return await self._send(packets.scan(self._sent(), scene, f"ticket-{scene}"), times)
        self._follows = True
        return await self._send(packets.subscribe(self._sent(), scene, f"ticket-{scene}"), times)

    async def say(self, words: str, times: int = 1) -> list[str]:
        return await self._send(packets.text(self._sent(), words, next(self._numbers)), times)

    def _sent(self) -> Sent:
        # Two events of one person in the same second would be one event: so the platform has it.
        self._sent_at = max(self._sent_at + 1, int(time.time()))
        return Sent(self._openid, self._account.original_id, self._sent_at)

    async def _send(self, packet: Packet, times: int) -> list[str]:
        async def deliver() -> list[str]:
            shown = await _until_answered(partial(self._deliver, packet))
            return [_UNREAD.sub("", shown)]

        first, *_ = await _answered_alike(deliver, times)
        shown = await self._awaited(first)
        self._titles = _CHOICE.findall(shown)
        return [shown]

    async def _awaited(self, shown: str) -> str:
        """What is shown at last to a customer who was put off and asks for the rest."""
        for _ in range(TRIES):
            if not _PUT_OFF.search(shown):
                return shown
            await asyncio.sleep(2 * PAUSE_SECONDS)
            asked = packets.text(self._sent(), "继续", next(self._numbers))
            shown = await _until_answered(partial(self._deliver, asked))
        raise AssertionError(f"put off for good: {shown}")

    async def _deliver(self, packet: Packet) -> tuple[int, str]:
        at, salt = int(time.time()), secrets.token_bytes(16)
        request = posting(self._account, packet, at, secrets.token_hex(5), salt)
        patience = aiohttp.ClientTimeout(total=WECHAT_SECONDS)
        async with self._http.post(
            request.url, data=request.body, headers={"Content-Type": "text/xml"}, timeout=patience
        ) as answer:
            body = await answer.read()
        if answer.status != 200:
            return answer.status, ""
        reply = read(body, self._account, packet.openid)
        return (200, reply.text) if reply is not None else (503, "")


def _of_assistant(body: Any) -> list[dict[str, Any]]:
    return [m for m in body["messages"] if m["from"] == "bot"]


async def _answered_alike(deliver: Callable[[], Awaitable[list[str]]], times: int) -> list[str]:
    """The answer to every delivery, unless one of them was put off: then the last one."""
    answers = [await deliver() for _ in range(times)]
    given = [each for each in answers if not any(map(_PUT_OFF.search, each))]
    assert all(each == given[0] for each in given), f"the same message was answered {given}"
    return answers[-1]


async def _until_answered(ask: Callable[[], Awaitable[tuple[int, T]]]) -> T:
    """Asks again as long as the server is away or busy."""
    trouble = ""
    for _ in range(TRIES):
        try:
            status, body = await ask()
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            trouble = type(exc).__name__
        else:
            if status < 300:
                return body
            trouble = f"HTTP {status}: {body}"
            assert status in _BUSY, trouble
        await asyncio.sleep(PAUSE_SECONDS)
    raise AssertionError(f"never answered: {trouble}")
