"""The bank's desk in memory, and officers who sit at it. It passes the contract tests of the port."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid5

from bot.errors import NotFound, Permanent, Retryable
from bot.handover.desk import DeskEvent, DeskEvents, EventKind, Line, Standing
from bot.handover.talk import ClosedBy, State, Talk, Why

WANG = "工作人员 王敏"
_IDS = UUID("0c0a2f0e-52a2-4a43-b0ad-bb1d3c4e90f1")


@dataclass
class Chat:
    """A talk as the desk has it; `lines` in the order they came."""

    state: State
    why: Why
    channel: str
    lines: dict[str, Line] = field(default_factory=dict)
    closed_by: ClosedBy | None = None
    is_connected: bool = True

    def texts(self) -> list[str]:
        return [line.text for line in self.lines.values()]


class FakeDesk:
    """`failures` are raised, one per call, before the desk answers; `refused` talks and
    what is said in them never come in, and about those in `unreachable` there is no answer.

    The officers' side: `take`, `speak`, `end` and `invite`.
    """

    def __init__(self) -> None:
        self.chats: dict[str, Chat] = {}
        self.happened: list[DeskEvent] = []
        self.callbacks: dict[str, dict[str, Any]] = {}
        self.cancelled: dict[str, str] = {}
        self.failures: list[Exception] = []
        self.refused: set[str] = set()
        self.unreachable: set[str] = set()
        self.on_duty = 0
        self.calls = 0
        self._numbers = count(1)

    def standing(self) -> Standing:
        self._enter()
        waiting = sum(chat.state is State.WAITING for chat in self.chats.values())
        return Standing(self.on_duty > 0, self.on_duty, waiting)

    def open_chat(self, talk: Talk, lines: Sequence[Line]) -> State:
        self._enter(talk.id)
        self._must_take(talk.id)
        chat = self.chats.setdefault(talk.id, Chat(State.WAITING, talk.why, talk.channel))
        if (chat.why, chat.channel) != (talk.why, talk.channel):
            raise Permanent("HTTP 422 idempotency_conflict")
        chat.is_connected = True
        if chat.state is not State.CLOSED:
            self._add(chat, lines)
        return chat.state

    def say(self, talk_id: str, lines: Sequence[Line]) -> State:
        self._enter(talk_id)
        self._must_take(talk_id)
        chat = self._chat(talk_id)
        if chat.state is State.CLOSED:
            raise Permanent("HTTP 409 chat_closed")
        self._add(chat, lines)
        return chat.state

    def close(self, talk_id: str, by: ClosedBy, at: datetime) -> None:  # noqa: ARG002 - the port's
        self._enter(talk_id)
        chat = self._chat(talk_id)
        if chat.state is not State.CLOSED:
            chat.state, chat.closed_by = State.CLOSED, by

    def events(self, after: int, limit: int) -> DeskEvents:
        self._enter()
        found = [event for event in self.happened if event.cursor > after][:limit]
        return DeskEvents(found, found[-1].cursor if found else after)

    def ask_callback(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        self._enter()
        known = self.callbacks.setdefault(str(payload["id"]), dict(payload))
        if known != payload:
            raise Permanent("HTTP 422 idempotency_conflict")
        return self._callback(str(payload["id"]))

    def cancel_callback(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        self._enter()
        if payload["id"] not in self.callbacks:
            raise Permanent("HTTP 404 callback_not_found")
        self.cancelled.setdefault(str(payload["id"]), str(payload["at"]))
        return self._callback(str(payload["id"]))

    def _callback(self, callback_id: str) -> dict[str, Any]:
        state = "cancelled" if callback_id in self.cancelled else "open"
        return {"id": callback_id, "state": state}

    def take(self, talk_id: str, officer: str = WANG) -> None:
        self.chats[talk_id].state = State.ACTIVE
        self._happen(talk_id, EventKind.TAKEN, officer)

    def speak(self, talk_id: str, text: str, officer: str = WANG) -> None:
        self._happen(talk_id, EventKind.SAID, officer, text)

    def end(self, talk_id: str, officer: str = WANG) -> None:
        chat = self.chats[talk_id]
        chat.state, chat.closed_by = State.CLOSED, ClosedBy.OFFICER
        self._happen(talk_id, EventKind.CLOSED, officer)

    def invite(self, reference: str, channel: str = "web", officer: str = WANG) -> str:
        """An officer wants to talk about a complaint; the id of the talk."""
        talk_id = str(uuid5(_IDS, f"{reference}/{len(self.happened)}"))
        self.chats[talk_id] = Chat(State.ACTIVE, Why.OFFICER, channel, is_connected=False)
        self._happen(talk_id, EventKind.INVITED, officer, reference=reference)
        return talk_id

    def lose(self, talk_id: str) -> None:
        """A backup from before the talk was restored."""
        del self.chats[talk_id]

    def _enter(self, talk_id: str | None = None) -> None:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        if talk_id in self.unreachable:
            raise Retryable("HTTP 503 unavailable")

    def _must_take(self, talk_id: str) -> None:
        if talk_id in self.refused:
            raise Permanent("HTTP 422 invalid_request")

    def _chat(self, talk_id: str) -> Chat:
        chat = self.chats.get(talk_id)
        if chat is None:
            raise NotFound("HTTP 404 chat_not_found")
        return chat

    @staticmethod
    def _add(chat: Chat, lines: Sequence[Line]) -> None:
        for line in lines:
            chat.lines.setdefault(line.id, line)

    def _happen(
        self,
        talk_id: str,
        kind: EventKind,
        officer: str,
        text: str | None = None,
        reference: str | None = None,
    ) -> None:
        cursor = next(self._numbers)
        event_id = str(uuid5(_IDS, f"event {cursor}"))
        event = DeskEvent(cursor, talk_id, kind.value, event_id, officer, text, reference)
        self.happened.append(event)
