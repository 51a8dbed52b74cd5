"""The menu of the official account: fit to be published, and everything in it is understood."""

from __future__ import annotations

from bot.channels.wechat.menu import DEEDS, SAY, load_menu
from tests.data.corpus import domain, examples, rules

SITE = "https://bot.example.com/webhooks/wechat/"


def test_the_menu_is_fit_to_be_published() -> None:
    assert load_menu().to_platform(SITE)["button"]


def test_filing_a_complaint_and_its_status_are_one_touch_away() -> None:
    keys = [entry.key for entry in load_menu().entries]
    assert {"complaint_file", "complaint_status"} <= set(keys)


def test_a_person_can_be_asked_for() -> None:
    keys = {below.key for entry in load_menu().entries for below in (entry, *entry.entries)}
    assert "handoff" in keys


def test_every_deed_is_an_intent_with_a_rule() -> None:
    intents = {next(iter(i)) if isinstance(i, dict) else i for i in domain()["intents"]}
    answered = {step.get("intent") for rule in rules() for step in rule["steps"]}
    assert set(DEEDS) <= intents
    assert set(DEEDS) <= answered


def test_every_question_is_one_the_model_was_trained_on() -> None:
    known = {text for _, text in examples()}
    below = [b for entry in load_menu().entries for b in (entry, *entry.entries)]
    asked = [b.key.removeprefix(SAY) for b in below if b.key and b.key.startswith(SAY)]
    assert asked
    assert [question for question in asked if question not in known] == []
