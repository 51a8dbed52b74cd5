"""Transactions on both databases: who waits for whom, and what an error leaves behind."""

from __future__ import annotations

import gc
import shutil
import sqlite3
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import JournalUnavailable, StorageError
from bot.handover.feed import SqlDeskFeed
from bot.storage.engine import (
    create_engine,
    reading,
    shared_engine,
    transaction,
    writers,
)
from bot.storage.fair_lock import FairLock, NotInTime

Connect = Callable[[str], Engine]
_feed = sa.table("desk_feed", sa.column("name"), sa.column("cursor"))
_PUT = _feed.insert().values(name="desk", cursor=1)
_ADD = _feed.update().values(cursor=_feed.c.cursor + 1)


def cursor(engine: Engine) -> int:
    return SqlDeskFeed(engine).cursor()


def test_a_process_has_one_engine_for_a_database(database_url: str) -> None:
    first = shared_engine(database_url)
    assert shared_engine(database_url) is first
    assert shared_engine(database_url, durable=False) is not first


def test_a_shared_engine_is_gone_when_nobody_uses_it(sqlite_url: str) -> None:
    used = weakref.ref(shared_engine(sqlite_url, durable=False))
    gc.collect()
    assert used() is None


def test_one_name_in_two_folders_is_two_databases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engines = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        monkeypatch.chdir(folder)
        engines.append(shared_engine("sqlite:///journal.db"))
    assert engines[0] is not engines[1]


def test_who_reads_is_not_held_up_by_who_writes(engine: Engine) -> None:
    with transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
        assert cursor(engine) == 0, "what is not committed is not seen"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(cursor, engine).result() == 0
    assert cursor(engine) == 1


def test_who_writes_is_not_held_up_by_who_reads(engine: Engine) -> None:
    with reading(engine, StorageError) as tx:
        assert tx.execute(sa.select(_feed)).all() == []
        with transaction(engine, StorageError) as other:
            other.execute(_PUT)
    assert cursor(engine) == 1


def test_on_sqlite_all_that_is_read_together_is_of_one_moment(
    sqlite_url: str, connect: Connect
) -> None:
    engine = connect(sqlite_url)
    with reading(engine, StorageError) as tx:
        assert tx.execute(sa.select(_feed)).all() == []
        with transaction(engine, StorageError) as other:
            other.execute(_PUT)
        assert tx.execute(sa.select(_feed)).all() == []


@pytest.mark.parametrize("write", [_PUT, _ADD, _feed.delete(), sa.text("DROP TABLE desk_feed")])
def test_what_only_reads_cannot_write(engine: Engine, write: Any) -> None:
    with pytest.raises(RuntimeError), reading(engine, StorageError) as tx:
        tx.execute(write)
    with transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
    assert cursor(engine) == 1, "and the connection writes again"


def test_reading_an_unusable_database_is_the_failure_asked_for(tmp_path: Path) -> None:
    (tmp_path / "bad.db").write_bytes(b"not a database" * 1000)
    engine = create_engine(f"sqlite:///{tmp_path / 'bad.db'}")
    with pytest.raises(JournalUnavailable), reading(engine, JournalUnavailable) as tx:
        tx.execute(sa.select(_feed))


def test_an_error_undoes_the_transaction_and_lets_the_next_one_write(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
        raise ZeroDivisionError
    with transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
    assert cursor(engine) == 1


def test_no_write_gets_lost_whoever_writes_at_once(database_url: str, connect: Connect) -> None:
    engines = [connect(database_url), connect(database_url)]
    with transaction(engines[0], StorageError) as tx:
        tx.execute(_PUT)

    def add(number: int) -> None:
        with transaction(engines[number % 2], StorageError) as tx:
            tx.execute(_ADD)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(80)))
    assert cursor(engines[0]) == 81


def line_of(engine: Engine) -> FairLock:
    line = writers(engine)
    assert line is not None
    return line


