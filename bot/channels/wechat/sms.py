"""Text messages, the last rung: a bank's own platform over HTTP, or a file to try it out with."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Protocol

import aiohttp

from bot.errors import SmsError, SmsUnreachable
from bot.settings import Settings

TIMEOUT = aiohttp.ClientTimeout(total=5)
LONGEST_ANSWER = 64 * 1024
LONGEST_PROOF = 64
_TRY_AGAIN = frozenset({408, 425, 429})


class Sms(Protocol):
    """Port of the text message platform."""

    async def send(self, phone: str, text: str, once: str) -> str:
        """Hands a message over and returns the platform's number for it; `once` names the message:
        handed over again, it is not sent again.

        Raises SmsUnreachable (try again) or SmsError (refused).
        """

    async def close(self) -> None:
        """Lets connections go."""


class HttpSms:
    """`POST` of `{"id", "phone", "text"}` with a bearer token; 2xx with `{"id": "…"}` is success.

    408, 425, 429, 5xx and no answer: later again; everything else is a refusal.
    """

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None  # a sender that is started again opens another

    async def send(self, phone: str, text: str, once: str) -> str:
        # Made in the event loop that uses it. A proxy of the environment must not see phones.
        session = self._session = self._session or aiohttp.ClientSession(
            timeout=TIMEOUT, trust_env=False
        )
        message = {"id": once, "phone": phone, "text": text}
        headers = {**self._headers, "Idempotency-Key": once}
        try:
            async with session.post(
                self._url, json=message, headers=headers, allow_redirects=False
            ) as answer:
                status, body = answer.status, await answer.content.read(LONGEST_ANSWER)
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            # From None: what aiohttp says may hold the address, which may hold a key.
            raise SmsUnreachable() from None
        if status in _TRY_AGAIN or status >= 500:
            raise SmsUnreachable(status=status)
        if not 200 <= status < 300:
            raise SmsError(status=status)
        return _number(body) or once


def _number(body: bytes) -> str | None:
    """The platform's number for the message; it has been taken also when there is none."""
    try:
        number = json.loads(body)["id"]
    except (ValueError, KeyError, TypeError):
        return None
    return str(number)[:LONGEST_PROOF]


class FileSms:
    """Writes messages into a file, one JSON object a line; nothing is sent."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def close(self) -> None:
        """Nothing is kept open."""

    async def send(self, phone: str, text: str, once: str) -> str:
        try:
            await asyncio.to_thread(self._write, {"id": once, "phone": phone, "text": text})
        except OSError:
            raise SmsUnreachable() from None
        return once

    def _write(self, message: dict[str, str]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600, exist_ok=True)
        with self._path.open("r+", encoding="utf-8") as file:
            if all(json.loads(line)["id"] != message["id"] for line in file):
                file.write(json.dumps(message, ensure_ascii=False) + "\n")


def open_sms(config: Settings) -> Sms | None:
    """The platform that is configured; None: no text messages."""
    if config.sms_url:
        return HttpSms(config.sms_url, config.sms_token.get_secret_value())
    return FileSms(Path(config.sms_file)) if config.sms_file else None
