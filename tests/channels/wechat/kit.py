"""The WeChat channel on a real port, behind a platform that behaves as the real one does.

Nobody is pressed for time but in tests of turns that are late. The platform is `wechatsim`; a test
that wants to deliver by itself, twice, late or wrongly, posts packets with `Line.post`.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests
from cryptography.fernet import Fernet
from rasa.core.channels.channel import UserMessage
from sanic import Sanic

from bot.channels.assembly import Parts
from bot.channels.transcript import Message
from bot.channels.wechat.channel import WeChatInput
from bot.channels.wechat.customers import Customers
from bot.channels.wechat.turns import Patience
from bot.errors import TurnFailed
from tests.channels import counter
from wechatsim import Account, Mode, Person, Platform, Posting, Simulator, packets, posting, running
from wechatsim.packets import Packet, Sent
from wechatsim.replies import read


@dataclass(frozen=True)
class Deadlines:
    """How long the platform waits for an answer, in seconds, and how long the channel works on one."""

    platform: float
    channel: Patience


AMPLE = Deadlines(40.0, Patience(answer=30.0, latest=35.0, gone=50.0))
"""Nobody misses them, also on a machine that halts for seconds: most tests are not about that."""
SHORT = Deadlines(5.0, Patience(answer=1.0, latest=3.5, gone=9.0))
"""For turns that are late. Between the deadlines of both sides there are seconds all the same, so
that the platform hears the channel in time, and the channel hears the platform hang up."""
LONGEST_SECONDS = 60.0
"""Nothing takes so long."""
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"


@dataclass
class Says:
    """One thing the assistant says."""

    text: str
    buttons: Sequence[tuple[str, str]] = ()


class Assistant(counter.Assistant):
    """Stands for Rasa: repeats what it got unless told what to say; waits, fails as told."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Callable[[str], list[Says]] = lambda text: [Says(f"收到：{text}")]
        self.go = threading.Event()
        self.go.set()

    async def __call__(self, message: UserMessage) -> None:
        self.turns.append(message)
        await asyncio.to_thread(self.go.wait, 60)
        if self.away:
            raise TurnFailed()
        for said in self.answer(message.text):
            buttons = [{"title": t, "payload": p} for t, p in said.buttons]
            await message.output_channel.send_text_with_buttons(
                message.sender_id, said.text, buttons
            )

    def heard(self) -> list[str]:
        """What every turn was about, in order."""
        return [turn.text for turn in self.turns]


class Line(counter.Counter):
    """Web and WeChat channel of one process; `assistant` may be shared with another."""

    def __init__(
        self, folder: Path, assistant: Assistant, patience: Patience, **settings: Any
    ) -> None:
        super().__init__(folder, **settings)
        self.assistant: Assistant = assistant
        self._patience = patience
        self.url = f"http://127.0.0.1:{self.config.rasa_port}/webhooks/wechat/"
        self.parts: Parts | None = None

    def mount(self, app: Sanic, parts: Parts) -> None:
        super().mount(app, parts)
        self.parts = parts
        wechat = WeChatInput(parts, self._patience)
        app.blueprint(wechat.blueprint(self.assistant), url_prefix="/webhooks/wechat")

    def sender(self, openid: str = OPENID) -> str:
        parts, config = self.running(), self.config
        known = Customers(
            parts.channel_engine, parts.sealer, config.web_secrets(), config.wechat_app_id
        )
        return known.of(openid)

    def running(self) -> Parts:
        assert self.parts is not None, "the line is not open"
        return self.parts

    def history(self, openid: str = OPENID) -> list[Message]:
        return self.running().transcript.after(self.sender(openid), 0)


@dataclass
class Town:
    """A platform and the processes behind its account; the first one is the account's server."""

    sim: Simulator
    lines: list[Line]
    assistant: Assistant
    numbers: Any = field(default_factory=lambda: count(7_000_000_000_000_000))

    @property
    def line(self) -> Line:
        return self.lines[0]

    def person(self, openid: str = OPENID, *, following: bool = True) -> Person:
        return self.sim.user(openid, following=following)

    def sent(self, openid: str = OPENID, at: datetime | None = None) -> Sent:
        account = self.sim.platform.account
        moment = at or datetime.now(timezone.utc)
        return Sent(openid, account.original_id, int(moment.timestamp()))

    def text(self, words: str, openid: str = OPENID) -> Packet:
        """A text nobody has delivered yet."""
        return packets.text(self.sent(openid), words, next(self.numbers))

    def request(self, packet: Packet, line: Line | None = None) -> Posting:
        """The signed request that delivers `packet` to a process."""
        account = replace(self.sim.platform.account, server_url=(line or self.line).url)
        at = int(datetime.now(timezone.utc).timestamp())
        return posting(account, packet, at, secrets.token_hex(5), secrets.token_bytes(16))

    def deliver(
        self, packet: Packet, line: Line | None = None, seconds: float = LONGEST_SECONDS
    ) -> str | None:
        """One delivery; the text that came back, None for `success`."""
        answer = post(self.request(packet, line), seconds)
        assert answer.status_code == 200, f"{answer.status_code}: {answer.text}"
        reply = read(answer.content, self.sim.platform.account, packet.openid)
        return None if reply is None else reply.text


def post(request: Posting, seconds: float = LONGEST_SECONDS) -> requests.Response:
    return requests.post(
        request.url, data=request.body, headers={"Content-Type": "text/xml"}, timeout=seconds
    )


@contextmanager
def town(
    folder: Path,
    *,
    mode: Mode = Mode.ENCRYPTED,
    customer_service: bool = True,
    processes: int = 1,
    channel_url: str = "",
    deadlines: Deadlines = AMPLE,
) -> Iterator[Town]:
    """Everything at work as long as the block runs."""
    account = replace(Account.generated(), mode=mode, customer_service=customer_service)
    platform = Platform(account, patience=deadlines.platform)
    assistant = Assistant()
    with ExitStack() as stack:
        sim = stack.enter_context(running(platform))
        shared = {
            "web_session_secret": uuid4().hex,
            "analytics_secret": "a",
            "field_keys": Fernet.generate_key().decode(),
            "channel_url": channel_url,
            "wechat_app_id": account.app_id,
            "wechat_app_secret": account.secret,
            "wechat_token": account.token,
            "wechat_aes_key": account.aes_key,
            "wechat_mode": mode.value,
            "wechat_customer_service": customer_service,
            "wechat_api_url": sim.url,
        }
        lines = [Line(folder, assistant, deadlines.channel, **shared) for _ in range(processes)]
        for line in lines:
            stack.enter_context(line.open())
        platform.account = replace(account, server_url=lines[0].url)
        stack.callback(assistant.go.set)  # nobody may be waiting for it when all ends
        yield Town(sim, lines, assistant)


def moved(town: Town, by: timedelta) -> None:
    """Lets time pass for the bank; the platform's own clock is `sim.clock`."""
    for line in town.lines:
        line.later += by
