"""Labels in their order, themes by their sums, and what is known for certain."""

from __future__ import annotations

import pytest

from bot.nlu.ranking import Ranking, Scored

RANKING = Ranking.of(
    [
        Scored("handoff", 0.4),
        Scored("faq/fees.annual", 0.25),
        Scored("faq/fees.sms", 0.3),
        Scored("help", 0.05),
    ],
    0.7,
)


def test_the_likeliest_comes_first_and_of_equals_the_one_named_first() -> None:
    assert [s.label for s in RANKING] == ["handoff", "faq/fees.sms", "faq/fees.annual", "help"]
    equal = Ranking.of([Scored("b", 0.5), Scored("a", 0.5)], 0.0)
    assert [s.label for s in equal] == ["b", "a"]


def test_only_as_many_are_named_as_are_asked_for() -> None:
    assert RANKING.top(2) == [Scored("handoff", 0.4), Scored("faq/fees.sms", 0.3)]
    assert len(RANKING.top(9)) == len(RANKING) == 4
    assert RANKING.likeliest == Scored("handoff", 0.4)


def test_the_questions_of_a_theme_count_together() -> None:
    name, confidence = RANKING.best_theme()
    assert (name, confidence) == ("faq/fees", pytest.approx(0.55))


def test_what_is_known_is_likeliest_and_no_danger() -> None:
    certain = RANKING.certain_of("help", 0.99)
    assert certain.likeliest == Scored("help", 0.99)
    assert [s.label for s in certain][1:] == ["handoff", "faq/fees.sms", "faq/fees.annual"]
    assert sum(s.confidence for s in certain) == pytest.approx(1.0)
    assert certain.danger == 0.0


def test_a_single_label_can_be_certain() -> None:
    assert list(Ranking.of([Scored("a", 1.0)], 0.0).certain_of("a", 0.99)) == [Scored("a", 0.99)]
