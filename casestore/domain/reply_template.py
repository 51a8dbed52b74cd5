"""Wordings to start a reply from, by what the complaint is about."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ReplyTemplate:
    """Skeletons of three parts with blanks in 【】; the remedies depend on who decides, not on the
    matter (``casestore.domain.letter.usual_remedies``).

    ``businesses`` and ``reasons`` are names of JR/T 0169—2018 the template is for; without any it
    fits everything.
    """

    key: str
    title: str
    facts: str
    decision: str
    basis: str
    businesses: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()

    def fit(self, business: str, reason: str) -> int:
        """How well it fits a complaint: 0 not at all, more is better."""
        if not self.businesses and not self.reasons:
            return 1
        return 3 * (reason in self.reasons) + 2 * (business in self.businesses)


def best_first(
    templates: Sequence[ReplyTemplate], business: str, reason: str
) -> tuple[ReplyTemplate, ...]:
    """All templates, those that fit a complaint best first, else in their own order."""
    return tuple(sorted(templates, key=lambda template: -template.fit(business, reason)))
