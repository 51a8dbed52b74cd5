"""SQLAlchemy engines for SQLite and PostgreSQL, fit for data that must not be lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from bot.errors import StorageError


def create_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`; creates the folder of a SQLite file.

    With `durable` SQLite commits with `synchronous=FULL` and opens the file anew each time: a
    complaint whose reference was shown survives a power cut, and is never written to a file that
    somebody has moved away. Without, connections stay open, which saves milliseconds a turn; a
    power cut may then take the last messages, never the file.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed, durable=durable)
    return sa.create_engine(
        parsed,
        future=True,
        hide_parameters=True,  # an error message would otherwise quote what customers said
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 3,
            "options": "-c statement_timeout=5000 -c synchronous_commit=on",
        },
    )


def _sqlite(url: Any, *, durable: bool) -> Engine:
    if url.database and url.database != ":memory:":
        file = Path(url.database)
        # What cannot be made or written here fails at the first use, as an error of the database.
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600, exist_ok=True)  # SQLite gives its side files the same mode
    synchronous = "FULL" if durable else "NORMAL"
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=NullPool if durable else QueuePool,
        connect_args={"timeout": 5, "check_same_thread": durable},
    )

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: BEGIN IMMEDIATE below does, so that
        # reading and then writing in one transaction cannot deadlock with another process.
        connection.isolation_level = None
        for pragma in ("busy_timeout=5000", "journal_mode=WAL", f"synchronous={synchronous}"):
            connection.execute(f"PRAGMA {pragma}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@contextmanager
def transaction(engine: Engine, failure: type[StorageError]) -> Iterator[Connection]:
    """A transaction that commits at its end; any database error becomes `failure`.

    IntegrityError passes: it says something about the data, not about the database.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except IntegrityError:
        raise
    except SQLAlchemyError as exc:
        raise failure() from exc


class UtcDateTime(sa.types.TypeDecorator):
    """Aware datetimes in UTC on every database (SQLite keeps no zone)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        utc = value.astimezone(timezone.utc)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value
