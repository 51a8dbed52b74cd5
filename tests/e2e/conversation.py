"""What reaches an open conversation from outside: an officer's words, a notice of the bank."""

from __future__ import annotations

from datetime import datetime, timezone
from uuid import uuid4

from itsdangerous import URLSafeSerializer
from playwright.sync_api import Frame, Page

from bot.channels.transcript import Reply, Transcript
from bot.handover.store import SqlHandovers
from bot.handover.talk import ClosedBy, File, Why
from bot.privacy.sealing import Sealer
from bot.storage.engine import create_engine
from tests.stack import Stack

OFFICER = "工作人员 王敏"
_TOKEN = "() => JSON.parse(localStorage.getItem('xiaobao.session')).token"


def _now() -> datetime:
    return datetime.now(timezone.utc)


class Conversation:
    """The conversation on a page, seen from the server's database."""

    def __init__(self, stack: Stack, page: Page | Frame) -> None:
        engine = create_engine(f"sqlite:///{stack.folder / 'channel.db'}", durable=False)
        self._transcript = Transcript(engine)
        self._handovers = SqlHandovers(engine, Sealer(stack.env["FIELD_KEYS"].split(",")))
        self._sender = _sender_id(page.evaluate(_TOKEN))
        self._talk = str(uuid4())

    def hear(self, text: str, by: str | None = None) -> None:
        """Something said unasked: by the assistant, or by an officer."""
        assert self._transcript.push(self._sender, uuid4().hex, Reply(text, by=by), _now())

    def wait_for_officer(self) -> None:
        """The customer is put in the queue."""
        self._handovers.open(self._talk, self._sender, "web", Why.WORD, File("人工"), _now())

    def taken(self) -> None:
        """An officer takes the talk."""
        assert self._handovers.take(self._talk, OFFICER, _now())

    def closed(self) -> None:
        """The officer ends the talk."""
        assert self._handovers.close(self._talk, ClosedBy.OFFICER, _now())


def _sender_id(token: str) -> str:
    """A session's token carries the conversation's id in clear, packed when that is shorter."""
    _, held = URLSafeSerializer("").loads_unsafe(token)
    return str(held if isinstance(held, str) else held[0])
