"""The training utterances of all intents: enough, well formed, each in one place."""

from __future__ import annotations

import re
from collections import defaultdict

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


def test_emergencies_in_progress_are_not_questions() -> None:
    """The intent `emergency` owns them: its answer comes first and needs no theme."""
    live = re.compile(r"急急急|快帮帮?我|快拦|我刚(刚)?(给|把|转|输|点|填)|正在被(骗|盗)")
    found = [
        (intent, text)
        for intent, text in examples()
        if intent.startswith("faq/") and live.search(text)
    ]
    assert found == []
