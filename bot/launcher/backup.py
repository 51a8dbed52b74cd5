"""Copies of everything that must not be lost, made while the product runs, and the way back.

Order (docs/adr/0003-journal-and-relay.md): the journal goes before the case store, so that what the
copy of the journal calls delivered is in the copy of the case store; what is not is delivered
again, which the case store knows as a repeat. So do the conversations, with the facts that wait in
them, before the facts that are counted.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url

from bot.errors import BackupFailed
from bot.intake.evidence import HALF
from bot.settings import ROOT, Settings

MANIFEST = "manifest.json"
JOURNAL = "journal"
EVIDENCE, CASE_FILES = "evidence", "casestore-files"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Database:
    """One database: its name in a backup and where it is."""

    name: str
    setting: str
    url: URL

    @property
    def file(self) -> Path | None:
        """The file of a SQLite database, None for a server."""
        is_file = self.url.get_backend_name() == "sqlite" and self.url.database
        return ROOT / str(self.url.database) if is_file else None


@dataclass(frozen=True)
class Holdings:
    """What this machine holds: databases in the order of their backup, and folders of files."""

    databases: list[Database]
    folders: dict[str, Path]
    addresses: list[tuple[str, int]]

    @classmethod
    def of(cls, config: Settings, environment: Mapping[str, str]) -> Holdings:
        """`environment` holds the settings of the case store, which are not the assistant's."""
        urls = {
            name: (f"{name.upper()}_URL", config.database_url(name))
            for name in (JOURNAL, "channel", "knowledge", "tracker", "analytics")
        }
        folders = {EVIDENCE: config.evidence_dir}
        addresses = [(config.rasa_host, config.rasa_port)]
        addresses.append((config.actions_host, config.actions_port))
        store = urlsplit(config.case_store_url)
        if store.hostname in ("127.0.0.1", "localhost"):  # else the bank's own system
            # The defaults are those of casestore/settings.py.
            url = environment.get("DATABASE_URL", "sqlite:///var/casestore.db")
            urls["casestore"] = ("DATABASE_URL", url)
            files = environment.get("CASE_STORE_FILES_DIR", "var/casestore-files")
            folders[CASE_FILES] = ROOT / files
            addresses.append((str(store.hostname), store.port or 80))
        databases = [
            Database(name, setting, make_url(url)) for name, (setting, url) in urls.items()
        ]
        return cls(_distinct(databases), folders, addresses)


def _distinct(databases: list[Database]) -> list[Database]:
    """Without those that share the file of one before them."""
    first = {database.file or database.name: database for database in reversed(databases)}
    return [database for database in databases if first[database.file or database.name] is database]


def back_up(holdings: Holdings, folder: Path, now: datetime, say: Say) -> bool:
    """Copies everything into the new `folder`; False when a database has to be copied otherwise.

    Raises BackupFailed.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupFailed(f"{folder} 里已经有东西了，请换一个新目录。")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        complete = _copy_all(holdings, folder, say)
        _write_manifest(folder, now)
    except (OSError, sqlite3.Error) as exc:
        raise BackupFailed(f"备份没有完成：{exc}") from exc
    say("密钥（.env）不在备份里，请另外妥善保存：没有它，备份里的内容打不开。")
    return complete


def _copy_all(holdings: Holdings, folder: Path, say: Say) -> bool:
    complete = True
    # Before the journal as well: a document delivered meanwhile is gone afterwards.
    _copy_folder(holdings.folders[EVIDENCE], folder / EVIDENCE)
    for database in holdings.databases:
        complete = _copy_database(database, folder, say) and complete
        if database.name == JOURNAL:
            _copy_folder(holdings.folders[EVIDENCE], folder / EVIDENCE)
    for name, source in holdings.folders.items():
        if name != EVIDENCE:
            _copy_folder(source, folder / name)
    return complete


def _copy_database(database: Database, folder: Path, say: Say) -> bool:
    if database.file is None:
        say(f"{database.name} 在数据库服务器上，请另外运行：{_pg_dump(database, folder)}")
        return False
    if not database.file.is_file():
        say(f"{database.name}：没有找到 {database.setting} 的文件，没有备份。")
        return database.name != JOURNAL
    copy_sqlite(database.file, folder / f"{database.name}.db")
    say(f"✓ {database.name}")
    return True


def copy_sqlite(source: Path, target: Path) -> None:
    """A consistent copy of a database that may be in use, as one file.

    Raises sqlite3.Error, also when the copy is damaged, and OSError.
    """
    target.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(f"{source.name}: {found}")
    _sync(target)


def _copy_folder(source: Path, target: Path) -> None:
    """Adds what is not there yet; half-written files and those that vanish meanwhile are no loss."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _files(source):
        copy = target / path.relative_to(source)
        if copy.exists() or path.suffix == HALF:
            continue
        copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copy2(path, copy)
        except FileNotFoundError:
            continue
        _sync(copy)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _pg_dump(database: Database, folder: Path) -> str:
    return f"pg_dump --format=custom --file={folder / database.name}.dump {_server(database)}"


