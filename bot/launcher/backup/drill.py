"""The drill: restores a backup beside the live data and compares it row by row, file by file.

The live databases and folders are only read. What a backup must hold stands in its manifest, noted
from the live data in the very snapshot that was copied, so that the product may go on running.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import BackupFailed
from bot.launcher.backup import manifest
from bot.launcher.backup.contents import STRUCTURE, differences
from bot.launcher.backup.holdings import CASE_STORE, JOURNAL, Database, Holdings
from bot.launcher.backup.making import Backup, Clock, Say
from bot.launcher.backup.manifest import Manifest, Part, files_in, sha256
from bot.launcher.backup.postgres import PgTools, database_beside
from bot.launcher.backup.restoring import put
from bot.launcher.backup.snapshots import take

_MOST_NAMED = 5
_LOCKED = "现在的 FIELD_KEYS 打不开里面的投诉：缺少当时的密钥"


@dataclass(frozen=True)
class Result:
    """How a database or a folder came back: `size` of its copy in bytes, `items` rows or files that
    it held, seconds of the three steps, and what is not as it was."""

    name: str
    size: int
    items: int
    tables: int | None
    backup_seconds: float
    restore_seconds: float
    check_seconds: float
    differences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Drill:
    """`room` is a folder of the drill's own beside the live data, taken away at the end; it holds
    what customers said, as the live folders do. `can_open` says whether the keys of this
    installation open the complaints of a restored journal: without them a backup is worth nothing.
    """

    holdings: Holdings
    room: Path
    tools: PgTools | None
    can_open: Callable[[URL], bool]
    clock: Clock
    say: Say

    def run(self, now: datetime, made: Path | None = None) -> list[Result]:
        """Drills with the backup `made`, or makes one first.

        Raises BackupFailed when there is no whole backup to restore.
        """
        self.room.mkdir(mode=0o700, parents=True)
        try:
            folder = made or self._back_up(now)
            noted = manifest.read(folder)
            if not noted.parts:
                raise BackupFailed("这份备份是旧版本做的，里面没有可以核对的内容，请重新备份。")
            return list(self._results(folder, noted, now))
        except (OSError, sqlite3.Error, SQLAlchemyError) as exc:
            raise BackupFailed(f"演练没有做完：{exc}") from exc
        finally:
            shutil.rmtree(self.room)

    def _back_up(self, now: datetime) -> Path:
        folder = self.room / "backup"
        Backup(self.holdings, folder, self.tools, self.clock, self.say).make(now)
        return folder

    def _results(self, folder: Path, noted: Manifest, now: datetime) -> Iterator[Result]:
        for database in self.holdings.databases:
            part = noted.parts.get(database.name)
            if part is not None:
                yield self._try_database(database, folder / database.copy, part, now)
            else:
                yield _not_drilled(database.name, self._why_missing(database))
        for name, place in self.holdings.folders.items():
            if name in noted.parts:
                yield self._try_folder(name, folder, noted)
            else:
                yield _not_drilled(name, f"备份里没有：{place} 当时不在，或者里面没有文件")
        if self.holdings.left_out:
            yield _not_drilled(CASE_STORE, self.holdings.left_out)

    def _why_missing(self, database: Database) -> str:
        if database.file is None and self.tools is None:
            return "没有备份：这台机器上没有 pg_dump 和 pg_restore"
        if database.file is not None and not database.file.is_file():
            return f"没有找到 {database.setting} 的文件，请检查这项设置"
        return "备份里没有这个库"

    def _try_database(self, database: Database, copy: Path, part: Part, now: datetime) -> Result:
        wanted = part.tables or {}
        held = [table for name, table in wanted.items() if name != STRUCTURE]
        began = self.clock()
        with self._restored(database, copy, now) as (url, file):
            restored = self.clock()
            with take(url, file, self.tools) as snapshot:
                found = snapshot.contents()
            locked = database.name == JOURNAL and not self.can_open(url)
            checked = self.clock()
        return Result(
            database.name,
            copy.stat().st_size,
            sum(table.rows for table in held),
            len(held),
            part.seconds,
            restored - began,
            checked - restored,
            (*differences(wanted, found), *((_LOCKED,) if locked else ())),
        )

    @contextmanager
    def _restored(
        self, database: Database, copy: Path, now: datetime
    ) -> Iterator[tuple[URL, Path | None]]:
        """The copy as a database of its own for as long as the block runs."""
        if database.file is not None:
            place = self.room / f"restored-{database.copy}"
            put(copy, place)
            yield database.url.set(database=str(place)), place
            return
        if self.tools is None:
            raise BackupFailed(f"{database.name}：{self._why_missing(database)}。")
        with database_beside(database.url, f"drill_{now:%Y%m%d%H%M%S}_{database.name}") as url:
            self.tools.load(copy, url)
            yield url, None

    def _try_folder(self, name: str, folder: Path, noted: Manifest) -> Result:
        wanted = {
            path.removeprefix(f"{name}/"): digest
            for path, digest in noted.files.items()
            if path.startswith(f"{name}/")
        }
        began = self.clock()
        place = self.room / f"restored-{name}"
        put(folder / name, place)
        restored = self.clock()
        found = {str(path.relative_to(place)): sha256(path) for path in files_in(place)}
        wrong = sorted(path for path, _ in wanted.items() ^ found.items())
        return Result(
            name,
            sum(path.stat().st_size for path in files_in(place)),
            len(wanted),
            None,
            noted.parts.get(name, Part()).seconds,
            restored - began,
            self.clock() - restored,
            _files_named(sorted(set(wrong))),
        )


def _not_drilled(name: str, why: str) -> Result:
    return Result(name, 0, 0, None, 0, 0, 0, (why,))


def _files_named(wrong: list[str]) -> tuple[str, ...]:
    if not wrong:
        return ()
    rest = f"等 {len(wrong)} 个文件" if len(wrong) > _MOST_NAMED else ""
    return (f"与备份时不同：{'、'.join(wrong[:_MOST_NAMED])}{rest}",)
