"""Database engines: SQLite in one file, or PostgreSQL; chosen by the URL alone."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from casestore.domain.errors import ConfigurationError, InvalidRequest

POOL_SIZE = 10
POOL_OVERFLOW = 30
POOL_WAIT_SECONDS = 5
POOL_RECYCLE_SECONDS = 1800
CONNECT_SECONDS = 3
STATEMENT_MILLISECONDS = 5000
GIVEN_UP = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""When a server that has vanished is given up: after 25 seconds in which it was silent, or ten (told
in milliseconds) in which it took nothing. By itself the kernel waits a quarter of an hour and more."""

_UNUSABLE = (
    "DATABASE_URL 不可用：请写成 sqlite:///路径/文件.db 或 postgresql://用户:口令@主机/库名。"
)


def build_engine(database_url: str) -> Engine:
    """An engine for the URL; connects to nothing yet.

    Raises ConfigurationError for anything but a SQLite file or PostgreSQL.
    """
    url = _parse(database_url)
    if url.get_backend_name() == "sqlite":
        return _sqlite(url)
    return _postgresql(url)


def _parse(database_url: str) -> URL:
    try:
        url = make_url(database_url)
        backend = url.get_backend_name()
    except ArgumentError as exc:
        raise ConfigurationError(_UNUSABLE) from exc
    usable = bool(url.database) and url.database != ":memory:"
    if backend not in {"sqlite", "postgresql"} or not usable:
        raise ConfigurationError(_UNUSABLE)
    return url


def _sqlite(url: URL) -> Engine:
    _prepare_file(Path(url.database))
    engine = _engine(url, poolclass=QueuePool, connect_args={"check_same_thread": False})
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _postgresql(url: URL) -> Engine:
    # Compiling a statement anew takes longer than any of ours runs.
    options = f"-c statement_timeout={STATEMENT_MILLISECONDS} -c synchronous_commit=on -c jit=off"
    return _engine(
        url.set(drivername="postgresql+psycopg2"),
        pool_pre_ping=True,
        pool_recycle=POOL_RECYCLE_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS, "options": options, **GIVEN_UP},
    )


def _engine(url: URL, **more: Any) -> Engine:
    # hide_parameters: an error message would otherwise quote the complaint.
    engine = create_engine(
        url,
        future=True,
        hide_parameters=True,
        json_serializer=_to_json,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        **more,
    )
    event.listen(engine, "handle_error", _refuse_unstorable)
    return engine


def _refuse_unstorable(failed: ExceptionContext) -> None:
    """NUL and half characters, which drivers refuse with a ValueError: whoever sent them is wrong,
    not the program. Most fields are checked before; addresses and choices need not be. Raises
    InvalidRequest."""
    if isinstance(failed.original_exception, ValueError):
        raise InvalidRequest({"text": "含有无法保存的字符"}) from failed.original_exception


def _to_json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _prepare_file(path: Path) -> None:
    """Nobody but the service's own user may read the file, also before the first write."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
    except OSError as exc:
        raise ConfigurationError(f"无法建立数据库文件 {path}：请检查目录权限。") from exc


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the begin event starts transactions, not the driver
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",  # an acknowledged filing survives a power cut
        "foreign_keys=ON",
        "busy_timeout=5000",
        # KB a connection. The kernel keeps the pages too: SQLite's own 2,000 KB make nothing faster
        # (measured at 20,000 cases), and ten connections would grow for days until they are full.
        "cache_size=-512",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
