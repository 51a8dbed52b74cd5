"""The bank's desk where people talk with customers, over its HTTP contract
(docs/contract/case-store.openapi.json, the paths under `/chats` and `/callbacks`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol
from urllib.parse import quote

import requests

from bot.bank_api import BankApi, error_code, incomplete, read_object
from bot.errors import CaseStoreError, NotFound, Permanent, Retryable
from bot.handover.talk import ClosedBy, State, Suggestion, Talk

LONGEST_QUESTION = 3.0
"""Seconds the desk may take to say how it stands: a customer is waiting in front of the screen. With
less, a machine that halts for a moment would look like a desk without people."""
LONGEST_TEXT = 5000
"""Characters of a line the desk takes; only the assistant's recap of a form may be longer."""
LARGEST_PORTION = 128 * 1024
"""Bytes of lines in one request: with a talk's file they stay below the 256 KB the desk takes."""
# 401, 403, 404: a wrong token or address is the operator's to mend.
_RETRYABLE = {401, 403, 404, 408, 425, 429}
_NO_SUCH_CHAT = "chat_not_found"
# It was there when the cancellation went out: nothing here can bring it back.
_NO_SUCH_CALLBACK = "callback_not_found"


@dataclass(frozen=True)
class Standing:
    """Whether somebody may take a talk now, how many people are on duty, how many talks wait."""

    open: bool
    on_duty: int
    waiting: int


@dataclass(frozen=True)
class Line:
    """Something said in a talk. `id` is one in the talk; `author`: customer, bot or officer."""

    id: str
    author: str
    name: str | None
    text: str
    at: datetime
    suggestions: Sequence[Suggestion] = ()


class EventKind(str, Enum):
    """What happens at the desk."""

    TAKEN = "taken"
    SAID = "said"
    CLOSED = "closed"
    INVITED = "invited"
    """An officer wants to talk with whoever made a complaint."""


@dataclass(frozen=True)
class DeskEvent:
    """Something an officer did. `kind` is one of EventKind, or newer than this program.

    `officer` is the name shown to the customer, `reference` the complaint of an invitation.
    """

    cursor: int
    chat: str
    kind: str
    id: str
    officer: str | None
    text: str | None
    reference: str | None


@dataclass(frozen=True)
class DeskEvents:
    """Events in order, and the cursor to ask after next time."""

    events: Sequence[DeskEvent]
    cursor: int


