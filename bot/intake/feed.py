"""How far the events of the case store have been read: one durable cursor."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import JournalUnavailable
from bot.intake.outbox import metadata
from bot.storage.engine import reading, transaction

CASE_STORE = "case_store"

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("cursor", sa.BigInteger, nullable=False),
)


class Feed(Protocol):
    """Port of the cursor. Every method raises JournalUnavailable when storage fails."""

    def cursor(self) -> int:
        """The cursor of the last event that was handled; 0 before the first."""

    def advance(self, cursor: int) -> None:
        """Notes that everything up to `cursor` was handled; it never goes back."""


class SqlFeed:
    """The cursor on SQLite or PostgreSQL, in the journal's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self) -> int:
        with reading(self._engine, JournalUnavailable) as tx:
            return int(tx.execute(sa.select(feed.c.cursor)).scalar_one_or_none() or 0)

    def advance(self, cursor: int) -> None:
        behind = feed.update().where(feed.c.name == CASE_STORE, feed.c.cursor < cursor)
        try:
            with self._transaction() as tx:
                if tx.execute(sa.select(feed.c.name)).first() is None:
                    tx.execute(feed.insert().values(name=CASE_STORE, cursor=cursor))
                tx.execute(behind.values(cursor=cursor))
        except IntegrityError:  # another relay made the row in between
            with self._transaction() as tx:
                tx.execute(behind.values(cursor=cursor))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, JournalUnavailable)
