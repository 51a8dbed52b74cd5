"""Inserts that pass over what is there already, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert_new(tx: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts the rows that break no unique constraint; how many.

    A row that another transaction is just inserting is waited for, so that exactly one gets in. The
    transaction stays usable whatever happens, unlike after an IntegrityError on PostgreSQL.
    """
    if not rows:
        return 0
    dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(list(rows)).on_conflict_do_nothing()
    return int(tx.execute(statement).rowcount)
