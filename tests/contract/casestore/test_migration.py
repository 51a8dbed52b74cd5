"""A database of the first version keeps its cases and takes the later acts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, event, insert, inspect, text
from sqlalchemy.engine import Engine, make_url

from casestore.domain.case import Act, CaseState, EventKind
from casestore.domain.errors import ConfigurationError, StoreTooNew
from casestore.domain.fingerprint import fingerprint
from casestore.domain.staff import SYSTEM
from casestore.service.casework import Casework
from casestore.service.desk import ComplaintDesk
from casestore.storage import schema
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.rows import case_row
from casestore.storage.statements import MIGRATION_LOCK, take_turn
from casestore.storage.store import SqlStore
from casestore.storage.tables import metadata
from tests.contract.casestore.kit import (
    FIELD_KEY,
    NOW,
    PROMISE,
    TAIL,
    Clock,
    is_ours,
    make_case,
    make_complaint,
    make_id,
    make_reference,
)

REFERENCE = make_reference()
SCRIPTS = Path(schema.__file__).parent / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without any table."""
    if request.param == "sqlite":
        engine = build_engine(f"sqlite:///{tmp_path / 'old.db'}")
        yield engine
        engine.dispose()
        return
    url = make_url(request.getfixturevalue("postgres_url"))
    server = create_engine(url, isolation_level="AUTOCOMMIT", future=True)
    engine = build_engine(str(url.set(database="upgrade")))
    with server.connect() as connection:
        connection.execute(text("CREATE DATABASE upgrade"))
        yield engine
        engine.dispose()
        connection.execute(text("DROP DATABASE upgrade"))
    server.dispose()


def move(engine: Engine, direction: str, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        getattr(command, direction)(config, revision)


@pytest.fixture
def old(empty: Engine) -> Engine:
    """A database of the first version with one case as that version wrote it."""
    move(empty, "upgrade", "0001")
    case = make_case()
    first = MetaData()
    with empty.begin() as connection:
        first.reflect(connection)
        tables = first.tables
        row = case_row(case, fingerprint(case.complaint), Keyring([FIELD_KEY]))
        old_row = {name: value for name, value in row.items() if name in tables["cases"].columns}
        connection.execute(insert(tables["cases"]).values(**old_row))
        event = {
            "reference": REFERENCE,
            "kind": "registered",
            "actor": "client:bot",
            "happened_at": NOW,
        }
        connection.execute(insert(tables["case_events"]).values(**event))
    return empty


def test_an_old_case_is_whole_after_the_upgrade(old: Engine) -> None:
    schema.migrate(old)
    store = SqlStore(old, Keyring([FIELD_KEY]))
    desk = ComplaintDesk(store, Clock(), PROMISE)
    file = desk.open_case(REFERENCE, SYSTEM)
    assert file.case == make_case()
    assert file.case.standing.progress.terms.started_on == date(2026, 11, 23)
    assert file.case.standing.due.complex == date(2026, 11, 30)
    (event,) = file.events
    assert (event.kind, event.act, event.progress) == (EventKind.REGISTERED, None, None)


def test_an_old_filing_is_known_again_and_its_case_takes_later_acts(old: Engine) -> None:
    schema.migrate(old)
    store = SqlStore(old, Keyring([FIELD_KEY]))
    desk = ComplaintDesk(store, Clock(), PROMISE)
    assert not desk.file(make_complaint(), "bot").created
    casework = Casework(store, Clock())
    casework.act(REFERENCE, EventKind.WITHDRAWN, Act(make_id(1), NOW), "client:bot")
    progress = desk.status(REFERENCE, TAIL).standing.progress
    day = date(2026, 11, 23)
    assert progress.state is CaseState.WITHDRAWN
    assert (progress.ended_on, progress.settled_on, progress.closed_on) == (day, day, day)


def test_a_bank_with_a_longer_promise_never_promised_complex_cases_earlier(old: Engine) -> None:
    with old.begin() as connection:
        connection.execute(text("UPDATE cases SET promise_due = '2026-12-07'"))
    schema.migrate(old)
    with old.connect() as connection:
        due = connection.execute(text("SELECT complex_due FROM cases")).scalar_one()
    assert str(due) == "2026-12-07"


def test_the_upgrade_leads_to_exactly_the_tables(old: Engine) -> None:
    schema.migrate(old)
    assert schema.is_current(old)
    with old.connect() as connection:
        found = MigrationContext.configure(connection, opts={"include_name": is_ours})
        assert compare_metadata(found, metadata) == []


def test_the_upgrade_can_be_taken_back_and_done_again(old: Engine) -> None:
    schema.migrate(old)
    move(old, "downgrade", "0001")
    assert not schema.is_current(old)
    schema.migrate(old)
    desk = ComplaintDesk(SqlStore(old, Keyring([FIELD_KEY])), Clock(), PROMISE)
    assert desk.open_case(REFERENCE, SYSTEM).case == make_case()


def limits_seen(engine: Engine) -> dict[str, set[str]]:
    """The limits on PostgreSQL under which statements of the engine ran from now on, by their first
    word."""
    seen: dict[str, set[str]] = {}

    @event.listens_for(engine, "before_cursor_execute")
    def _note(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        cursor.execute("SHOW statement_timeout")
        seen.setdefault(statement.split()[0], set()).add(cursor.fetchone()[0])

    return seen


@pytest.mark.parametrize("empty", ["postgresql"], indirect=True)
def test_no_statement_of_a_migration_has_a_limit_and_later_ones_have(empty: Engine) -> None:
    seen = limits_seen(empty)
    schema.migrate(empty)
    assert seen["CREATE"] == seen["ALTER"] == seen["SELECT"] == {"0"}
    with empty.connect() as connection:
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "5s"


@pytest.mark.parametrize("empty", ["postgresql"], indirect=True)
def test_a_migration_waits_for_another_without_a_limit_and_says_so(empty: Engine) -> None:
    other = empty.connect()
    take_turn(other, MIGRATION_LOCK)
    seen = limits_seen(empty)
    schema.migrate(empty, waits=other.close)
    assert other.closed
    assert seen["SELECT"] == {"0"}
    assert schema.is_current(empty)


def test_nothing_is_said_of_waiting_where_nobody_migrates(empty: Engine) -> None:
    said: list[str] = []
    schema.migrate(empty, waits=lambda: said.append("waits"))
    assert (said, schema.is_current(empty)) == ([], True)


def test_a_migration_that_fails_says_why_in_one_line_and_changes_nothing(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE branches (code VARCHAR(20))"))
    with pytest.raises(ConfigurationError, match=r"没有完成.*branches.* already exists") as failed:
        schema.migrate(empty)
    assert "\n" not in str(failed.value)
    assert inspect(empty).get_table_names() == ["branches"]


def test_a_database_of_a_newer_version_is_told_from_one_that_is_away(empty: Engine) -> None:
    schema.migrate(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew):
        schema.migrate(empty)
