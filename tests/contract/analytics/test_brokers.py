"""Facts through each broker: from the relay's hand into the database, every one exactly once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.analytics.brokers import open_broker
from bot.analytics.brokers.kafka import KafkaBroker
from bot.analytics.brokers.rabbitmq import RabbitMqBroker
from bot.analytics.consumer import BATCH, Consumer, Received, Source
from bot.analytics.fact import dumps
from bot.analytics.publishing import Broker, DirectBroker
from bot.analytics.store import Facts
from bot.errors import BrokerError
from tests.contract.analytics.conftest import Carrier
from tests.contract.analytics.kit import CAMPAIGN, fact, facts_of
from tests.ports import free_ports
from tests.stack import wait_until

SECONDS = 90.0
Taken = list[Received]


def counted(source: Source, facts: Facts, are_there: Callable[[], bool]) -> None:
    """Counts batch by batch until it is as it should be."""
    consumer = Consumer(source, facts)
    wait_until(lambda: consumer.step() >= 0 and are_there(), SECONDS, "the facts are counted")


def ids(facts: Facts) -> list[str]:
    return sorted(fact.id for fact in facts.of(CAMPAIGN))


def taken(source: Source, count: int) -> Taken:
    """Takes until there are `count` messages."""
    messages: Taken = []

    def enough() -> bool:
        messages.extend(source.take(BATCH, 1.0))
        return len(messages) >= count

    wait_until(enough, SECONDS, f"{count} messages")
    return messages


def test_without_a_broker_facts_are_counted_at_once(facts: Facts) -> None:
    broker = open_broker("", facts)
    assert isinstance(broker, DirectBroker)
    broker.publish(facts_of(range(3)))
    broker.publish(facts_of(range(4)))
    broker.close()
    assert len(ids(facts)) == 4


def test_what_is_published_twice_is_counted_once(carrier: Carrier, facts: Facts) -> None:
    many = facts_of(range(BATCH + 200))
    carrier.broker.publish(many)
    carrier.broker.publish(many[:50])
    counted(carrier.open_source(), facts, lambda: len(ids(facts)) >= len(many))
    assert ids(facts) == sorted(fact.id for fact in many)
    assert facts.of(CAMPAIGN)[0] == many[0]


def test_what_was_not_acknowledged_comes_again(carrier: Carrier) -> None:
    carrier.broker.publish([fact(1), fact(2)])
    first = carrier.open_source()
    before = taken(first, 2)
    first.close()
    again = taken(carrier.open_source(), 2)
    assert sorted(message.body for message in again) == sorted(message.body for message in before)


def test_what_was_acknowledged_does_not_come_again(carrier: Carrier) -> None:
    carrier.broker.publish([fact(1), fact(2)])
    first = carrier.open_source()
    first.acknowledge(taken(first, 2))
    first.close()
    carrier.broker.publish([fact(3)])
    assert [message.body for message in taken(carrier.open_source(), 1)] == [
        dumps(fact(3)).encode()
    ]


def test_what_is_no_fact_is_put_aside_and_holds_up_nothing(carrier: Carrier, facts: Facts) -> None:
    odd = [b"", b"{}", b"\xff\xfe", b"[" * 100_000, b'{"id": 7}']
    carrier.broker.publish([fact(1)])
    for body in odd:
        carrier.put(body)
    carrier.broker.publish([fact(2)])
    source = carrier.open_source()
    counted(source, facts, lambda: len(ids(facts)) == 2)
    source.close()
    assert set(carrier.refused()) == set(odd)


def test_nothing_more_to_take_is_no_failure(carrier: Carrier) -> None:
    carrier.broker.publish([fact(1)])
    source = carrier.open_source()
    taken(source, 1)
    assert list(source.take(BATCH, 0.2)) == []


def dead_rabbitmq(port: int) -> Broker:
    return RabbitMqBroker(f"amqp://user:secret@127.0.0.1:{port}/")


def dead_kafka(port: int) -> Broker:
    return KafkaBroker(f"127.0.0.1:{port}", "facts", seconds=1.0)


@pytest.mark.parametrize("dead", [dead_rabbitmq, dead_kafka])
def test_nobody_there_is_a_broker_error_that_tells_no_password(
    dead: Callable[[int], Broker], caplog: pytest.LogCaptureFixture
) -> None:
    (port,) = free_ports(1)
    broker = dead(port)
    with pytest.raises(BrokerError) as caught:
        broker.publish([fact(1)])
    broker.close()
    assert caught.value.__cause__ is None
    assert "secret" not in caplog.text + str(caught.value)
    assert "dropped" in caplog.text or "not written" in caplog.text
