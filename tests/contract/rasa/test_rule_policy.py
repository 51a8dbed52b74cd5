"""Our rule policy predicts what Rasa's does, for conversations of every kind."""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.engine.graph import ExecutionContext, GraphSchema
    from rasa.engine.storage.local_model_storage import LocalModelStorage
    from rasa.engine.storage.resource import Resource
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import (
        ActionExecuted,
        ActionExecutionRejected,
        ActiveLoop,
        BotUttered,
        DefinePrevUserUtteredFeaturization,
        Event,
        SessionStarted,
        SlotSet,
        UserUtteranceReverted,
        UserUttered,
    )
    from rasa.shared.core.generator import TrainingDataGenerator
    from rasa.shared.core.trackers import DialogueStateTracker
    from rasa.shared.core.training_data import loading
    from rasa.shared.core.training_data.structures import StoryGraph

    from bot.rasa_ext.rule_policy import RecentRulePolicy

from tests.stack import ROOT

pytestmark = pytest.mark.filterwarnings("ignore")

CONFIG = {"core_fallback_threshold": 0.3, "core_fallback_action_name": "action_default_fallback"}
SEEDS = range(20)
LISTEN = "action_listen"
RULES_OF_EVERY_KIND = """
version: "3.1"
rules:
- rule: a greeting at the beginning
  conversation_start: true
  steps:
  - intent: greet
  - action: utter_greet
- rule: two actions
  steps:
  - intent: ask
  - action: action_look_up
  - action: utter_found
- rule: only while a slot is set
  condition:
  - slot_was_set:
    - mood: good
  steps:
  - intent: bye
  - action: utter_bye
- rule: the form begins
  steps:
  - intent: file
  - action: some_form
  - active_loop: some_form
- rule: the form ends
  condition:
  - active_loop: some_form
  steps:
  - action: some_form
  - active_loop: null
  - slot_was_set:
    - requested_slot: null
  - action: utter_filed
- rule: a question in the middle of the form
  condition:
  - active_loop: some_form
  steps:
  - intent: ask
  - action: utter_aside
  - active_loop: some_form
- rule: said in these words
  steps:
  - user: words 1
  - action: utter_sorry
- rule: whatever is said in this mood
  condition:
  - slot_was_set:
    - mood: bad
  steps:
  - action: utter_sorry
"""
DOMAIN_OF_EVERY_KIND = """
version: "3.1"
intents: [greet, ask, bye, file, other]
actions: [action_look_up]
forms:
  some_form: {required_slots: [name]}
slots:
  mood: {type: categorical, values: [good, bad], mappings: [{type: custom}]}
  name: {type: text, influence_conversation: false, mappings: [{type: custom}]}
  seen: {type: bool, influence_conversation: true, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: a}]
  utter_found: [{text: a}]
  utter_aside: [{text: a}]
  utter_bye: [{text: a}]
  utter_filed: [{text: a}]
  utter_sorry: [{text: a}]
"""


