"""Everything that happened, in one order: what users see, deliveries, calls of the interface."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from typing import Any


@dataclass(frozen=True)
class Choice:
    """One line of a message menu."""

    id: str
    text: str


@dataclass(frozen=True)
class Shown:
    """One thing on a user's screen."""

    at: datetime
    openid: str
    by: str
    """user, account, or notice: a line of the platform itself."""
    via: str
    """How it came: message, passive, service, template, system."""
    text: str
    kind: str = "text"
    """text, image, voice, video, music, news, menu, template."""
    media_id: str | None = None
    url: str | None = None
    choices: tuple[Choice, ...] = ()
    tail: str = ""
    """What stands below the choices of a message menu."""


@dataclass(frozen=True)
class Delivery:
    """One attempt to post a packet to the account's server, or its verification."""

    at: datetime
    openid: str
    what: str
    attempt: int
    milliseconds: int
    answer: str
    """What came of it, in Chinese."""
    good: bool


@dataclass(frozen=True)
class Call:
    """One call of the platform's interface by the account's server."""

    at: datetime
    path: str
    openid: str
    errcode: int
    errmsg: str
    milliseconds: int


Entry = Shown | Delivery | Call


class Journal:
    """The entries since the simulator started, numbered from 1."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self._entries: list[tuple[int, Entry]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: Entry) -> None:
        self._entries.append((next(self._numbers), entry))

    def after(self, number: int = 0) -> list[tuple[int, Entry]]:
        # Numbers and places run alike, so that nothing has to be searched.
        return self._entries[max(number, 0) :]

    def shown(self, openid: str) -> list[Shown]:
        """One user's screen, oldest first."""
        entries = [entry for _, entry in self._entries]
        return [e for e in entries if isinstance(e, Shown) and e.openid == openid]

    def deliveries(self) -> list[Delivery]:
        return [entry for _, entry in self._entries if isinstance(entry, Delivery)]

    def calls(self, path: str = "") -> list[Call]:
        """Calls whose path ends with `path`, oldest first."""
        entries = [entry for _, entry in self._entries]
        return [e for e in entries if isinstance(e, Call) and e.path.endswith(path)]


def as_json(number: int, entry: Entry) -> dict[str, Any]:
    """An entry as JSON: its fields, `number`, `entry` (shown, delivery, call), `at` as ISO 8601."""
    kind = type(entry).__name__.lower()
    return {**asdict(entry), "number": number, "entry": kind, "at": entry.at.isoformat()}
