"""Backup and restore with real files: complete or said so, and never over data that is there."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from bot.channels.transcript import Reply, Transcript
from bot.errors import BackupFailed
from bot.intake.bootstrap import open_acts, open_evidence, open_journal
from bot.intake.outbox import DELIVERED
from bot.launcher.backup.holdings import Holdings
from bot.launcher.backup.making import Backup
from bot.launcher.backup.manifest import MANIFEST
from bot.launcher.backup.restoring import restore
from bot.launcher.backup.snapshots import of_file
from bot.launcher.relay_process import Desk, build_relay, open_desk
from bot.settings import Settings
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.fakes import NOW, Clock, FakeCaseStore
from tests.ports import free_ports
from tests.samples import PDF, SEAL_KEY, act, complaint


@dataclass
class Machine:
    """One installation under `folder`; the case store's data are files of their own."""

    folder: Path
    changes: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rasa, actions, store = free_ports(3)
        self.config = Settings(
            **{
                "var_dir": self.folder / "var",
                "rasa_port": rasa,
                "actions_port": actions,
                "case_store_url": f"http://127.0.0.1:{store}",
                "web_session_secret": "s" * 32,
                "field_keys": SEAL_KEY,
                "case_store_token": "t" * 32,
                "analytics_secret": "a",
                **self.changes,
            }
        )
        self.environment = {
            "DATABASE_URL": f"sqlite:///{self.folder / 'var' / 'casestore.db'}",
            "CASE_STORE_FILES_DIR": str(self.folder / "var" / "casestore-files"),
        }
        self.said: list[str] = []

    @property
    def holdings(self) -> Holdings:
        return Holdings.of(self.config, self.environment)

    def set_up(self) -> None:
        for name in ("journal", "channel", "knowledge"):
            engine = create_engine(self.config.database_url(name))
            upgrade(engine, name)
            engine.dispose()
        for name in ("tracker", "casestore"):
            with closing(sqlite3.connect(self.folder / "var" / f"{name}.db")) as database:
                database.execute("CREATE TABLE kept (what TEXT)")
                database.execute("INSERT INTO kept VALUES (?)", (name,))
                database.commit()
        (self.folder / "var" / "casestore-files").mkdir()
        (self.folder / "var" / "casestore-files" / "a1").write_bytes(b"sealed")

    def back_up(self) -> bool:
        folder = self.folder / "backup"
        return Backup(self.holdings, folder, None, lambda: 0.0, self.said.append).make(NOW)

    def restore(self, *, force: bool = False) -> bool:
        folder = self.folder / "backup"
        return restore(self.holdings, folder, NOW, self.said.append, None, force=force)

    def wipe(self) -> None:
        shutil.rmtree(self.folder / "var")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    made.set_up()
    return made


def relay_until_idle(desk: Desk) -> None:
    clock = Clock()
    clock.forward(hours=1)
    relay = build_relay(desk, "r", clock, lambda: 0)
    while relay.deliver_next():
        pass


def test_after_backup_wipe_and_restore_everything_arrives_once(machine: Machine) -> None:
    journal, acts, evidence = (
        opened(machine.config) for opened in (open_journal, open_acts, open_evidence)
    )
    cases = FakeCaseStore()
    sent = [evidence.keep(uuid4(), "web-0", "web", f"{n}.pdf", PDF, NOW).id for n in range(2)]
    arrived = journal.record(complaint(0, attachments=sent[:1]), NOW).reference
    relay_until_idle(_at(machine, cases))
    waiting = journal.record(complaint(1, attachments=sent[1:]), NOW).reference
    acts.record(act(1, waiting), NOW)
    assert machine.back_up()

    # Between the backup and the loss: delivered, but the copy of the journal does not know.
    relay_until_idle(_at(machine, cases))
    assert set(cases.filed) == {arrived, waiting}
    machine.wipe()
    assert machine.restore()

    cases.calls.clear()
    relay_until_idle(_at(machine, cases))
    assert set(cases.calls) == {waiting}, "what had arrived before the backup is not sent again"
    assert set(cases.filed) == {arrived, waiting}
    assert len(cases.acts) == 1
    assert set(cases.documents) == set(sent)
    assert {cases.documents[one][1].content for one in sent} == {PDF}
    for reference in (arrived, waiting):
        entry = open_journal(machine.config).find(reference)
        assert entry is not None
        assert entry.status == DELIVERED
    assert open_acts(machine.config).backlog(NOW).pending == 0


def _at(machine: Machine, cases: FakeCaseStore) -> Desk:
    return replace(open_desk(machine.config), case_store=cases)


def test_everything_is_back_after_a_restore(machine: Machine) -> None:
    transcript = Transcript(create_engine(machine.config.database_url("channel")))
    transcript.push("web-0", "k", Reply("您好"), NOW)
    machine.back_up()
    machine.wipe()
    machine.restore()
    transcript = Transcript(create_engine(machine.config.database_url("channel")))
    assert [message.text for message in transcript.after("web-0", 0)] == ["您好"]
    for name in ("tracker", "casestore"):
        with closing(sqlite3.connect(machine.folder / "var" / f"{name}.db")) as database:
            assert database.execute("SELECT what FROM kept").fetchall() == [(name,)]
    files = machine.folder / "var" / "casestore-files"
    assert [path.read_bytes() for path in files.iterdir()] == [b"sealed"]


def test_a_backup_is_private_and_says_what_it_lacks(machine: Machine) -> None:
    machine.back_up()
    folder = machine.folder / "backup"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.glob("*.db")} == {0o600}
    assert "密钥" in machine.said[-1]


