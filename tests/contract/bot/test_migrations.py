"""Databases come up from nothing, again and again, on both kinds of server."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine, make_url

from bot.channels import transcript
from bot.intake import journal
from bot.knowledge import feedback
from bot.storage.engine import UtcDateTime
from bot.storage.migrate import upgrade

TABLES = {
    "journal": {"intake", "amendment"},
    "channel": {"message", "ended_session"},
    "knowledge": {"miss", "vote"},
}
METADATA = {
    "journal": journal._metadata,
    "channel": transcript._metadata,
    "knowledge": feedback._metadata,
}
Connect = Callable[[str], Engine]


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'fresh.db'}"
        return
    base = make_url(request.getfixturevalue("bot_postgres_url"))
    server = sa.create_engine(base, isolation_level="AUTOCOMMIT", future=True)
    with server.connect() as connection:
        connection.execute(sa.text("CREATE DATABASE fresh"))
    try:
        yield base.set(database="fresh").render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text("DROP DATABASE fresh WITH (FORCE)"))
        server.dispose()


@pytest.mark.parametrize("schema", sorted(TABLES))
def test_a_schema_comes_up_from_nothing_and_again(
    empty_url: str, connect: Connect, schema: str
) -> None:
    engine = connect(empty_url)
    for _ in range(2):
        upgrade(engine, schema)
    tables = set(sa.inspect(engine).get_table_names()) - {"sqlite_sequence"}
    assert tables == {*TABLES[schema], f"alembic_version_{schema}"}


def test_all_schemas_may_share_a_database(empty_url: str, connect: Connect) -> None:
    engine = connect(empty_url)
    for schema in TABLES:
        upgrade(engine, schema)
    assert set().union(*TABLES.values()) <= set(sa.inspect(engine).get_table_names())


@pytest.mark.parametrize("schema", sorted(TABLES))
def test_the_migrated_tables_have_the_columns_the_code_uses(
    empty_url: str, connect: Connect, schema: str
) -> None:
    engine = connect(empty_url)
    upgrade(engine, schema)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in TABLES[schema]},
        )
        differences = compare_metadata(context, METADATA[schema])
    # Indexes and unique keys live in the migrations alone.
    assert [d for d in differences if "column" in str(d[0]) or "table" in str(d[0])] == []


def test_a_new_sqlite_file_is_private(tmp_path: Path, connect: Connect) -> None:
    upgrade(connect(f"sqlite:///{tmp_path / 'private.db'}"), "journal")
    assert stat.S_IMODE((tmp_path / "private.db").stat().st_mode) == 0o600


def test_sqlite_commits_to_the_disk(sqlite_url: str, connect: Connect) -> None:
    with connect(sqlite_url).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_moments_keep_their_zone_and_naive_ones_are_refused(
    database_url: str, connect: Connect
) -> None:
    table = sa.Table("moments", sa.MetaData(), sa.Column("at", UtcDateTime, nullable=True))
    beijing = datetime(2026, 11, 23, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    engine = connect(database_url)
    with engine.begin() as tx:
        tx.execute(sa.text("DROP TABLE IF EXISTS moments"))
        table.create(tx)
        tx.execute(table.insert(), [{"at": beijing}, {"at": None}])
        read = [row.at for row in tx.execute(sa.select(table))]
        assert read[0] == beijing
        assert read[0].utcoffset() is not None
        assert read[1] is None
        tx.execute(sa.text("DROP TABLE moments"))
    with pytest.raises(sa.exc.StatementError, match="naive"), engine.begin() as tx:
        tx.execute(table.insert(), {"at": beijing.replace(tzinfo=None)})
