"""Short work on a database is done at once or, where it would have to wait, in a thread: once."""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.handover.feed import SqlDeskFeed
from bot.storage.brief import briefly, may_wait
from bot.storage.engine import create_engine, reading, transaction, writers

_feed = sa.table("desk_feed", sa.column("name"), sa.column("cursor"))


class Work:
    """Writes a row, and remembers in which threads it was begun and ended."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.begun: list[threading.Thread] = []
        self.done: list[threading.Thread] = []
        self._taken_over = threading.Event()

    async def is_begun_again(self) -> None:
        """Until a thread has taken the work over."""
        assert await asyncio.to_thread(self._taken_over.wait, 60)

    def put(self, name: str = "desk") -> str:
        self.begun.append(threading.current_thread())
        if len(self.begun) > 1:
            self._taken_over.set()
        with transaction(self._engine, StorageError) as tx:
            tx.execute(_feed.insert().values(name=name, cursor=1))
        self.done.append(threading.current_thread())
        return name

    def count(self) -> int:
        self.begun.append(threading.current_thread())
        with reading(self._engine, StorageError) as tx:
            return len(tx.execute(sa.select(_feed)).all())


@pytest.fixture
def quick(sqlite_url: str) -> Engine:
    return create_engine(sqlite_url, durable=False)


@pytest.fixture(params=["sqlite, durable", "postgresql"])
def slow(request: pytest.FixtureRequest) -> Engine:
    """An engine whose commits wait for a disk or a server."""
    kind = "sqlite_url" if "sqlite" in request.param else "postgres_url"
    made: Engine = request.getfixturevalue("connect")(request.getfixturevalue(kind))
    return made


async def test_what_waits_for_nobody_is_done_without_a_thread(quick: Engine) -> None:
    work = Work(quick)
    assert await briefly(work.put, name="desk") == "desk"
    assert await briefly(work.count) == 1
    assert set(work.begun) == {threading.current_thread()}


async def test_what_waits_for_a_disk_or_a_server_is_done_in_a_thread(slow: Engine) -> None:
    work = Work(slow)
    assert await briefly(work.put) == "desk"
    assert await briefly(work.count) == 1
    assert threading.current_thread() not in work.done


async def test_who_waits_for_a_writer_of_this_process_holds_up_no_other_conversation(
    quick: Engine,
) -> None:
    work, line = Work(quick), writers(quick)
    assert line is not None
    with line.held(1):
        waiting = asyncio.create_task(briefly(work.put))
        await work.is_begun_again()
        assert not work.done
    await waiting
    assert work.done == work.begun[1:]
    assert await briefly(work.count) == 1


async def test_who_waits_for_another_process_holds_up_no_other_conversation(quick: Engine) -> None:
    work = Work(quick)
    with closing(sqlite3.connect(str(quick.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(briefly(work.put))
        await work.is_begun_again()
        assert not work.done
        assert await briefly(work.count) == 0, "who reads waits for nobody"
        other.execute("COMMIT")
        await waiting
    assert await briefly(work.count) == 1


async def test_whoever_is_stopped_while_a_thread_writes_ends_when_it_has_written(
    quick: Engine,
) -> None:
    work, line = Work(quick), writers(quick)
    assert line is not None
    with line.held(1):
        waiting = asyncio.create_task(briefly(work.put))
        await work.is_begun_again()
        waiting.cancel()
        await asyncio.sleep(0)
        assert not waiting.done()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert len(work.done) == 1


@pytest.fixture
def only_new_garbage() -> Iterator[None]:
    """A collection in the test looks at nothing that earlier ones have left."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.mark.usefixtures("only_new_garbage")
async def test_a_thread_that_waits_for_another_process_holds_up_no_garbage_collection(
    quick: Engine,
) -> None:
    """A cursor left to it would be closed by it, and wait for the thread."""
    work = Work(quick)
    with closing(sqlite3.connect(str(quick.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        waiting = asyncio.create_task(briefly(work.put))
        await work.is_begun_again()
        gc.collect()
        other.execute("COMMIT")
        await waiting  # had the collection waited for the thread, that would have waited in vain


async def test_afterwards_the_connection_waits_again_for_other_processes(quick: Engine) -> None:
    await briefly(Work(quick).put)
    with transaction(quick, StorageError) as tx:
        assert tx.exec_driver_sql("PRAGMA busy_timeout").scalar() == 5000


async def test_an_error_of_the_work_is_its_own_and_leaves_nothing_locked(quick: Engine) -> None:
    work = Work(quick)
    await briefly(work.put)
    with pytest.raises(IntegrityError):
        await briefly(work.put)
    assert len(work.begun) == 2, "what has begun is not done again"
    await briefly(work.put, name="other")
    assert await briefly(work.count) == 2


async def test_a_database_that_fails_is_the_failure_asked_for(quick: Engine) -> None:
    with transaction(quick, StorageError) as tx:
        tx.exec_driver_sql("DROP TABLE desk_feed")
    with pytest.raises(StorageError):
        await briefly(Work(quick).put)
    with pytest.raises(StorageError):
        await briefly(SqlDeskFeed(quick).cursor)


async def test_work_of_two_transactions_is_not_begun_again_in_its_middle(quick: Engine) -> None:
    done: list[str] = []

    def both() -> None:
        for name in ("first", "second"):
            with transaction(quick, StorageError) as tx:
                tx.execute(_feed.insert().values(name=name, cursor=1))
            done.append(name)
            assert may_wait()

    await briefly(both)
    assert done == ["first", "second"]


async def test_whoever_comes_later_may_wait(quick: Engine) -> None:
    await briefly(Work(quick).put)
    assert may_wait()
