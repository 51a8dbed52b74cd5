"""The relay's side of counting: at least once, patiently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from bot.analytics import outbox
from bot.analytics.fact import Fact, FactKind
from bot.analytics.outbox import LEASE, FactOutbox
from bot.analytics.publishing import BATCH, Publisher
from bot.errors import BrokerError
from bot.storage.engine import create_engine
from tests.brokers import MemoryBroker, MemoryQueue

NOW = datetime(2027, 3, 15, 2, tzinfo=timezone.utc)
SECOND = timedelta(seconds=1)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'tracker.db'}", durable=False)
    outbox.create(made)
    yield made
    made.dispose()


@pytest.fixture
def queue() -> MemoryQueue:
    return MemoryQueue()


def put(engine: Engine, count: int) -> None:
    with Session(engine) as session:
        outbox.put(session, [fact(number) for number in range(count)])
        session.commit()


def fact(number: int) -> Fact:
    day = date(2027, 3, 15)
    return Fact(f"fact-{number}", FactKind.SCAN, NOW, day, "p", "web", "315-2027", "hall")


def publisher(engine: Engine, queue: MemoryQueue) -> Publisher:
    return Publisher(FactOutbox(engine), MemoryBroker(queue))


def test_everything_that_waits_is_published(engine: Engine, queue: MemoryQueue) -> None:
    put(engine, BATCH + 1)
    assert publisher(engine, queue).run(NOW) == BATCH + 1
    assert len(queue.messages) == BATCH + 1
    assert publisher(engine, queue).run(NOW) == 0


def test_a_broker_that_is_away_gets_everything_when_it_is_back(
    engine: Engine, queue: MemoryQueue
) -> None:
    put(engine, 3)
    relay = publisher(engine, queue)
    queue.is_away = True
    with pytest.raises(BrokerError):
        relay.run(NOW)
    queue.is_away = False
    assert relay.run(NOW + SECOND) == 3


def test_a_broker_that_stays_away_is_asked_less_and_less_often(
    engine: Engine, queue: MemoryQueue
) -> None:
    put(engine, 1)
    relay, asked = publisher(engine, queue), []
    queue.is_away = True
    for second in range(16):
        try:
            relay.run(NOW + second * SECOND)
        except BrokerError:
            asked.append(second)
    assert asked == [0, 1, 3, 7, 15]


def test_killed_between_handing_over_and_taking_away_it_is_handed_over_again(
    engine: Engine, queue: MemoryQueue
) -> None:
    put(engine, 2)

    claimed = FactOutbox(engine).claim(2, NOW)
    MemoryBroker(queue).publish([entry.fact for entry in claimed])
    assert publisher(engine, queue).run(NOW + LEASE) == 2
    assert len(queue.messages) == 4, "twice; counting goes by the ids"
