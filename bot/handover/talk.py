"""A talk handed over from the assistant to a person, and back. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID, uuid5

_NAMESPACE = UUID("6a0d1d4e-51b7-4c07-9f52-2b8ff35a6c7e")


class Why(str, Enum):
    """What made the talk go to a person."""

    WORD = "word"
    """The customer asked for one."""
    MISSES = "misses"
    """The assistant did not understand twice in a row."""
    DISTRESS = "distress"
    """The customer is angry or desperate."""
    RISK = "risk"
    """Money or life is at stake."""
    OFFICER = "officer"
    """An officer asked to talk."""


class State(str, Enum):
    """Where a talk stands. WAITING: the assistant still answers; ACTIVE: it is silent."""

    WAITING = "waiting"
    ACTIVE = "active"
    CLOSED = "closed"


class ClosedBy(str, Enum):
    """Who ended a talk."""

    OFFICER = "officer"
    CUSTOMER = "customer"
    TIMEOUT = "timeout"
    """Nobody took it in time, or the desk does not take it any more."""
    ENDED = "ended"
    """The customer cleared the conversation."""


@dataclass(frozen=True)
class Field:
    """Something the customer has told a form: what it is called and what they said, masked."""

    label: str
    value: str


@dataclass(frozen=True)
class Suggestion:
    """An answer that may fit, as the officer may send it; `source` is what it cites."""

    title: str
    text: str
    source: str


@dataclass(frozen=True)
class File:
    """What the person who takes over should see at once."""

    topic: str
    fields: Sequence[Field] = ()
    references: Sequence[str] = ()
    suggestions: Sequence[Suggestion] = ()


@dataclass(frozen=True)
class Talk:
    """A talk on its way. `is_known`: the bank's desk has it; `since_id`: the last message before."""

    id: str
    sender_id: str
    channel: str
    state: State
    why: Why
    since_id: int
    file: File
    officer: str | None
    is_known: bool
    opened_at: datetime
    taken_at: datetime | None = None
    closed_by: ClosedBy | None = None
    closed_at: datetime | None = None


def talk_id(sender_id: str, key: str) -> str:
    """The id of the talk that the customer's message `key` opens: asked again, it is the same."""
    return str(uuid5(_NAMESPACE, f"{sender_id}/{key}"))
