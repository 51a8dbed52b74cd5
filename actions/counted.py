"""What actions did, for the campaigns' figures; counted when the turn is stored."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions.conversation import message_id_of
from bot.analytics.counting import COUNTED
from bot.analytics.fact import FactKind, Outcome


def deed(
    tracker: Tracker, kind: FactKind, outcome: Outcome | None = None, **details: Any
) -> dict[str, Any]:
    """One deed of this turn; `details` of `topic`, `question`, `level`, `number`.

    A turn that runs again does the same deed: it has the message's own id.
    """
    done = {"kind": kind.value, "key": message_id_of(tracker), **details}
    return done if outcome is None else {**done, "outcome": outcome.value}


def counted(*deeds: dict[str, Any]) -> dict[str, Any]:
    """The event that has them counted."""
    event: dict[str, Any] = SlotSet(COUNTED, list(deeds))
    return event
