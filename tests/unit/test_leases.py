"""Who runs a customer's turns: renewed while a turn runs, over soon after its process has died."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.channels.leases import LEASE, RENEWED_EVERY, LeaseLost, Leases
from bot.channels.transcript import Lease, Standing, Transcript
from bot.errors import StorageError
from tests.fakes import Clock
from tests.unit.desk import Desk

ME, KEY = "web-1", "k1"
HERE, THERE = "host:5005", "host:5006"


class Steps:
    """Time that passes in pauses only; the turn ends at the pause `turn_ended_by`."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.began = clock, clock()
        self.turn = asyncio.Event()
        self.turn_ended_by = 1000
        self.taken = 0

    async def pause(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)
        self.taken += 1
        if self.taken >= self.turn_ended_by:
            self.turn.set()
        await asyncio.sleep(0)

    @property
    def passed(self) -> timedelta:
        return self.clock() - self.began


class Counting(Transcript):
    """Counts renewals; the next `failures` of them fail."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.renewals, self.failures = 0, 0

    def renew(self, sender_id: str, key: str, lease: Lease) -> bool:
        self.renewals += 1
        if self.renewals <= self.failures:
            raise StorageError()
        return super().renew(sender_id, key, lease)


class Running:
    """A turn that has been begun here; it ends when it is told to."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = Counting(transcript._engine)
        self.clock = Clock()
        self.steps = Steps(self.clock)
        self.leases = Leases(self.transcript, HERE, self.clock, self.steps.pause)
        self.was_stopped_after: timedelta | None = None

    async def run(self) -> str:
        lease = self.leases.new()
        assert self.begin(lease, self.clock()) is Standing.OURS
        return await self.leases.held(ME, KEY, lease, self._turn())

    def begin(self, lease: Lease, now: datetime) -> Standing:
        return self.transcript.begin(ME, KEY, "你好", "sealed", lease, now)

    def others_try(self) -> Standing:
        return self.begin(Lease(THERE, self.clock() + LEASE), self.clock())

    async def _turn(self) -> str:
        try:
            await self.steps.turn.wait()
        except asyncio.CancelledError:
            self.was_stopped_after = self.steps.passed
            raise
        return "done"


@pytest.fixture
def running(transcript: Transcript) -> Running:
    return Running(transcript)


async def test_a_long_turn_keeps_its_lease_until_it_ends(running: Running) -> None:
    running.steps.turn_ended_by = 20
    assert await running.run() == "done"
    assert running.steps.passed > 3 * LEASE
    assert running.others_try() is Standing.ELSEWHERE


async def test_a_short_turn_costs_no_renewal(running: Running) -> None:
    running.leases = Leases(running.transcript, HERE, running.clock)  # pauses are real seconds
    running.steps.turn.set()
    assert await running.run() == "done"
    assert running.transcript.renewals == 0


async def test_a_turn_that_others_have_taken_is_stopped(running: Running) -> None:
    turn = asyncio.create_task(running.run())
    await asyncio.sleep(0)
    running.clock.forward(minutes=1)  # as if the whole process had stood still
    assert running.others_try() is Standing.OURS
    with pytest.raises(LeaseLost):
        await turn
    assert running.was_stopped_after is not None


async def test_without_storage_a_turn_is_stopped_before_others_may_run_it(
    running: Running,
) -> None:
    running.transcript.failures = 1000
    with pytest.raises(LeaseLost):
        await running.run()
    assert running.was_stopped_after is not None
    assert RENEWED_EVERY < running.was_stopped_after < LEASE


async def test_storage_that_is_away_for_a_moment_stops_no_turn(running: Running) -> None:
    running.transcript.failures = 2
    running.steps.turn_ended_by = 10
    assert await running.run() == "done"
    assert running.transcript.renewals > 2


async def test_a_turn_that_fails_says_why(running: Running) -> None:
    async def failing() -> str:
        raise RuntimeError("of its own")

    lease = running.leases.new()
    running.begin(lease, running.clock())
    with pytest.raises(RuntimeError, match="of its own"):
        await running.leases.held(ME, KEY, lease, failing())


async def test_a_customer_whose_turn_was_stopped_is_asked_to_wait(transcript: Transcript) -> None:
    taken = asyncio.Event()

    async def pause(_seconds: float) -> None:
        await taken.wait()

    desk = Desk(transcript, pause=pause)
    desk.assistant.go.clear()
    asking = asyncio.create_task(desk.refused("你好"))
    await desk.assistant.began.wait()
    later = desk.clock() + LEASE
    again = transcript.resume(ME, KEY, Lease(THERE, later + LEASE), later)
    assert again is Standing.OURS
    taken.set()
    assert (await asking).status == 503
    assert transcript.resume(ME, KEY, Lease(HERE, later + LEASE), later) is Standing.ELSEWHERE
