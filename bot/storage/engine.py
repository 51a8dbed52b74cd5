"""SQLAlchemy engines for SQLite and PostgreSQL, fit for data that must not be lost.

On SQLite one transaction at a time writes a file. Threads of this process queue for that in order
(`FairLock`); only against other processes SQLite waits in its own way, which is to sleep and try
again. What only reads (`reading`) waits for nobody.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import DisconnectionError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from bot.errors import StorageError
from bot.storage.brief import WouldWait, has_begun, may_wait
from bot.storage.fair_lock import FairLock, NotInTime

WAIT_SECONDS = 5
"""How long a write waits for the others of this process, and then for those of other processes."""
KEPT_OPEN = 2
"""Connections of a durable engine that stay open: one that writes and one that reads."""
CACHE_KB = 512
"""Of pages SQLite keeps a connection. They are in the kernel's memory too; SQLite's own 2,000 KB make
nothing faster (measured at 20,000 cases), and a process would grow for days until all are full."""
GIVEN_UP = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""When a server that has vanished is given up: after 25 seconds in which it was silent, or ten (told
in milliseconds) in which it took nothing. By itself the kernel waits a quarter of an hour and more,
and a few threads that wait with it stop a process."""

_WRITERS = "writers"
"""Execution option of an engine: the lock of those who write its SQLite file."""
_READS = "only_reads"
_AT_ONCE = "at_once"
"""Execution option of an engine whose transactions wait for nothing but other writers, and once in
some thousand writes for the milliseconds in which SQLite moves what was written into its file."""
_locks: WeakValueDictionary[str, FairLock] = WeakValueDictionary()
_shared: WeakValueDictionary[tuple[str, bool], Engine] = WeakValueDictionary()
_sharing = threading.Lock()


