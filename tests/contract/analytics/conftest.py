"""Databases and brokers for what counts campaigns."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aio_pika
import pytest
import sqlalchemy as sa
from confluent_kafka import Consumer, Producer
from sqlalchemy.engine import Engine

from bot.analytics import outbox
from bot.analytics.brokers import open_broker, open_source
from bot.analytics.brokers.names import QUEUE, REFUSED
from bot.analytics.consumer import Source
from bot.analytics.publishing import Broker
from bot.analytics.store import Facts
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.brokers import MemoryBroker, MemoryQueue, MemorySource
from tests.postgres import throwaway_cluster
from tests.rabbitmq import RabbitMq, running_rabbitmq
from tests.stack import wait_until

QUIET = {"log_level": 0}


@pytest.fixture(scope="session")
def analytics_postgres_url() -> Iterator[str]:
    with throwaway_cluster() as url:
        engine = create_engine(url)
        upgrade(engine, "analytics")
        outbox.create(engine)
        engine.dispose()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database with facts and their outbox, of each kind."""
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path / 'facts.db'}")
        upgrade(made, "analytics")
        outbox.create(made)
    else:
        made = create_engine(request.getfixturevalue("analytics_postgres_url"))
        with made.begin() as tx:
            tx.execute(sa.text("TRUNCATE fact, fact_outbox, campaign_report RESTART IDENTITY"))
    yield made
    made.dispose()


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Facts]:
    made = create_engine(f"sqlite:///{tmp_path / 'analytics.db'}")
    upgrade(made, "analytics")
    yield Facts(made)
    made.dispose()


@pytest.fixture(scope="session")
def rabbitmq(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMq]:
    with running_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as broker:
        yield broker


@pytest.fixture
def kafka_servers() -> Iterator[str]:
    """Three brokers that librdkafka plays within this process; it speaks the real protocol."""
    cluster = Producer({"bootstrap.servers": "none", "test.mock.num.brokers": 3, **QUIET})
    yield ",".join(f"{b.host}:{b.port}" for b in cluster.list_topics().brokers.values())
    del cluster


@dataclass
class Carrier:
    """One broker from both sides, and ways to look at it from outside."""

    broker: Broker
    open_source: Callable[[], Source]
    put: Callable[[bytes], None]
    refused: Callable[[], list[bytes]]


@pytest.fixture(params=["memory", "rabbitmq", "kafka"])
def carrier(request: pytest.FixtureRequest, facts: Facts) -> Iterator[Carrier]:
    """Each broker with an empty queue."""
    made: Carrier = {"memory": in_memory, "rabbitmq": on_rabbitmq, "kafka": on_kafka}[
        request.param
    ](request, facts)
    sources: list[Source] = []
    opener = made.open_source

    def opened() -> Source:
        sources.append(opener())
        return sources[-1]

    made.open_source = opened
    yield made
    made.broker.close()
    for source in sources:
        source.close()


def in_memory(_request: pytest.FixtureRequest, _facts: Facts) -> Carrier:
    queue = MemoryQueue()
    return Carrier(
        MemoryBroker(queue), lambda: MemorySource(queue), queue.put, lambda: list(queue.refused)
    )


def on_rabbitmq(request: pytest.FixtureRequest, facts: Facts) -> Carrier:
    url = request.getfixturevalue("rabbitmq").url
    asyncio.run(forget_queues(url))
    return Carrier(
        open_broker(url, facts),
        lambda: open_source(url),
        lambda body: asyncio.run(put_on_rabbitmq(url, body)),
        lambda: asyncio.run(refused_by_rabbitmq(url)),
    )


async def forget_queues(url: str) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for name in (QUEUE, QUEUE + REFUSED):
            await channel.queue_delete(name)


async def put_on_rabbitmq(url: str, body: bytes) -> None:
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(aio_pika.Message(body), QUEUE)


async def refused_by_rabbitmq(url: str) -> list[bytes]:
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE + REFUSED)
        found = []
        while message := await queue.get(fail=False, no_ack=True):
            found.append(message.body)
        return found


def on_kafka(request: pytest.FixtureRequest, facts: Facts) -> Carrier:
    servers, topic = request.getfixturevalue("kafka_servers"), f"facts-{uuid4().hex}"
    url = f"kafka://{servers}/{topic}"
    outside = Producer({"bootstrap.servers": servers, **QUIET})

    def put(body: bytes) -> None:
        outside.produce(topic, body)
        assert outside.flush(60) == 0

    def refused() -> list[bytes]:
        return read_kafka(servers, topic + REFUSED)

    return Carrier(open_broker(url, facts), lambda: open_source(url), put, refused)


def read_kafka(servers: str, topic: str) -> list[bytes]:
    """All there is in a topic, read in a group of its own."""
    group = {"group.id": uuid4().hex, "auto.offset.reset": "earliest"}
    reader = Consumer({"bootstrap.servers": servers, **group, **QUIET})
    reader.subscribe([topic])
    found: list[bytes] = []

    def is_all() -> bool:
        messages = reader.consume(100, timeout=1.0)
        found.extend(message.value() for message in messages)
        return bool(found) and not messages

    wait_until(is_all, 90, f"the messages of {topic}")
    reader.close()
    return found
