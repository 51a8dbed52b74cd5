"""What staff see in the console of the answers: open questions, reviews to come. Pure.

The shape and the limits are those of the case store's contract (`PUT /api/v1/knowledge`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.knowledge import themes
from bot.knowledge.answer import APPROVED, DRAFT, Answer, Answers
from bot.knowledge.feedback import Miss
from bot.knowledge.gaps import Gap, group
from bot.knowledge.rules.governing import is_date
from bot.knowledge.standing import drafts, due_within

DAYS = 30
"""How far back questions are looked at."""
DUE_WITHIN = 90
"""Days ahead in which a review counts as to come, as for `knowledge due`."""
MOST_GROUPED = 1000
"""Grouping compares all with all; of more misses, the newest are grouped and all counted."""
MOST_QUESTIONS, MOST_ANSWERS = 100, 200
LONGEST_QUESTION, LONGEST_NAME = 100, 100
_FAQ = "faq/"

Questions = dict[str, Any]
"""The part of the report that is about questions."""


def questions(misses: Sequence[Miss], answers: Answers) -> Questions:
    """What nobody could answer, grouped, the most frequent first; `misses` oldest first."""
    found = group(misses[-MOST_GROUPED:], str.lower)
    return {
        "days": DAYS,
        "missed": len(misses),
        "questions": [_question(gap, answers) for gap in found[:MOST_QUESTIONS]],
    }


def standing(answers: Answers, today: date) -> dict[str, Any]:
    """How many answers there are, how many are drafts, which are to be reviewed by when."""
    # An answer without a readable date is for `knowledge check` to refuse.
    due = [a for a in due_within(answers, today, DUE_WITHIN) if is_date(a.metadata.review_due)]
    return {
        "answers_total": len(answers),
        "drafts_total": len(drafts(answers)),
        "due_total": len(due),
        "due": [_answer(answer) for answer in due[:MOST_ANSWERS]],
    }


def _question(gap: Gap, answers: Answers) -> dict[str, Any]:
    moments = [miss.at for miss in gap.misses]
    kind = Counter(miss.kind for miss in gap.misses).most_common(1)[0][0]
    label = Counter(miss.label for miss in gap.misses).most_common(1)[0][0]
    return {
        "question": gap.question.strip()[:LONGEST_QUESTION] or "（空白）",
        "times": gap.times,
        "first_seen": min(moments).isoformat(),
        "last_seen": max(moments).isoformat(),
        "kind": kind.value,
        "theme": _theme(label, answers),
    }


def _theme(label: str, answers: Answers) -> str:
    """What the assistant took the questions for; "" where it was none of its answers."""
    answer = answers.get(label.removeprefix(_FAQ))
    return themes.name_of(answer.theme) if answer else ""


def _answer(answer: Answer) -> dict[str, Any]:
    metadata = answer.metadata
    return {
        "id": answer.id,
        "title": metadata.title[:LONGEST_NAME],
        "theme": themes.name_of(answer.theme),
        "owner": metadata.owner[:LONGEST_NAME],
        "status": APPROVED if metadata.status == APPROVED else DRAFT,
        "review_due": metadata.review_due,
        "valid_until": metadata.valid_until if is_date(metadata.valid_until) else None,
    }
