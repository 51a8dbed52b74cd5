"""The training utterances of all intents: enough, well formed, each in one place."""

from __future__ import annotations

import re
from collections import defaultdict

from bot.nlu.emergency import danger_by_rule
from bot.nlu.words import tidy
from tests.data.corpus import answers, bare, examples


def test_every_question_has_enough_examples() -> None:
    few = {a.id: len(a.examples) for a in answers().values() if len(a.examples) < 15}
    assert few == {}


def test_no_example_uses_rasa_syntax() -> None:
    found = [
        text for _, text in examples() if text.startswith("/") or re.search(r"[\[\](){}]", text)
    ]
    assert found == []


def test_no_example_looks_like_a_card_or_phone_number() -> None:
    assert [text for _, text in examples() if re.search(r"(?<!\d)\d{9,}(?!\d)", text)] == []


def test_every_example_belongs_to_one_intent_and_is_there_once() -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for intent, text in examples():
        owners[bare(text) or text].append(intent)
    assert {text: intents for text, intents in owners.items() if len(intents) > 1} == {}


def test_rules_of_danger_hardly_ever_fire_on_calm_examples() -> None:
    """What the rules call danger belongs to `emergency`, whose reply comes before everything."""
    calm = [text for intent, text in examples() if intent != "emergency"]
    alarms = [text for text in calm if danger_by_rule(tidy(text)) is not None]
    assert len(alarms) <= len(calm) / 1000, alarms