def test_a_copy_made_while_somebody_writes_is_consistent(tmp_path: Path) -> None:
    source, stop = tmp_path / "live.db", threading.Event()
    with closing(sqlite3.connect(source)) as live:
        live.execute("PRAGMA journal_mode=WAL")
        live.execute("CREATE TABLE pairs (number INTEGER)")
        live.commit()

    def write() -> None:
        with closing(sqlite3.connect(source, timeout=30)) as live:
            number = 0
            while not stop.is_set():
                number += 1
                live.executemany("INSERT INTO pairs VALUES (?)", [(number,), (number,)])
                live.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            with of_file(source) as snapshot:
                snapshot.copy_to(tmp_path / f"{number}.db")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"{number}.db")) as copy:
            counts = copy.execute("SELECT count(*) FROM pairs GROUP BY number").fetchall()
            assert {count for (count,) in counts} <= {2}
        assert sorted(path.name for path in tmp_path.glob(f"{number}.db*")) == [f"{number}.db"]


def test_a_folder_with_something_in_it_is_not_written_to(machine: Machine) -> None:
    (machine.folder / "backup").mkdir()
    (machine.folder / "backup" / "yesterday.db").write_bytes(b"precious")
    with pytest.raises(BackupFailed, match="新目录"):
        machine.back_up()
    assert len(list((machine.folder / "backup").iterdir())) == 1


def test_a_damaged_database_is_no_backup(machine: Machine) -> None:
    (machine.folder / "var" / "journal.db").write_bytes(b"this is no database " * 300)
    with pytest.raises(BackupFailed, match="没有完成"):
        machine.back_up()
    machine.wipe()
    with pytest.raises(BackupFailed, match="不是一份完整的备份"):
        machine.restore()


def test_without_a_journal_the_backup_is_not_called_complete(machine: Machine) -> None:
    (machine.folder / "var" / "journal.db").unlink()
    assert not machine.back_up()
    assert any("JOURNAL_URL" in line for line in machine.said)


@pytest.mark.parametrize("name", ["journal.db", MANIFEST])
def test_a_damaged_backup_changes_nothing(machine: Machine, name: str) -> None:
    machine.back_up()
    file = machine.folder / "backup" / name
    file.write_bytes(file.read_bytes()[:-7])
    before = sorted(machine.folder.rglob("*"))
    with pytest.raises(BackupFailed, match="什么也没有改动"):
        machine.restore(force=True)
    assert sorted(machine.folder.rglob("*")) == before


def test_data_that_is_there_is_not_overwritten(machine: Machine) -> None:
    machine.back_up()
    made = open_journal(machine.config).record(complaint(), NOW)
    with pytest.raises(BackupFailed, match="--force"):
        machine.restore()
    assert open_journal(machine.config).find(made.reference) is not None


def test_what_is_replaced_by_force_stays_beside_it(machine: Machine) -> None:
    machine.back_up()
    made = open_journal(machine.config).record(complaint(), NOW)
    assert machine.restore(force=True)
    assert open_journal(machine.config).find(made.reference) is None
    (aside,) = (machine.folder / "var").glob("journal.db.before-restore-*[0-9]")
    with closing(sqlite3.connect(aside)) as database:
        assert database.execute("SELECT reference FROM intake").fetchall() == [(made.reference,)]
    assert any(aside.name in line for line in machine.said)


def test_a_running_product_is_not_pulled_away_from_under(machine: Machine) -> None:
    machine.back_up()
    machine.wipe()
    port = machine.config.actions_port
    with (
        socket.create_server(("127.0.0.1", port)),
        pytest.raises(BackupFailed, match=str(port)),
    ):
        machine.restore()
    assert not (machine.folder / "var").exists()
    assert machine.restore()


def test_a_database_server_is_backed_up_by_its_own_tool(tmp_path: Path) -> None:
    url = "postgresql://xiaobao:geheim@db.bank:5433/journal"
    machine = Machine(tmp_path, {"journal_url": url})
    machine.environment["DATABASE_URL"] = "postgresql+psycopg2://cases:geheim@/cases?host=/run/pg"
    for name in ("channel", "knowledge"):
        upgrade(create_engine(machine.config.database_url(name)), name)
    assert not machine.back_up()
    dumps = [line for line in machine.said if "pg_dump" in line]
    where = "--host=db.bank --port=5433 --username=xiaobao --dbname=journal"
    assert [where in line for line in dumps] == [True, False]
    assert "--host=/run/pg --username=cases --dbname=cases" in dumps[1]
    assert (tmp_path / "backup" / "channel.db").is_file()
    machine.wipe()
    assert not machine.restore()
    assert sum("pg_restore" in line for line in machine.said) == 2
    assert "geheim" not in "".join(machine.said)


def test_the_banks_own_case_store_is_not_ours_to_copy(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {"case_store_url": "https://cases.bank.example"})
    machine.set_up()
    assert machine.back_up()
    assert not (tmp_path / "backup" / "casestore.db").exists()


def test_schemas_that_share_a_file_are_copied_once(tmp_path: Path) -> None:
    shared = f"sqlite:///{tmp_path / 'var' / 'all.db'}"
    machine = Machine(tmp_path, {f"{name}_url": shared for name in ("journal", "channel")})
    machine.set_up()
    made = open_journal(machine.config).record(complaint(), NOW)
    assert machine.back_up()
    files = json.loads((tmp_path / "backup" / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert "channel.db" not in files
    machine.wipe()
    assert machine.restore()
    assert open_journal(machine.config).find(made.reference) is not None
