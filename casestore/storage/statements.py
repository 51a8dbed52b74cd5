"""The statements that SQLAlchemy 1.4 spells per dialect."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

# Turns to take on PostgreSQL, where SQLite's BEGIN IMMEDIATE has locked everything already: any
# numbers that nothing else on the same database locks.
MIGRATION_LOCK = 7_341_926_501
AUDIT_LOCK = 7_341_926_502

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless a unique key is taken; False if it was."""
    statement = _insert_once(connection.dialect, table, tuple(values))
    return bool(connection.execute(statement, values).rowcount)


def upsert(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row, or overwrite the one with the same primary key."""
    connection.execute(_upsert(connection.dialect, table, tuple(values)), values)


def lock_writers(connection: Connection, table: Table) -> None:
    """Let nobody else write the table until the transaction ends; reading goes on."""
    # SQLite's BEGIN IMMEDIATE has locked everything already.
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def take_turn(connection: Connection, lock: int) -> None:
    """Go on alone among those who take the same lock, until the transaction ends. Unlike
    ``lock_writers`` it needs no right to any table."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})


def has_turn(connection: Connection, lock: int) -> bool:
    """As ``take_turn``, but False instead of waiting."""
    if connection.dialect.name != "postgresql":
        return True
    at_once = text("SELECT pg_try_advisory_xact_lock(:lock)")
    return bool(connection.execute(at_once, {"lock": lock}).scalar_one())


# SQLAlchemy 1.4 compiles "on conflict" anew at every execution, which costs more than the database
# does with it; so what comes out is kept here, for each dialect object (one per engine).
@lru_cache(maxsize=200)
def _insert_once(dialect: Any, table: Table, names: tuple[str, ...]) -> Any:
    statement = _INSERT[dialect.name](table).on_conflict_do_nothing()
    return statement.compile(dialect=dialect, column_keys=names)


@lru_cache(maxsize=200)
def _upsert(dialect: Any, table: Table, names: tuple[str, ...]) -> Any:
    key = [column.name for column in table.primary_key]
    statement = _INSERT[dialect.name](table)
    others = {name: statement.excluded[name] for name in names if name not in key}
    overwriting = statement.on_conflict_do_update(index_elements=key, set_=others)
    return overwriting.compile(dialect=dialect, column_keys=names)