class Desk(Protocol):
    """Port of the desk. Every method raises Retryable or Permanent."""

    def standing(self) -> Standing:
        """How the desk stands now."""

    def open_chat(self, talk: Talk, lines: Sequence[Line]) -> State:
        """Hands a talk over, with what was said so far; the same talk again is the same one."""

    def say(self, talk_id: str, lines: Sequence[Line]) -> State:
        """Adds to a talk; a line that is there already is passed over.

        Raises NotFound when the desk does not know the talk, Permanent when it is closed.
        """

    def close(self, talk_id: str, by: ClosedBy, at: datetime) -> None:
        """Ends a talk; ended again, the first counts. Raises NotFound."""

    def events(self, after: int, limit: int) -> DeskEvents:
        """What happened after the cursor `after`."""

    def ask_callback(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Asks for a call; `payload` has the `id` and the body of the contract.

        The same id again is the same request.
        """

    def cancel_callback(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Takes the request for a call back; `payload` has the `id` and the body of the contract.

        Again it changes nothing; a call that was made already stays made. Raises Permanent when
        the desk knows of no such request.
        """


class HttpDesk:
    """Blocking client; time-outs in seconds."""

    def __init__(
        self,
        base_url: str,
        token: str,
        connect_timeout: float,
        read_timeout: float,
        session: requests.Session | None = None,
    ) -> None:
        self._api = BankApi(base_url, token, session)
        self._connect, self._read = connect_timeout, read_timeout

    def standing(self) -> Standing:
        longest = min(self._read, LONGEST_QUESTION)
        body = self._call("GET", "/chats/desk", read_timeout=longest)
        try:
            return Standing(bool(body["open"]), int(body["on_duty"]), int(body["waiting"]))
        except (KeyError, TypeError, ValueError) as exc:
            raise incomplete() from exc

    def open_chat(self, talk: Talk, lines: Sequence[Line]) -> State:
        file = asdict(talk.file)
        first, *more = _portions(lines)
        body = {
            "channel": talk.channel,
            "why": talk.why.value,
            "asked_at": talk.opened_at.isoformat(),
            **file,
            "messages": first,
        }
        state = _state(self._call("PUT", _chat(talk.id), json=body))
        for portion in more:
            if state is State.CLOSED:
                break
            state = self._say(talk.id, portion)
        return state

    def say(self, talk_id: str, lines: Sequence[Line]) -> State:
        first, *more = _portions(lines)
        state = self._say(talk_id, first)
        for portion in more:
            state = self._say(talk_id, portion)
        return state

    def _say(self, talk_id: str, portion: list[dict[str, Any]]) -> State:
        body = {"messages": portion}
        return _state(self._call("POST", f"{_chat(talk_id)}/messages", json=body))

    def close(self, talk_id: str, by: ClosedBy, at: datetime) -> None:
        body = {"by": by.value, "at": at.isoformat()}
        self._call("POST", f"{_chat(talk_id)}/close", json=body)

    def events(self, after: int, limit: int) -> DeskEvents:
        params = {"after": after, "limit": limit}
        body = self._call("GET", "/chats/events", params=params)
        try:
            return DeskEvents([_event(event) for event in body["events"]], int(body["cursor"]))
        except (KeyError, TypeError, ValueError) as exc:
            raise incomplete() from exc

    def ask_callback(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        return self._call("PUT", _callback(payload), json=_without_id(payload))

    def cancel_callback(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        return self._call("POST", f"{_callback(payload)}/cancel", json=_without_id(payload))

    def _call(
        self, method: str, path: str, read_timeout: float | None = None, **kwargs: Any
    ) -> dict[str, Any]:
        timeout = (self._connect, read_timeout or self._read)
        response = self._api.send(method, path, timeout, **kwargs)
        if response.status_code not in (200, 201):
            raise _failure(response)
        return read_object(response)


def _failure(response: requests.Response) -> CaseStoreError:
    code = error_code(response)
    message = f"HTTP {response.status_code} {code}"
    if response.status_code == 404 and code == _NO_SUCH_CHAT:
        return NotFound(message)
    refused = 400 <= response.status_code < 500 and response.status_code not in _RETRYABLE
    refused = refused or code == _NO_SUCH_CALLBACK
    return Permanent(message) if refused else Retryable(message)


def _chat(talk_id: str) -> str:
    return f"/chats/{quote(talk_id, safe='')}"


def _callback(payload: Mapping[str, Any]) -> str:
    return f"/callbacks/{quote(str(payload['id']), safe='')}"


def _without_id(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != "id"}


def _portions(lines: Sequence[Line]) -> list[list[dict[str, Any]]]:
    """Lines as JSON, in order, as many together as one request may hold; at least one portion."""
    portions: list[list[dict[str, Any]]] = [[]]
    left = LARGEST_PORTION
    for line in map(_line, lines):
        size = len(json.dumps(line))
        if size > left and portions[-1]:
            portions.append([])
            left = LARGEST_PORTION
        portions[-1].append(line)
        left -= size
    return portions


def _line(line: Line) -> dict[str, Any]:
    return {**asdict(line), "text": line.text[:LONGEST_TEXT], "at": line.at.isoformat()}


def _state(body: Mapping[str, Any]) -> State:
    try:
        return State(body["state"])
    except (KeyError, ValueError) as exc:
        raise incomplete() from exc


def _event(body: Mapping[str, Any]) -> DeskEvent:
    def text(name: str) -> str | None:
        value = body.get(name)
        return None if value is None else str(value)

    return DeskEvent(
        cursor=int(body["cursor"]),
        chat=str(body["chat"]),
        kind=str(body["kind"]),
        id=str(body["id"]),
        officer=text("officer"),
        text=text("text"),
        reference=text("reference"),
    )
