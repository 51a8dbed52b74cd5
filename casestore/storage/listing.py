"""Lists of cases in SQL: filters, the rights of officers, and pages that stay fast at any depth.

A page goes on behind the last row of the one before (its place in the order is what ``after``
holds), so that page 1 000 costs what page 1 does and no row is shown twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, exists, func, select, tuple_
from sqlalchemy.engine import Connection

from casestore.domain.case import AWAITING_DECISION, ENDED, CaseState, CaseSummary
from casestore.domain.deadlines import LEGAL_SOON_DAYS, local_date
from casestore.domain.filters import Sort
from casestore.domain.notice import CONFIRMATION_WITHIN
from casestore.domain.reply import ReplyStatus
from casestore.domain.staff import Officer
from casestore.domain.task import TaskStatus
from casestore.service.listing_ports import Counts, Selection
from casestore.storage.conditions import Conditions, conditions
from casestore.storage.keyring import Keyring
from casestore.storage.notice_tables import undelivered
from casestore.storage.rows import read_summary
from casestore.storage.sight import visible_to
from casestore.storage.tables import cases, notices, reminders, replies, tasks

_PENDING, _SETTLED = "p", "s"
_TO_DO = sorted(state.value for state in frozenset(CaseState) - ENDED)
_AWAITING = sorted(state.value for state in AWAITING_DECISION)


@dataclass(frozen=True)
class _Place:
    """A row's place in an order: in which part, by what day or moment, which reference."""

    part: str
    value: date | datetime
    reference: str

    def __str__(self) -> str:
        return "~".join([self.part, self.value.isoformat(), self.reference])


