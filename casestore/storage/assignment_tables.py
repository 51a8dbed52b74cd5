"""Routing rules, and cases as they lie on desks, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, case, delete, func, not_, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.assignment import RoutingRule
from casestore.domain.case import AWAITING_DECISION, CaseState, EventKind, Grade
from casestore.domain.reminder import ReminderKind
from casestore.domain.watch import Watched, soon_until
from casestore.service.assignment_ports import Matter
from casestore.storage.standing_rows import read_standing
from casestore.storage.statements import upsert
from casestore.storage.tables import case_events, cases, routes

_UNDER_WAY = sorted(state.value for state in AWAITING_DECISION | {CaseState.UNDER_REVIEW})
# What the watch itself writes is nothing that somebody did.
_OF_THE_WATCH = (EventKind.WARNED.value, EventKind.ESCALATED.value)
# Long texts that say nothing about where a case stands.
_LONG = {"detail", "request"}
_OVERDUE = {
    ReminderKind.PROMISE_SOON: ReminderKind.PROMISE_OVERDUE,
    ReminderKind.LEGAL_SOON: ReminderKind.LEGAL_OVERDUE,
    ReminderKind.REVIEW_SOON: ReminderKind.REVIEW_OVERDUE,
}
_COLUMNS = [column for column in cases.c if column.name not in _LONG]


class SqlRoutes:
    """Implements ``service.assignment_ports.Routes`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Sequence[RoutingRule]:
        """See the port."""
        rows = self._connection.execute(select(routes).order_by(routes.c.position, routes.c.id))
        return [
            RoutingRule(row.id, row.position, row.business, row.accused, row.unit, row.assignee)
            for row in rows
        ]

    def put(self, rule: RoutingRule) -> None:
        """See the port."""
        row = {
            "id": rule.id,
            "position": rule.position,
            "business": rule.business,
            "accused": rule.accused,
            "unit": rule.unit,
            "assignee": rule.assignee,
        }
        upsert(self._connection, routes, row)

    def drop(self, rule_id: str) -> bool:
        """See the port."""
        statement = delete(routes).where(routes.c.id == rule_id)
        return bool(self._connection.execute(statement).rowcount)


class SqlCaseload:
    """Implements ``service.assignment_ports.Caseload`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def loads(self) -> Mapping[str, int]:
        """See the port."""
        query = select(cases.c.assignee, func.count()).where(
            cases.c.assignee.is_not(None), cases.c.state.in_(_UNDER_WAY)
        )
        rows = self._connection.execute(query.group_by(cases.c.assignee)).all()
        return {assignee: int(count) for assignee, count in rows}

    def matter(self, reference: str) -> Matter | None:
        """See the port."""
        query = select(*_COLUMNS).where(cases.c.reference == reference)
        row = self._connection.execute(query).one_or_none()
        return _read_matter(row) if row else None

    def unassigned(self, after: str, size: int) -> Sequence[Matter]:
        """See the port."""
        query = select(*_COLUMNS).where(
            cases.c.state == CaseState.REGISTERED.value,
            cases.c.assignee.is_(None),
            cases.c.reference > after,
        )
        rows = self._connection.execute(query.order_by(cases.c.reference).limit(size))
        return [_read_matter(row) for row in rows]

    def near_a_limit(self, until: date, after: str, size: int) -> Sequence[Watched]:
        """See the port."""
        touched = select(func.max(case_events.c.happened_at)).where(
            case_events.c.reference == cases.c.reference,
            case_events.c.kind.not_in(_OF_THE_WATCH),
        )
        is_near = or_(
            cases.c.promise_due <= until,
            cases.c.legal_due <= until,
            cases.c.review_due <= until,
            cases.c.state == CaseState.ASSIGNED.value,
        )
        query = select(*_COLUMNS, touched.scalar_subquery().label("touched_at")).where(
            cases.c.state.in_(_UNDER_WAY), is_near, cases.c.reference > after
        )
        rows = self._connection.execute(query.order_by(cases.c.reference).limit(size))
        return [Watched(read_standing(row), row.touched_at or row.received_at) for row in rows]

    def limits(self, today: date) -> Mapping[ReminderKind, int]:
        """See the port. One look at the cases under way; the clock's conditions are those of
        ``casestore.domain.watch``."""
        c = cases.c
        reviewed = or_(c.state == CaseState.UNDER_REVIEW.value, c.review_due.is_not(None))
        counted = and_(not_(reviewed), c.stopped_on.is_(None))
        promise = case((c.grade == Grade.ORDINARY.value, c.promise_due), else_=c.complex_due)
        met = {
            **_warned(ReminderKind.PROMISE_SOON, promise, today, counted, c.answered_on.is_(None)),
            **_warned(ReminderKind.LEGAL_SOON, c.legal_due, today, counted),
            **_warned(ReminderKind.REVIEW_SOON, c.review_due, today, reviewed),
        }
        sums = [func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in met.values()]
        row = self._connection.execute(select(*sums).where(c.state.in_(_UNDER_WAY))).one()
        return {kind: int(count) for kind, count in zip(met, row, strict=True)}

    def known_acts(self, ids: Collection[str]) -> frozenset[str]:
        """See the port."""
        query = select(case_events.c.act_id).where(case_events.c.act_id.in_(sorted(ids)))
        return frozenset(self._connection.execute(query).scalars())


def _warned(soon: ReminderKind, due: Any, today: date, *counts: Any) -> Mapping[ReminderKind, Any]:
    """A limit's two warnings, each with the SQL condition for it."""
    return {
        soon: and_(*counts, due >= today, due <= soon_until(soon, today)),
        _OVERDUE[soon]: and_(*counts, due < today),
    }


def _read_matter(row: Any) -> Matter:
    business = row.confirmed_business or row.business
    return Matter(read_standing(row), business, row.branch, row.staff)
