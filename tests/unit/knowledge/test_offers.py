"""Answers as an officer may pass them on."""

from __future__ import annotations

from datetime import date

import pytest

from bot.knowledge.answer import CITATION
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.files import FAQ
from bot.knowledge.lifecycle import HEDGE
from bot.knowledge.offers import offers
from tests.unit.knowledge.kit import answer

TODAY = date(2026, 11, 26)
WORDS = {"bank_name": "本行", "hotline": "95588", "hotline_hours": "全天", "draft_days": 7}
EVERY = load_catalogue(FAQ)


def test_an_answer_is_parted_into_its_words_and_its_source() -> None:
    name, found = next((k, a) for k, a in EVERY.items() if "{hotline}" in a.text)
    (offer,) = offers(EVERY, [name], TODAY, approved_only=False, words=WORDS)
    assert offer.title == found.title
    assert "95588" in offer.text
    assert CITATION not in offer.text
    assert offer.source.startswith("《")


@pytest.mark.parametrize("name", sorted(EVERY))
def test_every_answer_can_be_offered(name: str) -> None:
    (offer,) = offers(EVERY, [name], TODAY, approved_only=False, words=WORDS)
    assert offer.text.strip()
    assert "{" not in offer.text + offer.source


def test_what_may_not_be_given_today_is_not_offered() -> None:
    name = next(iter(EVERY))
    assert offers(EVERY, [name, "no.such"], TODAY, approved_only=True, words=WORDS) == []


def test_an_answer_whose_review_is_overdue_says_so() -> None:
    late = answer(review_due="2026-01-01")
    (offer,) = offers({late.id: late}, [late.id], TODAY, approved_only=False, words=WORDS)
    assert offer.text.endswith(HEDGE)


def test_they_come_in_the_order_asked_for() -> None:
    names = sorted(EVERY)[:3][::-1]
    found = offers(EVERY, names, TODAY, approved_only=False, words=WORDS)
    assert [offer.title for offer in found] == [EVERY[name].title for name in names]
