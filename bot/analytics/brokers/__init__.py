"""What carries facts from the relay to the counter, chosen by the address in ANALYTICS_BROKER.

`amqp://…`, `amqps://…`: RabbitMQ; `kafka://host:port,host:port/topic`: Kafka; empty: none, the
relay writes to the analytics database itself. The clients are loaded when they are needed.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.analytics.brokers.names import QUEUE
from bot.analytics.consumer import Source
from bot.analytics.publishing import Broker, DirectBroker
from bot.analytics.store import Facts

KAFKA = "kafka"


def open_broker(url: str, facts: Facts) -> Broker:
    """Where the relay hands facts over; connects at the first use."""
    if not url:
        return DirectBroker(facts)
    if _is_kafka(url):
        from bot.analytics.brokers.kafka import KafkaBroker

        return KafkaBroker(*_servers_and_topic(url))
    from bot.analytics.brokers.rabbitmq import RabbitMqBroker

    return RabbitMqBroker(url)


def open_source(url: str) -> Source:
    """Where the counter takes facts from; connects at the first use."""
    if _is_kafka(url):
        from bot.analytics.brokers.kafka import KafkaSource

        return KafkaSource(*_servers_and_topic(url))
    from bot.analytics.brokers.rabbitmq import RabbitMqSource

    return RabbitMqSource(url)


def _is_kafka(url: str) -> bool:
    return url.startswith(f"{KAFKA}:")


def _servers_and_topic(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.netloc, parts.path.strip("/") or QUEUE
