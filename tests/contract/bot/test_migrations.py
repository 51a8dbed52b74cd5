"""Databases come up from nothing, again and again, on both kinds of server."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Engine, make_url

from bot.analytics import reports
from bot.analytics import store as fact_store
from bot.campaigns import reminders
from bot.channels import message_table, transcript
from bot.channels.web import session_store
from bot.channels.wechat import customers, deliveries, guard, outbound_table, quota, token
from bot.errors import StorageError
from bot.handover import feed, store
from bot.intake import callbacks
from bot.intake.acts import SqlActs
from bot.intake.bootstrap import callback_reference
from bot.intake.drafts import SqlDrafts
from bot.intake.feed import SqlFeed
from bot.intake.journal import SqlJournal
from bot.intake.seats import Seat, SqlSeats
from bot.knowledge import feedback
from bot.storage import migrate
from bot.storage.engine import UtcDateTime
from bot.storage.migrate import upgrade
from tests.fakes import NOW, references
from tests.samples import PHONE, complaint, sealer

CHANNEL = sa.MetaData()
"""Its tables as their owners define them; others name the few columns of them that they use."""
for _table in (
    message_table.message,
    transcript._ended,
    session_store._session,
    store.handover,
    feed._feed,
    outbound_table.outbound,
    customers._customer,
    quota._grant,
    deliveries._delivery,
    guard._nonce,
    token._token,
):
    _table.to_metadata(CHANNEL)
ANALYTICS = sa.MetaData()
for _table in (fact_store.fact_table, reports.report_table):
    _table.to_metadata(ANALYTICS)
TABLES = {
    "analytics": set(ANALYTICS.tables),
    "journal": {
        *("intake", "act", "evidence", "draft", "feed"),
        *(callbacks.callback_table.name, "booking", "cancellation"),
        reminders.reminder_table.name,
    },
    "channel": set(CHANNEL.tables),
    "knowledge": {"miss", "vote"},
}
METADATA = {
    "analytics": ANALYTICS,
    "journal": callbacks.callback_table.metadata,
    "channel": CHANNEL,
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


def test_the_journal_of_the_last_release_keeps_everything(empty_url: str, connect: Connect) -> None:
    engine = connect(empty_url)
    upgrade(engine, "journal", "0001_intake")
    reference = "TS20261123-7K3QF8K"
    amended = [complaint(complaint_amount=amount) for amount in (99.0, 100.0)]
    with engine.begin() as tx:
        _insert(tx, "intake", _old_intake(reference))
        for number, changed in enumerate(amended):
            row = {
                "intake_id": str(changed.intake_id),
                "fingerprint": changed.fingerprint(),
                "sealed_payload": sealer().seal(json.dumps(changed.payload(reference))),
                "created_at": NOW + timedelta(seconds=number),
            }
            _insert(tx, "amendment", row)
    for _ in range(2):
        upgrade(engine, "journal")
    _everything_is_delivered(engine, reference)


def _old_intake(reference: str) -> dict[str, Any]:
    old = complaint()
    return {
        "id": str(old.intake_id),
        "reference": reference,
        "channel": old.channel,
        "sender_id": old.sender_id,
        "sealed_payload": sealer().seal(json.dumps(old.payload(reference))),
        "fingerprint": old.fingerprint(),
        "status": "pending",
        "attempts": 3,
        "next_attempt_at": NOW,
        "last_error": "HTTP 503",
        "created_at": NOW,
    }


def _insert(tx: Any, name: str, row: dict[str, Any]) -> None:
    columns = [
        sa.column(key, UtcDateTime if isinstance(value, datetime) else None)
        for key, value in row.items()
    ]
    tx.execute(sa.table(name, *columns).insert().values(row))


def _everything_is_delivered(engine: Engine, reference: str) -> None:
    journal, acts = SqlJournal(engine, sealer(), references()), SqlActs(engine, sealer())
    minute = timedelta(minutes=1)
    (recent,) = journal.recent_of_phone(PHONE, NOW)
    assert recent.reference == reference
    filed = journal.claim("a", NOW + minute, minute)
    assert filed is not None
    assert (filed.payload, filed.attempts) == (complaint().payload(reference), 4)
    journal.delivered(filed, NOW)
    told = []
    while entry := acts.claim("a", NOW + minute, minute):
        told.append((entry.reference, entry.sender_id, entry.kind, entry.payload["text"]))
        acts.delivered(entry, NOW)
    assert told == [
        (reference, "web-0", "supplement", f"客户在提交后更正：涉及金额：{amount}元")
        for amount in (99, 100)
    ]
    # What came before the change of versions and comes again is known.
    journal.record(complaint(complaint_amount=99.0), NOW)
    assert acts.backlog(NOW).pending == 0
    assert SqlDrafts(engine, sealer(), lambda _: "7").count() == SqlFeed(engine).cursor() == 0


def test_a_journal_from_before_campaigns_keeps_its_calls_and_takes_bookings(
    empty_url: str, connect: Connect
) -> None:
    engine = connect(empty_url)
    upgrade(engine, "journal", "0003_callbacks")
    kept = callbacks.SqlCallbacks(engine, sealer(), callback_reference)
    asked = callbacks.Callback(
        *(UUID(int=1), "web", "web-1", NOW, NOW, PHONE, None, "理财", None),
    )
    row = kept._row(asked, NOW)
    del row["request_id"]
    with engine.begin() as tx:
        _insert(tx, "callback", row)
    upgrade(engine, "journal")
    assert [call["topic"] for call in kept.of_sender("web-1")] == ["理财"]
    booked = replace(asked, id=UUID(int=2), promised_by=NOW + timedelta(days=1))
    kept.record(booked, NOW, Seat("315-2027", "20270315-0900", 1))
    assert len(SqlSeats(engine).of_sender("web-1")) == 1
    reminders.SqlReminders(engine).put(reminders.Reminder("web-1", "315-2027", "web", NOW, NOW))


def test_what_nobody_could_answer_before_campaigns_belongs_to_none(
    empty_url: str, connect: Connect
) -> None:
    engine = connect(empty_url)
    upgrade(engine, "knowledge", "0001_feedback")
    row = {"message_id": "k1", "kind": "unknown", "text": "火星能开户吗", "label": "x"}
    with engine.begin() as tx:
        _insert(tx, "miss", {**row, "created_at": NOW})
    upgrade(engine, "knowledge")
    found = feedback.Feedback(engine)
    asked = feedback.Miss(feedback.MissKind.UNKNOWN, "火星也能吗", "x", NOW, "315-2027", "somebody")
    found.missed("k2", asked)
    assert [miss.campaign for miss in found.misses(NOW)] == [None, "315-2027"]
    assert [miss.text for miss in found.misses_of("315-2027", 9)] == ["火星也能吗"]


def test_a_database_of_a_newer_version_is_not_touched(empty_url: str, connect: Connect) -> None:
    engine = connect(empty_url)
    upgrade(engine, "journal")
    with engine.begin() as tx:
        tx.execute(sa.text("UPDATE alembic_version_journal SET version_num = '9999_future'"))
    with pytest.raises(StorageError, match=r"数据库 journal 的表结构比这个程序新.*退回"):
        upgrade(engine, "journal")
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT version_num FROM alembic_version_journal"))
        assert found.scalar_one() == "9999_future"


def limits_seen(engine: Engine) -> dict[str, set[str]]:
    """The limits on PostgreSQL under which statements of the engine ran from now on, by their first
    word."""
    seen: dict[str, set[str]] = {}

    @sa.event.listens_for(engine, "before_cursor_execute")
    def _note(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        cursor.execute("SHOW statement_timeout")
        seen.setdefault(statement.split()[0], set()).add(cursor.fetchone()[0])

    return seen


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_no_statement_of_a_migration_has_a_limit_and_later_ones_have(
    empty_url: str, connect: Connect
) -> None:
    engine = connect(empty_url)
    seen = limits_seen(engine)
    for schema in TABLES:
        upgrade(engine, schema)
    assert seen["CREATE"] == seen["ALTER"] == seen["SELECT"] == {"0"}
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW statement_timeout").scalar_one() == "5s"


@pytest.mark.parametrize("empty_url", ["postgresql"], indirect=True)
def test_a_migration_waits_for_another_without_a_limit_and_says_so(
    empty_url: str, connect: Connect
) -> None:
    engine = connect(empty_url)
    other = connect(empty_url).connect()
    other.execute(sa.select(sa.func.pg_advisory_xact_lock(migrate._MIGRATION_LOCK)))
    seen = limits_seen(engine)
    upgrade(engine, "journal", waits=other.close)
    assert other.closed
    assert seen["SELECT"] == {"0"}
    assert sa.inspect(engine).has_table("intake")


def test_nothing_is_said_of_waiting_where_nobody_migrates(empty_url: str, connect: Connect) -> None:
    said: list[str] = []
    upgrade(connect(empty_url), "journal", waits=lambda: said.append("waits"))
    assert said == []


def test_a_migration_that_fails_says_why_in_one_line_and_changes_nothing(
    empty_url: str, connect: Connect
) -> None:
    engine = connect(empty_url)
    with engine.begin() as tx:
        tx.execute(sa.text("CREATE TABLE act (id VARCHAR(36))"))
    with pytest.raises(StorageError, match=r"journal 升级没有完成.*act.* already exists") as failed:
        upgrade(engine, "journal")
    assert "\n" not in failed.value.message
    assert sa.inspect(engine).get_table_names() == ["act"]


def test_a_new_sqlite_file_is_private(tmp_path: Path, connect: Connect) -> None:
    upgrade(connect(f"sqlite:///{tmp_path / 'private.db'}"), "journal")
    assert stat.S_IMODE((tmp_path / "private.db").stat().st_mode) == 0o600


def test_sqlite_commits_to_the_disk(sqlite_url: str, connect: Connect) -> None:
    with connect(sqlite_url).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_connection_to_sqlite_keeps_half_a_megabyte(sqlite_url: str, connect: Connect) -> None:
    with connect(sqlite_url).connect() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -512


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
