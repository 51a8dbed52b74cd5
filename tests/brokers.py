"""A broker in memory. It passes the contract tests of the real ones."""

from __future__ import annotations

from collections.abc import Sequence

from bot.analytics.consumer import Received
from bot.analytics.fact import Fact, dumps
from bot.errors import BrokerError


class MemoryQueue:
    """What a broker holds: messages by number, the ones that were taken among them."""

    def __init__(self) -> None:
        self.messages: dict[int, bytes] = {}
        self.refused: list[bytes] = []
        self.is_away = False
        self._last = 0

    def put(self, body: bytes) -> None:
        self._last += 1
        self.messages[self._last] = body

    def check(self) -> None:
        if self.is_away:
            raise BrokerError()


class MemoryBroker:
    """The relay's side of a queue in memory."""

    def __init__(self, queue: MemoryQueue) -> None:
        self._queue = queue

    def publish(self, facts: Sequence[Fact]) -> None:
        self._queue.check()
        for fact in facts:
            self._queue.put(dumps(fact).encode())

    def close(self) -> None:
        """Has nothing to let go of."""


class MemorySource:
    """The counter's side; what it took and did not acknowledge comes again to another one."""

    def __init__(self, queue: MemoryQueue) -> None:
        self._queue = queue
        self._taken = 0

    def take(self, limit: int, _seconds: float) -> Sequence[Received]:
        self._queue.check()
        new = [number for number in self._queue.messages if number > self._taken][:limit]
        self._taken = max([self._taken, *new])
        return [Received(self._queue.messages[number], number) for number in new]

    def refuse(self, messages: Sequence[Received]) -> None:
        self._queue.check()
        self._queue.refused += [message.body for message in messages]

    def acknowledge(self, messages: Sequence[Received]) -> None:
        try:
            self._queue.check()
        except BrokerError:
            self._taken = 0
            raise
        last = messages[-1].handle
        for number in [number for number in self._queue.messages if number <= last]:
            del self._queue.messages[number]

    def close(self) -> None:
        self._taken = 0
