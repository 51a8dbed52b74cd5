"""Facts through RabbitMQ: durable queues, persistent messages, every publication confirmed.

The client is asynchronous and lives in a thread of its own, where it also keeps the connection alive
while nobody publishes. A connection that failed in any way is dropped; the next call makes another.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import aio_pika
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractIncomingMessage,
    DeliveryMode,
)
from aio_pika.exceptions import AMQPError

from bot.analytics.brokers.names import QUEUE, REFUSED
from bot.analytics.consumer import Received
from bot.analytics.fact import Fact, dumps
from bot.errors import BrokerError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
CALL_SECONDS = 10.0
PREFETCH = 1000
CLASSIC: dict[str, Any] = {"x-queue-type": "classic"}
_FAILURES = (
    AMQPError,
    OSError,
    EOFError,
    RuntimeError,  # a channel or connection that is closed already
    asyncio.TimeoutError,
    concurrent.futures.TimeoutError,
    concurrent.futures.CancelledError,
)

T = TypeVar("T")


class RabbitMqBroker:
    """The relay's side."""

    def __init__(self, url: str) -> None:
        self._link = _Link(url, "xiaobao relay")

    def publish(self, facts: Sequence[Fact]) -> None:
        self._link.call(partial(_send, QUEUE, [dumps(fact).encode() for fact in facts]))

    def close(self) -> None:
        self._link.close()


class RabbitMqSource:
    """The counter's side."""

    def __init__(self, url: str) -> None:
        self._link = _Link(url, "xiaobao counter")
        self._inbox: _Inbox | None = None

    def take(self, limit: int, seconds: float) -> Sequence[Received]:
        async def received(channel: AbstractChannel) -> Sequence[Received]:
            if self._inbox is None or self._inbox.channel is not channel:
                self._inbox = await _Inbox.open(channel)
            return await self._inbox.take(limit, seconds)

        return self._link.call(received)

    def refuse(self, messages: Sequence[Received]) -> None:
        bodies = [message.body for message in messages]
        self._link.call(partial(_send, QUEUE + REFUSED, bodies))

    def acknowledge(self, messages: Sequence[Received]) -> None:
        async def acknowledged(_channel: AbstractChannel) -> None:
            # Through the message: on another channel than its own it would mean other messages.
            await messages[-1].handle.ack(multiple=True)

        self._link.call(acknowledged)

    def close(self) -> None:
        self._link.close()


class _Inbox:
    """What one channel delivers. Messages wait in a list and never within a future, which may be
    cancelled: one lost on its way would be acknowledged with those after it."""

    def __init__(self, channel: AbstractChannel) -> None:
        self.channel = channel
        self._messages: deque[AbstractIncomingMessage] = deque()
        self._arrival = asyncio.Event()
        self._tag = ""

    @classmethod
    async def open(cls, channel: AbstractChannel) -> _Inbox:
        inbox = cls(channel)
        queue = await channel.get_queue(QUEUE, ensure=False)
        inbox._tag = await queue.consume(inbox._arrived)
        return inbox

    async def _arrived(self, message: AbstractIncomingMessage) -> None:
        self._messages.append(message)
        self._arrival.set()

    async def take(self, limit: int, seconds: float) -> Sequence[Received]:
        """Raises ConnectionError when nothing can arrive any more, the queue being gone."""
        if not self._messages:
            self._arrival.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._arrival.wait(), seconds)
        if not self._messages and not self._is_consuming():
            raise ConnectionError("the consumer was cancelled")
        count = min(limit, len(self._messages))
        taken = [self._messages.popleft() for _ in range(count)]
        return [Received(message.body, message) for message in taken]

    def _is_consuming(self) -> bool:
        # A server that cancels a consumer says so once, and the client keeps it to itself.
        consumers: Any = getattr(self.channel.channel, "consumers", {})
        return not self.channel.is_closed and self._tag in consumers


class _Link:
    """One connection with one channel, made when needed, in a thread that runs its event loop."""

    def __init__(self, url: str, name: str) -> None:
        self._url = url
        self._name = name
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name=name)
        self._thread.start()

    def call(self, work: Callable[[AbstractChannel], Awaitable[T]]) -> T:
        """What `work` returns. Raises BrokerError; the connection is dropped then."""

        async def whole() -> T:
            return await work(await self._open_channel())

        try:
            return self._run(whole(), CONNECT_SECONDS + CALL_SECONDS)
        except _FAILURES as exc:
            # The kind only: an address that stands in a message has the password in it.
            logger.warning("connection to the broker dropped: %s", type(exc).__name__)
            self._drop()
            raise BrokerError() from None

    def close(self) -> None:
        """Ends the connection and the thread; closing once more does nothing."""
        if self._thread.is_alive():
            self._drop()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(CONNECT_SECONDS)
            self._loop.close()

    async def _open_channel(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            await self._disconnect()
            self._connection = await aio_pika.connect(
                self._url,
                timeout=CONNECT_SECONDS,
                client_properties={"connection_name": self._name},
            )
            channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
            await channel.set_qos(PREFETCH)
            for queue in (QUEUE, QUEUE + REFUSED):
                await channel.declare_queue(queue, durable=True, arguments=CLASSIC)
            self._channel = channel
        return self._channel

    def _drop(self) -> None:
        try:
            self._run(self._disconnect(), CONNECT_SECONDS)
        except _FAILURES as exc:
            logger.warning("connection to the broker not closed: %s", type(exc).__name__)

    async def _disconnect(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            await connection.close()

    def _run(self, coroutine: Coroutine[Any, Any, T], seconds: float) -> T:
        future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        try:
            return future.result(seconds)
        except concurrent.futures.TimeoutError:
            future.cancel()
            raise


async def _send(queue: str, bodies: Sequence[bytes], channel: AbstractChannel) -> None:
    """Returns when the broker has confirmed every message; one that no queue takes is an error."""
    await asyncio.gather(
        *(
            channel.default_exchange.publish(
                aio_pika.Message(
                    body,
                    content_type="application/json",
                    delivery_mode=DeliveryMode.PERSISTENT,
                ),
                routing_key=queue,
                mandatory=True,
                timeout=CALL_SECONDS,
            )
            for body in bodies
        )
    )
