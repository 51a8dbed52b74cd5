"""``python -m casestore corrections`` as an operator runs it."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from casestore.__main__ import cli
from casestore.domain.errors import ConfigurationError
from casestore.domain.fingerprint import fingerprint
from casestore.domain.staff import Officer, StaffRole
from casestore.domain.taxonomy import Codes
from casestore.service.audit_ports import AuditQuery
from casestore.service.classification import ClassificationDesk
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.schema import migrate
from casestore.storage.store import SqlStore
from tests.contract.casestore.kit import (
    FIELD_KEY,
    OTHER_FIELD_KEY,
    TOKEN,
    Clock,
    Ids,
    make_case,
    make_reference,
)

LI = Officer("li", "李处理", frozenset({StaffRole.HANDLER}))
CHOSEN = ("借记卡", "因定价收费引起的投诉", "营业现场")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """A database with two cases, one of them confirmed; the process works on it."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith(("CASE_STORE", "DATABASE", "CLASSIFICATION")):
            monkeypatch.delenv(name)
    url = f"sqlite:///{tmp_path / 'casestore.db'}"
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("CASE_STORE_TOKEN", TOKEN)
    monkeypatch.setenv("CASE_STORE_FIELD_KEYS", FIELD_KEY)
    engine = build_engine(url)
    migrate(engine)
    built = SqlStore(engine, Keyring([FIELD_KEY]))
    with built.transaction() as tx:
        for number in range(2):
            case = make_case(reference=make_reference(number))
            tx.cases.add(case, fingerprint(case.complaint))
        tx.commit()
    desk = ClassificationDesk(built, Clock(), Ids(), Codes())
    desk.confirm(make_reference(0), *CHOSEN, None, LI)
    return built


def export(out: Path) -> Result:
    return CliRunner().invoke(cli, ["corrections", "--out", str(out)])


@pytest.mark.usefixtures("store")
def test_what_was_confirmed_is_written_for_its_owner_only(tmp_path: Path) -> None:
    out = tmp_path / "corrections.jsonl"
    done = export(out)
    assert (done.exit_code, done.stdout) == (0, f"已写 {out}，3 行。\n")
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(line["dimension"], line["confirmed"]) for line in lines] == [
        ("business", CHOSEN[0]),
        ("reason", CHOSEN[1]),
        ("channel", CHOSEN[2]),
    ]
    assert out.stat().st_mode & 0o777 == 0o600
    assert sorted(tmp_path.glob("corrections*")) == [out]


def test_the_export_is_noted_in_the_audit_log(store: SqlStore, tmp_path: Path) -> None:
    export(tmp_path / "corrections.jsonl")
    with store.transaction() as tx:
        (entry,) = tx.audit.find(AuditQuery(action="exported"), None, 10)
    assert (entry.actor, entry.subject) == ("system:command-line", "corrections")


@pytest.mark.usefixtures("store")
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    done = export(tmp_path / "missing" / "corrections.jsonl")
    assert done.exit_code == 1
    assert "请换一个位置" in done.output


@pytest.mark.usefixtures("store")
def test_with_another_key_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASE_STORE_FIELD_KEYS", OTHER_FIELD_KEY)
    out = tmp_path / "corrections.jsonl"
    done = export(out)
    assert isinstance(done.exception, ConfigurationError)
    assert not list(tmp_path.glob("corrections*"))


@pytest.mark.usefixtures("store")
def test_a_file_of_codes_with_a_mistake_stops_the_start_and_names_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "codes.csv").write_text("name,dimension,code\n储蓄卡,business,B1\n", "utf-8")
    monkeypatch.setenv("CLASSIFICATION_CODES_FILE", "codes.csv")
    done = export(tmp_path / "corrections.jsonl")
    assert isinstance(done.exception, ConfigurationError)
    assert "第 2 行" in str(done.exception)
