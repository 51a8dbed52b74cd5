"""Who wants to be asked again what was wrong in a quiz, and when. Blocks.

One row a customer and campaign, in the journal's database. A row goes once it has been told, so that
none is older than the longest pause of the quiz.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.errors import JournalUnavailable
from bot.intake.calendar import BEIJING
from bot.intake.outbox import metadata
from bot.storage.engine import UtcDateTime, reading, transaction

TOLD_AT = time(10, 0)
"""When reminders are told, in China."""

reminder_table = sa.Table(
    "quiz_reminder",
    metadata,
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("campaign", sa.String(64), primary_key=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("agreed_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Reminder:
    """A customer's wish; moments are aware. `agreed_at`: when they agreed, or said so last."""

    sender_id: str
    campaign: str
    channel: str
    due_at: datetime
    agreed_at: datetime


def due_on(day: date) -> datetime:
    """The moment at which a day's reminders are told."""
    return datetime.combine(day, TOLD_AT, BEIJING)


class Reminders(Protocol):
    """Port of the reminders. Every method raises JournalUnavailable when storage fails."""

    def put(self, reminder: Reminder) -> None:
        """Stores a reminder in the place of the customer's one for that campaign."""

    def withdraw(self, sender_id: str, campaign: str) -> None:
        """Takes one away; nothing happens when there is none."""

    def forget_sender(self, sender_id: str) -> int:
        """Takes away all of a customer; how many."""

    def of_sender(self, sender_id: str) -> Sequence[Reminder]:
        """A customer's reminders, the earliest first."""

    def due(self, now: datetime, limit: int) -> Sequence[Reminder]:
        """Reminders to be told, the earliest first."""

    def told(self, reminder: Reminder) -> None:
        """Takes away a reminder that was told; one put in its place meanwhile stays."""


class SqlReminders:
    """Reminders on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, reminder: Reminder) -> None:
        values = {
            "channel": reminder.channel,
            "due_at": reminder.due_at,
            "agreed_at": reminder.agreed_at,
        }
        ids = {"sender_id": reminder.sender_id, "campaign": reminder.campaign}
        with self._transaction() as tx:
            known = reminder_table.update().where(_of(**ids)).values(values)
            if not tx.execute(known).rowcount:
                tx.execute(reminder_table.insert().values(**ids, **values))

    def withdraw(self, sender_id: str, campaign: str) -> None:
        self._delete(_of(sender_id, campaign))

    def forget_sender(self, sender_id: str) -> int:
        return self._delete(reminder_table.c.sender_id == sender_id)

    def of_sender(self, sender_id: str) -> Sequence[Reminder]:
        return self._select(
            sa.select(reminder_table).where(reminder_table.c.sender_id == sender_id)
        )

    def due(self, now: datetime, limit: int) -> Sequence[Reminder]:
        return self._select(
            sa.select(reminder_table).where(reminder_table.c.due_at <= now).limit(limit)
        )

    def told(self, reminder: Reminder) -> None:
        mine = _of(reminder.sender_id, reminder.campaign)
        self._delete(sa.and_(mine, reminder_table.c.due_at == reminder.due_at))

    def _select(self, query: Any) -> list[Reminder]:
        ordered = query.order_by(
            reminder_table.c.due_at, reminder_table.c.sender_id, reminder_table.c.campaign
        )
        with reading(self._engine, JournalUnavailable) as tx:
            return [Reminder(**row) for row in tx.execute(ordered).mappings()]

    def _delete(self, condition: Any) -> int:
        with self._transaction() as tx:
            return int(tx.execute(reminder_table.delete().where(condition)).rowcount)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, JournalUnavailable)


def _of(sender_id: str, campaign: str) -> Any:
    return sa.and_(reminder_table.c.sender_id == sender_id, reminder_table.c.campaign == campaign)
