"""The audit log: a chain without gaps that shows every later change, and its page."""

import csv
import io
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from casestore.domain.audit import AuditEntry, Head
from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit import AuditRoom
from casestore.service.audit_ports import AuditQuery
from casestore.service.ports import Store
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import audit
from tests.contract.casestore.browser_kit import page, send
from tests.contract.casestore.conftest import NewBrowser
from tests.contract.casestore.kit import FIELD_KEY, NOW, Clock, TestClient

# The storage


def write(store: Store, count: int, start: int = 0) -> None:
    for number in range(start, start + count):
        with store.transaction() as tx:
            moment = NOW + timedelta(seconds=number, microseconds=number)
            tx.audit.append("staff:li", "case_opened", f"TS{number}", "看了", moment)
            tx.commit()


def entries(store: Store) -> Sequence[AuditEntry]:
    with store.transaction() as tx:
        return tx.audit.after(0, 1_000)


def test_entries_are_numbered_from_one_and_each_holds_the_digest_before(store: Store) -> None:
    write(store, 3)
    found = entries(store)
    assert [entry.number for entry in found] == [1, 2, 3]
    assert [entry.previous for entry in found[1:]] == [entry.digest for entry in found[:-1]]
    assert found[1].happened_at == NOW + timedelta(seconds=1, microseconds=1)


def test_an_entry_rolled_back_leaves_no_gap(store: Store) -> None:
    write(store, 1)
    with store.transaction() as tx:
        tx.audit.append("staff:li", "case_opened", "TS", "", NOW)
    write(store, 1)
    assert [entry.number for entry in entries(store)] == [1, 2]


def test_many_writers_at_once_make_one_chain(engine: Engine, clock: Clock) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda start: write(store, 5, start), range(8)))
    report = AuditRoom(store, clock).verify()
    assert (report.broken, report.head.number) == (None, 40)


def test_texts_of_any_kind_are_kept(store: Store, clock: Clock) -> None:
    with store.transaction() as tx:
        tx.audit.append("a" * 200, "b" * 200, "半\ud800\0", "\U00020000" * 3_000, NOW)
        tx.commit()
    (entry,) = entries(store)
    assert (len(entry.actor), len(entry.action), len(entry.detail)) == (100, 50, 2_000)
    assert AuditRoom(store, clock).verify().broken is None


@pytest.mark.parametrize("statement", ["UPDATE audit SET detail = 'x'", "DELETE FROM audit"])
def test_the_database_itself_refuses_to_change_what_was_written(
    engine: Engine, statement: str
) -> None:
    write(SqlStore(engine, Keyring([FIELD_KEY])), 1)
    with pytest.raises(DBAPIError, match="history is never changed"), engine.begin() as connection:
        connection.execute(text(statement))


