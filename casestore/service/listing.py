"""What officers look through: pages of cases by a filter, the work that waits for them, exports."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from casestore.domain.case import CaseState, CaseSummary
from casestore.domain.deadlines import local_date
from casestore.domain.errors import NotAllowed
from casestore.domain.filters import NOBODY, CaseFilter, Sort
from casestore.domain.staff import Officer, Right
from casestore.service.listing_ports import Counts, Selection
from casestore.service.ports import Clock, Store, Transaction

COUNTED_UP_TO = 1000
WORK_SIZE = 50
"""The most cases of one kind that the work list shows; the full list is one click away."""

_EXPORT_SIZE = 500
_MINE = CaseFilter(mine=True)
_UNASSIGNED = CaseFilter(assignee=NOBODY, pending=True)
_REVIEWS = CaseFilter(states=frozenset({CaseState.UNDER_REVIEW}))


@dataclass(frozen=True)
class Page:
    """Some of the cases looked for. ``next`` continues, None at the end; ``total`` is how many
    there are in all, at least that many if ``is_capped``."""

    items: Sequence[CaseSummary]
    next: str | None
    total: int
    is_capped: bool


@dataclass(frozen=True)
class WorkList:
    """What waits for an officer, the most pressing on top of each part.

    ``unassigned`` and ``approvals`` are empty for who may not assign or approve; ``reviews`` are
    the cases under review (核查) that the officer may see.
    """

    mine: Sequence[CaseSummary]
    unassigned: Sequence[CaseSummary]
    approvals: Sequence[CaseSummary]
    reviews: Sequence[CaseSummary]
    counts: Counts

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        cases = (self.mine, self.unassigned, self.approvals, self.reviews)
        return not any(cases) and self.counts == Counts()


class Listing:
    """Lists for the console; every method raises NotAllowed for who may not read cases,
    StoreUnavailable, and FieldUnreadable. ``now`` gives aware moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def page(
        self, chosen: CaseFilter, sort: Sort, after: str | None, size: int, officer: Officer
    ) -> Page:
        """Up to ``size`` cases of the filter that the officer may see, following ``after`` (the
        ``next`` of the page before; None for the first page)."""
        selection = self._selection(chosen, officer, self._now())
        with self._store.transaction() as tx:
            items, following = tx.listings.page(selection, sort, after, size)
            total = tx.listings.count(selection, COUNTED_UP_TO + 1)
        return Page(items, following, min(total, COUNTED_UP_TO), total > COUNTED_UP_TO)

    def work(self, officer: Officer, now: datetime) -> WorkList:
        """What waits for the officer at a moment."""
        with self._store.transaction() as tx:
            return WorkList(
                mine=self._waiting(tx, _MINE, officer, now),
                unassigned=(
                    self._waiting(tx, _UNASSIGNED, officer, now)
                    if officer.may(Right.ASSIGN)
                    else ()
                ),
                approvals=self._approvals(tx, officer, now),
                reviews=self._waiting(tx, _REVIEWS, officer, now),
                counts=tx.listings.counts(officer, now),
            )

    def references(self, chosen: CaseFilter, officer: Officer) -> Iterator[CaseSummary]:
        """All cases of the filter that the officer may see, newest first, for an export.

        Read page by page, so that a long export neither fills the memory nor keeps others waiting;
        what changes meanwhile may be seen as it was before or after.
        """
        selection = self._selection(chosen, officer, self._now())
        after: str | None = None
        while True:
            with self._store.transaction() as tx:
                items, after = tx.listings.page(selection, Sort.NEWEST, after, _EXPORT_SIZE)
            yield from items
            if after is None:
                return

    def _waiting(
        self, tx: Transaction, chosen: CaseFilter, officer: Officer, now: datetime
    ) -> Sequence[CaseSummary]:
        return tx.listings.nearest_first(self._selection(chosen, officer, now), WORK_SIZE)

    def _approvals(self, tx: Transaction, officer: Officer, now: datetime) -> Sequence[CaseSummary]:
        if not officer.may(Right.APPROVE):
            return ()
        everything = self._selection(CaseFilter(), officer, now)
        return tx.listings.awaiting_approval(everything, WORK_SIZE)

    @staticmethod
    def _selection(chosen: CaseFilter, officer: Officer, now: datetime) -> Selection:
        if not officer.may(Right.READ):
            raise NotAllowed
        return Selection(chosen, officer, local_date(now))
