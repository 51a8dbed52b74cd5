"""Early warnings in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, insert, select, update
from sqlalchemy.engine import Connection

from casestore.domain.alert import EVERYWHERE, Alert, Kind, Load, Seen
from casestore.domain.figures import EVERYTHING, Scope
from casestore.domain.period import Span
from casestore.domain.report import CountedCase
from casestore.storage.facts import live_facts
from casestore.storage.report_tables import read_counted
from casestore.storage.statements import lock_writers
from casestore.storage.tables import alerts


class SqlAlerts:
    """Implements ``service.report_ports.Alerts`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def loads(self, base: Span, recent: Span) -> Mapping[Kind, Load]:
        """See the port."""
        facts = live_facts(EVERYTHING)
        is_recent = case((facts.c.received_on >= recent.first, 1), else_=0)
        names = (facts.c.business, facts.c.reason, facts.c.branch)
        query = (
            select(*names, func.sum(is_recent), func.count())
            .where(facts.c.received_on.between(base.first, recent.last))
            .group_by(*names)
        )
        rows = self._connection.execute(query)
        return {
            Kind(business, reason, branch): Load(int(now), int(whole - now))
            for business, reason, branch, now, whole in rows
        }

    def lock(self) -> None:
        """See the port."""
        lock_writers(self._connection, alerts)

    def told_since(self, moment: datetime) -> frozenset[Kind]:
        """See the port."""
        query = select(alerts).where(alerts.c.raised_at >= moment)
        return frozenset(_read_kind(row) for row in self._connection.execute(query))

    def open_since(self, moment: datetime) -> Sequence[Alert]:
        """See the port."""
        query = select(alerts).where(alerts.c.raised_at >= moment, alerts.c.seen_by.is_(None))
        return [_read_alert(row) for row in self._connection.execute(query)]

    def add(self, alert: Alert) -> None:
        """See the port."""
        row = {
            "id": alert.id,
            "business": alert.kind.business,
            "reason": alert.kind.reason,
            "branch": alert.kind.branch,
            "raised_at": alert.raised_at,
            **_size_columns(alert),
        }
        self._connection.execute(insert(alerts).values(**row))

    def renew(self, alert: Alert) -> None:
        """See the port."""
        unseen = update(alerts).where(alerts.c.id == alert.id, alerts.c.seen_by.is_(None))
        self._connection.execute(unseen.values(**_size_columns(alert)))

    def get(self, alert_id: str) -> Alert | None:
        """See the port."""
        query = select(alerts).where(alerts.c.id == alert_id)
        row = self._connection.execute(query).one_or_none()
        return row and _read_alert(row)

    def recent(self, branch: str | None, size: int) -> Sequence[Alert]:
        """See the port."""
        query = select(alerts)
        if branch is not None:
            query = query.where(alerts.c.branch == branch)
        was_seen = case((alerts.c.seen_by.is_(None), 0), else_=1)
        query = query.order_by(was_seen, alerts.c.raised_at.desc(), alerts.c.id).limit(size)
        return [_read_alert(row) for row in self._connection.execute(query)]

    def see(self, alert_id: str, seen: Seen) -> bool:
        """See the port."""
        statement = (
            update(alerts)
            .where(alerts.c.id == alert_id, alerts.c.seen_by.is_(None))
            .values(seen_by=seen.by, seen_at=seen.at, note=seen.note)
        )
        return bool(self._connection.execute(statement).rowcount)

    def cases(self, alert: Alert, unit: str | None, size: int) -> Sequence[CountedCase]:
        """See the port."""
        facts = live_facts(Scope(unit=unit))
        query = select(facts).where(
            facts.c.business == alert.kind.business,
            facts.c.reason == alert.kind.reason,
            facts.c.received_on.between(alert.first, alert.last),
        )
        if alert.kind.branch != EVERYWHERE:
            query = query.where(facts.c.branch == alert.kind.branch)
        query = query.order_by(facts.c.received_on.desc(), facts.c.reference.desc()).limit(size)
        return [read_counted(row) for row in self._connection.execute(query)]


def _size_columns(alert: Alert) -> dict[str, Any]:
    return {
        "count": alert.count,
        "expected": alert.expected,
        "first_on": alert.first,
        "last_on": alert.last,
    }


def _read_kind(row: Any) -> Kind:
    return Kind(row.business, row.reason, row.branch)


def _read_alert(row: Any) -> Alert:
    return Alert(
        id=row.id,
        kind=_read_kind(row),
        count=row._mapping["count"],  # a row is a tuple, which has a method of that name
        expected=row.expected,
        first=row.first_on,
        last=row.last_on,
        raised_at=row.raised_at,
        seen=Seen(row.seen_by, row.seen_at, row.note or "") if row.seen_by else None,
    )
