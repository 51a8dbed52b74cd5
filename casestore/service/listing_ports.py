"""What lists and searches need from the storage. Every method may raise StoreUnavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from casestore.domain.case import CaseSummary
from casestore.domain.filters import CaseFilter, Sort
from casestore.domain.staff import Officer


@dataclass(frozen=True)
class Selection:
    """The cases a filter leaves of those an officer may see; ``today`` is the China-local date
    that due dates are compared with."""

    filter: CaseFilter
    officer: Officer
    today: date


@dataclass(frozen=True)
class Counts:
    """How much waits for an officer beside cases: notices that did not reach the customer, tasks
    that are due, reminders not read."""

    undelivered: int = 0
    tasks_due: int = 0
    reminders: int = 0


class Listings(Protocol):
    """Lists of cases, seen with the rights of an officer: who works for a branch sees the cases
    its people handle, those assigned to them and those they registered; the head office all."""

    def page(
        self, selection: Selection, sort: Sort, after: str | None, size: int
    ) -> tuple[Sequence[CaseSummary], str | None]:
        """Up to ``size`` cases and where to go on, None at the end. ``after`` is what an earlier
        call named; one that cannot be read starts at the top. Raises FieldUnreadable."""

    def count(self, selection: Selection, limit: int) -> int:
        """How many there are; counting stops at ``limit``."""

    def awaiting_approval(self, selection: Selection, size: int) -> Sequence[CaseSummary]:
        """Those with a reply that somebody else handed in for approval, longest waiting first.
        Raises FieldUnreadable."""

    def nearest_first(self, selection: Selection, size: int) -> Sequence[CaseSummary]:
        """Cases of the selection that somebody still has to do something about, the nearest end of
        a limit first (the legal one or the review's), those without one last. Raises
        FieldUnreadable."""

    def counts(self, officer: Officer, now: datetime) -> Counts:
        """What else waits for an officer."""


class Search(Protocol):
    """The full-text index."""

    def put(self, reference: str, words: str) -> None:
        """Make a case of this transaction findable by a text (``words``, masked already), instead of what it
        was found by before."""

    def add(self, reference: str, words: str) -> None:
        """Make it findable by more text."""

    def drop(self, reference: str) -> None:
        """Make it findable no more."""

    def references(self, after: str, size: int) -> Sequence[str]:
        """Up to ``size`` cases that were not erased, in the order of their references, following
        ``after`` (empty for the first)."""
