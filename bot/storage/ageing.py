"""Rows that go by their age: each table says once which of its rows are old."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.errors import StorageError
from bot.storage.engine import reading, transaction

PORTION = 5_000
"""Rows deleted in one transaction: a fraction of a second, so that writers wait for no longer, and
PostgreSQL's five seconds for a statement are enough however much has come together."""


@dataclass(frozen=True)
class Aged:
    """`is_old` makes the condition for rows that are old as of a moment; `is_made_later`: another
    program makes the table when it first starts. Methods block and raise StorageError."""

    table: Any
    is_old: Callable[[datetime], Any]
    is_made_later: bool = False

    def count(self, engine: Engine, before: datetime) -> int:
        """How many rows are old as of `before`."""
        query = sa.select(sa.func.count()).select_from(self.table).where(self.is_old(before))
        with reading(engine, StorageError) as tx:
            return 0 if self._is_missing(tx) else int(tx.execute(query).scalar_one())

    def purge(self, engine: Engine, before: datetime, portion: int = PORTION) -> int:
        """Deletes them, a portion at a time; how many. What is deleted when one fails stays so."""
        gone = 0
        while True:
            some = self._purge_some(engine, before, portion)
            gone += some
            if some < portion:
                return gone

    def _purge_some(self, engine: Engine, before: datetime, portion: int) -> int:
        # Where a row lies: it needs no key, and the databases find it at once.
        place = sa.literal_column("rowid" if engine.dialect.name == "sqlite" else "ctid")
        old = sa.select(place).select_from(self.table).where(self.is_old(before)).limit(portion)
        with transaction(engine, StorageError) as tx:
            if self._is_missing(tx):
                return 0
            these = self.table.delete().where(place.in_(old.correlate(None)))
            return int(tx.execute(these).rowcount)

    def _is_missing(self, tx: Connection) -> bool:
        return self.is_made_later and not sa.inspect(tx).has_table(self.table.name)
