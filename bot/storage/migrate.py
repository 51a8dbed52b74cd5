"""Brings a database to the newest schema with Alembic, without an ini file."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.engine import Engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(engine: Engine, schema: str) -> None:
    """Migrates `engine` to the head of `schema` (a folder name under migrations/)."""
    config = Config()
    # Whatever the folder is called: by default Alembic splits at blanks and reads % as syntax.
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("version_locations", str(MIGRATIONS / schema).replace("%", "%%"))
    config.attributes.update(engine=engine, version_table=f"alembic_version_{schema}")
    command.upgrade(config, "head")


def is_current(engine: Engine, table: str) -> bool:
    """True when `table` is there: the cheap check of a health probe."""
    return bool(sa.inspect(engine).has_table(table))
