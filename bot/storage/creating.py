"""Makes tables that no migration makes, also when several processes do so at the same moment."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError


def create_tables(engine: Engine, metadata: sa.MetaData) -> None:
    """Makes the tables of `metadata` that are missing; raises SQLAlchemyError.

    Looking and making are two steps: of shards that start together on an empty database one makes
    the tables, and the others find that out by failing. All of it is one transaction, so a table
    that is there then is there with its indexes.
    """
    try:
        metadata.create_all(engine)
    except SQLAlchemyError:
        if not all(map(sa.inspect(engine).has_table, metadata.tables)):
            raise
