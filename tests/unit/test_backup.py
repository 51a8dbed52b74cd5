"""Backup and restore with real files: complete or said so, and never over data that is there."""

from __future__ import annotations

import json
import re
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
from bot.settings import ROOT, Settings, environment
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.fakes import NOW, Clock, FakeCaseStore
from tests.ports import OURS, free_ports
from tests.samples import PDF, SEAL_KEY, act, complaint


@dataclass
class Machine:
    """One installation under `folder`; the case store's data are files of their own."""

    folder: Path
    changes: dict[str, Any] = field(default_factory=dict)
    with_case_store: bool = True

    def __post_init__(self) -> None:
        rasa, actions, store, *figures = free_ports(5)
        self.config = Settings(
            **{
                "var_dir": self.folder / "var",
                "rasa_port": rasa,
                "actions_port": actions,
                "relay_metrics_port": figures[0],
                "counter_metrics_port": figures[1],
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
        made = Holdings.of(self.config, self.environment, with_case_store=self.with_case_store)
        # Not the fixed ports, where this machine may have a product that runs.
        return replace(made, addresses=[one for one in made.addresses if one[1] >= OURS.start])

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


ELSEWHERE = "http://127.0.0.2:8000"
"""A case store on another machine, as the settings see it."""


def test_a_case_store_elsewhere_is_copied_when_its_database_is_given(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {"case_store_url": ELSEWHERE})
    machine.set_up()
    assert machine.back_up()
    machine.wipe()
    assert machine.restore()
    assert (tmp_path / "var" / "casestore.db").is_file()
    assert (tmp_path / "var" / "casestore-files" / "a1").is_file()


def test_the_address_of_its_database_may_lie_in_a_file(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = machine.folder / "database_url"
    secret.write_text("postgresql://cases@db.bank/cases\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    config = machine.config.copy(update={"case_store_url": ELSEWHERE})
    holdings = Holdings.of(config, environment(machine.folder / "none.env"))
    (store,) = (one for one in holdings.databases if one.name == "casestore")
    assert store.url.host == "db.bank"
    assert not holdings.left_out


def test_a_case_store_that_is_left_out_is_said_so_and_no_success(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {"case_store_url": ELSEWHERE})
    machine.set_up()
    machine.environment.clear()
    assert not machine.back_up()
    assert not (tmp_path / "backup" / "casestore.db").exists()
    (told,) = (line for line in machine.said if "没有包括受理系统" in line)
    for word in ("127.0.0.2", "DATABASE_URL", "CASE_STORE_FILES_DIR", "--without-casestore"):
        assert word in told


def test_the_banks_own_case_store_is_not_ours_to_copy(tmp_path: Path) -> None:
    machine = Machine(tmp_path, {"case_store_url": ELSEWHERE}, with_case_store=False)
    machine.set_up()
    assert machine.back_up()
    assert not (tmp_path / "backup" / "casestore.db").exists()
    assert not any("受理系统" in line for line in machine.said)
    machine.wipe()
    assert machine.restore()


def test_a_case_store_in_a_backup_is_not_passed_over_when_it_is_restored(machine: Machine) -> None:
    machine.back_up()
    machine.wipe()
    machine.config = machine.config.copy(update={"case_store_url": ELSEWHERE})
    machine.environment.clear()
    assert not machine.restore()
    assert "没有包括受理系统" in machine.said[-1]


def test_without_the_database_of_the_case_store_the_backup_is_not_called_complete(
    machine: Machine,
) -> None:
    (machine.folder / "var" / "casestore.db").unlink()
    assert not machine.back_up()
    assert any("DATABASE_URL" in line for line in machine.said)


def test_documents_that_are_not_where_they_are_looked_for_are_no_success(machine: Machine) -> None:
    open_evidence(machine.config).keep(uuid4(), "web-0", "web", "1.pdf", PDF, NOW)
    machine.config.evidence_dir.rename(machine.folder / "unmounted")
    assert not machine.back_up()
    assert any("EVIDENCE_DIR" in line for line in machine.said)
    machine.wipe()
    assert not machine.restore()
    assert "备份里没有 evidence。" in machine.said


@pytest.mark.parametrize("is_there", [True, False])
def test_the_documents_of_cases_are_missed_also_in_an_empty_folder(
    machine: Machine, is_there: bool
) -> None:
    with closing(sqlite3.connect(machine.folder / "var" / "casestore.db")) as database:
        database.execute("CREATE TABLE attachments (id TEXT)")
        database.execute("INSERT INTO attachments VALUES ('a1')")
        database.commit()
    files = machine.folder / "var" / "casestore-files"
    files.rename(machine.folder / "unmounted")
    if is_there:
        files.mkdir()
    assert not machine.back_up()
    assert any("CASE_STORE_FILES_DIR" in line for line in machine.said)


def test_a_machine_that_has_had_no_document_yet_is_backed_up_whole(machine: Machine) -> None:
    assert not machine.config.evidence_dir.exists()
    assert machine.back_up()
    assert any("还没有收到过附件" in line for line in machine.said)


# -- folders that keep their name --------------------------------------------------------------


def test_an_empty_folder_is_filled_where_it_is(machine: Machine) -> None:
    machine.back_up()
    machine.wipe()
    files = machine.folder / "var" / "casestore-files"
    (files / "lost+found").mkdir(parents=True)
    before = files.stat().st_ino
    assert machine.restore()
    assert files.stat().st_ino == before, "a mount point cannot be put in the place of another"
    assert (files / "a1").read_bytes() == b"sealed"
    assert {path.name for path in files.iterdir()} == {"a1", "lost+found"}


def test_documents_in_a_folder_that_cannot_be_renamed_go_into_one_within(tmp_path: Path) -> None:
    """As at a mount point; here because the other name would be longer than names may be."""
    machine = Machine(tmp_path)
    machine.set_up()
    files = tmp_path / ("f" * 240)
    (tmp_path / "var" / "casestore-files").rename(files)
    machine.environment["CASE_STORE_FILES_DIR"] = str(files)
    assert machine.back_up()
    (files / "a1").write_bytes(b"newer")
    (files / "a2").write_bytes(b"since then")
    assert machine.restore(force=True)
    assert {path.name: path.read_bytes() for path in files.iterdir() if path.is_file()} == {
        "a1": b"sealed"
    }
    (aside,) = files.glob("before-restore-*")
    assert {path.name: path.read_bytes() for path in aside.iterdir()} == {
        "a1": b"newer",
        "a2": b"since then",
    }
    assert any(aside.name in line for line in machine.said)


def test_files_behind_a_link_stay_on_the_disk_it_leads_to(machine: Machine) -> None:
    files, disk = machine.folder / "var" / "casestore-files", machine.folder / "disk"
    files.rename(disk)
    files.symlink_to(disk)
    machine.back_up()
    assert machine.restore(force=True)
    assert files.is_symlink()
    assert (disk / "a1").read_bytes() == b"sealed"


def test_a_part_that_cannot_be_restored_does_not_keep_the_others_back(machine: Machine) -> None:
    machine.back_up()
    machine.wipe()
    blocked = machine.folder / "in-the-way"
    blocked.touch()
    machine.environment["DATABASE_URL"] = f"sqlite:///{blocked / 'casestore.db'}"
    assert not machine.restore()
    (told,) = (line for line in machine.said if line.startswith("✗"))
    assert str(blocked / "casestore.db") in told
    assert (machine.folder / "var" / "tracker.db").is_file()
    assert (machine.folder / "var" / "casestore-files" / "a1").is_file()


# -- is the product still running --------------------------------------------------------------


def test_every_port_of_the_units_counts_as_the_product(machine: Machine) -> None:
    """Only action servers are left out: each belongs to a shard, whose port is looked at."""
    known = Holdings.of(machine.config, machine.environment).addresses
    units = sorted((ROOT / "deploy" / "systemd").glob("xiaobao-*.service"))
    text = "\n".join(unit.read_text() for unit in units if "actions" not in unit.name)
    ports = re.findall(r"=(?:RASA_PORT|\w+_METRICS_PORT)=(\d+(?:%i)?)$", text, re.MULTILINE)
    assert set(ports) == {"501%i", "507%i", "5070"}
    wanted = {int(port.replace("%i", str(n))) for port in ports for n in range(1, 10)}
    assert wanted <= {port for host, port in known if host == "127.0.0.1"}


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
