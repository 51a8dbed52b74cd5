"""An `Inbound` with an assistant that answers, fails or waits as told."""

from __future__ import annotations

import asyncio
import time

import pytest
from prometheus_client import CollectorRegistry

from bot.channels.inbound import Inbound, Incoming, TurnInput
from bot.channels.leases import Pause
from bot.channels.talks import Talks
from bot.channels.transcript import Message, Reply, Transcript
from bot.errors import ChannelError
from bot.handover.store import SqlHandovers
from bot.metrics.turns import Turns
from tests.fakes import Clock
from tests.samples import sealer


class Assistant:
    """Stands for Rasa: counts its turns, answers, fails or waits as told."""

    def __init__(self) -> None:
        self.turns: list[TurnInput] = []
        self.replies = [Reply("您好")]
        self.failures: list[Exception] = []
        self.began = asyncio.Event()
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self, turn: TurnInput) -> list[Reply]:
        self.turns.append(turn)
        self.began.set()
        await self.go.wait()
        if self.failures:
            raise self.failures.pop(0)
        return self.replies


class Desk:
    """An `Inbound` with its surroundings."""

    def __init__(
        self,
        transcript: Transcript,
        turn_timeout: float = 10.0,
        owner: str = "host:5005",
        pause: Pause = asyncio.sleep,
    ) -> None:
        self.transcript, self.assistant, self.ready = transcript, Assistant(), True
        self.clock = Clock()
        self.registry = CollectorRegistry()
        self.handovers = SqlHandovers(transcript._engine, sealer())
        self.talks = Talks(self.handovers, transcript, hotline="95588", now=self.clock)
        self.inbound = Inbound(
            transcript,
            sealer(),
            hotline="95588",
            hotline_hours="全天",
            turn_timeout=turn_timeout,
            now=self.clock,
            is_ready=self._is_ready,
            owner=owner,
            talks=self.talks,
            turns=Turns(self.registry),
            pause=pause,
        )

    async def _is_ready(self) -> bool:
        return self.ready

    async def send(
        self, text: str, key: str = "k1", payload: str | None = None, sender: str = "web-1"
    ) -> list[Message]:
        return await self.inbound.handle(Incoming(sender, key, text, payload), self.assistant)

    async def refused(self, text: str, key: str = "k1") -> ChannelError:
        with pytest.raises(ChannelError) as caught:
            await self.send(text, key)
        return caught.value

    async def stored(self, count: int) -> list[Message]:
        """The conversation once it has `count` messages."""
        deadline = time.monotonic() + 60
        while True:
            is_last = time.monotonic() >= deadline
            found = self.transcript.after("web-1", 0)
            if len(found) >= count or is_last:
                return found
            await asyncio.sleep(0.01)

    async def idle(self) -> None:
        """Once no turn runs any more."""
        if running := set(self.inbound._running.values()):
            await asyncio.wait(running)