class SqlListings:
    """Implements ``service.listing_ports.Listings`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring
        self._conditions: dict[Selection, Conditions] = {}
        self._totals: dict[Selection, int] = {}

    def page(
        self, selection: Selection, sort: Sort, after: str | None, size: int
    ) -> tuple[Sequence[CaseSummary], str | None]:
        """See the port. One row more than asked for tells whether there is a next page."""
        query, place = self._chosen(selection), _read_place(after)
        if sort is Sort.DUE:
            rows = self._due(query, place, size + 1)
        elif place is None and self._known(selection).is_listed:
            rows = self._newest_and_total(selection, query, size + 1)
        else:
            rows = self._newest(query, place, size + 1)
        following = str(_place_of(rows[size - 1], sort)) if len(rows) > size else None
        return self._summaries(rows[:size]), following

    def count(self, selection: Selection, limit: int) -> int:
        """See the port. A search that listed its cases has counted them for the first page."""
        if (total := self._totals.get(selection)) is not None:
            return min(total, limit)
        some = self._chosen(selection).with_only_columns(cases.c.reference).limit(limit)
        found: int = self._connection.execute(
            select(func.count()).select_from(some.subquery())
        ).scalar_one()
        return found

    def awaiting_approval(self, selection: Selection, size: int) -> Sequence[CaseSummary]:
        """See the port."""
        query = self._chosen(selection).join(replies, replies.c.reference == cases.c.reference)
        handed_in = query.where(
            replies.c.status == ReplyStatus.SUBMITTED.value,
            replies.c.written_by != selection.officer.username,
        )
        oldest = handed_in.order_by(replies.c.written_at, cases.c.reference).limit(size)
        return self._summaries(self._connection.execute(oldest).all())

    def nearest_first(self, selection: Selection, size: int) -> Sequence[CaseSummary]:
        """See the port."""
        legal = case((cases.c.state.in_(_AWAITING), cases.c.legal_due), else_=None)
        end = func.coalesce(cases.c.review_due, legal)
        query = self._chosen(selection).where(cases.c.state.in_(_TO_DO))
        ordered = query.order_by(end.is_(None), end, cases.c.reference).limit(size)
        return self._summaries(self._connection.execute(ordered).all())

    def counts(self, officer: Officer, now: datetime) -> Counts:
        """See the port."""
        return Counts(
            undelivered=self._undelivered(officer, now),
            tasks_due=self._number(
                tasks,
                tasks.c.owner == officer.username,
                tasks.c.status == TaskStatus.OPEN.value,
                tasks.c.due_on <= local_date(now) + timedelta(days=LEGAL_SOON_DAYS),
            ),
            reminders=self._number(
                reminders, reminders.c.username == officer.username, reminders.c.read_at.is_(None)
            ),
        )

    def _undelivered(self, officer: Officer, now: datetime) -> int:
        mine = exists().where(cases.c.reference == notices.c.reference, *visible_to(officer))
        return self._number(notices, undelivered(now - CONFIRMATION_WITHIN), mine)

    def _number(self, table: Any, *where: Any) -> int:
        query = select(func.count()).select_from(table).where(*where)
        found: int = self._connection.execute(query).scalar_one()
        return found

    def _chosen(self, selection: Selection) -> Any:
        return select(cases).where(*self._known(selection).where)

    def _known(self, selection: Selection) -> Conditions:
        """Worked out once for a transaction: it asks the index."""
        found = self._conditions.get(selection)
        if found is None:
            found = conditions(selection, self._connection, self._keyring)
            self._conditions[selection] = found
        return found

    def _newest(self, query: Any, place: _Place | None, size: int) -> Sequence[Any]:
        key = (cases.c.received_at, cases.c.reference)
        if place is not None:
            query = query.where(tuple_(*key) < tuple_(place.value, place.reference))
        newest = query.order_by(cases.c.received_at.desc(), cases.c.reference.desc())
        return list(self._connection.execute(newest.limit(size)).all())

    def _newest_and_total(self, selection: Selection, query: Any, size: int) -> Sequence[Any]:
        """One look at all that was found for both; the rows themselves are read afterwards."""
        newest = (cases.c.received_at.desc(), cases.c.reference.desc())
        narrow = query.with_only_columns(cases.c.reference, func.count().over().label("total"))
        found = self._connection.execute(narrow.order_by(*newest).limit(size)).all()
        self._totals[selection] = found[0].total if found else 0
        whole = select(cases).where(cases.c.reference.in_([row.reference for row in found]))
        return list(self._connection.execute(whole.order_by(*newest)).all())

    def _due(self, query: Any, place: _Place | None, size: int) -> Sequence[Any]:
        """Two orders, one behind the other: what is pending, then what is settled."""
        rows: list[Any] = []
        if place is None or place.part == _PENDING:
            rows = self._nearest(query, place, size)
            place = None
        if len(rows) < size:
            settled = query.where(cases.c.settled_on.is_not(None))
            rows += self._newest(settled, place, size - len(rows))
        return rows

    def _nearest(self, query: Any, place: _Place | None, size: int) -> list[Any]:
        key = (cases.c.legal_due, cases.c.reference)
        query = query.where(cases.c.settled_on.is_(None))
        if place is not None:
            query = query.where(tuple_(*key) > tuple_(place.value, place.reference))
        return list(self._connection.execute(query.order_by(*key).limit(size)).all())

    def _summaries(self, rows: Sequence[Any]) -> Sequence[CaseSummary]:
        return [read_summary(row, self._keyring) for row in rows]


def _place_of(row: Any, sort: Sort) -> _Place:
    if sort is Sort.DUE and row.settled_on is None:
        return _Place(_PENDING, row.legal_due, row.reference)
    return _Place(_SETTLED, row.received_at, row.reference)


def _read_place(after: str | None) -> _Place | None:
    """None for what no page ever named, such as an address changed by hand."""
    part, _, rest = (after or "").partition("~")
    value, _, reference = rest.partition("~")
    try:
        if part == _PENDING:
            return _Place(part, date.fromisoformat(value), reference)
        return _Place(_SETTLED, datetime.fromisoformat(value), reference)
    except ValueError:
        return None
