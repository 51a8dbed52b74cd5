"""Facts through Kafka: written when all replicas in step have them, read by one consumer group.

The client connects and reconnects by itself. After any failure it is thrown away all the same: an
idempotent producer may be beyond repair, and a consumer would go on after what was not stored.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from confluent_kafka import Consumer, KafkaException, Message, Producer, TopicPartition

from bot.analytics.brokers.names import REFUSED
from bot.analytics.consumer import Received
from bot.analytics.fact import Fact, dumps
from bot.errors import BrokerError

logger = logging.getLogger(__name__)

GROUP = "xiaobao-counter"
DELIVERY_SECONDS = 10.0
SESSION_SECONDS = 10.0
"""After so long without a sign of life another counter takes over what a dead one was at."""


class KafkaBroker:
    """The relay's side. `servers` is `host:port,host:port`; `seconds` are given to a delivery."""

    def __init__(self, servers: str, topic: str, seconds: float = DELIVERY_SECONDS) -> None:
        self._topic = topic
        self._seconds = seconds
        self._config = {
            "bootstrap.servers": servers,
            "client.id": "xiaobao",
            "acks": "all",
            "enable.idempotence": True,
            "delivery.timeout.ms": int(seconds * 1000),
            "request.timeout.ms": int(seconds * 500),
            "linger.ms": 5,
        }
        self._producer: Producer | None = None

    def publish(self, facts: Sequence[Fact]) -> None:
        self.send(self._topic, [dumps(fact).encode() for fact in facts])

    def send(self, topic: str, bodies: Sequence[bytes]) -> None:
        """Returns when all messages are written. Raises BrokerError; some may be written then."""
        failures: list[str] = []

        def delivered(error: Any, _message: Message) -> None:
            if error is not None:
                failures.append(error.name())

        producer = self._producer = self._producer or Producer(self._config, logger=logger)
        try:
            for body in bodies:
                producer.produce(topic, body, on_delivery=delivered)
            # Longer than a delivery may take, so that each of them is told how it ended.
            left = producer.flush(self._seconds * 1.2)
        except (KafkaException, BufferError) as exc:
            failures, left = [type(exc).__name__], 0
        if failures or left:
            logger.warning("not written to Kafka: %s", ", ".join(sorted(set(failures))) or "late")
            self.close()
            raise BrokerError()

    def close(self) -> None:
        if self._producer is not None:
            self._producer.purge()
            self._producer = None


class KafkaSource:
    """The counter's side."""

    def __init__(self, servers: str, topic: str) -> None:
        self._topic = topic
        self._aside = KafkaBroker(servers, topic)
        self._config = {
            "bootstrap.servers": servers,
            "client.id": "xiaobao",
            "group.id": GROUP,
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "session.timeout.ms": int(SESSION_SECONDS * 1000),
        }
        self._consumer: Consumer | None = None

    def take(self, limit: int, seconds: float) -> Sequence[Received]:
        messages = self._try(lambda: self._open().consume(limit, timeout=seconds))
        errors = {error.name() for m in messages if (error := m.error()) is not None}
        if errors:
            self._give_up(", ".join(sorted(errors)))
        return [Received(message.value() or b"", message) for message in messages]

    def refuse(self, messages: Sequence[Received]) -> None:
        self._aside.send(self._topic + REFUSED, [message.body for message in messages])

    def acknowledge(self, messages: Sequence[Received]) -> None:
        offsets: dict[tuple[str, int], int] = {}
        for message in messages:
            handle = message.handle
            offsets[handle.topic(), handle.partition()] = handle.offset() + 1
        done = [TopicPartition(*where, offset) for where, offset in offsets.items()]
        self._try(lambda: self._open().commit(offsets=done, asynchronous=False))

    def close(self) -> None:
        self._aside.close()
        self._leave()

    def _open(self) -> Consumer:
        if self._consumer is None:
            self._consumer = Consumer(self._config, logger=logger)
            self._consumer.subscribe([self._topic])
        return self._consumer

    def _try(self, work: Any) -> Any:
        try:
            return work()
        except (KafkaException, RuntimeError) as exc:
            self._give_up(type(exc).__name__)

    def _give_up(self, reason: str) -> None:
        """Raises BrokerError."""
        logger.warning("connection to Kafka dropped: %s", reason)
        self._leave()
        raise BrokerError()

    def _leave(self) -> None:
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.close()
