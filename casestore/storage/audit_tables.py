"""The audit log in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from casestore.domain.audit import AuditEntry, Head, next_entry
from casestore.service.audit_ports import AuditQuery
from casestore.storage.statements import AUDIT_LOCK, take_turn
from casestore.storage.tables import audit


class SqlAudit:
    """Implements ``service.audit_ports.Audit`` on one connection.

    Triggers of migration 0003 refuse to change or delete what was written.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, actor: str, action: str, subject: str, detail: str, now: datetime) -> None:
        """See the port."""
        # A lock on the table would need the right to change what is in it, which the service is
        # better without (docs/security.md).
        take_turn(self._connection, AUDIT_LOCK)
        texts = (_storable(text) for text in (actor, action, subject, detail))
        entry = next_entry(self.head(), now, *texts)
        self._connection.execute(insert(audit).values(**vars(entry)))

    def find(self, query: AuditQuery, before: int | None, size: int) -> Sequence[AuditEntry]:
        """See the port."""
        found = select(audit).where(*_conditions(query))
        if before is not None:
            found = found.where(audit.c.number < before)
        found = found.order_by(audit.c.number.desc()).limit(size)
        return [_entry(row) for row in self._connection.execute(found)]

    def head(self) -> Head:
        """See the port."""
        last = select(audit.c.number, audit.c.digest).order_by(audit.c.number.desc()).limit(1)
        row = self._connection.execute(last).one_or_none()
        return Head(row.number, row.digest) if row else Head()

    def after(self, number: int, size: int) -> Sequence[AuditEntry]:
        """See the port."""
        following = select(audit).where(audit.c.number > number).order_by(audit.c.number)
        return [_entry(row) for row in self._connection.execute(following.limit(size))]


def _conditions(query: AuditQuery) -> list[Any]:
    conditions = []
    if query.actors:
        conditions.append(audit.c.actor.in_(query.actors))
    if query.subjects:
        conditions.append(audit.c.subject.in_(query.subjects))
    if query.action:
        conditions.append(audit.c.action == query.action)
    if query.start is not None:
        conditions.append(audit.c.happened_at >= query.start)
    if query.end is not None:
        conditions.append(audit.c.happened_at < query.end)
    return conditions


def _entry(row: Any) -> AuditEntry:
    return AuditEntry(
        number=row.number,
        happened_at=row.happened_at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=row.detail,
        previous=row.previous,
        digest=row.digest,
    )


def _storable(text: str) -> str:
    """Half characters and NUL cannot be kept by every database."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
