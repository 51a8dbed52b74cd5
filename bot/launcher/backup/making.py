"""Making a backup while the product runs."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BackupFailed
from bot.intake.evidence import HALF
from bot.launcher.backup.holdings import (
    CASE_FILES,
    EVIDENCE,
    JOURNAL,
    NEVER_MISSING,
    Database,
    Holdings,
)
from bot.launcher.backup.manifest import Manifest, Part, files_in, write
from bot.launcher.backup.postgres import PgTools
from bot.launcher.backup.snapshots import sync, take

Say = Callable[[str], None]
Clock = Callable[[], float]
"""Seconds that only run forwards."""

_DOCUMENTS = {
    EVIDENCE: ("evidence", "EVIDENCE_DIR"),
    CASE_FILES: ("attachments", "CASE_STORE_FILES_DIR"),
}
"""By folder: the table with a row for each document that was ever put there, and its setting."""


@dataclass
class Backup:
    """A backup in the making, in `folder`."""

    holdings: Holdings
    folder: Path
    tools: PgTools | None
    clock: Clock
    say: Say
    manifest: Manifest = field(default_factory=lambda: Manifest(""))

    def make(self, now: datetime) -> bool:
        """Copies everything into the folder, which must be new or empty; False when something has
        to be copied otherwise or is not where it is looked for. Raises BackupFailed."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise BackupFailed(f"{self.folder} 里已经有东西了，请换一个新目录。")
        self.manifest.made_at = now.isoformat()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            complete = self._copy_all()
            write(self.folder, self.manifest)
        except (OSError, sqlite3.Error, SQLAlchemyError) as exc:
            raise BackupFailed(f"备份没有完成：{exc}") from exc
        self.say("密钥（.env）不在备份里，请另外妥善保存：没有它，备份里的内容打不开。")
        return complete

    def _copy_all(self) -> bool:
        complete = True
        # Before the journal as well: a document delivered meanwhile is gone afterwards.
        if self.holdings.folders[EVIDENCE].is_dir():
            self._add(EVIDENCE)
        for database in self.holdings.databases:
            complete = self._copy_database(database) and complete
            if database.name == JOURNAL:
                complete = self._copy_folder(EVIDENCE) and complete
        for name in self.holdings.folders:
            if name != EVIDENCE:
                complete = self._copy_folder(name) and complete
        if self.holdings.left_out:
            self.say(f"✗ {self.holdings.left_out}。")
        return complete and not self.holdings.left_out

    def _copy_database(self, database: Database) -> bool:
        if database.file is None and self.tools is None:
            command = _pg_dump(database, self.folder)
            self.say(f"{database.name} 在数据库服务器上，请另外运行：{command}")
            return False
        if database.file is not None and not database.file.is_file():
            self.say(f"{database.name}：没有找到 {database.setting} 的文件，没有备份。")
            return database.name not in NEVER_MISSING
        began = self.clock()
        with take(database.url, database.file, self.tools) as snapshot:
            tables = snapshot.contents()
            snapshot.copy_to(self.folder / database.copy)
        self.manifest.parts[database.name] = Part(self.clock() - began, tables)
        self.say(f"✓ {database.name}")
        return True

    def _copy_folder(self, name: str) -> bool:
        """False when there are documents, but not where they are looked for."""
        place, (table, setting) = self.holdings.folders[name], _DOCUMENTS[name]
        if self._may_hold(table) and not _is_in_use(name, place):
            self.say(
                f"✗ {name}：{place} 不在，或者里面没有文件，没有备份。请检查 {setting}，"
                "在放着（挂着）这个目录的机器上再运行一次。"
            )
            return False
        if not place.is_dir():
            self.say(f"{name}：还没有收到过附件，也就还没有 {place} 这个目录。")
        self._add(name)
        return True

    def _may_hold(self, table: str) -> bool:
        """Whether the table has rows; True also when no copied database shows it."""
        held = [
            found.rows
            for part in self.manifest.parts.values()
            for name, found in (part.tables or {}).items()
            if name.rpartition(".")[2] == table
        ]
        return any(held) or not held

    def _add(self, name: str) -> None:
        part, began = self.manifest.parts.setdefault(name, Part()), self.clock()
        copied = add_files(self.holdings.folders[name], self.folder / name)
        self.manifest.files.update({f"{name}/{path}": digest for path, digest in copied.items()})
        part.seconds += self.clock() - began


def _is_in_use(name: str, place: Path) -> bool:
    """Documents on their way go once they are delivered, those of cases stay for years: an empty
    folder of theirs is a disk that is not mounted."""
    return place.is_dir() and (name != CASE_FILES or any(files_in(place)))


def add_files(source: Path, target: Path) -> dict[str, str]:
    """Adds what is not in `target` yet, and gives the SHA-256 of what was read by its path;
    half-written files and those that vanish meanwhile are no loss. Raises OSError."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    added = {}
    for path in files_in(source):
        copy = target / path.relative_to(source)
        if copy.exists() or path.suffix == HALF:
            continue
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            added[str(path.relative_to(source))] = _copy_file(path, copy)
        except FileNotFoundError:
            continue
    return added


def _copy_file(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as read, target.open("wb") as written:
        while block := read.read(1 << 20):
            digest.update(block)
            written.write(block)
    shutil.copystat(source, target)
    sync(target)
    return digest.hexdigest()


def _pg_dump(database: Database, folder: Path) -> str:
    return f"pg_dump --format=custom --file={folder / database.copy} {server_of(database)}"


def server_of(database: Database) -> str:
    """The server's address as options of its tools, without the password."""
    url = database.url
    host = url.host or url.query.get("host")
    parts = {"host": host, "port": url.port, "username": url.username, "dbname": url.database}
    return " ".join(f"--{name}={value}" for name, value in parts.items() if value)