def create_engine(url: str, *, durable: bool = True) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`; creates the folder of a SQLite file.

    With `durable` SQLite commits with `synchronous=FULL` and looks before each use whether the file
    is still the one it opened: a complaint whose reference was shown survives a power cut, and is
    never written to a file that somebody has moved away. Without, a power cut may take the last
    messages, never the file.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    return _sqlite(parsed, durable=durable) if is_sqlite else _postgresql(parsed)


def shared_engine(url: str, *, durable: bool = True) -> Engine:
    """The engine of this process for a database: all who use it share its connections.

    As `create_engine`; gone when nobody uses it any more.
    """
    parsed = make_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    place = os.path.realpath(parsed.database or "") if is_sqlite else url
    with _sharing:
        found = _shared.get((place, durable))
        if found is None:
            found = _shared[place, durable] = create_engine(url, durable=durable)
        return found


def _postgresql(url: Any) -> Engine:
    return sa.create_engine(
        url,
        future=True,
        hide_parameters=True,  # an error message would otherwise quote what customers said
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={
            "connect_timeout": 3,
            "options": "-c statement_timeout=5000 -c synchronous_commit=on",
            **GIVEN_UP,
        },
    )


def _sqlite(url: Any, *, durable: bool) -> Engine:
    file = Path(url.database or ":memory:")
    if str(file) != ":memory:":
        # What cannot be made or written here fails at the first use, as an error of the database.
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch(mode=0o600, exist_ok=True)  # SQLite gives its side files the same mode
    pool = {"pool_size": KEPT_OPEN, "max_overflow": 30} if durable else {"max_overflow": -1}
    engine = sa.create_engine(
        url,
        future=True,
        hide_parameters=True,
        poolclass=QueuePool,
        connect_args={"timeout": WAIT_SECONDS, "check_same_thread": False},
        execution_options={
            _WRITERS: _locks.setdefault(os.path.realpath(file), FairLock()),
            _AT_ONCE: not durable,
        },
        **pool,
    )
    synchronous = "FULL" if durable else "NORMAL"

    @sa.event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        # The driver must not open transactions by itself: `_begin` does.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={WAIT_SECONDS * 1000}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"cache_size=-{CACHE_KB}",  # a negative number means KB, a positive one pages
        ):
            connection.execute(f"PRAGMA {pragma}")

    sa.event.listen(engine, "begin", _begin)
    if durable:
        _follow(engine, file)
    return engine


def _begin(connection: Connection) -> None:
    if _READS in connection.get_execution_options():
        connection.connection.cursor().execute("BEGIN")  # takes no lock, so that it cannot fail
    else:
        # Reading and then writing in one transaction cannot deadlock with another process.
        with nullcontext() if may_wait() else _without_waiting(connection):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def _without_waiting(connection: Connection) -> Iterator[None]:
    """SQLite does not wait for other processes in the block. Raises WouldWait."""
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA busy_timeout=0")
    try:
        yield
    except OperationalError as exc:
        raise WouldWait() from exc
    finally:
        cursor.execute(f"PRAGMA busy_timeout={WAIT_SECONDS * 1000}")
        # Left to the garbage collector, it would be closed while a thread waits with the connection,
        # and whoever closes waits with it.
        cursor.close()


def _follow(engine: Engine, file: Path) -> None:
    """Opens `file` anew when it is not the one any more that a connection has open."""

    @sa.event.listens_for(engine, "do_connect")
    def _note(_dialect: Any, record: Any, _args: Any, _parameters: Any) -> None:
        # Before it is opened: what is moved in between looks like another file, and is one.
        record.info["file"] = _identity(file)

    @sa.event.listens_for(engine, "checkout")
    def _compare(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _identity(file):
            raise DisconnectionError("the file was moved")


def _identity(file: Path) -> tuple[int, int] | None:
    """What tells a file from any other; None when there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_dev, found.st_ino


@contextmanager
def transaction(
    engine: Engine, failure: type[StorageError], wait: float = WAIT_SECONDS
) -> Iterator[Connection]:
    """A transaction that commits at its end; any database error becomes `failure`.

    On SQLite it excludes all others that write, and waits up to `wait` seconds for those of this
    process. Within it the same thread must open no other on the same file: that one would wait for
    itself and fail. IntegrityError passes: it says something about the data, not the database.
    """
    try:
        with _turn_to_write(engine, wait), engine.begin() as connection:
            has_begun()
            yield connection
    except IntegrityError:
        raise
    except (SQLAlchemyError, NotInTime) as exc:
        raise failure() from exc


def _turn_to_write(engine: Engine, wait: float) -> AbstractContextManager[None]:
    lock = writers(engine)
    if may_wait():
        return nullcontext() if lock is None else lock.held(wait)
    _must_answer_at_once(engine)
    return lock.held_at_once() if lock is not None else nullcontext()


def _must_answer_at_once(engine: Engine) -> None:
    """Raises WouldWait where the disk or a server is waited for."""
    if not engine.get_execution_options().get(_AT_ONCE):
        raise WouldWait()


def writers(engine: Engine) -> FairLock | None:
    """The line of those who write the SQLite file of an engine, of this process; None on PostgreSQL."""
    lock: FairLock | None = engine.get_execution_options().get(_WRITERS)
    return lock


@contextmanager
def reading(engine: Engine, failure: type[StorageError]) -> Iterator[Connection]:
    """What only reads: it waits for no lock, holds up nobody and cannot write (RuntimeError).

    On SQLite everything in it sees the same moment; on PostgreSQL each statement sees its own, as
    in any transaction there, and needs one round trip only. Any database error becomes `failure`.
    """
    if not may_wait():
        _must_answer_at_once(engine)
        has_begun()
    try:
        with engine.connect() as connection:
            options: dict[str, Any] = {_READS: True}
            if connection.dialect.name == "postgresql":
                options["isolation_level"] = "AUTOCOMMIT"
            yield connection.execution_options(**options)
    except SQLAlchemyError as exc:
        raise failure() from exc


# Of the class, not of each engine: an engine with listeners of its own is freed late, and with it
# its connections to the server.
@sa.event.listens_for(Engine, "before_cursor_execute")
def _refuse_to_write(
    connection: Connection,
    _cursor: Any,
    statement: str,
    _parameters: Any,
    _context: Any,
    _executemany: bool,
) -> None:
    may_not_write = _READS in connection.get_execution_options()
    if may_not_write and not statement.lstrip().startswith(("SELECT", "WITH", "PRAGMA")):
        raise RuntimeError("a transaction that only reads was asked to write")


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
