"""Posts packets to the account's server as the platform does.

Five seconds for the whole answer, then the connection is cut and the packet posted again, three
times in all; so it is after a refused connection and after a 5xx. Any other answer ends it.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from urllib.parse import urlencode, urlsplit

import aiohttp

from wechatsim.account import Account, Mode
from wechatsim.clock import Clock
from wechatsim.faults import Faults
from wechatsim.journal import Delivery, Journal
from wechatsim.packets import Packet
from wechatsim.replies import BadReply, Reply, read
from wechatsim.sealing import SALT_BYTES, Sealer
from wechatsim.signing import signature

PATIENCE = 5.0
ATTEMPTS = 3
_SERVER_ERROR = 500
_OK = 200
_KINDS = {"text": "文本", "image": "图片", "voice": "语音", "video": "视频", "news": "图文"}


@dataclass(frozen=True)
class Posting:
    """One request to the account's server."""

    url: str
    """With the signed query."""
    body: bytes


def posting(account: Account, packet: Packet, at: int, nonce: str, salt: bytes) -> Posting:
    """The signed request that carries a packet.

    `at` is the timestamp in seconds since 1970, `salt` 16 random bytes for the encryption.
    """
    query = {
        "signature": signature(account.token, str(at), nonce),
        "timestamp": str(at),
        "nonce": nonce,
        "openid": packet.openid,
    }
    body = packet.xml
    if account.mode is not Mode.PLAIN:
        sealed = Sealer(account.aes_key, account.app_id).seal(packet.xml, salt)
        query["encrypt_type"] = "aes"
        query["msg_signature"] = signature(account.token, str(at), nonce, sealed)
        body = _envelope(account, packet, sealed)
    return Posting(_with(account.server_url, query), body)


def _envelope(account: Account, packet: Packet, sealed: str) -> bytes:
    """In the safe mode the address and the sealed text; in the compatible one the packet too."""
    encrypt = f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    if account.mode is Mode.COMPATIBLE:
        return packet.xml[: -len(b"</xml>")] + encrypt
    to = f"<xml><ToUserName><![CDATA[{account.original_id}]]></ToUserName>".encode()
    return to + encrypt


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


@dataclass(frozen=True)
class Outcome:
    """What became of a packet: a reply, nothing to show, or a failure of the server."""

    reply: Reply | None = None
    failed: bool = False


class Courier:
    """Delivers packets and verifies the server."""

    def __init__(
        self,
        clock: Clock,
        journal: Journal,
        faults: Faults,
        patience: float = PATIENCE,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """`patience` in seconds; `random` gives so many bytes."""
        self.patience = patience
        self._clock = clock
        self._journal = journal
        self._faults = faults
        self._random = random

    async def deliver(self, account: Account, packet: Packet) -> Outcome:
        """Posts until there is an answer; never raises for what the server does."""
        outcome = await self._until_answered(account, packet)
        for number in range(self._faults.repeat):
            await self._attempt(self._posting(account, packet), account, packet, number + 2)
        return outcome

    async def verify(self, account: Account) -> bool:
        """Asks the server for the echo of a random text, as the page of the settings does."""
        at, nonce, echo = str(self._clock.timestamp()), self._nonce(), self._nonce()
        signed = signature(account.token, at, nonce)
        query = {"signature": signed, "timestamp": at, "nonce": nonce, "echostr": echo}
        began = perf_counter()
        try:
            status, body = await self._request(
                "GET", Posting(_with(account.server_url, query), b"")
            )
            good = status == _OK and body == echo.encode()
            answer = "原样返回了 echostr" if good else f"HTTP {status}，返回的不是 echostr"
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            good, answer = False, self._trouble(exc)
        self._record("", "验证服务器", 1, began, answer, good)
        return good

    async def _until_answered(self, account: Account, packet: Packet) -> Outcome:
        first = self._posting(account, packet)
        for attempt in range(1, ATTEMPTS + 1):
            again = attempt > 1 and not self._faults.same_signature
            request = self._posting(account, packet) if again else first
            outcome = await self._attempt(request, account, packet, attempt)
            if outcome is not None:
                return outcome
        return Outcome(failed=True)

    async def _attempt(
        self, request: Posting, account: Account, packet: Packet, attempt: int
    ) -> Outcome | None:
        """None when the platform would try again."""
        began = perf_counter()
        outcome: Outcome | None = None
        try:
            status, body = await self._request("POST", request)
        except (aiohttp.ClientError, asyncio.TimeoutError) as exc:
            answer = self._trouble(exc)
        else:
            if self._faults.loses_reply():
                answer = "回答丢失（故障开关）"
            elif status >= _SERVER_ERROR:
                answer = f"HTTP {status}"
            else:
                outcome, answer = self._read(status, body, account, packet)
        good = outcome is not None and not outcome.failed
        self._record(packet.openid, packet.what, attempt, began, answer, good)
        return outcome

    @staticmethod
    def _read(status: int, body: bytes, account: Account, packet: Packet) -> tuple[Outcome, str]:
        if status != _OK:
            return Outcome(failed=True), f"HTTP {status}"
        try:
            reply = read(body, account, packet.openid)
        except BadReply as exc:
            return Outcome(failed=True), str(exc)
        if reply is None:
            return Outcome(), body.decode().strip() or "空"
        return Outcome(reply), f"被动回复：{_KINDS.get(reply.kind, reply.kind)}"

    async def _request(self, method: str, request: Posting) -> tuple[int, bytes]:
        limit = aiohttp.ClientTimeout(total=self.patience)
        headers = {"Content-Type": "text/xml"} if request.body else {}
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.request(
                method, request.url, data=request.body, headers=headers, allow_redirects=False
            ) as answer,
        ):
            return answer.status, await answer.read()

    def _posting(self, account: Account, packet: Packet) -> Posting:
        at = self._clock.timestamp()
        return posting(account, packet, at, self._nonce(), self._random(SALT_BYTES))

    def _nonce(self) -> str:
        return str(int.from_bytes(self._random(4), "big"))

    def _trouble(self, exc: Exception) -> str:
        if isinstance(exc, asyncio.TimeoutError):
            return f"{self.patience:g} 秒内没有回答"
        return "连接不上"

    def _record(
        self, openid: str, what: str, attempt: int, began: float, answer: str, good: bool
    ) -> None:
        took = round((perf_counter() - began) * 1000)
        self._journal.add(Delivery(self._clock.now(), openid, what, attempt, took, answer, good))