class House:
    """Both policies, trained on the same rules."""

    def __init__(self, domain: Domain, rules: Path, folder: Path) -> None:
        self.domain = domain
        steps = loading.load_data_from_files([str(rules)], domain)
        graph = StoryGraph(steps)
        trackers = TrainingDataGenerator(graph, domain, augmentation_factor=0).generate()
        storage, resource = LocalModelStorage.create(folder), Resource("rules")
        config = {**RulePolicy.get_default_config(), **CONFIG}
        context = ExecutionContext(GraphSchema({}))
        RulePolicy(config, storage, resource, context).train(trackers, domain)
        self.rasas = RulePolicy.load(dict(config), storage, resource, context)
        self.ours = RecentRulePolicy.load(dict(config), storage, resource, context)

    def compare(self, events: list[Event]) -> str:
        """Asserts that both predict the same; the predicted action."""
        found = []
        for policy in (self.rasas, self.ours):
            tracker = DialogueStateTracker.from_events("s", events, self.domain.slots)
            said = policy.predict_action_probabilities(tracker, self.domain)
            found.append(
                (
                    said.probabilities,
                    [event.as_dict() for event in said.events],
                    said.is_no_user_prediction,
                    said.is_end_to_end_prediction,
                    said.hide_rule_turn,
                )
            )
        assert found[0] == found[1], [str(event) for event in events]
        probabilities = found[0][0]
        return str(self.domain.action_names_or_texts[probabilities.index(max(probabilities))])

    def talk(self, chance: random.Random, turns: int) -> None:
        """A conversation that mostly does what is predicted, and sometimes something else."""
        events: list[Event] = [ActionExecuted("action_session_start"), SessionStarted()]
        events.append(ActionExecuted(LISTEN))
        for number in range(turns):
            events += self._said(chance, number)
            for _ in range(4):
                action = self.compare(events)
                events.append(DefinePrevUserUtteredFeaturization(False))
                if chance.random() < 0.1:
                    action = chance.choice(self.domain.action_names_or_texts)
                events += self._done(chance, action)
                if action == LISTEN:
                    break
            else:
                events.append(ActionExecuted(LISTEN))

    def _said(self, chance: random.Random, number: int) -> Iterator[Event]:
        intent = chance.choice(sorted(self.domain.intents))
        yield UserUttered(f"words {number}", {"name": intent, "confidence": 1.0})
        if chance.random() < 0.05:
            yield UserUtteranceReverted()
            yield ActionExecuted(LISTEN)
            yield UserUttered("again", {"name": intent, "confidence": 1.0})

    def _done(self, chance: random.Random, action: str) -> Iterator[Event]:
        if action in self.domain.form_names and chance.random() < 0.2:
            yield ActionExecutionRejected(action)
            return
        yield ActionExecuted(action)
        yield BotUttered("words")
        for slot in chance.sample(self.domain.slots, min(2, len(self.domain.slots))):
            yield SlotSet(slot.name, self._value(chance, slot))
        if action in self.domain.form_names:
            yield ActiveLoop(action if chance.random() < 0.7 else None)
        elif chance.random() < 0.05:
            yield ActiveLoop(None)

    @staticmethod
    def _value(chance: random.Random, slot: Any) -> Any:
        return chance.choice([None, *getattr(slot, "values", []), True, "x"])


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> House:
    rules = ROOT / "data" / "stories" / "rules.yml"
    # Rasa adds these itself where it reads the answers: one for each intent that has answers.
    answers = set(re.findall(r"utter_\w+", rules.read_text(encoding="utf-8")))
    domain = Domain.load(str(ROOT / "domain.yml"))
    missing = sorted(answers - set(domain.action_names_or_texts))
    domain = domain.merge(Domain.from_dict({"actions": missing}))
    return House(domain, rules, tmp_path_factory.mktemp("ours"))


@pytest.fixture(scope="module")
def every_kind(tmp_path_factory: pytest.TempPathFactory) -> House:
    folder = tmp_path_factory.mktemp("kinds")
    rules = folder / "rules.yml"
    rules.write_text(RULES_OF_EVERY_KIND, encoding="utf-8")
    return House(Domain.from_yaml(DOMAIN_OF_EVERY_KIND), rules, tmp_path_factory.mktemp("model"))


@pytest.mark.parametrize("seed", SEEDS)
def test_our_rules_are_followed_as_rasa_follows_them(ours: House, seed: int) -> None:
    ours.talk(random.Random(seed), turns=12)  # noqa: S311 - guards no secret


@pytest.mark.parametrize("seed", SEEDS)
def test_rules_of_every_kind_are_followed_as_rasa_follows_them(
    every_kind: House, seed: int
) -> None:
    every_kind.talk(random.Random(seed), turns=12)  # noqa: S311 - guards no secret


def test_the_first_message_of_a_conversation_finds_its_rule(every_kind: House) -> None:
    said = UserUttered("hello", {"name": "greet", "confidence": 1.0})
    assert every_kind.compare([ActionExecuted(LISTEN), said]) == "utter_greet"


def test_only_the_end_of_a_conversation_is_looked_at(ours: House) -> None:
    events: list[Event] = [ActionExecuted(LISTEN)]
    for number in range(50):
        events += [UserUttered(f"{number}", {"name": "thanks"}), ActionExecuted(LISTEN)]
    tracker = DialogueStateTracker.from_events("s", events, ours.domain.slots)
    assert len(ours.rasas._prediction_states(tracker, ours.domain)) > 50
    assert len(ours.ours._prediction_states(tracker, ours.domain)) < 8
