"""Governed answers as an officer may pass them on: title, words and what they cite. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.knowledge.answer import CITATION, Answer, Answers, body_of, citation_of
from bot.knowledge.lifecycle import HEDGE, Serving, serving

BLANKS = ("bank_name", "hotline", "hotline_hours", "draft_days")
"""Settings that the texts of answers may name."""


@dataclass(frozen=True)
class Offer:
    """An answer ready to be sent; `source` is what it cites, "" when it cites nothing."""

    title: str
    text: str
    source: str


def offers(
    answers: Answers,
    ids: Iterable[str],
    today: date,
    *,
    approved_only: bool,
    words: Mapping[str, object],
) -> list[Offer]:
    """The answers of `ids` that may be given on `today`, in their order.

    `words` has what fills BLANKS.
    """
    known = [answers[answer_id] for answer_id in ids if answer_id in answers]
    standing = [(a, serving(a.metadata, today, approved_only=approved_only)) for a in known]
    return [_offer(a, how, words) for a, how in standing if how is not Serving.WITHDRAWN]


def _offer(answer: Answer, how: Serving, words: Mapping[str, object]) -> Offer:
    text = answer.text.format(**words)
    source = citation_of(text)
    if not source.startswith(CITATION):
        body, source = text, ""
    else:
        body, source = body_of(text), source.removeprefix(CITATION)
    return Offer(answer.title, f"{body}\n{HEDGE}" if how is Serving.HEDGED else body, source)
