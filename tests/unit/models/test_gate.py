"""A new model may differ by what chance brings about, and not by more."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from bot.launcher.models.gate import Scores, checks, is_understood
from tests.unit.models.kit import SCORES


def failing(candidate: Scores, serving: Scores | None = SCORES) -> list[str]:
    return [check.what for check in checks(serving, candidate) if not check.is_met]


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"strict": 0.889}, "认对（严格）"),
        ({"lenient": 0.939}, "认对（可接受）"),
        ({"wrong": 0.041}, "直接答错"),
        ({"alarms": 0.992}, "紧急情况听出来"),
        ({"false_alarms": 0.071}, "误报紧急"),
        ({"recall": {"faq/card_lost": 0.9, "handoff": 0.64}}, "找全 handoff"),
    ],
)
def test_what_is_worse_than_the_limit_is_named(changes: dict[str, object], what: str) -> None:
    assert failing(replace(SCORES, **changes)) == [what]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"strict": 0.89, "lenient": 0.94, "wrong": 0.04},
        {"false_alarms": 0.07},
        {"recall": {"faq/card_lost": 0.75, "handoff": 0.65}},
        {"strict": 0.99, "wrong": 0.0, "false_alarms": 0.0},
        {"recall": {"faq/new": 0.1, "handoff": 0.8}},
    ],
)
def test_what_is_better_or_within_the_limit_passes(changes: dict[str, object]) -> None:
    assert failing(replace(SCORES, **changes)) == []


def test_with_nothing_to_compare_with_every_figure_is_met() -> None:
    found = checks(None, replace(SCORES, strict=0.1))
    assert all(check.is_met and check.serving is None for check in found)


def test_a_plain_question_misread_counts_whatever_the_figures() -> None:
    assert is_understood(SCORES)
    assert not is_understood(replace(SCORES, misread=("我要投诉",)))


def test_scores_come_back_from_their_file_as_they_were() -> None:
    scores = replace(SCORES, misread=("我要投诉",))
    assert Scores.parse(asdict(scores)) == scores
