"""Overrides what Rasa tells the action server of a conversation: what our actions read, no more.

Rasa sends every event with all its data, twice in each turn of a form
(rasa/core/actions/action.py, `_action_call_format`): who has set which slot when, which intents
came second to tenth. With the action that validates a form it sends the whole domain, half a
megabyte of answers. Writing and reading all that took half of such a turn. Slots are sent as they
are now; an event keeps its data but for what is named here; none of our actions reads the domain.
"""

from __future__ import annotations

from typing import Any

import rasa
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import DefinePrevUserUtteredFeaturization, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

UNTOLD_EVENTS = (SlotSet, DefinePrevUserUtteredFeaturization)
UNTOLD_OF_MESSAGES = ("intent_ranking", "message_id", "metadata")
"""The last two stand in the event as well. What opened a form is one of the events."""


def tell_what_is_read() -> None:
    """Gives all remote actions this behaviour."""
    RemoteAction._action_call_format = _format


def _format(action: RemoteAction, tracker: DialogueStateTracker, _domain: Domain) -> dict[str, Any]:
    state = tracker.current_state(EventVerbosity.NONE)
    told = (event for event in tracker.events if not isinstance(event, UNTOLD_EVENTS))
    return {
        "next_action": action.name(),
        "sender_id": tracker.sender_id,
        "tracker": {
            **state,
            "latest_message": _less(state["latest_message"] or {}, ("intent_ranking",)),
            "active_loop": _less(state["active_loop"], ("trigger_message",)),
            "events": [_event(event.as_dict()) for event in told],
        },
        "version": rasa.__version__,
    }


def _event(data: dict[str, Any]) -> dict[str, Any]:
    if "parse_data" in data:
        return {**data, "parse_data": _less(data["parse_data"], UNTOLD_OF_MESSAGES)}
    return data


def _less(data: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in names}
