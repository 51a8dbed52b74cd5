"""The quiz: nothing twice that was right, what was wrong again on a later day, never too much."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.campaigns.campaign import Campaign, Level, Question
from bot.campaigns.quiz import (
    Answered,
    Rest,
    comes_back_on,
    next_question,
    next_return,
    score,
)
from tests.unit.campaigns.file import campaign

TODAY = date(2027, 3, 15)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def quiz(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder: Path = tmp_path_factory.mktemp("campaign")
    return campaign(folder)


def answered(question_id: str, is_right: bool, day: date = TODAY) -> Answered:
    return Answered(question_id, day, is_right)


def asked(quiz: Campaign, level: Level, *history: Answered, today: date = TODAY) -> str | Rest:
    found = next_question(quiz, level, history, today)
    return found.id if isinstance(found, Question) else found


def test_the_level_decides_what_is_asked_first(quiz: Campaign) -> None:
    assert [asked(quiz, level) for level in Level] == ["q1", "q2", "q3"]


def test_a_right_answer_is_never_asked_for_again(quiz: Campaign) -> None:
    history = [answered("q1", True)]
    for days in range(30):
        assert asked(quiz, Level.EASY, *history, today=TODAY + days * DAY) is Rest.LEVEL_DONE


def test_a_wrong_answer_comes_back_on_a_later_day_only(quiz: Campaign) -> None:
    wrong = answered("q1", False)
    assert asked(quiz, Level.EASY, wrong) is Rest.LEVEL_DONE
    assert asked(quiz, Level.HARD, wrong, today=TODAY + DAY) == "q1"


def test_pauses_grow_with_each_wrong_answer() -> None:
    history: list[Answered] = []
    pauses = []
    for _ in range(4):
        day = comes_back_on(history, "q1") or TODAY
        history.append(answered("q1", False, day))
        pauses.append((comes_back_on(history, "q1") or day) - day)
    assert [pause.days for pause in pauses] == [1, 3, 7, 7]


def test_no_more_than_the_daily_number(quiz: Campaign) -> None:
    history = [answered(f"old{n}", True) for n in range(quiz.questions_a_day)]
    assert asked(quiz, Level.EASY, *history) is Rest.ENOUGH_TODAY
    assert asked(quiz, Level.EASY, *history, today=TODAY + DAY) == "q1"


def test_when_everything_was_asked_the_quiz_is_done(quiz: Campaign) -> None:
    history = [answered(f"q{n}", True, TODAY - DAY) for n in (1, 2, 3)]
    assert asked(quiz, Level.EASY, *history) is Rest.ALL_DONE
    assert next_return(quiz, history) is None


def test_the_next_return_is_the_earliest(quiz: Campaign) -> None:
    history = [answered("q1", False, TODAY), answered("q2", False, TODAY - DAY)]
    assert next_return(quiz, history) == TODAY


def test_the_score_compares_first_and_last_answers(quiz: Campaign) -> None:
    history = [
        answered("q1", False),
        answered("q2", True),
        answered("q1", True, TODAY + DAY),
        answered("gone", True),
    ]
    found = score(quiz, history)
    assert (found.answered, found.right_at_first, found.right_at_last) == (2, 1, 2)
    assert found.learned == 1


@given(st.lists(st.booleans(), max_size=60))
def test_a_customer_who_goes_on_day_after_day_comes_to_an_end(
    quiz: Campaign, answers: list[bool]
) -> None:
    history: list[Answered] = []
    today = TODAY
    for is_right in [*answers, *[True] * 60]:
        found = next_question(quiz, Level.MEDIUM, history, today)
        if isinstance(found, Question):
            assert (found.id, True) not in {(a.question_id, a.is_right) for a in history}
            history.append(answered(found.id, is_right, today))
        else:
            today += DAY
    assert all(a.is_right for a in {a.question_id: a for a in history}.values())
