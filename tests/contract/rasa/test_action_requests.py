"""The action server hears what actions read of a conversation, and little else."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.core.actions.action import RemoteAction
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import (
        ActionExecuted,
        ActiveLoop,
        BotUttered,
        DefinePrevUserUtteredFeaturization,
        SessionStarted,
        SlotSet,
        UserUttered,
    )
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa_sdk import Tracker

    from bot.rasa_ext.action_requests import tell_what_is_read

pytestmark = pytest.mark.filterwarnings("ignore")

Requests = tuple[dict[str, Any], dict[str, Any]]
INTENT = {"name": "faq", "confidence": 0.9}
UNDERSTOOD = {"label": "faq/cash.counterfeit", "candidates": []}
PARSED = {
    "intent": INTENT,
    "entities": [],
    "intent_ranking": [INTENT, {"name": "other", "confidence": 0.1}],
    "understanding": UNDERSTOOD,
}
DOMAIN = """
version: "3.1"
slots: {a: {type: any, mappings: [{type: custom}]}}
actions: [{action_needs_domain: {send_domain: true}}]
"""


@pytest.fixture
def domain() -> Domain:
    return Domain.from_yaml(DOMAIN)


@pytest.fixture
def tracker(domain: Domain) -> DialogueStateTracker:
    said = UserUttered(
        "假币", INTENT, parse_data=PARSED, input_channel="web", message_id="m1",
        metadata={"phones": [["c", "t"]]},
    )  # fmt: skip
    events = [
        ActionExecuted("action_session_start"),
        SessionStarted(),
        SlotSet("a", 1),
        ActionExecuted("action_listen"),
        said,
        DefinePrevUserUtteredFeaturization(False),
        ActionExecuted("utter_faq"),
        BotUttered("真币有……", metadata={"utter_action": "utter_faq"}),
        ActiveLoop("some_form"),
    ]
    return DialogueStateTracker.from_events("s", events, domain.slots)


@pytest.fixture
def requests(tracker: DialogueStateTracker, domain: Domain) -> Iterator[Requests]:
    """What Rasa sends, and what we send."""
    action, rasas_own = RemoteAction("action_any", None), RemoteAction._action_call_format
    before = action._action_call_format(tracker, domain)
    tell_what_is_read()
    try:
        yield before, action._action_call_format(tracker, domain)
    finally:
        RemoteAction._action_call_format = rasas_own


def test_all_but_the_domain_and_the_events_is_what_rasa_sends(requests: Requests) -> None:
    rasas, ours = requests
    assert ours.keys() == rasas.keys() - {"domain"}
    same = rasas["tracker"].keys() - {"events", "latest_message", "active_loop"}
    assert {k: ours["tracker"][k] for k in same} == {k: rasas["tracker"][k] for k in same}
    assert {k: ours[k] for k in ours if k != "tracker"} == {
        k: rasas[k] for k in rasas if k not in ("tracker", "domain")
    }


def test_events_that_actions_read_keep_what_they_say(requests: Requests) -> None:
    rasas, ours = ({e["event"]: e for e in r["tracker"]["events"]} for r in requests)
    assert ours.keys() == rasas.keys() - {"slot", "user_featurization"}
    for kind in ours.keys() - {"user"}:
        assert ours[kind] == rasas[kind]
    kept = {"text", "message_id", "metadata", "input_channel", "timestamp"}
    assert {k: ours["user"][k] for k in kept} == {k: rasas["user"][k] for k in kept}
    assert ours["user"]["parse_data"]["understanding"] == UNDERSTOOD
    assert ours["user"]["parse_data"]["intent"] == INTENT


def test_what_came_second_to_tenth_and_who_set_slots_is_not_told(requests: Requests) -> None:
    told = json.dumps(requests[1])
    assert "intent_ranking" not in told
    assert '"event": "slot"' not in told


def test_an_action_sees_the_same_conversation(requests: Requests) -> None:
    rasas, ours = (Tracker.from_dict(request["tracker"]) for request in requests)
    assert ours.slots == rasas.slots
    assert ours.active_loop["name"] == rasas.active_loop["name"] == "some_form"
    assert ours.active_loop["rejected"] is rasas.active_loop["rejected"] is False
    assert ours.latest_message["intent"] == rasas.latest_message["intent"]
    assert ours.latest_message["text"] == rasas.latest_message["text"]
    assert ours.latest_action_name == rasas.latest_action_name
    assert ours.get_latest_input_channel() == rasas.get_latest_input_channel() == "web"


def test_no_action_of_ours_asks_for_slots_that_a_form_has_just_set() -> None:
    """Rasa's own class for validating forms reads them from the events."""
    from rasa_sdk.executor import ActionExecutor
    from rasa_sdk.forms import ValidationAction

    executor = ActionExecutor()
    executor.register_package("actions")
    assert executor.actions
    bound = (getattr(run, "__self__", None) for run in executor.actions.values())
    assert [action for action in bound if isinstance(action, ValidationAction)] == []
