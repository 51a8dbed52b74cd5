"""Brings a database to the newest schema with Alembic, without an ini file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"

_NEWER = (
    "数据库 {schema} 的表结构比这个程序新，没有动它。请用升级它的那个版本运行 migrate；"
    "正在退回旧版本的，跳过这一步，见 docs/deploy.md 的“退回”。"
)

# Any number that nothing else on the same PostgreSQL database locks.
_MIGRATION_LOCK = 7_341_926_503

_NOT_DONE = (
    "数据库 {schema} 升级没有完成，表和数据都没有变：{reason}。"
    "请按这个原因处理，再运行 python -m bot migrate。"
)


def upgrade(
    engine: Engine,
    schema: str,
    revision: str = "head",
    waits: Callable[[], None] = lambda: None,
) -> None:
    """Migrates `engine` to a revision of `schema` (a folder name under migrations/).

    All of it or nothing, as long as it takes, and on PostgreSQL one migration at a time: `waits` is
    called before waiting for another. Raises StorageError, with the reason in one line, when the
    database cannot be read or written, or is of a newer version than this program.
    """
    config = Config()
    # Whatever the folder is called: by default Alembic splits at blanks and reads % as syntax.
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(MIGRATIONS / schema).replace("%", "%%"))
    config.attributes["version_table"] = f"alembic_version_{schema}"
    try:
        with engine.begin() as connection:
            _take_all_the_time(connection)
            _wait_for_other_migrations(connection, waits)
            config.attributes["connection"] = connection
            command.upgrade(config, revision)
    except (SQLAlchemyError, CommandError) as exc:
        if isinstance(exc.__cause__, ResolutionError):
            # This program cannot know what has changed, so it does not say that all is well.
            raise StorageError(_NEWER.format(schema=schema)) from exc
        raise StorageError(_NOT_DONE.format(schema=schema, reason=_reason(exc))) from exc


def _take_all_the_time(connection: Connection) -> None:
    """Until the transaction ends: an index on a large table takes longer than a turn may wait."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _wait_for_other_migrations(connection: Connection, waits: Callable[[], None]) -> None:
    # SQLite's BEGIN IMMEDIATE waits by itself.
    if connection.dialect.name != "postgresql":
        return
    lock, lock_at_once = sa.func.pg_advisory_xact_lock, sa.func.pg_try_advisory_xact_lock
    if not connection.execute(sa.select(lock_at_once(_MIGRATION_LOCK))).scalar_one():
        waits()
        connection.execute(sa.select(lock(_MIGRATION_LOCK)))


def _reason(exc: Exception) -> str:
    """What the database said. What follows its first line may quote a row."""
    return str(exc).strip().splitlines()[0].rstrip(".")


def is_current(engine: Engine, table: str) -> bool:
    """True when `table` is there: the cheap check of a health probe."""
    return bool(sa.inspect(engine).has_table(table))
