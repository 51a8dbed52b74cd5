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
from bot.launcher.backup.holdings import EVIDENCE, JOURNAL, Database, Holdings
from bot.launcher.backup.manifest import Manifest, Part, files_in, write
from bot.launcher.backup.postgres import PgTools
from bot.launcher.backup.snapshots import sync, take

Say = Callable[[str], None]
Clock = Callable[[], float]
"""Seconds that only run forwards."""


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
        """Copies everything into the folder, which must be new or empty; False when a database has
        to be copied otherwise. Raises BackupFailed."""
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
        self._copy_folder(EVIDENCE)
        for database in self.holdings.databases:
            complete = self._copy_database(database) and complete
            if database.name == JOURNAL:
                self._copy_folder(EVIDENCE)
        for name in self.holdings.folders:
            if name != EVIDENCE:
                self._copy_folder(name)
        return complete

    def _copy_database(self, database: Database) -> bool:
        if database.file is None and self.tools is None:
            command = _pg_dump(database, self.folder)
            self.say(f"{database.name} 在数据库服务器上，请另外运行：{command}")
            return False
        if database.file is not None and not database.file.is_file():
            self.say(f"{database.name}：没有找到 {database.setting} 的文件，没有备份。")
            return database.name != JOURNAL
        began = self.clock()
        with take(database.url, database.file, self.tools) as snapshot:
            tables = snapshot.contents()
            snapshot.copy_to(self.folder / database.copy)
        self.manifest.parts[database.name] = Part(self.clock() - began, tables)
        self.say(f"✓ {database.name}")
        return True

    def _copy_folder(self, name: str) -> None:
        part, began = self.manifest.parts.setdefault(name, Part()), self.clock()
        copied = add_files(self.holdings.folders[name], self.folder / name)
        self.manifest.files.update({f"{name}/{path}": digest for path, digest in copied.items()})
        part.seconds += self.clock() - began


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
