"""Migrating the database, and telling whether that was done. No alembic.ini: all in code."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from casestore.domain.errors import StoreUnavailable

_SCRIPTS = Path(__file__).parent / "migrations"

# Any number that nothing else on the same PostgreSQL database locks.
_MIGRATION_LOCK = 7_341_926_501


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema, all or nothing, one migration at a time.

    Raises StoreUnavailable.
    """
    config = _config()
    try:
        with engine.begin() as connection:
            _wait_for_other_migrations(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as exc:
        raise StoreUnavailable from exc


def is_current(engine: Engine) -> bool:
    """Whether the database has the schema this version needs. Raises StoreUnavailable."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError as exc:
        raise StoreUnavailable from exc
    return bool(found == ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    return config


def _wait_for_other_migrations(connection: Connection) -> None:
    # SQLite's BEGIN IMMEDIATE waits by itself.
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
