"""Migrating the database, and telling whether that was done. No alembic.ini: all in code."""

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from casestore.domain.errors import ConfigurationError, StoreTooNew, StoreUnavailable
from casestore.storage.statements import MIGRATION_LOCK, has_turn, take_turn

_SCRIPTS = Path(__file__).parent / "migrations"

_NOT_DONE = (
    "数据库升级没有完成，表和数据都没有变：{reason}。"
    "请按这个原因处理，再运行 python -m casestore migrate。"
)


def migrate(engine: Engine, waits: Callable[[], None] = lambda: None) -> None:
    """Bring the database to the newest schema, all or nothing, one migration at a time, as long as
    it takes; ``waits`` is called before waiting for another migration on PostgreSQL.

    Raises StoreUnavailable when the database cannot be reached, StoreTooNew when a newer version has
    migrated it, ConfigurationError with the reason in one line when the migration itself fails.
    """
    try:
        with engine.connect() as connection:
            _upgrade(connection, waits)
    except SQLAlchemyError as exc:
        raise StoreUnavailable from exc


def _upgrade(connection: Connection, waits: Callable[[], None]) -> None:
    config = _config()
    config.attributes["connection"] = connection
    try:
        with connection.begin():
            _take_all_the_time(connection)
            if not has_turn(connection, MIGRATION_LOCK):
                waits()
                take_turn(connection, MIGRATION_LOCK)
            command.upgrade(config, "head")
    except SQLAlchemyError as exc:
        raise ConfigurationError(_NOT_DONE.format(reason=_reason(exc))) from exc
    except CommandError as exc:
        raise StoreTooNew from exc


def is_current(engine: Engine) -> bool:
    """Whether the database has the schema this version needs. Raises StoreUnavailable."""
    return _revision(engine) == ScriptDirectory.from_config(_config()).get_current_head()


def is_newer(engine: Engine) -> bool:
    """Whether the database has a schema this version knows nothing of. Raises StoreUnavailable."""
    found, scripts = _revision(engine), ScriptDirectory.from_config(_config())
    return found is not None and found not in {each.revision for each in scripts.walk_revisions()}


def _revision(engine: Engine) -> str | None:
    try:
        with engine.connect() as connection:
            found: str | None = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as exc:
        raise StoreUnavailable from exc
    return found


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _take_all_the_time(connection: Connection) -> None:
    """Until the transaction ends: an index on a large table takes longer than a page may."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL statement_timeout = 0"))


def _reason(exc: Exception) -> str:
    """What the database said. What follows its first line may quote a row."""
    return str(exc).strip().splitlines()[0].rstrip(".")
