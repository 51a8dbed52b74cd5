"""Leases of background jobs in SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.engine import Connection

from casestore.service.job_ports import JobState
from casestore.storage.statements import insert_once
from casestore.storage.tables import leases

_NOBODY = ""


class SqlLeases:
    """Implements ``service.job_ports.Leases`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """See the port: one statement decides, whoever else tries at the same moment."""
        row = {"name": name, "holder": holder, "until": until}
        if insert_once(self._connection, leases, row):
            return True
        is_free = or_(leases.c.holder == holder, leases.c.until <= now)
        statement = update(leases).where(leases.c.name == name, is_free)
        taken = self._connection.execute(statement.values(holder=holder, until=until))
        return bool(taken.rowcount)

    def state(self, name: str) -> JobState | None:
        """See the port."""
        row = self._connection.execute(select(leases).where(leases.c.name == name)).one_or_none()
        return _read(row) if row else None

    def finish(self, name: str, holder: str, now: datetime) -> None:
        """See the port. A lease that was lost meanwhile is somebody else's to end."""
        self._end(name, holder, {"until": now, "ran_at": now, "failures": 0, "error": None})

    def fail(self, name: str, holder: str, retry_at: datetime, error: str) -> None:
        """See the port. Nobody holds the lease until then: ``ran_at`` stays the last success."""
        failures = leases.c.failures + 1
        values = {"holder": _NOBODY, "until": retry_at, "failures": failures, "error": error}
        self._end(name, holder, values)

    def _end(self, name: str, holder: str, values: Mapping[str, Any]) -> None:
        mine = update(leases).where(leases.c.name == name, leases.c.holder == holder)
        self._connection.execute(mine.values(**values))

    def failing(self) -> Sequence[JobState]:
        """See the port."""
        query = select(leases).where(leases.c.failures > 0).order_by(leases.c.name)
        return [_read(row) for row in self._connection.execute(query)]

    def worked(self) -> Mapping[str, datetime]:
        """See the port."""
        query = select(leases.c.name, leases.c.ran_at).where(leases.c.ran_at.is_not(None))
        return {row.name: row.ran_at for row in self._connection.execute(query)}


def _read(row: Any) -> JobState:
    return JobState(row.name, row.ran_at, row.failures, row.error)
