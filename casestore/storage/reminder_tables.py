"""Reminders in SQL."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.engine import Connection

from casestore.domain.reminder import LONGEST_REMINDER, Reminder, ReminderKind
from casestore.storage.statements import insert_once
from casestore.storage.tables import reminders


class SqlReminders:
    """Implements ``service.reminder_ports.Reminders`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(
        self,
        username: str,
        kind: ReminderKind,
        reference: str | None,
        text: str,
        key: str,
        now: datetime,
    ) -> bool:
        """See the port: the unique key decides, and the id follows from it."""
        own_key = f"{key}@{username}"
        row = {
            "id": hashlib.sha256(own_key.encode()).hexdigest(),
            "username": username,
            "kind": ReminderKind(kind).value,
            "reference": reference,
            "text": text[:LONGEST_REMINDER],
            "made_at": now,
            "key": own_key,
        }
        return insert_once(self._connection, reminders, row)

    def unread(self, username: str, limit: int) -> Sequence[Reminder]:
        """See the port."""
        return self._newest(username, reminders.c.read_at.is_(None), limit)

    def read_lately(self, username: str, limit: int) -> Sequence[Reminder]:
        """See the port."""
        return self._newest(username, reminders.c.read_at.is_not(None), limit)

    def count_unread(self, username: str) -> int:
        """See the port."""
        query = select(func.count()).select_from(reminders)
        mine = query.where(reminders.c.username == username, reminders.c.read_at.is_(None))
        return int(self._connection.execute(mine).scalar_one())

    def mark_read(self, username: str, reminder_id: str | None, now: datetime) -> int:
        """See the port."""
        statement = update(reminders).values(read_at=now)
        statement = statement.where(reminders.c.username == username, reminders.c.read_at.is_(None))
        if reminder_id is not None:
            statement = statement.where(reminders.c.id == reminder_id)
        return int(self._connection.execute(statement).rowcount)

    def settle(self, reference: str, kinds: Collection[ReminderKind], now: datetime) -> None:
        """See the port."""
        statement = update(reminders).values(read_at=now)
        unread = statement.where(reminders.c.reference == reference, reminders.c.read_at.is_(None))
        settled = sorted(kind.value for kind in kinds)
        self._connection.execute(unread.where(reminders.c.kind.in_(settled)))

    def settle_about(self, key: str, now: datetime) -> None:
        """See the port."""
        about = reminders.c.key.startswith(key, autoescape=True)
        unread = update(reminders).where(about, reminders.c.read_at.is_(None))
        self._connection.execute(unread.values(read_at=now))

    def not_posted(self, kinds: Collection[ReminderKind], limit: int) -> Sequence[Reminder]:
        """See the port."""
        wanted = sorted(kind.value for kind in kinds)
        query = select(reminders).where(
            reminders.c.posted_at.is_(None), reminders.c.kind.in_(wanted)
        )
        rows = self._connection.execute(query.order_by(reminders.c.made_at).limit(limit))
        return [_read(row) for row in rows]

    def posted(self, ids: Sequence[str], now: datetime) -> None:
        """See the port."""
        statement = update(reminders).where(reminders.c.id.in_(ids)).values(posted_at=now)
        self._connection.execute(statement)

    def count_read_before(self, moment: datetime) -> int:
        """See the port."""
        query = select(func.count()).where(reminders.c.read_at < moment)
        return int(self._connection.execute(query).scalar_one())

    def drop_read_before(self, moment: datetime) -> int:
        """See the port."""
        return int(
            self._connection.execute(delete(reminders).where(reminders.c.read_at < moment)).rowcount
        )

    def _newest(self, username: str, condition: Any, limit: int) -> Sequence[Reminder]:
        query = select(reminders).where(reminders.c.username == username, condition)
        ordered = query.order_by(reminders.c.made_at.desc(), reminders.c.id).limit(limit)
        return [_read(row) for row in self._connection.execute(ordered)]


def _read(row: Any) -> Reminder:
    return Reminder(
        id=row.id,
        username=row.username,
        kind=ReminderKind(row.kind),
        reference=row.reference,
        text=row.text,
        made_at=row.made_at,
        read_at=row.read_at,
    )
