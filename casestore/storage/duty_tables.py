"""Who is on duty, in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from casestore.domain.duty import Duty
from casestore.storage.statements import upsert
from casestore.storage.tables import duties


class SqlDuties:
    """Implements ``service.chat_ports.Duties`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, duty: Duty) -> None:
        """See the port."""
        row = {
            "username": duty.username,
            "since": duty.since,
            "seen_at": duty.seen_at,
            "takes_talks": duty.takes_talks,
        }
        upsert(self._connection, duties, row)

    def of(self, username: str) -> Duty | None:
        """See the port."""
        query = select(duties).where(duties.c.username == username)
        row = self._connection.execute(query).one_or_none()
        return _read(row) if row else None

    def all(self) -> Sequence[Duty]:
        """See the port."""
        rows = self._connection.execute(select(duties).order_by(duties.c.username))
        return [_read(row) for row in rows]

    def drop(self, username: str) -> None:
        """See the port."""
        self._connection.execute(delete(duties).where(duties.c.username == username))

    def drop_before(self, seen_before: datetime) -> None:
        """See the port."""
        self._connection.execute(delete(duties).where(duties.c.seen_at < seen_before))


def _read(row: Any) -> Duty:
    return Duty(row.username, row.since, row.seen_at, row.takes_talks)
