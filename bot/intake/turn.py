"""What the complaint form sees of one turn, and what it answers. Pure data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.privacy.sealing import Sealed


@dataclass(frozen=True)
class Turn:
    """The customer's message.

    `text` is masked; `choice` is the button's field and value; `phones` are the sealed phones of
    the text, in order; `resuming` is True when the form comes back after a side question; `own` are
    the references filed in this conversation, the likeliest meant first.
    """

    text: str
    intent: str
    confidence: float
    now: datetime
    today: date
    choice: Mapping[str, Any] | None = None
    phones: Sequence[Sealed] = ()
    resuming: bool = False
    own: Sequence[str] = ()


@dataclass(frozen=True)
class Say:
    """A response of domain.yml to utter, with its variables."""

    response: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Step:
    """The form's answer to a turn.

    `values` are the slots to set, `ask` the field or interlude to ask for next (None ends the
    form). A step with `aside` leaves the turn to the rules: side questions, a human, smalltalk.
    """

    values: dict[str, Any] = field(default_factory=dict)
    say: list[Say] = field(default_factory=list)
    ask: str | None = None
    aside: bool = False
