"""Counting from a broker: stored first, acknowledged afterwards, patient with what is away."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timezone

import pytest
from prometheus_client import CollectorRegistry

from bot.analytics.consumer import Consumer
from bot.analytics.fact import Fact, FactKind, dumps
from bot.analytics.patience import LONGEST_SECONDS, pause_after
from bot.analytics.store import Facts
from bot.errors import StorageError
from bot.metrics.deliveries import Counting
from tests.brokers import MemoryQueue, MemorySource
from tests.unit.metrics.scrape import counted

AT = datetime(2027, 3, 15, 2, tzinfo=timezone.utc)


def fact(number: int) -> Fact:
    return Fact(
        f"fact-{number}", FactKind.SCAN, AT, date(2027, 3, 15), "p", "web", "315-2027", "hall"
    )


class Database(Facts):
    """Facts in memory that can be away."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.is_away = False

    def add(self, facts: Iterable[Fact]) -> int:
        if self.is_away:
            raise StorageError()
        new = [fact.id for fact in facts if fact.id not in self.ids]
        self.ids += new
        return len(new)


@pytest.fixture
def queue() -> MemoryQueue:
    made = MemoryQueue()
    for number in range(3):
        made.put(dumps(fact(number)).encode())
    return made


@pytest.fixture
def database() -> Database:
    return Database()


def rounds(*happenings: Callable[[], None]) -> tuple[Callable[[float], bool], list[float]]:
    """A `wait` that lets something happen before each round and then stops, and its pauses."""
    pauses: list[float] = []
    left = list(happenings)

    def wait(seconds: float) -> bool:
        pauses.append(seconds)
        if not left:
            return True
        left.pop(0)()
        return False

    return wait, pauses


def test_what_is_stored_is_acknowledged(queue: MemoryQueue, database: Database) -> None:
    assert Consumer(MemorySource(queue), database).step() == 3
    assert queue.messages == {}
    assert Consumer(MemorySource(queue), database).step() == 0


def test_nothing_is_acknowledged_before_it_is_stored(
    queue: MemoryQueue, database: Database
) -> None:
    database.is_away = True
    with pytest.raises(StorageError):
        Consumer(MemorySource(queue), database).step()
    assert len(queue.messages) == 3


def test_a_database_that_comes_back_gets_what_was_held(
    queue: MemoryQueue, database: Database
) -> None:
    def goes() -> None:
        database.is_away = True

    def comes() -> None:
        database.is_away = False

    wait, pauses = rounds(goes, goes, comes)
    Consumer(MemorySource(queue), database).run(wait)
    assert len(database.ids) == 3
    assert queue.messages == {}
    assert pauses == [0.0, 1.0, 2.0, 0.0]


def test_killed_between_storing_and_acknowledging_nothing_counts_twice(
    queue: MemoryQueue, database: Database
) -> None:
    taken = MemorySource(queue).take(10, 0)
    database.add([fact(number) for number in range(len(taken))])
    assert Consumer(MemorySource(queue), database).step() == 0
    assert len(database.ids) == 3


def test_a_broker_that_went_away_before_it_heard_delivers_again(queue: MemoryQueue) -> None:
    class GoesMeanwhile(Database):
        """The broker goes away while the first batch is stored."""

        def add(self, facts: Iterable[Fact]) -> int:
            queue.is_away = not self.ids
            return super().add(facts)

    def comes() -> None:
        queue.is_away = False

    database, source = GoesMeanwhile(), MemorySource(queue)
    wait, _ = rounds(lambda: None, comes)
    Consumer(source, database).run(wait)
    assert len(database.ids) == 3
    assert queue.messages == {}


def test_what_is_no_fact_is_put_aside_with_the_others_counted(
    queue: MemoryQueue, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    queue.put(b"customer 13800138000")
    assert Consumer(MemorySource(queue), database).step() == 3
    assert queue.refused == [b"customer 13800138000"]
    assert queue.messages == {}
    assert "put aside: 1" in caplog.text
    assert "13800138000" not in caplog.text


def test_trouble_is_told_once_and_its_end_too(
    queue: MemoryQueue, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    def goes() -> None:
        queue.is_away = True

    def comes() -> None:
        queue.is_away = False

    caplog.set_level("INFO")
    wait, _ = rounds(goes, goes, comes, comes)
    Consumer(MemorySource(queue), database).run(wait)
    assert caplog.text.count("counting waits: BrokerError") == 1
    assert caplog.text.count("counting goes on") == 1


def test_pauses_grow_and_stay_bearable() -> None:
    assert [pause_after(failures) for failures in (1, 2, 3)] == [1.0, 2.0, 4.0]
    assert pause_after(100) == LONGEST_SECONDS


def test_what_is_stored_put_aside_and_waited_for_is_counted(
    queue: MemoryQueue, database: Database
) -> None:
    def goes() -> None:
        database.is_away = True

    def comes() -> None:
        database.is_away = False

    registry = CollectorRegistry()
    queue.put(b"no fact")
    wait, _ = rounds(goes, goes, comes)
    Consumer(MemorySource(queue), database, Counting(registry)).run(wait)
    assert counted(registry) == {
        ("xiaobao_facts_stored_total",): 3,
        ("xiaobao_facts_refused_total",): 1,
        ("xiaobao_counting_failures_total",): 2,
    }
