"""The drill on real databases of both kinds: a good backup comes back whole, a bad one is noticed."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rich.console import Console
from sqlalchemy.engine import Engine, make_url

from bot.channels.transcript import Reply, Transcript
from bot.errors import BackupFailed
from bot.intake.bootstrap import mint_reference
from bot.intake.evidence import SqlEvidence
from bot.intake.journal import SqlJournal
from bot.launcher.backup import manifest
from bot.launcher.backup.contents import STRUCTURE, differences
from bot.launcher.backup.drill import Drill, Result
from bot.launcher.backup.drill_table import table_of
from bot.launcher.backup.holdings import CASE_FILES, EVIDENCE, Database, Holdings
from bot.launcher.backup.keys import open_journal_with
from bot.launcher.backup.making import Backup
from bot.launcher.backup.manifest import files_in
from bot.launcher.backup.postgres import PgTools, is_empty
from bot.launcher.backup.restoring import restore
from bot.privacy.sealing import Sealer
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from casestore.storage.engine import build_engine
from casestore.storage.schema import migrate
from tests.fakes import NOW
from tests.postgres import throwaway_cluster
from tests.samples import OTHER_SEAL_KEY, PDF, SEAL_KEY, complaint, sealer

TALKS = 50
SCHEMAS = ("journal", "channel", "knowledge", "analytics", "tracker", "casestore")


@dataclass
class Installation:
    """Six databases of one kind and two folders, with a little in each."""

    folder: Path
    url_of: Callable[[str], str]
    tools: PgTools | None = field(default_factory=PgTools.find)
    key: str = SEAL_KEY
    ticks: float = 0.0

    def __post_init__(self) -> None:
        self.said: list[str] = []
        databases = [Database(name, name, make_url(self.url_of(name))) for name in SCHEMAS]
        folders = {EVIDENCE: self.folder / EVIDENCE, CASE_FILES: self.folder / CASE_FILES}
        self.holdings = Holdings(databases, folders, [])

    def set_up(self) -> None:
        """The tables; of Rasa's only as much as a conversation needs."""
        for name in ("journal", "channel", "knowledge", "analytics"):
            self._with(name, lambda engine, name=name: upgrade(engine, name))
        events = "CREATE TABLE events (id INTEGER PRIMARY KEY, timestamp FLOAT, data TEXT)"
        self.execute("tracker", events)
        engine = build_engine(self.url_of("casestore"))
        migrate(engine)
        engine.dispose()

    def live(self) -> None:
        """What customers leave behind."""
        self._with("journal", self._file)
        self._with("channel", _talk)
        self.execute("tracker", "INSERT INTO events VALUES (1, 1.25, '取到假币怎么办')")
        self.holdings.folders[CASE_FILES].mkdir(parents=True)
        (self.holdings.folders[CASE_FILES] / "a-1").write_bytes(b"sealed")

    def _file(self, engine: Engine) -> None:
        journal = SqlJournal(engine, sealer(), mint_reference)
        for number in range(3):
            journal.record(complaint(number), NOW)
        documents = SqlEvidence(engine, sealer(), self.holdings.folders[EVIDENCE])
        documents.keep(complaint().intake_id, "web-0", "web", "凭证.pdf", PDF, NOW)

    def _with(self, name: str, use: Callable[[Engine], object]) -> None:
        engine = create_engine(self.url_of(name))
        try:
            use(engine)
        finally:
            engine.dispose()

    def execute(self, name: str, *statements: str) -> list[tuple[object, ...]]:
        engine = create_engine(self.url_of(name))
        try:
            with engine.begin() as tx:
                results = [tx.execute(sa.text(statement)) for statement in statements]
                return [tuple(row) for row in results[-1]] if results[-1].returns_rows else []
        finally:
            engine.dispose()

    def clock(self) -> float:
        self.ticks += 1
        return self.ticks

    def drill(
        self, made: Path | None = None, clock: Callable[[], float] | None = None
    ) -> dict[str, Result]:
        room = self.folder / "drill"
        keys = partial(open_journal_with, Sealer([self.key]))
        tick = clock or self.clock
        drill = Drill(self.holdings, room, self.tools, keys, tick, self.said.append)
        try:
            return {one.name: one for one in drill.run(NOW, made)}
        finally:
            assert not room.exists(), "nothing of a drill is left behind"

    def files(self) -> list[str]:
        """All files but those that SQLite makes and clears away as it is opened."""
        return sorted(str(path) for path in self.folder.rglob("*") if path.suffix in ("", ".db"))

    def wipe(self) -> None:
        for database in self.holdings.databases:
            if database.file is not None:
                for path in database.file.parent.glob(f"{database.file.name}*"):
                    path.unlink()
            else:
                empty = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
                self.execute(database.name, *empty)
                assert is_empty(database.url)
        for folder in self.holdings.folders.values():
            shutil.rmtree(folder)

    def back_up(self, name: str) -> Path:
        folder = self.folder.parent / name
        assert Backup(self.holdings, folder, self.tools, self.clock, self.said.append).make(NOW)
        return folder


