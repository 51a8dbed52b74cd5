"""How far the events of the bank's desk have been read: one durable cursor."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage.engine import reading, transaction

DESK = "desk"

_feed = sa.Table(
    "desk_feed",
    sa.MetaData(),
    sa.Column("name", sa.String(32), primary_key=True),
    sa.Column("cursor", sa.Integer, nullable=False),
)


class DeskFeed(Protocol):
    """Port of the cursor. Every method raises StorageError when storage fails."""

    def cursor(self) -> int:
        """The cursor of the last event that was handled; 0 before the first."""

    def advance(self, cursor: int) -> None:
        """Notes that everything up to `cursor` was handled; it never goes back."""


class SqlDeskFeed:
    """The cursor on SQLite or PostgreSQL, beside the talks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def cursor(self) -> int:
        with reading(self._engine, StorageError) as tx:
            return int(tx.execute(sa.select(_feed.c.cursor)).scalar_one_or_none() or 0)

    def advance(self, cursor: int) -> None:
        behind = _feed.update().where(_feed.c.name == DESK, _feed.c.cursor < cursor)
        try:
            with self._transaction() as tx:
                if tx.execute(sa.select(_feed.c.name)).first() is None:
                    tx.execute(_feed.insert().values(name=DESK, cursor=cursor))
                tx.execute(behind.values(cursor=cursor))
        except IntegrityError:  # another relay made the row in between
            with self._transaction() as tx:
                tx.execute(behind.values(cursor=cursor))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)