def tamper(engine: Engine, statement: object) -> None:
    """Change what was written although the database guards it."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for act in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER IF EXISTS keep_audit_{act}"))
        connection.execute(statement)
        connection.commit()


TAMPERINGS: dict[str, tuple[Callable[[], object], int]] = {
    "another word": (lambda: update(audit).where(audit.c.number == 3).values(detail="没看"), 3),
    "another time": (lambda: update(audit).where(audit.c.number == 3).values(happened_at=NOW), 3),
    "one removed": (lambda: audit.delete().where(audit.c.number == 3), 3),
    "the first removed": (lambda: audit.delete().where(audit.c.number == 1), 1),
    "one put before the first": (
        lambda: audit.insert().values(
            number=0,
            happened_at=NOW,
            actor="x",
            action="x",
            subject="",
            detail="",
            previous="",
            digest="",
        ),
        1,
    ),
}


@pytest.mark.parametrize("kind", sorted(TAMPERINGS))
def test_verifying_names_the_first_entry_that_does_not_fit(
    engine: Engine, clock: Clock, kind: str
) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    write(store, 5)
    statement, broken = TAMPERINGS[kind]
    tamper(engine, statement())
    assert AuditRoom(store, clock).verify().broken == broken


def test_an_end_cut_off_shows_against_a_head_noted_before(engine: Engine, clock: Clock) -> None:
    store = SqlStore(engine, Keyring([FIELD_KEY]))
    room = AuditRoom(store, clock)
    write(store, 5)
    noted = room.verify().head
    assert room.verify(noted).broken is None
    tamper(engine, audit.delete().where(audit.c.number > 3))
    assert room.verify().broken is None
    assert room.verify(noted).broken == 4
    write(store, 5)
    assert room.verify(noted).broken == 5
    assert room.verify(replace(noted, number=2)).broken == 2


def test_an_empty_log_is_whole(store: Store, clock: Clock) -> None:
    report = AuditRoom(store, clock).verify()
    assert (report.broken, report.head) == (None, Head())


# The page


@pytest.fixture
def auditor(browser_as: NewBrowser) -> TestClient:
    return browser_as(StaffRole.AUDITOR, username="wu")


def numbers(shown: str) -> list[int]:
    return [int(found) for found in re.findall(r'<td class="first">(\d+)</td>', shown)]


def test_the_log_is_paged_newest_first(auditor: TestClient, office: Store) -> None:
    write(office, 120)
    first = page(auditor, "/audit")
    assert numbers(first) == list(range(120, 70, -1))
    assert numbers(page(auditor, "/audit?before=71")) == list(range(70, 20, -1))
    last = page(auditor, "/audit?before=21")
    assert numbers(last) == list(range(20, 0, -1))
    assert "更早的记录" not in last


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("person=li", [3, 1]),
        ("person=staff:li", [3, 1]),
        ("person=nobody", []),
        ("subject=wang", [2]),
        ("subject=TS20261123-0000000", [3, 1]),
        ("action=revealed", [3]),
        ("first=2026-11-24", [3, 2]),
        ("last=2026-11-23", [1]),
        ("first=2026-11-24&last=2026-11-24", [2]),
        ("first=rubbish", [3, 2, 1]),
    ],
)
def test_the_log_is_filtered(
    auditor: TestClient, office: Store, query: str, found: list[int]
) -> None:
    case = "TS20261123-0000000"
    with office.transaction() as tx:
        tx.audit.append("staff:li", "case_opened", case, "", NOW)
        tx.audit.append("staff:ann", "account_reset", "account:wang", "", NOW + timedelta(days=1))
        tx.audit.append("staff:li", "revealed", case, "phone", NOW + timedelta(days=2))
        tx.commit()
    assert numbers(page(auditor, f"/audit?{query}")) == found


def test_the_export_has_its_filter_on_top_and_is_noted(
    auditor: TestClient, office: Store, services: Services
) -> None:
    with office.transaction() as tx:
        tx.audit.append("staff:li", "case_opened", "TS1", "=cmd()", NOW)
        tx.audit.append("staff:ann", "case_opened", "TS1", "", NOW)
        tx.commit()
    response = auditor.get("/audit.csv?person=li")
    rows = list(csv.reader(io.StringIO(response.text.lstrip("\ufeff"))))
    assert rows[1] == ["筛选条件", "人员 li"]
    assert rows[4][:6] == ["序号", "时间（北京）", "人员", "动作", "对象", "说明"]
    assert [row[:6] for row in rows[5:]] == [
        ["1", "2026-11-23 17:00:00", "li", "打开投诉", "TS1", "'=cmd()"]
    ]
    (entry,) = services.audit.page(AuditQuery(action="audit_exported")).entries
    assert (entry.actor, entry.detail) == ("staff:wu", "人员 li")


def test_the_button_verifies_the_chain(
    auditor: TestClient, office: Store, sqlite_engine: Engine
) -> None:
    write(office, 3)
    assert "链条完整，共 3 条" in send(auditor, "/audit/verify", shown="/audit").text
    tamper(sqlite_engine, update(audit).where(audit.c.number == 2).values(actor="staff:ann"))
    assert "从第 2 条起对不上" in send(auditor, "/audit/verify", shown="/audit").text


@pytest.mark.parametrize("path", ["/audit", "/audit.csv"])
def test_only_auditors_read_the_log(browser_as: NewBrowser, path: str) -> None:
    for role in StaffRole:
        status = 200 if role is StaffRole.AUDITOR else 403
        assert browser_as(role).get(path).status_code == status, role
