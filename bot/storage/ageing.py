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

    def purge(self, engine: Engine, before: datetime) -> int:
        """Deletes them; how many."""
        with transaction(engine, StorageError) as tx:
            if self._is_missing(tx):
                return 0
            return int(tx.execute(self.table.delete().where(self.is_old(before))).rowcount)

    def _is_missing(self, tx: Connection) -> bool:
        return self.is_made_later and not sa.inspect(tx).has_table(self.table.name)
