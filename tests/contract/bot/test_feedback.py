"""Votes and misses are counted once each, on both kinds of database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.errors import StorageError
from bot.knowledge.feedback import LONGEST_TEXT, Feedback, Miss, MissKind, Votes
from tests.fakes import NOW

Connect = Callable[[str], Engine]
MISS = Miss(MissKind.UNKNOWN, "数字人民币怎么开", "out_of_scope", NOW)


@pytest.fixture
def feedback(database_url: str, connect: Connect) -> Feedback:
    return Feedback(connect(database_url))


def test_a_miss_is_kept_as_it_was(feedback: Feedback) -> None:
    feedback.missed("m1", MISS)
    assert feedback.misses(NOW - timedelta(days=1)) == [MISS]


def test_the_newest_misses_of_a_campaign_are_found_oldest_first(feedback: Feedback) -> None:
    asked = [
        Miss(MissKind.UNKNOWN, f"第{n}问", "", NOW + timedelta(minutes=n), campaign, "asker")
        for n, campaign in enumerate(["315-2027", "315-2027", "another", "315-2027", None])
    ]
    for n, miss in enumerate(asked):
        feedback.missed(f"m{n}", miss)
    assert feedback.misses_of("315-2027", most=2) == [asked[1], asked[3]]
    assert feedback.misses(NOW) == asked


def test_the_same_message_counts_once(feedback: Feedback) -> None:
    for _ in range(2):
        feedback.missed("m1", MISS)
        feedback.voted("m2", "fees.annual", True, NOW)
    assert len(feedback.misses(NOW)) == 1
    assert feedback.votes(NOW) == [Votes("fees.annual", 1, 0)]


def test_votes_are_counted_by_answer_the_least_helpful_first(feedback: Feedback) -> None:
    for number, (answer, helpful) in enumerate(
        [("a.x", True), ("a.x", True), ("b.y", False), ("b.y", True), ("b.y", False)]
    ):
        feedback.voted(f"m{number}", answer, helpful, NOW)
    assert feedback.votes(NOW) == [Votes("b.y", 1, 2), Votes("a.x", 2, 0)]


def test_what_is_older_is_left_out(feedback: Feedback) -> None:
    feedback.missed("m1", MISS)
    feedback.voted("m2", "a.x", True, NOW)
    later = NOW + timedelta(seconds=1)
    assert (feedback.misses(later), feedback.votes(later)) == ([], [])


def test_a_story_is_cut_short(feedback: Feedback) -> None:
    feedback.missed("m1", Miss(MissKind.UNSOLVED, "很" * 2000, "", NOW))
    assert len(feedback.misses(NOW)[0].text) == LONGEST_TEXT


def test_a_broken_database_says_so(connect: Connect, tmp_path: object) -> None:
    broken = Feedback(connect(f"sqlite:///{tmp_path}/no-tables.db"))
    with pytest.raises(StorageError):
        broken.missed("m1", MISS)
    with pytest.raises(StorageError):
        broken.votes(NOW)
