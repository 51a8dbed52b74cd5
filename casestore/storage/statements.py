"""The statements that SQLAlchemy 1.4 spells per dialect."""

from typing import Any

from sqlalchemy import Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_once(connection: Connection, table: Table, values: dict[str, Any]) -> bool:
    """Insert a row unless a unique key is taken; False if it was."""
    statement = _insert(connection, table, values).on_conflict_do_nothing()
    return bool(connection.execute(statement).rowcount)


def upsert(connection: Connection, table: Table, values: dict[str, Any]) -> None:
    """Insert a row, or overwrite the one with the same primary key."""
    key = [column.name for column in table.primary_key]
    others = {name: value for name, value in values.items() if name not in key}
    statement = _insert(connection, table, values)
    connection.execute(statement.on_conflict_do_update(index_elements=key, set_=others))


def lock_writers(connection: Connection, table: Table) -> None:
    """Let nobody else write the table until the transaction ends; reading goes on."""
    # SQLite's BEGIN IMMEDIATE has locked everything already.
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def _insert(connection: Connection, table: Table, values: dict[str, Any]) -> Any:
    return _INSERT[connection.dialect.name](table).values(**values)
