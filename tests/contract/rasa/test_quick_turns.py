"""What is left out of each turn makes no difference to what Rasa does in it."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    import rasa.core.actions.action as rasas
    from rasa.core.actions.action import ActionExtractSlots
    from rasa.core.channels.channel import CollectingOutputChannel
    from rasa.core.nlg.response import TemplatedNaturalLanguageGenerator
    from rasa.core.processor import MessageProcessor
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import (
        ActionExecuted,
        ActionReverted,
        ActiveLoop,
        BotUttered,
        DefinePrevUserUtteredFeaturization,
        Event,
        FollowupAction,
        LoopInterrupted,
        Restarted,
        SessionStarted,
        SlotSet,
        UserUtteranceReverted,
        UserUttered,
    )
    from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
    from rasa.utils.endpoints import EndpointConfig

    from bot.rasa_ext.quick_turns import be_quick, fills_no_slot

from tests.stack import ROOT

pytestmark = pytest.mark.filterwarnings("ignore")

SLOTS = "slots: {a: {type: any, mappings: [{type: custom}]}, b: {type: text, mappings: [%s]}}"
SAID = UserUttered("假币", {"name": "faq", "confidence": 1.0})
HISTORIES: dict[str, list[Event]] = {
    "nothing": [],
    "a turn": [
        ActionExecuted("action_listen"),
        SAID,
        DefinePrevUserUtteredFeaturization(False),
        ActionExecuted("utter_faq"),
        BotUttered("真币有……", metadata={"utter_action": "utter_faq"}),
        ActionExecuted("action_listen"),
    ],
    "in a form": [
        ActionExecuted("action_listen"),
        SAID,
        ActionExecuted("some_form"),
        ActiveLoop("some_form"),
        SlotSet("a", {"k": [1]}),
        LoopInterrupted(True),
        SlotSet("b", "x"),
        FollowupAction("utter_faq"),
    ],
    "taken back": [
        ActionExecuted("action_listen"),
        SAID,
        ActionExecuted("utter_faq"),
        UserUttered("不对", {"name": "deny"}),
        UserUtteranceReverted(),
    ],
    "an action taken back": [ActionExecuted("action_listen"), SAID, ActionReverted(), SAID],
    "begun again": [
        SlotSet("b", "x"),
        Restarted(),
        ActionExecuted("action_session_start"),
        SessionStarted(),
        SlotSet("b", "y"),
    ],
}


def agent(domain: Domain) -> SimpleNamespace:
    return SimpleNamespace(
        processor=SimpleNamespace(domain=domain, action_endpoint=EndpointConfig("http://x"))
    )


@pytest.fixture
def domain() -> Domain:
    return Domain.from_yaml('version: "3.1"\n' + SLOTS % "{type: custom}")


@pytest.fixture
def quick(domain: Domain, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """An agent with this behaviour; that of the process ends with the test."""
    for name in ("copy", "applied_events"):
        monkeypatch.setattr(DialogueStateTracker, name, getattr(DialogueStateTracker, name))
    monkeypatch.setattr(rasas, "default_actions", rasas.default_actions)
    made = agent(domain)
    be_quick(made)
    return made


def state(tracker: DialogueStateTracker) -> dict[str, Any]:
    known = ("latest_bot_utterance", "sender_source", "_paused", "is_rule_tracker")
    return {
        **tracker.current_state(EventVerbosity.ALL),
        **{name: str(getattr(tracker, name)) for name in known},
        "rejected": tracker.is_active_loop_rejected,
        "length": tracker.events.maxlen if hasattr(tracker.events, "maxlen") else None,
        "set": {name: slot.has_been_set for name, slot in tracker.slots.items()},
    }


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("events", HISTORIES.values(), ids=HISTORIES)
def test_a_copy_is_what_rasa_makes_by_playing_all_again(
    domain: Domain, events: list[Event]
) -> None:
    tracker = DialogueStateTracker.from_events("s", events, domain.slots)
    replayed = tracker.travel_back_in_time(float("inf"))
    assert state(tracker.copy()) == state(replayed)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("events", HISTORIES.values(), ids=HISTORIES)
def test_what_happens_to_a_copy_does_not_happen_to_the_tracker(
    domain: Domain, events: list[Event]
) -> None:
    tracker = DialogueStateTracker.from_events("s", events, domain.slots)
    before = state(tracker)
    later = [
        ActiveLoop("other_form"),
        LoopInterrupted(True),
        SlotSet("b", "z"),
        UserUttered("再说"),
    ]
    tracker.copy().update_with_events([*later, ActionExecuted("x"), BotUttered("y")], domain)
    assert state(tracker) == before


@pytest.mark.parametrize("events", HISTORIES.values(), ids=HISTORIES)
def test_the_same_events_count_as_with_rasa(
    domain: Domain, events: list[Event], request: pytest.FixtureRequest
) -> None:
    tracker = DialogueStateTracker.from_events("s", events, domain.slots)
    with_rasa = tracker.applied_events()
    request.getfixturevalue("quick")
    assert tracker.applied_events() == with_rasa
    assert tracker.applied_events() is not tracker.events, "callers change what they get"


def test_actions_of_rasa_are_made_once_for_the_endpoint_of_the_agent(
    quick: SimpleNamespace,
) -> None:
    endpoint = quick.processor.action_endpoint
    assert rasas.default_actions(endpoint) is rasas.default_actions(endpoint)
    other = EndpointConfig("http://y")
    assert rasas.default_actions(other) is not rasas.default_actions(other)
    names = [action.name() for action in rasas.default_actions(endpoint)]
    assert names == [action.name() for action in rasas.default_actions(other)]


def test_rasa_fills_no_slot_of_our_domain() -> None:
    assert fills_no_slot(Domain.load(str(ROOT / "domain.yml")))


@pytest.mark.parametrize(
    ("mapping", "more"),
    [
        ("{type: from_text}", ""),
        ("{type: from_entity, entity: b}", ""),
        ("{type: custom, action: action_b}", ""),
        ("{type: custom}", "\nactions: [action_validate_slot_mappings]"),
    ],
)
def test_where_a_slot_may_be_filled_rasa_looks_for_it(mapping: str, more: str) -> None:
    domain = Domain.from_yaml('version: "3.1"\n' + SLOTS % mapping + more)
    assert not fills_no_slot(domain)
    made = agent(domain)
    be_quick(made)
    assert not hasattr(made.processor, "run_action_extract_slots")


async def test_what_is_left_out_would_have_set_nothing(quick: SimpleNamespace) -> None:
    domain = quick.processor.domain
    tracker = DialogueStateTracker.from_events("s", HISTORIES["a turn"], domain.slots)
    output, nlg = CollectingOutputChannel(), TemplatedNaturalLanguageGenerator(domain.responses)
    assert await ActionExtractSlots(None).run(output, nlg, tracker, domain) == []
    assert await quick.processor.run_action_extract_slots(output, tracker) is tracker


def test_rasa_still_has_what_is_left_out() -> None:
    assert callable(MessageProcessor._check_for_unseen_features)
    assert callable(MessageProcessor.run_action_extract_slots)
