"""Which question comes next, and what was learned. Pure: the history and the day come in.

A question answered right is not asked again. One answered wrong comes back on a later day, with
longer and longer pauses, for those who agreed to be reminded: recalling something after some time is
what makes it stick (spaced retrieval).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from bot.campaigns.campaign import Campaign, Level, Question

COMES_BACK_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""Pauses after the first, the second and every further wrong answer."""


@dataclass(frozen=True)
class Answered:
    """One answer a customer gave on a day (China)."""

    question_id: str
    day: date
    is_right: bool


class Rest(Enum):
    """Why there is no question now."""

    ENOUGH_TODAY = "enough today"
    LEVEL_DONE = "level done"
    ALL_DONE = "all done"


@dataclass(frozen=True)
class Score:
    """How it went: over the questions answered, the first answers and the last ones."""

    answered: int
    right_at_first: int
    right_at_last: int

    @property
    def learned(self) -> int:
        """Questions that were wrong at first and are right now."""
        return self.right_at_last - self.right_at_first


def next_question(
    campaign: Campaign, level: Level, history: Sequence[Answered], today: date
) -> Question | Rest:
    """What to ask now: what was wrong and is due again, else something new of `level`."""
    if sum(answer.day == today for answer in history) >= campaign.questions_a_day:
        return Rest.ENOUGH_TODAY
    due = next(_due_again(campaign, history, today), None)
    if due is not None:
        return due
    seen = {answer.question_id for answer in history}
    new = [question for question in campaign.quiz if question.id not in seen]
    fitting = next((question for question in new if question.level is level), None)
    if fitting is not None:
        return fitting
    return Rest.LEVEL_DONE if new else Rest.ALL_DONE


def place_today(
    campaign: Campaign, question: Question, history: Sequence[Answered], today: date
) -> tuple[int, int]:
    """The how-manieth question of the day one is, and how many may follow it today, at any level."""
    number = sum(answer.day == today for answer in history) + 1
    seen = {answer.question_id for answer in history}
    due = {again.id for again in _due_again(campaign, history, today)}
    others = [q for q in campaign.quiz if q is not question and (q.id in due or q.id not in seen)]
    return number, min(campaign.questions_a_day - number, len(others))


def comes_back_on(history: Sequence[Answered], question_id: str) -> date | None:
    """The day on which a question that was answered wrong may be asked again; None for others."""
    answers = [answer for answer in history if answer.question_id == question_id]
    if not answers or answers[-1].is_right:
        return None
    wrong = sum(not answer.is_right for answer in answers)
    return answers[-1].day + COMES_BACK_AFTER[min(wrong, len(COMES_BACK_AFTER)) - 1]


def next_return(campaign: Campaign, history: Sequence[Answered]) -> date | None:
    """The first day on which something comes back; None when nothing does."""
    days = (comes_back_on(history, question.id) for question in campaign.quiz)
    return min((day for day in days if day is not None), default=None)


def score(campaign: Campaign, history: Sequence[Answered]) -> Score:
    """The score over the questions the campaign still has."""
    known = {question.id for question in campaign.quiz}
    first: dict[str, bool] = {}
    last: dict[str, bool] = {}
    for answer in history:
        if answer.question_id in known:
            first.setdefault(answer.question_id, answer.is_right)
            last[answer.question_id] = answer.is_right
    return Score(len(first), sum(first.values()), sum(last.values()))


def _due_again(campaign: Campaign, history: Sequence[Answered], today: date) -> Iterator[Question]:
    for question in campaign.quiz:
        day = comes_back_on(history, question.id)
        if day is not None and day <= today:
            yield question
