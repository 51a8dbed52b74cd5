"""What goes wrong on the day: the broker, the counter and the relay break down and come back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path

import aio_pika

from bot.analytics.brokers.names import QUEUE, REFUSED
from tests.campaign_day.player import Incident
from tests.rabbitmq import RabbitMq
from tests.stack import Stack


class Ordeal:
    """Breakdowns of one installation. `queue_files`: what the broker had on disk, a pile of facts
    that nobody had taken, while it was stopped."""

    def __init__(self, stack: Stack, broker: RabbitMq) -> None:
        self._stack = stack
        self._broker = broker
        self.queue_files: dict[str, bytes] = {}

    @property
    def incidents(self) -> Sequence[Incident]:
        """At which share of the visitors what happens."""
        return (
            (0.20, _in_thread(partial(self._stack.kill, "counter"))),
            (0.35, _in_thread(self._stop_broker)),
            (0.45, _in_thread(self._broker.start)),
            (0.50, _in_thread(partial(self._stack.launch, "counter"))),
            (0.60, _in_thread(partial(self._restart, "relay"))),
            (0.70, _in_thread(partial(self._restart, "counter"))),
            (0.80, _in_thread(self._crash_broker)),
            (0.90, _in_thread(partial(self._restart, "relay"))),
        )

    def waiting(self, queue: str) -> int:
        """How many messages a queue of the broker has to give."""
        return asyncio.run(waiting_in(self._broker.url, queue))

    def left(self) -> dict[str, int]:
        """What is in the broker's queues."""
        return {queue: self.waiting(queue) for queue in (QUEUE, QUEUE + REFUSED)}

    def _restart(self, name: str) -> None:
        self._stack.kill(name)
        self._stack.launch(name)

    def _stop_broker(self) -> None:
        self._broker.stop()
        self.queue_files = contents(self._broker.folder)

    def _crash_broker(self) -> None:
        self._broker.kill()
        self._broker.start()


def contents(*paths: Path) -> dict[str, bytes]:
    """Every file in folders, and files themselves, by path."""
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*"))]
    return {str(file): file.read_bytes() for file in files if file.is_file()}


def _in_thread(happen: Callable[[], None]) -> Callable[[], Awaitable[None]]:
    return partial(asyncio.to_thread, happen)


async def waiting_in(url: str, queue: str) -> int:
    """How many messages a queue of a broker has to give."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        declared = await channel.declare_queue(queue, passive=True)
        return int(declared.declaration_result.message_count or 0)