def _talk(engine: Engine) -> None:
    transcript = Transcript(engine)
    for number in range(TALKS):
        transcript.push("web-0", f"k{number}", Reply("您好，“小保”在。"), NOW)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """An installation on SQLite, to be copied."""
    folder = tmp_path_factory.mktemp("drill") / "live"
    made = Installation(folder, lambda name: f"sqlite:///{folder / name}.db")
    made.set_up()
    made.live()
    return made


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation on PostgreSQL, to be copied by the server itself."""
    with throwaway_cluster() as url:
        with at_server(url) as execute:
            for name in SCHEMAS:
                execute(f"CREATE DATABASE {name}_template")
        folder = tmp_path_factory.mktemp("drill") / "live"
        folder.mkdir()
        made = Installation(folder, lambda name: _of_server(url, f"{name}_template"))
        made.set_up()
        made.live()
        yield made


def _of_server(url: str, name: str) -> str:
    return str(make_url(url).set(database=name))


@contextmanager
def at_server(url: str) -> Iterator[Callable[[str], list[Any]]]:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", future=True)
    with engine.connect() as connection:

        def execute(statement: str) -> list[Any]:
            result = connection.exec_driver_sql(statement)
            return list(result.scalars()) if result.returns_rows else []

        yield execute
    engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    folder = tmp_path / "live"
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("files").folder, folder)
        yield Installation(folder, lambda name: f"sqlite:///{folder / name}.db")
        return
    template = request.getfixturevalue("server")
    shutil.copytree(template.folder, folder)
    url = str(template.holdings.databases[0].url.set(database="postgres"))
    with at_server(url) as execute:
        for name in SCHEMAS:
            execute(f"CREATE DATABASE {name} TEMPLATE {name}_template")
        yield Installation(folder, lambda name: _of_server(url, name))
        for name in SCHEMAS:
            execute(f"DROP DATABASE {name}")
        left = execute("SELECT datname FROM pg_database WHERE datname ~ '^drill'")
    assert left == []


def test_a_drill_proves_that_every_row_and_file_comes_back(installation: Installation) -> None:
    results = installation.drill()
    assert {name: one.differences for name, one in results.items()} == dict.fromkeys(
        [*SCHEMAS, EVIDENCE, CASE_FILES], ()
    )
    assert all(one.items and one.size for one in results.values())
    assert results["tracker"].items == 1, "the structure is compared, but is no row"
    assert results["channel"].items >= TALKS
    assert all(one.restore_seconds > 0 for one in results.values())


def test_a_drill_changes_nothing_of_the_live_data(installation: Installation) -> None:
    def held() -> list[Any]:
        return [
            installation.execute("journal", "SELECT * FROM intake"),
            installation.execute("channel", "SELECT * FROM message"),
            installation.execute("tracker", "SELECT * FROM events"),
        ]

    before, folders = held(), installation.files()
    installation.drill()
    assert held() == before
    assert installation.files() == folders


def test_what_is_written_while_a_drill_runs_is_no_difference(installation: Installation) -> None:
    number = 1

    def write_on() -> float:
        nonlocal number
        number += 1
        installation.execute("tracker", "INSERT INTO events SELECT max(id) + 1, 2, '' FROM events")
        return float(number)

    assert not any(one.differences for one in installation.drill(clock=write_on).values())
    assert number > 2 * len(SCHEMAS)


def test_after_dump_wipe_and_restore_everything_is_as_it_was(installation: Installation) -> None:
    folder = installation.back_up("first")
    installation.wipe()
    say = installation.said.append
    assert restore(installation.holdings, folder, NOW, say, installation.tools, force=False)
    noted, again = manifest.read(folder), manifest.read(installation.back_up("second"))
    assert {name: part.tables for name, part in again.parts.items()} == {
        name: part.tables for name, part in noted.parts.items()
    }
    assert _of_folders(again) == _of_folders(noted)


def _of_folders(noted: manifest.Manifest) -> dict[str, str]:
    return {name: digest for name, digest in noted.files.items() if "/" in name}


def test_a_backup_of_the_past_is_drilled_as_it_is(installation: Installation) -> None:
    folder = installation.back_up("old")
    installation.execute("channel", "DELETE FROM message")
    results = installation.drill(folder)
    assert not any(one.differences for one in results.values())
    assert results["channel"].items >= TALKS


def test_no_restore_writes_over_a_database_that_holds_data(installation: Installation) -> None:
    folder, say = installation.back_up("first"), installation.said.append
    with pytest.raises(BackupFailed, match="已经有数据"):
        restore(installation.holdings, folder, NOW, say, installation.tools, force=False)
    assert installation.execute("channel", "SELECT count(*) FROM message") == [(TALKS,)]


def test_even_forced_a_server_is_left_to_those_who_look_after_it(
    installation: Installation,
) -> None:
    folder, said = installation.back_up("first"), installation.said
    installation.execute("tracker", "DELETE FROM events")
    on_files = all(one.file is not None for one in installation.holdings.databases)
    done = restore(installation.holdings, folder, NOW, said.append, installation.tools, force=True)
    assert done == on_files
    left = installation.execute("tracker", "SELECT count(*) FROM events")
    assert left == [(1 if on_files else 0,)]
    assert any("pg_restore --clean" in line for line in said) != on_files


@pytest.mark.parametrize("name", [f"{EVIDENCE}/", "journal.d", "manifest"])
def test_a_damaged_backup_fails_the_drill(installation: Installation, name: str) -> None:
    folder = installation.back_up("damaged")
    file = next(path for path in files_in(folder) if str(path.relative_to(folder)).startswith(name))
    file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(BackupFailed, match=r"损坏|不是一份完整的备份"):
        installation.drill(folder)


def test_a_row_that_the_copy_lacks_is_named_by_its_table(installation: Installation) -> None:
    """As if the copying had lost it: the files of the backup are whole."""
    folder = installation.back_up("lossy")
    noted = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))
    noted["parts"]["journal"]["tables"]["intake"]["rows"] += 1
    noted["parts"]["channel"]["tables"]["message"]["digest"] = "0" * 32
    del noted["parts"]["tracker"]["tables"]["events"]
    noted["parts"]["tracker"]["tables"]["gone"] = {"rows": 1, "digest": "0" * 32}
    noted["files"][f"{CASE_FILES}/a-2"] = noted["files"][f"{CASE_FILES}/a-1"]
    shutil.copyfile(folder / CASE_FILES / "a-1", folder / CASE_FILES / "a-2")
    noted["files"].pop(f"{CASE_FILES}/a-1")
    (folder / manifest.MANIFEST).write_text(json.dumps(noted), encoding="utf-8")
    results = installation.drill(folder)
    assert {name: one.differences for name, one in results.items() if one.differences} == {
        "journal": ("intake：备份时 4 行，恢复后 3 行",),
        "channel": ("message：行数相同，内容不同",),
        "tracker": ("events：多出来的表", "gone：没有恢复出来"),
        CASE_FILES: ("与备份时不同：a-1",),
    }
    said = io.StringIO()
    Console(file=said, width=160).print(table_of(list(results.values())))
    assert "4 项不一致" in said.getvalue()


def test_a_unique_key_that_the_copy_lacks_is_noticed(installation: Installation) -> None:
    folder = installation.back_up("first")
    noted = manifest.read(folder).parts["journal"].tables
    installation.execute("journal", "DROP INDEX ix_intake_due")
    now = manifest.read(installation.back_up("second")).parts["journal"].tables
    assert noted is not None
    assert now is not None
    assert differences(noted, now) == [
        f"{STRUCTURE}：备份时 {noted[STRUCTURE].rows} 行，恢复后 {noted[STRUCTURE].rows - 1} 行"
    ]


def test_without_the_servers_tools_its_databases_count_as_not_drilled(
    installation: Installation,
) -> None:
    installation.tools = None
    differing = {name for name, one in installation.drill().items() if one.differences}
    on_server = {one.name for one in installation.holdings.databases if one.file is None}
    assert differing == on_server
    assert sum("pg_dump" in line for line in installation.said) == len(on_server)


def test_a_backup_that_the_present_keys_do_not_open_fails_the_drill(
    installation: Installation,
) -> None:
    installation.key = OTHER_SEAL_KEY
    wrong = {name: one.differences for name, one in installation.drill().items()}
    assert "FIELD_KEYS" in wrong.pop("journal")[0]
    assert not any(wrong.values())


def test_a_setting_that_leads_to_no_database_fails_the_drill(files: Installation) -> None:
    lost = Database("casestore", "DATABASE_URL", make_url("sqlite:////nowhere/casestore.db"))
    holdings = replace(files.holdings, databases=[*files.holdings.databases[:-1], lost])
    keys = partial(open_journal_with, sealer())
    room = files.folder.parent / "room"
    drill = Drill(holdings, room, None, keys, files.clock, files.said.append)
    wrong = {one.name: one.differences for one in drill.run(NOW) if one.differences}
    assert wrong == {"casestore": ("没有找到 DATABASE_URL 的文件，请检查这项设置",)}


def test_a_case_store_that_is_left_out_fails_the_drill(files: Installation) -> None:
    here = replace(files.holdings, databases=files.holdings.databases[:-1], left_out="没有包括")
    keys = partial(open_journal_with, sealer())
    drill = Drill(here, files.folder.parent / "out", None, keys, files.clock, files.said.append)
    wrong = {one.name: one.differences for one in drill.run(NOW) if one.differences}
    assert wrong == {"casestore": ("没有包括",)}
    assert any("没有包括" in line for line in files.said)


def test_documents_that_are_not_there_fail_the_drill(installation: Installation) -> None:
    """The journal has a row of one, whatever kind of database it is."""
    shutil.rmtree(installation.holdings.folders[EVIDENCE])
    wrong = {name: one.differences for name, one in installation.drill().items()}
    (why,) = wrong.pop(EVIDENCE)
    assert str(installation.holdings.folders[EVIDENCE]) in why
    assert not any(wrong.values())


@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_a_database_that_cannot_be_filled_does_not_keep_the_others_back(
    installation: Installation,
) -> None:
    folder, said = installation.back_up("first"), installation.said
    installation.wipe()
    # No table, so that the database counts as empty, but in the way of one.
    installation.execute("journal", "CREATE TYPE intake AS ENUM ('x')")
    assert not restore(
        installation.holdings, folder, NOW, said.append, installation.tools, force=False
    )
    assert sum(line.startswith("✗ journal") for line in said) == 1
    assert installation.execute("channel", "SELECT count(*) FROM message") == [(TALKS,)]
    assert list(installation.holdings.folders[EVIDENCE].iterdir())


def test_a_backup_of_an_older_version_says_that_it_cannot_be_compared(
    installation: Installation,
) -> None:
    folder = installation.back_up("old")
    noted = json.loads((folder / manifest.MANIFEST).read_text(encoding="utf-8"))
    del noted["parts"]
    (folder / manifest.MANIFEST).write_text(json.dumps(noted), encoding="utf-8")
    with pytest.raises(BackupFailed, match="旧版本"):
        installation.drill(folder)
