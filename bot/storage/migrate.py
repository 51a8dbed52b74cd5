"""Brings a database to the newest schema with Alembic, without an ini file."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, schema: str, revision: str = "head") -> None:
    """Migrates `engine` to a revision of `schema` (a folder name under migrations/).

    All of it or nothing. Raises StorageError when the database cannot be read or written, or is of
    a newer version than this program.
    """
    config = Config()
    # Whatever the folder is called: by default Alembic splits at blanks and reads % as syntax.
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(MIGRATIONS / schema).replace("%", "%%"))
    config.attributes.update(engine=engine, version_table=f"alembic_version_{schema}")
    try:
        command.upgrade(config, revision)
    except (SQLAlchemyError, CommandError) as exc:
        raise StorageError(f"数据库 {schema} 升级没有完成：{exc}") from exc


def is_current(engine: Engine, table: str) -> bool:
    """True when `table` is there: the cheap check of a health probe."""
    return bool(sa.inspect(engine).has_table(table))
