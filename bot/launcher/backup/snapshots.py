"""One moment of a database that may be in use: what it holds, and a copy that holds the same."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import URL, Connection

from bot.launcher.backup import contents
from bot.launcher.backup.contents import Contents
from bot.launcher.backup.postgres import PgTools, connect


class Snapshot(Protocol):
    """A database as it was when the snapshot was taken; writers go on meanwhile."""

    def contents(self) -> Contents:
        """What it holds."""

    def copy_to(self, target: Path) -> None:
        """Writes a copy into a new file, on the disk when this returns."""


@dataclass(frozen=True)
class FileSnapshot:
    """Of a SQLite file. Methods raise sqlite3.Error, also when the database is damaged, OSError."""

    connection: sqlite3.Connection

    def contents(self) -> Contents:
        return contents.of_sqlite(self.connection)

    def copy_to(self, target: Path) -> None:
        target.touch(mode=0o600)
        with closing(sqlite3.connect(target)) as copy:
            self.connection.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE")
            found = copy.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(f"{target.name}: {found}")
        sync(target)


@dataclass(frozen=True)
class ServerSnapshot:
    """Of a PostgreSQL database. Methods raise SQLAlchemyError, BackupFailed, OSError."""

    url: URL
    tools: PgTools
    connection: Connection
    name: str
    """What the server calls the snapshot; it lasts as long as the connection's transaction."""

    def contents(self) -> Contents:
        return contents.of_server(self.connection)

    def copy_to(self, target: Path) -> None:
        self.tools.dump(self.url, self.name, target)
        sync(target)


@contextmanager
def of_file(file: Path) -> Iterator[Snapshot]:
    """Raises sqlite3.Error."""
    with closing(sqlite3.connect(file, isolation_level=None, timeout=30)) as live:
        live.execute("BEGIN")
        # The first read fixes the moment; the copy is made within the same transaction.
        live.execute("SELECT count(*) FROM sqlite_master").fetchone()
        yield FileSnapshot(live)


@contextmanager
def of_server(url: URL, tools: PgTools) -> Iterator[Snapshot]:
    """Raises SQLAlchemyError."""
    with connect(url) as connection:
        name = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        yield ServerSnapshot(url, tools, connection, str(name))


def take(url: URL, file: Path | None, tools: PgTools | None) -> AbstractContextManager[Snapshot]:
    """A snapshot of the database in `file`, or of the one on the server at `url`."""
    if file is not None:
        return of_file(file)
    if tools is None:
        raise ValueError("a database on a server needs its tools")
    return of_server(url, tools)


def sync(path: Path) -> None:
    """Makes a file, or a name in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
