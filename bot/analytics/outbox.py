"""Facts on their way: written with the events they are made of, taken away once published.

The table lies in the tracker's database, so that a turn and its facts are committed together: Rasa
itself hands events to its broker before it has stored them, and forgets what the broker refuses
(docs/adr/0011-facts-through-an-outbox.md). Blocks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.analytics.fact import Fact, dumps, loads
from bot.errors import StorageError
from bot.storage.creating import create_tables
from bot.storage.engine import UtcDateTime, reading, transaction

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long facts that one relay publishes are left alone by the others; longer than a broker is
given to take them. It spares double work; that nothing counts twice rests on the facts' ids."""

_metadata = sa.MetaData()
_outbox = sa.Table(
    "fact_outbox",
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("leased_until", UtcDateTime),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Waiting:
    """A fact that was not published yet."""

    number: int
    fact: Fact


@dataclass(frozen=True)
class Backlog:
    """How many facts wait, and when the one happened that has waited longest (None: none waits)."""

    count: int
    oldest: datetime | None


def create(engine: Engine) -> None:
    """Makes the table where it is missing, as Rasa does with its own beside it.

    Raises StorageError; not when another process has just made it.
    """
    try:
        create_tables(engine, _metadata)
    except SQLAlchemyError as exc:
        raise StorageError() from exc


def put(tx: Connection, facts: Iterable[Fact]) -> None:
    """Puts facts into the transaction of the caller."""
    rows = [{"body": dumps(fact)} for fact in facts]
    if rows:
        tx.execute(_outbox.insert(), rows)


class FactOutbox:
    """What waits to be published. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, limit: int, now: datetime) -> Sequence[Waiting]:
        """The oldest facts that wait and that no other relay has claimed, claimed until LEASE is
        over.

        What cannot be read, written by a later version, holds up no others: it is left to that one.
        """
        c = _outbox.c
        is_free = sa.or_(c.leased_until.is_(None), c.leased_until <= now)
        query = sa.select(c.number, c.body).where(is_free).order_by(c.number).limit(limit)
        with self._transaction() as tx:
            rows = tx.execute(query.with_for_update(skip_locked=True)).all()
            mine = c.number.in_([row.number for row in rows])
            if rows:
                tx.execute(_outbox.update().where(mine).values(leased_until=now + LEASE))
        found = [Waiting(row.number, fact) for row in rows if (fact := _read(row.body))]
        if len(found) < len(rows):
            logger.error("facts of another version are left: %d", len(rows) - len(found))
        return found

    def release(self, claimed: Iterable[Waiting]) -> None:
        """Gives back what could not be published, to be claimed again by whoever comes first."""
        with self._transaction() as tx:
            tx.execute(_outbox.update().where(_these(claimed)).values(leased_until=None))

    def published(self, claimed: Iterable[Waiting]) -> None:
        """Takes away what was published."""
        with self._transaction() as tx:
            tx.execute(_outbox.delete().where(_these(claimed)))

    def backlog(self) -> Backlog:
        """How much waits, claimed or not."""
        oldest = sa.select(_outbox.c.body).order_by(_outbox.c.number).limit(1)
        with reading(self._engine, StorageError) as tx:
            count = tx.execute(sa.select(sa.func.count()).select_from(_outbox)).scalar_one()
            body = tx.execute(oldest).scalar_one_or_none()
        fact = _read(body or "")
        return Backlog(int(count), None if fact is None else fact.at)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _read(body: str) -> Fact | None:
    try:
        return loads(body)
    except ValueError:
        return None


def _these(claimed: Iterable[Waiting]) -> sa.sql.ColumnElement:
    return _outbox.c.number.in_([entry.number for entry in claimed])
