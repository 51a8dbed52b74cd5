"""Overrides what Rasa does again in every turn although nothing can come of it.

- It copies the tracker before each action by playing all its events again
  (rasa/shared/core/trackers.py, `copy`): here the copy is made of the tracker as it is.
- It asks each event five times, several times a turn, whether it takes others back
  (`applied_events`): where no kind of event does, all count that came since the conversation began.
- It makes all its own actions anew to find one by its name (rasa/core/actions/action.py,
  `default_actions`): they hold no state, so that they are made once.
- It looks for values for slots in every message (`action_extract_slots`), also when the domain has
  actions fill all of them.
- It compares what was understood with the domain (`_check_for_unseen_features`) to warn of names it
  does not know: a model's understanding and its domain are trained together.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

import rasa.core.actions.action
from rasa.core.actions.action import Action
from rasa.shared.core.constants import (
    ACTION_VALIDATE_SLOT_MAPPINGS,
    DEFAULT_SLOT_NAMES,
    MAPPING_TYPE,
    SlotMappingType,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

_make_default_actions = rasa.core.actions.action.default_actions
_applied_events_of_rasa = DialogueStateTracker.applied_events
_TAKE_BACK = (ActionReverted, UserUtteranceReverted, ActiveLoop)
_BEGIN = (Restarted, SessionStarted)


def be_quick(agent: Any) -> None:
    """Gives `agent`, and the trackers and actions of this process, this behaviour."""
    DialogueStateTracker.copy = _copy
    DialogueStateTracker.applied_events = _applied_events
    processor = agent.processor
    rasa.core.actions.action.default_actions = _made_once(processor.action_endpoint)
    processor._check_for_unseen_features = _nothing
    if fills_no_slot(processor.domain):
        processor.run_action_extract_slots = _leave_slots


def _made_once(endpoint: EndpointConfig | None) -> Callable[..., list[Action]]:
    return partial(_default_actions, endpoint, _make_default_actions(endpoint))


def _default_actions(
    known: EndpointConfig | None, made: list[Action], endpoint: EndpointConfig | None = None
) -> list[Action]:
    return made if endpoint is known else _make_default_actions(endpoint)


def fills_no_slot(domain: Domain) -> bool:
    """Whether Rasa could set no slot from a message itself, and would ask no action to."""
    custom = SlotMappingType.CUSTOM.value
    mappings = [
        mapping
        for slot in domain.slots
        if slot.name not in DEFAULT_SLOT_NAMES
        for mapping in slot.mappings
    ]
    by_actions = all(m.get(MAPPING_TYPE) == custom and not m.get("action") for m in mappings)
    return by_actions and ACTION_VALIDATE_SLOT_MAPPINGS not in domain.user_actions


def _copy(tracker: DialogueStateTracker) -> DialogueStateTracker:
    """What Rasa's `copy` returns: changes of one do not reach the other."""
    twin = object.__new__(type(tracker))
    twin.__dict__.update(tracker.__dict__)
    twin.slots = {name: _copied(slot) for name, slot in tracker.slots.items()}
    twin.events = copy(tracker.events)
    twin.latest_action = copy(tracker.latest_action)
    twin.active_loop = copy(tracker.active_loop)
    return twin


def _copied(slot: Slot) -> Slot:
    twin = object.__new__(type(slot))
    twin.__dict__.update(slot.__dict__)
    return twin


def _applied_events(tracker: DialogueStateTracker) -> list[Event]:
    """What Rasa's `applied_events` returns."""
    events = list(tracker.events)
    kinds = set(map(type, events))
    if any(issubclass(kind, _TAKE_BACK) for kind in kinds):
        return list(_applied_events_of_rasa(tracker))
    beginnings = {kind for kind in kinds if issubclass(kind, _BEGIN)}
    begun = (at for at in range(len(events), 0, -1) if type(events[at - 1]) in beginnings)
    return events[next(begun, 0) :]


async def _leave_slots(_output: Any, tracker: DialogueStateTracker) -> DialogueStateTracker:
    return tracker


def _nothing(_parse_data: Any) -> None:
    """There are no names that the domain does not know."""
