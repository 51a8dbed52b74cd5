"""Putting a backup back, never over data that is there."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BackupFailed
from bot.launcher.backup import manifest
from bot.launcher.backup.holdings import JOURNAL, Database, Holdings
from bot.launcher.backup.making import Say, add_files, server_of
from bot.launcher.backup.postgres import PgTools, is_empty
from bot.launcher.backup.snapshots import sync


def restore(
    holdings: Holdings,
    folder: Path,
    now: datetime,
    say: Say,
    tools: PgTools | None,
    *,
    force: bool,
) -> bool:
    """Puts a backup in the place of what is there; False when something has to be restored otherwise.

    What it replaces with `force` stays beside the new files under another name; on a server only an
    empty database is filled. Raises BackupFailed before anything is changed when the backup is
    damaged, the product runs, or data would be overwritten without `force`.
    """
    manifest.read(folder)
    _check_stopped(holdings)
    targets = dict(_targets(holdings, folder))
    servers = [one for one in holdings.databases if one.file is None]
    filled = {one.name for one in servers if tools is not None and not _can_take(one)}
    present = [str(target) for target in targets if _holds_data(target)]
    present += [one.name for one in servers if one.name in filled]
    if present and not force:
        raise BackupFailed(f"这里已经有数据：{'、'.join(present)}。确实要换掉，请加 --force。")
    try:
        for target, source in targets.items():
            _set_aside(target, f"before-restore-{now:%Y%m%dT%H%M%S}", say)
            put(source, target)
            say(f"✓ {target}")
    except OSError as exc:
        raise BackupFailed(f"恢复没有完成：{exc}") from exc
    # All are tried and told of, whatever becomes of the first.
    done = [
        _fill(database, folder, None if database.name in filled else tools, say)
        for database in servers
    ]
    return _say_what_is_missing(holdings, folder, say) and all(done)


def _targets(holdings: Holdings, folder: Path) -> Iterator[tuple[Path, Path]]:
    """What goes where: present place → copy in the backup."""
    for database in holdings.databases:
        copy = folder / database.copy
        if database.file is not None and copy.is_file():
            yield database.file, copy
    for name, place in holdings.folders.items():
        if (folder / name).is_dir():
            yield place, folder / name


def _can_take(database: Database) -> bool:
    try:
        return is_empty(database.url)
    except SQLAlchemyError as exc:
        raise BackupFailed(
            f"连不上 {database.setting} 的数据库，请先建好空库。什么也没有改动。"
        ) from exc


def _fill(database: Database, folder: Path, tools: PgTools | None, say: Say) -> bool:
    """Fills an empty database on a server; without `tools` says how to do it."""
    copy = folder / database.copy
    if tools is None or not copy.is_file():
        where = server_of(database)
        say(f"{database.name} 请另外运行：pg_restore --clean --if-exists {where} {copy}")
        return False
    tools.load(copy, database.url)
    say(f"✓ {database.name}")
    return True


def _say_what_is_missing(holdings: Holdings, folder: Path, say: Say) -> bool:
    complete = True
    for database in holdings.databases:
        if database.file is not None and not (folder / database.copy).is_file():
            say(f"备份里没有 {database.name}。")
            complete = complete and database.name != JOURNAL
    return complete


def _check_stopped(holdings: Holdings) -> None:
    for host, port in holdings.addresses:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex((host, port)) == 0:
                raise BackupFailed(f"端口 {port} 上还有程序在运行，请先停止小保再恢复。")


def _holds_data(target: Path) -> bool:
    return target.is_file() or (target.is_dir() and any(target.iterdir()))


def _set_aside(target: Path, mark: str, say: Say) -> None:
    """Renames what is there, and the side files of SQLite so that they still belong to it: the
    newest rows may be in them."""
    for end in ("", "-wal", "-shm"):
        path = target.with_name(target.name + end)
        if path.exists():
            aside = path.with_name(f"{target.name}.{mark}{end}")
            path.rename(aside)
            say(f"原来的 {path} 改名为 {aside.name}")


def put(source: Path, target: Path) -> None:
    """A copy of a file or a folder, under its own name only when all of it is on the disk.

    Raises OSError.
    """
    half = target.with_name(target.name + ".restoring")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if source.is_dir():
        shutil.rmtree(half, ignore_errors=True)
        add_files(source, half)
    else:
        shutil.copyfile(source, half)
        half.chmod(0o600)
        sync(half)
    half.rename(target)
    sync(target.parent)
