"""Customers of the contestants: the same client, the wire format of each channel."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from benchmarks.wire import Answer, Connection


class Unanswered(RuntimeError):
    """A message got an error or silence."""


@dataclass(frozen=True)
class Said:
    """The answer to one message: after how many ms, in what words, in how many bytes of body."""

    ms: float
    texts: tuple[str, ...]
    size: int


class Customer(Protocol):
    """A conversation over one connection of its own."""

    def say(self, text: str) -> Said:
        """Raises Unanswered, and OSError when the server cannot be reached."""

    def twin(self) -> Customer:
        """The same conversation over another connection, open already."""


NewCustomer = Callable[[], Customer]


class WebCustomer:
    """Speaks as the chat page of the website does; the echo understands it too."""

    def __init__(self, base: str, token: str | None = None) -> None:
        """`base`: the channel's address; without `token` a session is opened."""
        self._base = base
        self._wire = Connection(base)
        self._token = token or str(_json(self._wire.post("session", {}, {}), 201)["token"])
        self._headers = {"Authorization": f"Bearer {self._token}"}
        self._wire.open()

    def say(self, text: str) -> Said:
        body = {"id": str(uuid4()), "text": text}
        answer = self._wire.post("messages", body, self._headers)
        messages = _json(answer, 200)["messages"]
        return _said(answer, [m["text"] for m in messages if m["from"] == "bot"])

    def twin(self) -> WebCustomer:
        return WebCustomer(self._base, self._token)


class RestCustomer:
    """Speaks to Rasa's own REST channel."""

    def __init__(self, base: str, sender: str | None = None) -> None:
        self._base = base
        self._wire = Connection(f"{base}/webhooks/rest/")
        self._sender = sender or uuid4().hex
        self._wire.open()

    def say(self, text: str) -> Said:
        answer = self._wire.post("webhook", {"sender": self._sender, "message": text}, {})
        return _said(answer, [m["text"] for m in _json(answer, 200) if m.get("text")])

    def twin(self) -> RestCustomer:
        return RestCustomer(self._base, self._sender)


def _json(answer: Answer, status: int) -> Any:
    if answer.status != status:
        raise Unanswered(f"HTTP {answer.status}: {answer.body[:200]!r}")
    return json.loads(answer.body)


def _said(answer: Answer, texts: list[str]) -> Said:
    if not texts:
        raise Unanswered("a turn was answered with silence")
    return Said(answer.ms, tuple(texts), len(answer.body))