def _server(database: Database) -> str:
    """The server's address without the password."""
    url = database.url
    host = url.host or url.query.get("host")
    parts = {"host": host, "port": url.port, "username": url.username, "dbname": url.database}
    return " ".join(f"--{name}={value}" for name, value in parts.items() if value)


def _write_manifest(folder: Path, now: datetime) -> None:
    """Last of all: a backup without it is not complete."""
    files = {str(path.relative_to(folder)): _sha256(path) for path in _files(folder)}
    manifest = folder / MANIFEST
    body = {"made_at": now.isoformat(), "files": files}
    manifest.write_text(json.dumps(body, ensure_ascii=False, indent=1), encoding="utf-8")
    manifest.chmod(0o600)
    _sync(manifest)


def restore(holdings: Holdings, folder: Path, now: datetime, say: Say, *, force: bool) -> bool:
    """Puts a backup in the place of what is there; False when a database has to be restored otherwise.

    What it replaces with `force` stays beside the new files under another name. Raises BackupFailed
    before anything is changed when the backup is damaged, the product runs, or data would be
    overwritten without `force`.
    """
    _check_backup(folder)
    _check_stopped(holdings)
    targets = dict(_targets(holdings, folder))
    present = [target for target in targets if _holds_data(target)]
    if present and not force:
        names = "、".join(str(target) for target in present)
        raise BackupFailed(f"这里已经有数据：{names}。确实要换掉，请加 --force。")
    try:
        for target, source in targets.items():
            _set_aside(target, f"before-restore-{now:%Y%m%dT%H%M%S}", say)
            _put(source, target)
            say(f"✓ {target}")
    except OSError as exc:
        raise BackupFailed(f"恢复没有完成：{exc}") from exc
    return _say_what_is_missing(holdings, folder, say)


def _targets(holdings: Holdings, folder: Path) -> Iterator[tuple[Path, Path]]:
    """What goes where: present place → copy in the backup."""
    for database in holdings.databases:
        copy = folder / f"{database.name}.db"
        if database.file is not None and copy.is_file():
            yield database.file, copy
    for name, place in holdings.folders.items():
        if (folder / name).is_dir():
            yield place, folder / name


def _say_what_is_missing(holdings: Holdings, folder: Path, say: Say) -> bool:
    complete = True
    for database in holdings.databases:
        if database.file is None:
            dump = f"{folder / database.name}.dump"
            say(
                f"{database.name} 请另外运行：pg_restore --clean --if-exists {_server(database)} {dump}"
            )
            complete = False
        elif not (folder / f"{database.name}.db").is_file():
            say(f"备份里没有 {database.name}。")
            complete = complete and database.name != JOURNAL
    return complete


def _check_backup(folder: Path) -> None:
    try:
        files = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["files"]
        damaged = [name for name, sha256 in files.items() if _sha256(folder / name) != sha256]
    except (OSError, ValueError, KeyError, AttributeError) as exc:
        raise BackupFailed(f"{folder} 不是一份完整的备份，什么也没有改动。") from exc
    if damaged:
        raise BackupFailed(f"备份里的 {'、'.join(damaged)} 已损坏，什么也没有改动。")


def _check_stopped(holdings: Holdings) -> None:
    for host, port in holdings.addresses:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, port)) == 0:
                raise BackupFailed(f"端口 {port} 上还有程序在运行，请先停止小保再恢复。")


def _holds_data(target: Path) -> bool:
    return target.is_file() or (target.is_dir() and any(target.iterdir()))


def _set_aside(target: Path, mark: str, say: Say) -> None:
    """Renames what is there, side files of SQLite included: they belong to the old file."""
    for path in (target, *(target.with_name(target.name + end) for end in ("-wal", "-shm"))):
        if path.exists():
            path.rename(path.with_name(f"{path.name}.{mark}"))
            say(f"原来的 {path} 改名为 {path.name}.{mark}")


def _put(source: Path, target: Path) -> None:
    """Under its own name only when all of it is on the disk."""
    half = target.with_name(target.name + ".restoring")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(half, ignore_errors=True)
        _copy_folder(source, half)
    else:
        shutil.copyfile(source, half)
        half.chmod(0o600)
        _sync(half)
    half.rename(target)
    _sync(target.parent)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
