"""Figures of a campaign: a tally under its definitions, small numbers hidden. Pure."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from bot.analytics import definitions as d
from bot.analytics.definitions import HIDDEN, Definition, People
from bot.analytics.fact import FactKind, Outcome
from bot.analytics.hiding import is_small
from bot.analytics.tally import Counted, Tally


@dataclass(frozen=True)
class Figure:
    """A number, or a share: `count` of `of`."""

    definition: Definition
    count: int
    of: int | None = None
    is_hidden: bool = False

    @property
    def text(self) -> str:
        """The figure as it is shown."""
        if self.is_hidden:
            return HIDDEN
        if self.of is None:
            return str(self.count)
        return f"{100 * self.count / self.of:.0f}%" if self.of else "—"

    def body(self) -> dict[str, Any]:
        """The figure as it travels; a hidden number stays here."""
        return {
            "name": self.definition.name,
            "text": self.text,
            "count": None if self.is_hidden else self.count,
            "of": None if self.is_hidden else self.of,
        }


def small(tally: Tally) -> frozenset[People]:
    """The people of whom there are too few, where nothing else is known to subtract from."""
    return frozenset(about for about in People if is_small(tally.size(about)))


def figures(tally: Tally, hidden: AbstractSet[People]) -> list[Figure]:
    """All figures of a tally, in the order of `definitions.FIGURES`; those about `hidden` hidden."""
    progress = tally.progress
    counts: dict[Definition, tuple[int, int | None]] = {
        d.SCANS: (tally.deeds[FactKind.SCAN], None),
        d.PEOPLE: (tally.size(People.VISITORS), None),
        d.CONSULTATIONS: (tally.deeds[FactKind.CONSULTATION], None),
        d.ANSWERED: (tally.outcomes[Outcome.ANSWERED], None),
        d.UNANSWERED: (tally.outcomes[Outcome.UNKNOWN], None),
        d.QUIZ_STARTED: (tally.deeds[FactKind.QUIZ_STARTED], None),
        d.QUIZ_PEOPLE: (tally.size(People.ANSWERERS), None),
        d.QUIZ_ANSWERS: (tally.deeds[FactKind.QUIZ_ANSWERED], None),
        d.QUIZ_FINISHED: (tally.size(People.FINISHERS), None),
        d.RIGHT_FIRST: (progress.right_first, progress.answered),
        d.RIGHT_LAST: (progress.right_last, progress.answered),
        d.LEARNED: (progress.learned, None),
        d.BOOKINGS: (tally.deeds[FactKind.BOOKING], None),
        d.COMPLAINTS: (tally.deeds[FactKind.COMPLAINT], None),
        d.SHARES: (tally.deeds[FactKind.SHARED], None),
    }
    return [
        Figure(definition, *counts[definition], is_hidden=definition.about in hidden)
        for definition in d.FIGURES
    ]


def funnel(counted: Counted, total: Tally) -> list[Figure]:
    """People who came by a code, and how many of them did what; the order of `FUNNEL`."""
    steps = [counted.scanned & total.people.get(step.about, set()) for step in d.FUNNEL]
    return [
        Figure(step, len(people), is_hidden=is_small(len(people)))
        for step, people in zip(d.FUNNEL, steps, strict=True)
    ]
