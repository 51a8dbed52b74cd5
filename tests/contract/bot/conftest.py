"""Databases of both kinds for the assistant's storage."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.intake.bootstrap import callback_reference
from bot.intake.callbacks import SqlCallbacks
from bot.intake.seats import SqlSeats
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.postgres import throwaway_cluster
from tests.samples import sealer

SCHEMAS = ("journal", "channel", "knowledge")
TABLES = (
    *("intake", "act", "evidence", "draft", "feed", "callback", "booking", "quiz_reminder"),
    "cancellation",
    *("message", "ended_session", "web_session", "outbound", "handover", "desk_feed"),
    *("wechat_customer", "wechat_grant", "wechat_delivery", "wechat_nonce", "wechat_token"),
    *("miss", "vote"),
)


@pytest.fixture(scope="session")
def bot_postgres_url() -> Iterator[str]:
    """A real PostgreSQL with the assistant's tables."""
    with throwaway_cluster() as url:
        engine = create_engine(url)
        for schema in SCHEMAS:
            upgrade(engine, schema)
        engine.dispose()
        yield url


@pytest.fixture(scope="session")
def bot_sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("bot-template") / "bot.db"
    engine = create_engine(f"sqlite:///{path}")
    for schema in SCHEMAS:
        upgrade(engine, schema)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_url(bot_sqlite_template: Path, tmp_path: Path) -> str:
    path = tmp_path / "bot.db"
    shutil.copyfile(bot_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(bot_postgres_url: str) -> str:
    """The same database for every test, emptied."""
    engine = create_engine(bot_postgres_url)
    with engine.begin() as tx:
        tx.execute(sa.text(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY"))
    engine.dispose()
    return bot_postgres_url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated, empty database of each kind."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def connect() -> Iterator[Callable[[str], Engine]]:
    """Makes engines that are closed at the end of the test."""
    made: list[Engine] = []

    def make(url: str) -> Engine:
        made.append(create_engine(url))
        return made[-1]

    yield make
    for engine in made:
        engine.dispose()


@pytest.fixture
def engine(database_url: str, connect: Callable[[str], Engine]) -> Engine:
    return connect(database_url)


@pytest.fixture
def callbacks(engine: Engine) -> SqlCallbacks:
    return SqlCallbacks(engine, sealer(), callback_reference)


@pytest.fixture
def seats(engine: Engine) -> SqlSeats:
    return SqlSeats(engine)


@pytest.fixture
def stingy(connect: Callable[[str], Engine]) -> Callable[[str], Engine]:
    """Makes engines of SQLite databases on a disk that is full."""

    def make(url: str) -> Engine:
        engine = connect(url)

        @sa.event.listens_for(engine, "connect")
        def _no_more_pages(connection: Any, _record: Any) -> None:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count={pages}")

        return engine

    return make


@pytest.fixture
def read_only_url(bot_sqlite_template: Path) -> Iterator[str]:
    """A SQLite file nobody may write, in a folder nobody may write."""
    folder = Path(tempfile.mkdtemp(prefix="read-only-"))
    path = folder / "bot.db"
    shutil.copyfile(bot_sqlite_template, path)
    path.chmod(0o444)
    folder.chmod(0o555)
    try:
        with as_ordinary_user():
            yield f"sqlite:///{path}"
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """The superuser may write what is read-only, so the block runs without that right."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(before)
