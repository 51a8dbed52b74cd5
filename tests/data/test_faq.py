"""The vetted answers: there are enough of them, and the rules of bot/knowledge/rules find nothing.

That the rules find what they should is shown in tests/unit/knowledge/test_rules.py.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import lru_cache

import pytest

from bot.knowledge.rules import RULES, check
from bot.knowledge.rules.finding import Finding
from bot.knowledge.sources import CURRENT, SUPERSEDED
from bot.knowledge.themes import NAMES
from tests.data.corpus import answers, faq_files, sources

KEY = re.compile(r"[a-z_]+\.[a-z0-9]+(_[a-z0-9]+)*")
NEVER_CITED = (
    "保监会令2013年第8号",
    "银监办发〔2018〕13号",
    "银发〔2016〕314号",
    "银办发〔2013〕107号",
    "令〔2003〕第4号",
    "令〔2003〕第7号",
    "银发〔2009〕18号",
    "银发〔2009〕142号",
    "银发〔2015〕264号",
    "公告2023年第1号",
    "银办发〔2014〕73号",
    "令〔2007〕第2号",
    "令〔2022〕第1号",
    "银发〔2007〕280号",
)
"""Repealed or replaced; the last one is not confirmed to have survived the exchange rule of 2026."""


# -- form --------------------------------------------------------------------------------------


def test_all_themes_are_there_with_enough_answers() -> None:
    count = Counter(answer.theme for answer in answers().values())
    assert set(faq_files()) == set(count) == set(NAMES)
    assert min(count.values()) >= 3
    assert sum(count.values()) >= 50


@pytest.mark.parametrize("theme", sorted(NAMES))
def test_every_question_has_exactly_one_answer_under_its_themes_key(theme: str) -> None:
    file = faq_files()[theme]
    questions = [item["intent"] for item in file["nlu"]]
    assert len(questions) == len(set(questions))
    assert {f"utter_{question}" for question in questions} == set(file["responses"])
    keys = [question.removeprefix("faq/") for question in questions]
    assert [key for key in keys if not KEY.fullmatch(key) or key.split(".")[0] != theme] == []


# -- rules -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _findings() -> tuple[Finding, ...]:
    """On the day of the newest check, so that the passing of time fails no test.

    `python -m bot knowledge check`, which `make check` runs, judges by the real day.
    """
    today = max(answer.metadata.checked_on for answer in answers().values())
    return tuple(check(answers(), sources(), date.fromisoformat(today)))


@pytest.mark.parametrize("rule", [rule.name for rule in RULES])
def test_no_answer_breaks_a_rule(rule: str) -> None:
    assert [(f.answer, f.message) for f in _findings() if f.rule == rule] == []


# -- sources -----------------------------------------------------------------------------------


def test_a_document_stands_in_the_list_once() -> None:
    times = Counter((document.title, document.number) for document in sources().documents)
    assert [key for key, count in times.items() if count > 1] == []


@pytest.mark.parametrize("number", NEVER_CITED)
def test_what_is_never_to_be_cited_is_on_the_list_as_such(number: str) -> None:
    refused = [document.number for document in sources().not_to_be_cited()]
    assert [known for known in refused if known.endswith(number)]


def test_a_superseded_document_says_by_what() -> None:
    superseded = [d for d in sources().documents if d.status == SUPERSEDED]
    assert [document.title for document in superseded if not document.superseded_by] == []


def test_the_number_of_a_superseded_document_is_no_part_of_a_current_one() -> None:
    """It is looked for anywhere in a text."""
    current = [d.number for d in sources().documents if d.status == CURRENT]
    short = [d.short_number for d in sources().not_to_be_cited() if d.short_number]
    assert [(old, new) for old in short for new in current if old in new] == []


# -- conduct -----------------------------------------------------------------------------------


def test_answers_offer_what_the_chat_can_do_and_the_hotline_besides() -> None:
    offers = {
        "withdraw": "“撤回投诉”",
        "not_satisfied": "“申请核查”",
        "what_needed": "在聊天里直接发给我",
        "agent_or_heir": "在聊天里先发给我",
    }
    for key, words in offers.items():
        text = answers()[f"complaint_process.{key}"].text
        assert "{hotline}" in text and words in text, key
    assert [a.id for a in answers().values() if re.search("还不能|暂时不能传", a.text)] == []


def test_status_is_offered_with_number_and_last_four_digits() -> None:
    text = answers()["complaint_process.how_to"].text
    assert "编号" in text and "后四位" in text
