"""``python -m casestore tick | retention | rotate-keys`` as an operator runs them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from casestore import bootstrap
from casestore.__main__ import cli
from casestore.domain.case import EventKind
from casestore.domain.chat import ClosedBy
from casestore.domain.errors import ConfigurationError, FieldUnreadable
from casestore.domain.reminder import ReminderKind
from casestore.service.acting import Deed
from casestore.service.audit_ports import AuditQuery
from casestore.service.jobs import LABELS
from casestore.service.ports import Transaction
from casestore.settings import Settings, load
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.schema import migrate
from casestore.storage.store import SqlStore
from tests.contract.casestore.chat_kit import make_callback
from tests.contract.casestore.kit import (
    FIELD_KEY,
    OTHER_FIELD_KEY,
    TOKEN,
    Clock,
    make_id,
)
from tests.contract.casestore.test_chat_storage import make_chat
from tests.contract.casestore.test_command_line import serving, wait_for
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, at
from tests.ports import free_ports


class Place:
    """A migrated database with one case, and the environment of a process that works on it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.url = f"sqlite:///{folder / 'var' / 'casestore.db'}"
        self.monkeypatch = monkeypatch
        monkeypatch.chdir(folder)
        (folder / "var").mkdir()
        for name in list(os.environ):
            if name.startswith(("CASE_STORE", "DATABASE")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("DATABASE_URL", self.url)
        monkeypatch.setenv("CASE_STORE_TOKEN", TOKEN)
        self.use_keys(FIELD_KEY)
        engine = build_engine(self.url)
        migrate(engine)
        bank = Bank(SqlStore(engine, Keyring([FIELD_KEY])), Clock(at("2020-01-02 09:00")))
        bank.hire(account("worker"))
        bank.file()
        worker = bank.officer("worker")
        bank.casework.do(REFERENCE, Deed(EventKind.WITHDRAWN, make_id(9)), worker)
        engine.dispose()

    def use_keys(self, *keys: str) -> None:
        self.monkeypatch.setenv("CASE_STORE_FIELD_KEYS", ",".join(keys))

    def name(self, *keys: str) -> str:
        engine = build_engine(self.url)
        try:
            with SqlStore(engine, Keyring(keys)).transaction() as tx:
                case = tx.cases.get(REFERENCE)
        finally:
            engine.dispose()
        assert case is not None
        return case.complaint.complainant.name

    def change(self, what: Callable[[Transaction], object]) -> None:
        engine = build_engine(self.url)
        with SqlStore(engine, Keyring([FIELD_KEY])).transaction() as tx:
            what(tx)
            tx.commit()
        engine.dispose()

    def last_audited(self) -> str:
        engine = build_engine(self.url)
        with SqlStore(engine, Keyring([OTHER_FIELD_KEY])).transaction() as tx:
            [entry] = tx.audit.find(AuditQuery(), None, 1)
        engine.dispose()
        return entry.action


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(tmp_path, monkeypatch)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_dry_run_lists_what_would_go_and_leaves_it(place: Place) -> None:
    output = run("retention", "--dry-run")
    assert "会删除 1 件投诉" in output
    assert "RETENTION_YEARS=3 年，《中国人民银行金融消费者权益保护实施办法》第四十四条" in output
    assert f"{REFERENCE}  办结日 2020-01-02" in output
    assert place.name(FIELD_KEY) == "欧阳小雨"


def test_retention_deletes_and_says_what(place: Place) -> None:
    assert "删除 1 件投诉的个人信息" in run("retention")
    assert place.name(FIELD_KEY) == ""
    assert "会删除 0 件投诉" in run("retention", "--dry-run")


def test_talks_calls_and_reminders_are_in_the_same_listing(place: Place) -> None:
    old = at("2020-01-02 09:00")
    place.change(
        lambda tx: (
            tx.chats.add(make_chat(1).closed(ClosedBy.OFFICER, old)),
            tx.callbacks.add(make_callback(1, at=old)),
            tx.reminders.put("worker", ReminderKind.CALLBACK_OVERDUE, None, "提醒", "k", old),
            tx.reminders.mark_read("worker", None, old),
        )
    )
    output = run("retention", "--dry-run")
    for what in ("人工对话", "回电", "读过的提醒"):
        assert f"会删除 {what} 1 条，早于 " in output
    assert "CHAT_DAYS=183；《中国人民银行业务领域数据安全管理办法》第三十条" in output
    assert "另删除人工对话 1 条、回电 1 条、读过的提醒 1 条。" in run("retention")
    assert "会删除 回电 0 条" in run("retention", "--dry-run")


def test_keys_are_rotated_with_progress_and_the_old_one_can_go(place: Place) -> None:
    place.use_keys(OTHER_FIELD_KEY, FIELD_KEY)
    output = run("rotate-keys")
    assert "cases: 1/1" in output
    assert "改用新密钥：2 个字段、3 个签名、0 个附件。" in output
    assert place.name(OTHER_FIELD_KEY) == "欧阳小雨"
    with pytest.raises(FieldUnreadable):
        place.name(FIELD_KEY)
    assert place.last_audited() == "keys_rotated"


def test_rotating_without_the_old_key_says_what_to_do(place: Place) -> None:
    place.use_keys(OTHER_FIELD_KEY)
    with pytest.raises(ConfigurationError, match="缺少当时的密钥"):
        run("rotate-keys")


def test_rotating_an_old_database_asks_for_the_migration(
    tmp_path: Path, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    del place
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(ConfigurationError, match="migrate"):
        run("rotate-keys")


def test_tick_does_every_job_that_is_due(place: Place) -> None:
    assert "，0 项没有做成" in run("tick")
    engine = build_engine(place.url)
    with SqlStore(engine, Keyring([FIELD_KEY])).transaction() as tx:
        ran = {name for name in LABELS if tx.leases.state(name) is not None}
    engine.dispose()
    # Those wait for the night.
    assert ran >= set(LABELS) - {"retention", "chats_kept", "reminders_kept"}


def test_a_failing_job_is_seen_in_the_health_report(place: Place) -> None:
    environment = dict(os.environ)
    app = bootstrap.open_for_business(load(Settings, environment))
    services = app.state.services
    now = services.now()
    engine = build_engine(place.url)
    with SqlStore(engine, Keyring([FIELD_KEY])).transaction() as tx:
        tx.leases.claim("watch", "me", now, now)
        tx.leases.fail("watch", "me", now, "RuntimeError")
        tx.commit()
    engine.dispose()
    assert any("期限提醒和上报" in warning for warning in services.warnings())


def test_serving_does_the_jobs(place: Place, tmp_path: Path) -> None:
    del place
    (port,) = free_ports(1)
    metrics = f"http://127.0.0.1:{port}/metrics"
    done = b'casestore_job_runs_total{outcome="ok",task="watch"}'
    with serving(tmp_path, port) as process:
        wait_for(f"http://127.0.0.1:{port}/health", process)
        assert done in wait_for(metrics, process, done)
