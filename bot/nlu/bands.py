"""When to answer, when to ask 「您是想问」 and when to say that one does not know. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.nlu.model import Scored

FAQ = "faq"
OUT_OF_SCOPE = "out_of_scope"
MOST_CHOICES = 3


class Band(str, Enum):
    """How sure the assistant is."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Thresholds:
    """Probabilities, 0 to 1: from `answer` on it answers, from `clarify` on it asks back."""

    answer: float = 0.5
    clarify: float = 0.2


@dataclass(frozen=True)
class Decision:
    """`label` is what it would answer; `candidates` are the choices of 「您是想问」."""

    band: Band
    label: str
    confidence: float
    candidates: tuple[Scored, ...]


def decide(ranking: Sequence[Scored], thresholds: Thresholds) -> Decision:
    """Chooses the band for a ranking of labels.

    Doubt between two questions of one theme is settled by the theme's whole probability: the
    better of the two answers still serves the customer.
    """
    top = ranking[0]
    mass = theme_mass(ranking, top.label)
    choices = [s for s in ranking[:8] if s.label != OUT_OF_SCOPE and s.confidence >= 0.04]
    candidates = tuple(choices[:MOST_CHOICES])
    if top.label == OUT_OF_SCOPE:
        band = Band.ANSWER if top.confidence >= thresholds.clarify else Band.UNKNOWN
    elif top.confidence >= thresholds.answer or _sure_of_theme(top, mass, thresholds):
        band = Band.ANSWER
    elif mass >= thresholds.clarify and candidates:
        band = Band.CLARIFY
    else:
        band = Band.UNKNOWN
    return Decision(band, top.label, top.confidence, candidates)


def _sure_of_theme(top: Scored, mass: float, thresholds: Thresholds) -> bool:
    return mass >= thresholds.answer + 0.2 and top.confidence >= 0.6 * mass


def theme(label: str) -> str:
    """`faq/card_lost.report_loss` → `faq/card_lost`; other labels are their own theme."""
    return label.split(".", 1)[0] if label.startswith(FAQ + "/") else label


def theme_mass(ranking: Sequence[Scored], label: str) -> float:
    """Probability of all labels that share `label`'s theme."""
    wanted = theme(label)
    return sum(scored.confidence for scored in ranking if theme(scored.label) == wanted)
