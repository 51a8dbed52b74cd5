"""When to answer, when to ask 「您是想问」 and when to say that one does not know. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import islice, takewhile

from bot.nlu.labels import OUT_OF_SCOPE, SMALL_TALK
from bot.nlu.ranking import Ranking, Scored

FAQ = "faq"
MOST_CHOICES = 3
LEAST_LIKELY = 0.02
NO_CHOICE = (SMALL_TALK - {"help"}) | {OUT_OF_SCOPE}
"""Intents that make no sense as a choice of 「您是想问」."""


class Band(str, Enum):
    """How sure the assistant is."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Thresholds:
    """Probabilities, 0 to 1.

    Of a theme: from `answer` on it answers, from `clarify` on it asks, and from `several` on each of
    two questions in one message is answered. Of danger: from `danger` on it is an emergency.
    """

    answer: float = 0.6
    clarify: float = 0.2
    danger: float = 0.55
    several: float = 0.7


@dataclass(frozen=True)
class Decision:
    """`label` is what it would answer, `confidence` the probability of its theme.

    `candidates` are the choices of 「您是想问」.
    """

    band: Band
    label: str
    confidence: float
    candidates: tuple[Scored, ...]


def decide(ranking: Ranking, thresholds: Thresholds) -> Decision:
    """Chooses theme, question and band for a ranking of labels.

    The theme decides first: between two questions of the right theme, the better of the two
    answers still serves the customer.
    """
    best, mass = ranking.best_theme()
    top = next(scored for scored in ranking if scored.theme == best)
    candidates = _choices(ranking)
    return Decision(
        _band(top.label, mass, bool(candidates), thresholds),
        top.label,
        mass,
        candidates,
    )


def _band(label: str, confidence: float, has_choices: bool, thresholds: Thresholds) -> Band:
    if confidence >= thresholds.answer:
        return Band.ANSWER
    if label == OUT_OF_SCOPE or confidence < thresholds.clarify or not has_choices:
        return Band.UNKNOWN
    return Band.CLARIFY


def _choices(ranking: Ranking) -> tuple[Scored, ...]:
    likely = takewhile(lambda scored: scored.confidence >= LEAST_LIKELY, ranking)
    return tuple(islice((s for s in likely if s.label not in NO_CHOICE), MOST_CHOICES))
