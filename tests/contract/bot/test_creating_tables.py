"""Shards that start together on an empty database make its tables once, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.storage.creating import create_tables

AT_ONCE = 6
Connect = Callable[[str], Engine]


def events() -> sa.MetaData:
    """A table of its own with an index, as Rasa's."""
    metadata = sa.MetaData()
    number = sa.Column("id", sa.Integer, primary_key=True)
    sa.Table(f"t{uuid4().hex[:12]}", metadata, number, sa.Column("who", sa.String(9), index=True))
    return metadata


def test_all_who_make_the_same_tables_at_once_find_them(
    database_url: str, connect: Connect
) -> None:
    metadata, together = events(), Barrier(AT_ONCE)
    engines = [connect(database_url) for _ in range(AT_ONCE)]

    def start(engine: Engine) -> None:
        with engine.connect():  # connected before, so that all look at the same moment
            together.wait(20)
        create_tables(engine, metadata)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(start, engines))
    (table,) = metadata.tables
    assert sa.inspect(engines[0]).has_table(table)
    assert len(sa.inspect(engines[0]).get_indexes(table)) == 1
    metadata.drop_all(engines[0])


def test_a_database_that_is_not_there_is_said_so(connect: Connect) -> None:
    nowhere = connect("postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(SQLAlchemyError):
        create_tables(nowhere, events())
