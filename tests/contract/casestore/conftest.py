import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete
from sqlalchemy.engine import Engine

from casestore.bootstrap import Parts, build_app, build_services
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
from tests.contract.casestore.memory_store import MemoryStore
from tests.postgres import throwaway_cluster


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


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each implementation of the store, empty."""
    if request.param == "memory":
        return MemoryStore()
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
def services(sqlite_engine: Engine, clock: Clock, files_folder: Path) -> Services:
    """The services on SQLite, with the bot let in and an admin account."""
    environment = {
        "CASE_STORE_TOKEN": TOKEN,
        "CASE_STORE_FIELD_KEYS": FIELD_KEY,
        "CASE_STORE_FILES_DIR": str(files_folder),
    }
    parts = Parts(now=clock, passwords=QuickPasswords(), new_id=Ids())
    built = build_services(sqlite_engine, load(Settings, environment), parts)
    built.clients.admit("bot", TOKEN)
    built.entrance.open_first_account(ADMIN_PASSWORD)
    return built


@pytest.fixture
def anonymous(services: Services) -> TestClient:
    """A client without a token."""
    return TestClient(build_app(services), base_url="http://127.0.0.1:8000", follow_redirects=False)


@pytest.fixture
def bot(services: Services) -> TestClient:
    """The bot's client."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    return TestClient(build_app(services), base_url="http://127.0.0.1:8000", headers=headers)


@pytest.fixture
def browser(anonymous: TestClient) -> TestClient:
    """A browser that has signed in."""
    assert login(anonymous).status_code == 303
    return anonymous


def _emptied(engine: Engine) -> Engine:
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    return engine