def test_who_writes_one_file_stands_in_one_line_and_others_do_not(
    sqlite_url: str, postgres_url: str, tmp_path: Path, connect: Connect
) -> None:
    same = connect(sqlite_url.replace("/bot.db", "/../" + tmp_path.name + "/bot.db"))
    other = connect(f"sqlite:///{tmp_path / 'other.db'}")
    assert line_of(connect(sqlite_url)) is line_of(same)
    assert line_of(other) is not line_of(same)
    assert writers(connect(postgres_url)) is None


def test_who_writes_waits_for_whoever_came_first(sqlite_url: str, connect: Connect) -> None:
    engine = connect(sqlite_url)

    def write() -> None:
        with transaction(engine, StorageError) as tx:
            tx.execute(_PUT)

    first = line_of(engine).join()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(write)
        assert cursor(engine) == 0
        assert not waiting.done()
        line_of(engine).leave(first)
        waiting.result()
    assert cursor(engine) == 1


def test_who_waits_too_long_gets_the_failure_asked_for_and_holds_up_nobody(
    sqlite_url: str, connect: Connect
) -> None:
    engine = connect(sqlite_url)
    with transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
        with (
            pytest.raises(JournalUnavailable) as failed,
            transaction(engine, JournalUnavailable, wait=0.01),
        ):
            pass
        assert isinstance(failed.value.__cause__, NotInTime)
    with transaction(engine, StorageError) as tx:
        tx.execute(_ADD)
    assert cursor(engine) == 2


# -- the file behind a durable engine ----------------------------------------------------------------


@pytest.fixture
def moved(sqlite_url: str, connect: Connect) -> tuple[Engine, Path, Path]:
    """An engine in use, its file, and where the file was moved while the engine had it open."""
    engine, file = connect(sqlite_url), Path(sqlite_url.removeprefix("sqlite:///"))
    with transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
    cursor(engine)
    return engine, file, move(file, file.with_name("away.db"))


def move(file: Path, to: Path) -> Path:
    for end in ("", "-wal", "-shm"):
        file.with_name(file.name + end).rename(to.with_name(to.name + end))
    return to


def test_what_was_moved_away_is_never_written(moved: tuple[Engine, Path, Path]) -> None:
    engine, _, away = moved
    with pytest.raises(StorageError), transaction(engine, StorageError) as tx:
        tx.execute(_ADD)
    with pytest.raises(StorageError):
        cursor(engine)
    with closing(sqlite3.connect(away)) as there:
        assert there.execute("SELECT cursor FROM desk_feed").fetchall() == [(1,)]


def test_what_was_put_in_its_place_is_used_from_then_on(
    moved: tuple[Engine, Path, Path], bot_sqlite_template: Path
) -> None:
    engine, file, away = moved
    shutil.copyfile(bot_sqlite_template, file)
    assert cursor(engine) == 0
    with transaction(engine, StorageError) as tx:
        tx.execute(_PUT)
        tx.execute(_ADD)
    with closing(sqlite3.connect(file)) as here, closing(sqlite3.connect(away)) as there:
        assert here.execute("SELECT cursor FROM desk_feed").fetchall() == [(2,)]
        assert there.execute("SELECT cursor FROM desk_feed").fetchall() == [(1,)]


def test_what_was_moved_and_is_put_back_is_used_again(moved: tuple[Engine, Path, Path]) -> None:
    engine, file, away = moved
    with pytest.raises(StorageError):
        cursor(engine)
    for path in file.parent.glob("bot.db*"):
        path.unlink()
    move(away, file)
    assert cursor(engine) == 1


def test_a_durable_engine_keeps_no_more_connections_than_it_needs(
    sqlite_url: str, connect: Connect
) -> None:
    engine = connect(sqlite_url)
    opened: list[object] = []
    sa.event.listen(engine, "connect", lambda connection, _: opened.append(connection))
    for _ in range(20):
        with transaction(engine, StorageError), reading(engine, StorageError) as tx:
            tx.execute(sa.select(_feed)).all()
    assert len(opened) == 2
