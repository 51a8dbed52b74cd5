"""Groups what nobody could answer into candidate questions for compliance colleagues. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from bot.knowledge.feedback import Miss

ALIKE = 0.34
"""Share of common character pairs from which two questions count as the same."""


@dataclass
class Gap:
    """Misses that ask the same; `question` is the one that stands closest to all others."""

    misses: list[Miss] = field(default_factory=list)
    question: str = ""

    @property
    def times(self) -> int:
        return len(self.misses)


def group(misses: Iterable[Miss], normalise: Callable[[str], str]) -> list[Gap]:
    """Gaps, the most frequent first. `normalise` brings ways of writing together."""
    seen: list[tuple[Gap, list[frozenset[str]]]] = []
    for miss in misses:
        pairs = _pairs(normalise(miss.text))
        gap, members = _closest(seen, pairs) or _new(seen)
        gap.misses.append(miss)
        members.append(pairs)
    for gap, members in seen:
        gap.question = gap.misses[_central(members)].text
    return sorted((gap for gap, _ in seen), key=lambda gap: -gap.times)


def _new(
    seen: list[tuple[Gap, list[frozenset[str]]]],
) -> tuple[Gap, list[frozenset[str]]]:
    seen.append((Gap(), []))
    return seen[-1]


def _closest(
    seen: Sequence[tuple[Gap, list[frozenset[str]]]], pairs: frozenset[str]
) -> tuple[Gap, list[frozenset[str]]] | None:
    best = max(seen, key=lambda item: _likeness(item[1], pairs), default=None)
    return best if best is not None and _likeness(best[1], pairs) >= ALIKE else None


def _likeness(members: Sequence[frozenset[str]], pairs: frozenset[str]) -> float:
    return sum(_jaccard(member, pairs) for member in members) / len(members)


def _central(members: Sequence[frozenset[str]]) -> int:
    return max(range(len(members)), key=lambda n: _likeness(members, members[n]))


def _pairs(text: str) -> frozenset[str]:
    """Neighbouring characters; a text of one character is its own pair."""
    letters = [c for c in text if c.isalnum()]
    return frozenset(a + b for a, b in pairwise(letters)) or frozenset(letters)


def _jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 1.0
