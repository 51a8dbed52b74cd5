"""What RabbitMQ in particular must not do to us: forget, or leave us waiting for nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bot.analytics.brokers.rabbitmq import RabbitMqBroker, RabbitMqSource
from bot.analytics.consumer import Consumer
from bot.analytics.store import Facts
from bot.errors import BrokerError
from tests.contract.analytics.conftest import forget_queues
from tests.contract.analytics.kit import CAMPAIGN, fact
from tests.rabbitmq import RabbitMq
from tests.stack import wait_until

SECONDS = 60.0


@pytest.fixture
def broker(rabbitmq: RabbitMq) -> Iterator[RabbitMqBroker]:
    asyncio.run(forget_queues(rabbitmq.url))
    made = RabbitMqBroker(rabbitmq.url)
    yield made
    made.close()


@pytest.fixture
def source(rabbitmq: RabbitMq) -> Iterator[RabbitMqSource]:
    made = RabbitMqSource(rabbitmq.url)
    yield made
    made.close()


def count_until(consumer: Consumer, facts: Facts, number: int) -> None:
    """Counts, through any trouble with the broker, until there are so many facts."""

    def are_counted() -> bool:
        with suppress(BrokerError):
            consumer.step()
        return len(facts.of(CAMPAIGN)) >= number

    wait_until(are_counted, SECONDS, f"{number} facts")


def test_what_was_confirmed_survives_a_broker_that_is_killed(
    rabbitmq: RabbitMq, broker: RabbitMqBroker, source: RabbitMqSource, facts: Facts
) -> None:
    broker.publish([fact(1)])
    rabbitmq.kill()
    with pytest.raises(BrokerError):
        broker.publish([fact(2)])
    rabbitmq.start()
    broker.publish([fact(3)])
    count_until(Consumer(source, facts), facts, 2)
    assert [found.id for found in facts.of(CAMPAIGN)] == ["fact-1", "fact-3"]


def test_a_counter_goes_on_when_the_broker_is_back(
    rabbitmq: RabbitMq, broker: RabbitMqBroker, source: RabbitMqSource, facts: Facts
) -> None:
    consumer = Consumer(source, facts)
    broker.publish([fact(1)])
    count_until(consumer, facts, 1)
    rabbitmq.stop()
    with pytest.raises(BrokerError):
        consumer.step()
    rabbitmq.start()
    broker_again = RabbitMqBroker(rabbitmq.url)
    broker_again.publish([fact(2)])
    broker_again.close()
    count_until(consumer, facts, 2)


def test_a_queue_that_was_deleted_is_made_again(
    rabbitmq: RabbitMq, broker: RabbitMqBroker, source: RabbitMqSource, facts: Facts
) -> None:
    consumer = Consumer(source, facts)
    broker.publish([fact(1)])
    count_until(consumer, facts, 1)
    asyncio.run(forget_queues(rabbitmq.url))
    with pytest.raises(BrokerError):
        broker.publish([fact(2)])
    broker.publish([fact(2)])
    count_until(consumer, facts, 2)


def test_a_wrong_password_is_a_broker_error(rabbitmq: RabbitMq) -> None:
    stranger = RabbitMqBroker(rabbitmq.url.replace("only-for-tests", "wrong"))
    with pytest.raises(BrokerError):
        stranger.publish([fact(1)])
    stranger.close()
