"""Which JR/T 0169—2018 business and reason a story seems to be about: a proposal, never a verdict.

Each name has weighted evidence words. A word counts once; `态度+差` counts where both parts occur
in one clause. The score of a name is the sum of the weights found; its confidence is its share of
all evidence in the text, smoothed: score / (sum of all scores + SMOOTHING). One weak word thus
stays far from 1, and two rival names share what there is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.errors import ConfigurationError
from bot.intake.reading._text import clauses, fold
from bot.shipped_yaml import read_shipped

SMOOTHING = 1.0


@dataclass(frozen=True)
class Proposal:
    """A name of the classification and how much of the evidence speaks for it, 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True)
class Table:
    """Evidence words and their weights by name, for each of the two dimensions."""

    business: Mapping[str, Mapping[str, float]]
    reason: Mapping[str, Mapping[str, float]]

    @property
    def business_names(self) -> Sequence[str]:
        return tuple(self.business)

    @property
    def reason_names(self) -> Sequence[str]:
        return tuple(self.reason)


def load_table(path: Path) -> Table:
    """Reads the YAML table; ConfigurationError when it is missing or of another shape."""
    try:
        raw = read_shipped(path)
        return Table(_dimension(raw["business"]), _dimension(raw["reason"]))
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ConfigurationError(f"投诉分类词表无法读取：{path.name}") from error


def _dimension(raw: Mapping[str, Mapping[str, float] | None]) -> dict[str, dict[str, float]]:
    return {
        str(name): {str(word).lower(): float(weight) for word, weight in (words or {}).items()}
        for name, words in raw.items()
    }


def propose_business(text: str, table: Table) -> list[Proposal]:
    """Business names with evidence in `text`, the best first; empty without evidence."""
    return _propose(text, table.business)


def propose_reason(text: str, table: Table) -> list[Proposal]:
    """Reason names with evidence in `text`, the best first; empty without evidence."""
    return _propose(text, table.reason)


def _propose(text: str, names: Mapping[str, Mapping[str, float]]) -> list[Proposal]:
    plain = fold(text).lower()
    parts = [c.group() for c in clauses(plain)]
    scores = {name: _score(plain, parts, words) for name, words in names.items()}
    total = sum(scores.values())
    ranked = sorted(((s, n) for n, s in scores.items() if s > 0), key=lambda pair: -pair[0])
    return [Proposal(name, round(score / (total + SMOOTHING), 3)) for score, name in ranked]


def _score(text: str, parts: Sequence[str], words: Mapping[str, float]) -> float:
    """Sum of the weights found; a word inside a longer one found as well does not count again."""
    found = [word for word in words if _occurs(word, text, parts)]
    return sum(words[w] for w in found if not any(w != longer and w in longer for longer in found))


def _occurs(word: str, text: str, parts: Sequence[str]) -> bool:
    if "+" not in word:
        return word in text
    needed = word.split("+")
    return any(all(piece in part for piece in needed) for part in parts)
