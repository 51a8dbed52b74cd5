"""The accounts of the database as the documents advise them suffice for the service."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ProgrammingError

from casestore.bootstrap import Parts, build_app, build_services
from casestore.domain.errors import ConfigurationError
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from casestore.storage.audit_tables import SqlAudit
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.schema import migrate
from casestore.storage.statements import lock_writers
from casestore.storage.store import SqlStore
from casestore.storage.tables import accounts, alerts, chat_events, feed
from tests.contract.casestore.browser_kit import login
from tests.contract.casestore.kit import (
    ADMIN_PASSWORD,
    FIELD_KEY,
    NOW,
    Clock,
    QuickPasswords,
    TestClient,
    make_complaint,
    settings_in,
)
from tests.officers import make_account
from tests.postgres import throwaway_cluster

ROOT = Path(__file__).parents[3]
OWNER, SERVICE = "casestore", "casestore_service"


def shipped() -> str:
    """What makes the databases and their owners."""
    script = (ROOT / "deploy" / "compose" / "databases.sh").read_text("utf-8")
    (sql,) = re.findall(r"<<'SQL'\n(.*?)^SQL$", script, re.MULTILINE | re.DOTALL)
    return re.sub(r":'\w+'", "'x'", sql)


def advised() -> str:
    """What gives the service an account of its own."""
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    (sql,) = re.findall(r"^ *```sql\n(.*?)```", page, re.MULTILINE | re.DOTALL)
    return sql


def run(url: URL, sql: str) -> None:
    """Statement by statement, as a database cannot be made among others."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:
        for statement in filter(str.strip, sql.split(";")):
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    """A case store's database of its owner, and the account that the documents advise."""
    with throwaway_cluster() as url:
        root = make_url(url)
        run(root, shipped())
        owner = build_engine(str(root.set(username=OWNER, database="casestore")))
        migrate(owner)
        owner.dispose()
        run(root.set(database="casestore"), advised())
        yield root.set(database="casestore")


@pytest.fixture
def service(server: URL) -> Iterator[Engine]:
    engine = build_engine(str(server.set(username=SERVICE)))
    yield engine
    engine.dispose()


@pytest.fixture
def owner(server: URL) -> Iterator[Engine]:
    engine = build_engine(str(server.set(username=OWNER)))
    yield engine
    engine.dispose()


@pytest.fixture
def services(service: Engine, tmp_path: Path) -> Services:
    parts = Parts(now=Clock(), passwords=QuickPasswords())
    return build_services(service, settings_in(tmp_path), parts)


def test_the_service_signs_people_in_and_notes_it(service: Engine, services: Services) -> None:
    store = SqlStore(service, Keyring([FIELD_KEY]))
    make_account(store, "admin", QuickPasswords(), password=ADMIN_PASSWORD)
    client = TestClient(build_app(services), base_url="http://127.0.0.1", follow_redirects=False)
    assert login(client).status_code == 303
    found = services.audit.page(AuditQuery(actors=("staff:admin",))).entries
    assert "signed_in" in {entry.action for entry in found}
    assert services.audit.verify().broken is None


def test_the_service_takes_complaints(services: Services) -> None:
    assert services.desk.file(make_complaint(), "bot").created


@pytest.mark.parametrize("table", [accounts, alerts, chat_events, feed], ids=str)
def test_the_service_may_lock_what_it_locks(service: Engine, table: object) -> None:
    with service.connect() as connection:
        lock_writers(connection, table)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET detail = 'x'",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE",
        "ALTER TABLE audit DISABLE TRIGGER keep_audit",
        "DROP TABLE audit",
        "SET session_replication_role = replica",
    ],
)
def test_the_service_cannot_change_what_was_noted(service: Engine, statement: str) -> None:
    with (
        service.connect() as connection,
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
    ):
        connection.execute(text(statement))


def test_entries_of_owner_and_service_are_one_chain(
    owner: Engine, service: Engine, services: Services
) -> None:
    before = services.audit.verify().head.number
    for engine in (owner, service, owner):
        with engine.begin() as connection:
            SqlAudit(connection).append("system", "case_opened", "TS1", "", NOW)
    report = services.audit.verify()
    assert (report.broken, report.head.number) == (None, before + 3)


def test_a_table_of_a_later_version_needs_no_new_grant(owner: Engine, service: Engine) -> None:
    with owner.begin() as connection:
        connection.execute(text("CREATE TABLE later (number SERIAL PRIMARY KEY, said TEXT)"))
    with service.begin() as connection:
        connection.execute(text("INSERT INTO later (said) VALUES ('x')"))
        connection.execute(text("DELETE FROM later"))
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE later"))


def test_the_service_cannot_upgrade_and_is_told_so(owner: Engine, service: Engine) -> None:
    put = text("UPDATE alembic_version SET version_num = :version")
    with owner.begin() as connection:
        current = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(put, {"version": "0002"})
    with pytest.raises(ConfigurationError, match=r"没有完成.*(permission denied|must be owner)"):
        migrate(service)
    with owner.begin() as connection:
        connection.execute(put, {"version": current})
