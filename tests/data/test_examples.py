"""The training utterances of all intents: enough, well formed, each in one place."""

from __future__ import annotations

import re
from collections import defaultdict

import yaml

from bot.nlu.duplicates import near_duplicates, template_series
from bot.nlu.emergency import danger_by_rule
from bot.nlu.evaluate import read_lines
from bot.nlu.ranking import theme
from bot.nlu.text import normalise
from bot.nlu.words import tidy
from tests.data.corpus import ROOT, answers, bare, examples

HELD_OUT = ROOT / "data/evaluation/heldout.jsonl"


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


def by_theme() -> dict[str, list[str]]:
    """Normalised examples of each theme."""
    found: dict[str, list[str]] = defaultdict(list)
    for intent, text in examples():
        found[theme(intent)].append(normalise(text))
    return found


def test_no_example_is_nearly_another_one() -> None:
    assert [pair for texts in by_theme().values() for pair in near_duplicates(texts)] == []


def test_hardly_any_examples_are_stamped_from_a_template() -> None:
    """Two banks' names in one question teach nothing; a handful of ordinary pairs is natural."""
    concepts = yaml.safe_load((ROOT / "data/knowledge/concepts.yml").read_text(encoding="utf-8"))
    banks = concepts["bank"].split()
    series = [
        texts for found in by_theme().values() for texts in template_series(found, banks).values()
    ]
    repeated = sum(len(texts) - 1 for texts in series)
    assert repeated <= len(examples()) / 500, series


def test_no_example_is_a_line_that_understanding_is_measured_on() -> None:
    """A figure measured on training examples would say nothing."""
    measured = {bare(line.text) for line in read_lines(HELD_OUT)} | set(map(bare, alarms()))
    assert [text for _, text in examples() if bare(text) in measured] == []


def alarms() -> list[str]:
    """The fixed list of emergencies and of calm messages that sound alike."""
    lists = yaml.safe_load((HELD_OUT.parent / "emergencies.yml").read_text(encoding="utf-8"))
    return [text for texts in lists.values() for text in texts]
