"""A fact: one thing that happened, fit to be counted. Pure.

Nothing in a fact is anybody's own: a person is a pseudonym that means nothing outside one campaign,
what was said is a label of the catalogue. `id` is made of what happened, so that a fact that comes
again is the same one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timezone
from enum import Enum
from typing import Any

MOST_CHARS = {
    "id": 32,
    "person": 24,
    "channel": 16,
    "campaign": 64,
    "scene": 64,
    "topic": 100,
    "question": 64,
    "level": 16,
}
"""The longest text each field may hold: what the database's columns take."""
LARGEST_NUMBER = 2**31 - 1
_ALWAYS = {"id", "person", "channel", "campaign", "scene"}


class FactKind(str, Enum):
    """What can be counted."""

    SCAN = "scan"
    """Somebody came by a code."""
    CONSULTATION = "consultation"
    """Somebody asked something."""
    QUIZ_STARTED = "quiz_started"
    QUIZ_ANSWERED = "quiz_answered"
    QUIZ_FINISHED = "quiz_finished"
    SHARED = "shared"
    BOOKING = "booking"
    """A call-back was booked for a time."""
    COMPLAINT = "complaint"
    """A complaint was filed."""


class Outcome(str, Enum):
    """How a consultation or an answer of the quiz ended."""

    ANSWERED = "answered"
    ASKED_BACK = "asked_back"
    UNKNOWN = "unknown"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True)
class Fact:
    """`day` is the day in China; `number`: the how-manieth answer of this person to this question.

    `topic` is a label (`faq/<id>`, or an intent); `question` and `level` belong to the quiz.
    Raises ValueError for what could not be stored: a fact that exists holds up no others.
    """

    id: str
    kind: FactKind
    at: datetime
    day: date
    person: str
    channel: str
    campaign: str
    scene: str
    topic: str | None = None
    outcome: Outcome | None = None
    question: str | None = None
    level: str | None = None
    number: int | None = None

    def __post_init__(self) -> None:
        for name, most in MOST_CHARS.items():
            text = getattr(self, name)
            if text is not None or name in _ALWAYS:
                _check_text(text, most)
        if self.number is not None:
            _check_number(self.number)
        _aware(self.at)


def fact_id(secret: bytes, sender_id: str, key: str, kind: FactKind, detail: str = "") -> str:
    """The id of what the message `key` of a sender caused.

    Keyed as the pseudonyms are: whoever knows both could otherwise work out whose fact it is.
    """
    said = "\n".join(("fact", sender_id, key, kind.value, detail))
    return hmac.new(secret, said.encode(), hashlib.sha256).hexdigest()[:32]


def pseudonym(secret: bytes, campaign: str, sender_id: str) -> str:
    """The name of a person within one campaign; the same person has another one in the next."""
    digest = hmac.new(secret, f"{campaign}\n{sender_id}".encode(), hashlib.sha256)
    return digest.hexdigest()[:24]


def as_json(fact: Fact) -> dict[str, Any]:
    """The fact as it travels."""
    return {name: _plain(value) for name, value in asdict(fact).items() if value is not None}


def from_json(body: Mapping[str, Any]) -> Fact:
    """The fact that `as_json` wrote. Raises ValueError for anything else."""
    known = {field.name for field in fields(Fact)}
    try:
        if not known >= body.keys():
            raise ValueError("unknown fields")
        return Fact(
            **{
                **body,
                "kind": FactKind(body["kind"]),
                "at": _aware(datetime.fromisoformat(body["at"])).astimezone(timezone.utc),
                "day": date.fromisoformat(body["day"]),
                "outcome": Outcome(body["outcome"]) if "outcome" in body else None,
            }
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as exc:
        raise ValueError("not a fact") from exc


def dumps(fact: Fact) -> str:
    """The fact as one line of JSON."""
    return json.dumps(as_json(fact), ensure_ascii=False)


def loads(line: str | bytes) -> Fact:
    """The fact that `dumps` wrote. Raises ValueError for anything else."""
    try:
        return from_json(json.loads(line))
    except RecursionError as exc:
        raise ValueError("not a fact") from exc


def _check_text(text: Any, most: int) -> None:
    # Neither NUL nor half a surrogate is printable; PostgreSQL takes none of them.
    if not isinstance(text, str) or len(text) > most or not text.isprintable():
        raise ValueError("not a short text")


def _check_number(number: Any) -> None:
    if type(number) is not int or not 0 <= number <= LARGEST_NUMBER:
        raise ValueError("not a small number")


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value
