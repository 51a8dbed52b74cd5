"""What a database holds, table by table: how many rows, and one digest over all of them.

Two databases with the same contents hold the same rows, whatever order they lie in, and have the
same structure: a copy without its unique keys would break promises that hold on the original.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

STRUCTURE = "（表结构）"
_BITS = 128
_ROWS_AT_ONCE = 2000

_SQLITE_TABLES = """
    SELECT name FROM sqlite_master
    WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' AND name NOT LIKE 'sqlite_stat%'
    UNION SELECT name FROM sqlite_master WHERE name = 'sqlite_sequence'
"""
"""Those of a virtual table's own are among them and hold its rows."""
_SQLITE_STRUCTURE = "SELECT type, name, tbl_name, sql FROM sqlite_master"
_SERVER_TABLES = """
    SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
"""
_SERVER_STRUCTURE = (
    "SELECT 'index', indrelid::regclass::text, indexrelid::regclass::text, indisunique,"
    " array(SELECT pg_get_indexdef(indexrelid, n, false) FROM generate_series(1, indnatts) n),"
    " indpred IS NOT NULL FROM pg_index WHERE indrelid IN (SELECT oid FROM pg_class"
    " WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)')",
    "SELECT 'constraint', conrelid::regclass::text, conname, contype::text FROM pg_constraint"
    " WHERE connamespace::regnamespace::text !~ '^(pg_|information_schema)'",
    "SELECT 'trigger', tgrelid::regclass::text, tgname, tgfoid::regproc::text, tgtype"
    " FROM pg_trigger WHERE NOT tgisinternal",
    "SELECT 'column', table_schema, table_name, column_name, data_type, is_nullable,"
    " column_default IS NOT NULL FROM information_schema.columns"
    " WHERE table_schema !~ '^(pg_|information_schema)'",
)
"""Names and kinds: the server writes the text of a condition anew each time it reads one."""


@dataclass(frozen=True)
class Table:
    """`digest`: 32 hexadecimal digits, the sum of a digest of each row."""

    rows: int
    digest: str


Contents = dict[str, Table]
"""By the table's name."""


def of_sqlite(connection: sqlite3.Connection) -> Contents:
    """What a SQLite database holds as this connection sees it. Raises sqlite3.Error."""
    names = [name for (name,) in connection.execute(_SQLITE_TABLES).fetchall()]
    found = {STRUCTURE: _sum(connection.execute(_SQLITE_STRUCTURE))}
    for name in sorted(names):
        quoted = name.replace('"', '""')
        found[name] = _sum(connection.execute(f'SELECT * FROM "{quoted}"'))  # noqa: S608 - quoted
    return found


def of_server(connection: Connection) -> Contents:
    """What a PostgreSQL database holds as this connection sees it. Raises SQLAlchemyError.

    A row is taken as the server writes it: the connection must have the settings that
    `bot.launcher.backup.postgres.connect` gives it.
    """
    names = [name for (name,) in connection.exec_driver_sql(_SERVER_TABLES)]
    structure = [tuple(row) for q in _SERVER_STRUCTURE for row in connection.exec_driver_sql(q)]
    found = {STRUCTURE: _sum(structure)}
    streaming = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE)
    for name in sorted(names):
        rows = streaming.exec_driver_sql(f"SELECT one::text FROM {name} AS one")  # noqa: S608 - quoted
        found[name.removeprefix("public.")] = _sum(tuple(row) for row in rows)
    return found


def _sum(rows: Iterable[Any]) -> Table:
    """A sum does not depend on the order, in which no database promises to keep its rows."""
    count, total = 0, 0
    for row in rows:
        digest = hashlib.blake2b(repr(row).encode("utf-8", "surrogatepass"), digest_size=16)
        total += int.from_bytes(digest.digest(), "big")
        count += 1
    return Table(count, f"{total % (1 << _BITS):032x}")


def differences(wanted: Mapping[str, Table], found: Mapping[str, Table]) -> list[str]:
    """What of `wanted` is not so in `found`, a line for each table; empty when they hold the same."""
    lines = []
    for name in sorted({*wanted, *found}):
        want, have = wanted.get(name), found.get(name)
        if want is None:
            lines.append(f"{name}：多出来的表")
        elif have is None:
            lines.append(f"{name}：没有恢复出来")
        elif want.rows != have.rows:
            lines.append(f"{name}：备份时 {want.rows} 行，恢复后 {have.rows} 行")
        elif want.digest != have.digest:
            lines.append(f"{name}：行数相同，内容不同")
    return lines
