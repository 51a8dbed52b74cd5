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
from bot.launcher.backup.holdings import CASE_STORE, NEVER_MISSING, Database, Holdings
from bot.launcher.backup.making import Say, add_files, server_of
from bot.launcher.backup.manifest import files_in
from bot.launcher.backup.postgres import PgTools, is_empty
from bot.launcher.backup.snapshots import sync

_HALF = ".restoring"


def restore(
    holdings: Holdings,
    folder: Path,
    now: datetime,
    say: Say,
    tools: PgTools | None,
    *,
    force: bool,
) -> bool:
    """Puts a backup in the place of what is there; False when something was not restored, or has to
    be restored otherwise, which is told for each part: one that fails does not keep the others back.

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
    mark = f"before-restore-{now:%Y%m%dT%H%M%S}"
    # All are tried and told of, whatever becomes of the first.
    done = [_replace(target, source, mark, say) for target, source in targets.items()]
    done += [
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
            # Where a link leads to: the files stay on the disk that was meant for them.
            yield place.resolve(), folder / name


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
    try:
        tools.load(copy, database.url)
    except BackupFailed as exc:
        say(f"✗ {database.name} 没有恢复，库还是空的：{exc.message}")
        return False
    say(f"✓ {database.name}")
    return True


def _say_what_is_missing(holdings: Holdings, folder: Path, say: Say) -> bool:
    complete = True
    for database in holdings.databases:
        if database.file is not None and not (folder / database.copy).is_file():
            say(f"备份里没有 {database.name}。")
            complete = complete and database.name not in NEVER_MISSING
    for name in holdings.folders:
        if not (folder / name).is_dir():
            say(f"备份里没有 {name}。")
            complete = False
    if holdings.left_out and any(folder.glob(f"{CASE_STORE}*")):
        say(f"✗ {holdings.left_out}。")
        complete = False
    return complete


def _check_stopped(holdings: Holdings) -> None:
    for host, port in holdings.addresses:
        if _answers(host, port):
            raise BackupFailed(f"{host} 的端口 {port} 上还有程序在运行，请先停止小保再恢复。")


def _answers(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def _holds_data(target: Path) -> bool:
    """Documents lie in their folder itself; what a disk has of its own, such as lost+found, and what
    an earlier restore set aside are folders in it."""
    return target.is_file() or (target.is_dir() and any(map(Path.is_file, target.iterdir())))


def _replace(target: Path, source: Path, mark: str, say: Say) -> bool:
    """False when it could not be done, which is told."""
    try:
        if target.is_dir():
            _set_folder_aside(target, mark, say)
        else:
            _set_aside(target, mark, say)
        put(source, target)
    except OSError as exc:
        say(f"✗ {target} 没有恢复：{exc}。解决以后请加 --force 再运行一次。")
        return False
    say(f"✓ {target}")
    return True


def _set_folder_aside(folder: Path, mark: str, say: Say) -> None:
    """Renames it if it holds documents. One that cannot be renamed, such as a mount point, stays, and
    the documents go into a folder in it: beside it might be another disk. Raises OSError."""
    if not _holds_data(folder):
        return
    aside = folder.with_name(f"{folder.name}.{mark}")
    try:
        folder.rename(aside)
    except OSError:
        aside = folder / mark
        say(f"{folder} 不能改名（例如是挂载点），原来的文件移到其中的 {mark}")
        aside.mkdir(mode=0o700)
        for path in [path for path in folder.iterdir() if path.is_file()]:
            path.rename(aside / path.name)
    else:
        say(f"原来的 {folder} 改名为 {aside.name}")


def _set_aside(target: Path, mark: str, say: Say) -> None:
    """Renames what is there, and the side files of SQLite so that they still belong to it: the
    newest rows may be in them. Raises OSError."""
    for end in ("", "-wal", "-shm"):
        path = target.with_name(target.name + end)
        if path.exists():
            aside = path.with_name(f"{target.name}.{mark}{end}")
            path.rename(aside)
            say(f"原来的 {path} 改名为 {aside.name}")


def put(source: Path, target: Path) -> None:
    """A copy of a file or a folder, under its own name only when all of it is on the disk. A folder
    that is there already is filled.

    Raises OSError.
    """
    if target.is_dir():
        _fill_folder(source, target)
        return
    half = target.with_name(target.name + _HALF)
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


def _fill_folder(source: Path, folder: Path) -> None:
    """The copies come together within the folder, which may be a disk of its own."""
    half = folder / _HALF
    shutil.rmtree(half, ignore_errors=True)
    add_files(source, half)
    for path in files_in(half):
        place = folder / path.relative_to(half)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.rename(place)
    shutil.rmtree(half)
    sync(folder)
