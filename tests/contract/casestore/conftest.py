import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.bootstrap import Parts, build_app, build_services
from casestore.domain.staff import Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.ports import Store
from casestore.settings import Settings, load
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.schema import migrate
from casestore.storage.store import SqlStore
from casestore.storage.tables import metadata
from tests.contract.casestore.browser_kit import login
from tests.contract.casestore.kit import (
    ADMIN_PASSWORD,
    FIELD_KEY,
    TOKEN,
    Clock,
    Ids,
    QuickPasswords,
    TestClient,
)
from tests.officers import EVERY_ROLE, make_account, open_session
from tests.postgres import throwaway_cluster

NewOfficer = Callable[..., Officer]
NewBrowser = Callable[..., TestClient]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """An empty database on a real PostgreSQL."""
    with throwaway_cluster() as url:
        yield url


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = build_engine(postgres_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "casestore.db"
    engine = build_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def sqlite_engine(migrated_file: Path, tmp_path: Path) -> Iterator[Engine]:
    path = tmp_path / "casestore.db"
    shutil.copyfile(migrated_file, path)
    engine = build_engine(f"sqlite:///{path}")
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        found: Engine = request.getfixturevalue("sqlite_engine")
        return found
    return _emptied(request.getfixturevalue("postgres_engine"))


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """The store on each kind of database, empty."""
    if request.param == "sqlite":
        return SqlStore(request.getfixturevalue("sqlite_engine"), Keyring([FIELD_KEY]))
    postgres_engine = _emptied(request.getfixturevalue("postgres_engine"))
    return SqlStore(postgres_engine, Keyring([FIELD_KEY]))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def files_folder(tmp_path: Path) -> Path:
    """Where the services keep attachments."""
    return tmp_path / "files"


@pytest.fixture
def office(sqlite_engine: Engine) -> Store:
    """The store the services work on."""
    return SqlStore(sqlite_engine, Keyring([FIELD_KEY]))


@pytest.fixture
def services(sqlite_engine: Engine, office: Store, clock: Clock, files_folder: Path) -> Services:
    """The services on SQLite, with the bot let in and an account ``admin`` of every role."""
    environment = {
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(files_folder),
    }
    parts = Parts(now=clock, passwords=QuickPasswords(), new_id=Ids())
    built = build_services(sqlite_engine, load(Settings, environment), parts)
    built.clients.admit("bot", TOKEN)
    make_account(office, "admin", QuickPasswords(), password=ADMIN_PASSWORD)
    return built


@pytest.fixture(scope="session")
def blank_app() -> FastAPI:
    """The application without services; building it takes most of a second."""
    return build_app()


@pytest.fixture
def app(blank_app: FastAPI, services: Services) -> FastAPI:
    """The application over the services of the test."""
    blank_app.state.services = services
    return blank_app


@pytest.fixture
def officer(office: Store, services: Services) -> NewOfficer:  # noqa: ARG001  # makes the database
    """Makes accounts: ``officer(StaffRole.HANDLER, branch="101")``; every role if none is named."""
    numbers = count(1)

    def make(*roles: StaffRole, username: str | None = None, **more: Any) -> Officer:
        username = username or f"officer{next(numbers)}"
        return make_account(office, username, QuickPasswords(), roles or EVERY_ROLE, **more)

    return make


@pytest.fixture
def browser_as(officer: NewOfficer, office: Store, app: FastAPI, clock: Clock) -> NewBrowser:
    """Browsers signed in as a new officer: ``browser_as(StaffRole.CLERK, branch="101")``.

    Give ``username`` where the test wants to know the officer's.
    """

    def open_(*roles: StaffRole, **more: Any) -> TestClient:
        who = officer(*roles, **more)
        client = TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)
        client.cookies.set("xiaobao_session", open_session(office, who.username, clock()))
        return client

    return open_


@pytest.fixture
def anonymous(app: FastAPI) -> TestClient:
    """A client without a token."""
    return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False)


@pytest.fixture
def bot(app: FastAPI) -> TestClient:
    """The bot's client."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return TestClient(app, base_url="http://127.0.0.1:8000", headers=headers)


@pytest.fixture
def browser(anonymous: TestClient) -> TestClient:
    """A browser that has signed in."""
    assert login(anonymous).status_code == 303
    return anonymous


def _emptied(engine: Engine) -> Engine:
    # TRUNCATE, because the history refuses to be deleted row by row.
    tables = ", ".join(table.name for table in metadata.sorted_tables)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {tables} CASCADE"))
    return engine
