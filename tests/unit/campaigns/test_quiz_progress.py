"""The progress in the slot: what was written is read again, and what is spoilt spoils nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.campaigns.campaign import Level
from bot.campaigns.quiz import Answered
from bot.campaigns.quiz_progress import (
    Progress,
    answers_kept,
    progress_of,
    with_progress,
)
from tests.unit.campaigns.file import campaign

TODAY = date(2027, 3, 15)
KNOWN = Progress(
    level=Level.HARD,
    history=(Answered("q1", TODAY, False), Answered("q1", date(2027, 3, 16), True)),
    remind=True,
    started=TODAY,
)
ANSWERS = st.builds(Answered, st.text(max_size=8), st.dates(), st.booleans())
PROGRESSES = st.builds(
    Progress,
    level=st.none() | st.sampled_from(Level),
    history=st.lists(ANSWERS, max_size=5).map(tuple),
    remind=st.none() | st.booleans(),
    started=st.none() | st.dates(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)


@given(PROGRESSES, st.dictionaries(st.text(max_size=5), JSON, max_size=2))
def test_what_was_written_is_read_again(progress: Progress, others: dict[str, Any]) -> None:
    slot = with_progress(others, "fair", progress)
    assert progress_of(slot, "fair") == progress
    assert {name: slot[name] for name in others if name != "fair"} == {
        name: value for name, value in others.items() if name != "fair"
    }


@given(JSON)
def test_whatever_stands_in_the_slot_can_be_read(slot: Any) -> None:
    progress_of(slot, "fair")
    progress_of({"fair": slot}, "fair")
    with_progress(slot, "fair", KNOWN)
    answers_kept(slot)


@pytest.mark.parametrize(
    "spoilt",
    [
        ["q2"],
        ["q2", "soon", True],
        ["q2", "2027-03-15", "yes"],
        [2, "2027-03-15", True],
        "q2",
        None,
    ],
)
def test_a_spoilt_answer_leaves_the_others(spoilt: Any) -> None:
    slot = with_progress(None, "fair", KNOWN)
    slot["fair"]["history"].insert(1, spoilt)
    assert progress_of(slot, "fair") == KNOWN


def test_campaigns_are_kept_apart() -> None:
    slot = with_progress(with_progress(None, "fair", KNOWN), "other", Progress())
    assert progress_of(slot, "fair") == KNOWN
    assert progress_of(slot, "other") == Progress()
    assert answers_kept(slot) == 2


def test_a_level_is_seen_when_each_of_its_questions_was_answered(tmp_path: Path) -> None:
    quiz = campaign(tmp_path)
    assert not Progress().has_seen_all(quiz, Level.EASY)
    once = Progress().with_answer("q1", TODAY, is_right=False)
    assert once.has_seen_all(quiz, Level.EASY)
    assert not once.has_seen_all(quiz, Level.HARD)
    assert once.answers_to("q1") == 1
