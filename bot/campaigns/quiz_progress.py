"""How far a customer is in the quizzes, kept in a slot over sessions. Pure.

The slot holds JSON that is older than this code may be: whatever of it cannot be read is as if it
had not been there, and the rest stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from bot.campaigns.campaign import Campaign, Level
from bot.campaigns.quiz import Answered

PROGRESS = "quiz_progress"
"""The slot: campaign id → `{"level", "history", "remind", "started"}`."""


@dataclass(frozen=True)
class Progress:
    """One customer in one campaign's quiz.

    `remind`: whether to be asked again what was wrong; None while the customer has not said.
    `started`: the last day (China) on which a question was asked.
    """

    level: Level | None = None
    history: tuple[Answered, ...] = ()
    remind: bool | None = None
    started: date | None = None

    def with_answer(self, question_id: str, day: date, *, is_right: bool) -> Progress:
        return replace(self, history=(*self.history, Answered(question_id, day, is_right)))

    def answers_to(self, question_id: str) -> int:
        """How often a question was answered."""
        return sum(answer.question_id == question_id for answer in self.history)

    def has_seen_all(self, campaign: Campaign, level: Level) -> bool:
        """True when every question of a level was answered at least once."""
        seen = {answer.question_id for answer in self.history}
        return all(q.id in seen for q in campaign.quiz if q.level is level)


def progress_of(slot: Any, campaign_id: str) -> Progress:
    """The progress in one campaign that the slot's value tells."""
    told = slot.get(campaign_id) if isinstance(slot, Mapping) else None
    if not isinstance(told, Mapping):
        return Progress()
    remind = told.get("remind")
    history = told.get("history")
    return Progress(
        level=level_of(told.get("level")),
        history=tuple(_answers(history if isinstance(history, list) else [])),
        remind=remind if isinstance(remind, bool) else None,
        started=_day(told.get("started")),
    )


def with_progress(slot: Any, campaign_id: str, progress: Progress) -> dict[str, Any]:
    """The slot's value with the progress in one campaign; other campaigns stay as they are."""
    others = dict(slot) if isinstance(slot, Mapping) else {}
    told = {
        "level": progress.level.value if progress.level else None,
        "history": [[a.question_id, a.day.isoformat(), a.is_right] for a in progress.history],
        "remind": progress.remind,
        "started": progress.started.isoformat() if progress.started else None,
    }
    return {**others, campaign_id: told}


def answers_kept(slot: Any) -> int:
    """How many answers the slot's value holds, of all campaigns."""
    campaigns = slot if isinstance(slot, Mapping) else {}
    return sum(len(progress_of(slot, campaign_id).history) for campaign_id in campaigns)


def level_of(value: Any) -> Level | None:
    """The level of its name; None for anything else."""
    return next((level for level in Level if level.value == value), None)


def _answers(history: list[Any]) -> Iterator[Answered]:
    for entry in history:
        if not isinstance(entry, (list, tuple)) or len(entry) != 3:
            continue
        question_id, day, is_right = entry
        when = _day(day)
        if isinstance(question_id, str) and when is not None and isinstance(is_right, bool):
            yield Answered(question_id, when, is_right)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return None
