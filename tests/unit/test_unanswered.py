"""A message whose turn failed gets its answer by itself, once, in order, and from one process."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.channels.transcript import Ages, Lease, Transcript, Unanswered
from bot.channels.unanswered import Sweeper
from bot.errors import ChannelError, StorageError, TurnFailed
from tests.unit.desk import Desk

AGES = Ages(youngest=timedelta(seconds=30), oldest=timedelta(hours=24))


def sweeper(desk: Desk, owner: str = "host:5005", batch: int = 20) -> Sweeper:
    async def run_again(message: Unanswered) -> object:
        return await desk.inbound.run_again(message, desk.assistant)

    async def is_ready() -> bool:
        return desk.ready

    return Sweeper(
        desk.transcript,
        run_again,
        owner=owner,
        now=desk.clock,
        is_ready=is_ready,
        interval=0,
        ages=AGES,
        batch=batch,
    )


async def left_unanswered(desk: Desk, *keys: str, sender: str = "web-1") -> None:
    """The assistant is away while a customer says what the keys are called."""
    desk.ready = False
    for key in keys:
        with pytest.raises(ChannelError):
            await desk.send(f"问{key}", key, sender=sender)
    desk.ready = True


def said(desk: Desk, sender: str = "web-1") -> list[str]:
    return [message.text for message in desk.transcript.after(sender, 0)]


async def test_an_unanswered_message_is_answered_once(desk: Desk) -> None:
    await left_unanswered(desk, "k1")
    desk.clock.forward(minutes=1)
    assert await sweeper(desk).sweep() == 1
    assert said(desk) == ["问k1", "您好"]
    assert await sweeper(desk).sweep() == 0
    assert [m.text for m in await desk.send("问k1", "k1")] == ["问k1", "您好"]
    assert len(desk.assistant.turns) == 1


async def test_a_message_the_customers_page_may_still_try_is_left_to_it(desk: Desk) -> None:
    await left_unanswered(desk, "k1")
    desk.clock.forward(seconds=29)
    assert await sweeper(desk).sweep() == 0
    desk.clock.forward(hours=24)
    assert await sweeper(desk).sweep() == 0
    assert desk.assistant.turns == []


async def test_messages_of_a_customer_are_answered_in_their_order(desk: Desk) -> None:
    await left_unanswered(desk, "k1", "k2", "k3")
    await left_unanswered(desk, "k4", sender="web-2")
    desk.clock.forward(minutes=1)
    while await sweeper(desk).sweep():
        pass
    turns = [(turn.sender_id, turn.key) for turn in desk.assistant.turns]
    assert [key for sender, key in turns if sender == "web-1"] == ["k1", "k2", "k3"]
    assert said(desk) == ["问k1", "问k2", "问k3", "您好", "您好", "您好"]
    assert said(desk, "web-2") == ["问k4", "您好"]


async def test_a_round_is_bounded(desk: Desk) -> None:
    for number in range(5):
        await left_unanswered(desk, "k", sender=f"web-{number}")
    desk.clock.forward(minutes=1)
    rounds = [await sweeper(desk, batch=2).sweep() for _ in range(4)]
    assert rounds == [2, 2, 1, 0]


async def test_a_message_followed_by_an_answered_one_is_left(desk: Desk) -> None:
    await left_unanswered(desk, "k1")
    await desk.send("在吗", "k2")
    desk.clock.forward(minutes=1)
    assert await sweeper(desk).sweep() == 0
    assert said(desk) == ["问k1", "在吗", "您好"]
    desk.clock.forward(hours=1)
    assert await sweeper(desk).sweep() == 0


async def test_while_the_assistant_is_away_nothing_is_put_off(desk: Desk) -> None:
    await left_unanswered(desk, "k1")
    desk.clock.forward(minutes=1)
    desk.ready = False
    for _ in range(10):
        assert await sweeper(desk).sweep() == 0
    desk.ready = True
    assert await sweeper(desk).sweep() == 1


async def test_a_message_that_fails_again_waits_longer_each_time(desk: Desk) -> None:
    await left_unanswered(desk, "k1")
    desk.clock.forward(minutes=1)
    desk.assistant.failures = [TurnFailed(), RuntimeError(), TurnFailed()]
    for seconds in (10, 20, 40):
        assert await sweeper(desk).sweep() == 0
        tried = len(desk.assistant.turns)
        desk.clock.forward(seconds=seconds - 1)
        assert await sweeper(desk).sweep() == 0
        assert len(desk.assistant.turns) == tried
        desk.clock.forward(seconds=1)
    assert await sweeper(desk).sweep() == 1
    assert len(desk.assistant.turns) == 4


async def test_of_two_processes_one_runs_it(desk: Desk) -> None:
    other = Desk(desk.transcript, owner="host:5006")
    await left_unanswered(desk, "k1")
    for each in (desk, other):
        each.clock.forward(minutes=1)
        each.assistant.go.clear()
    running = [
        asyncio.create_task(sweeper(desk).sweep()),
        asyncio.create_task(sweeper(other, "host:5006").sweep()),
    ]
    await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    for each in (desk, other):
        each.assistant.go.set()
    assert sum(await asyncio.gather(*running)) == 1
    assert len(desk.assistant.turns) + len(other.assistant.turns) == 1
    assert said(desk) == ["问k1", "您好"]


async def test_a_turn_cut_short_is_taken_up_by_the_process_started_again(desk: Desk) -> None:
    desk.assistant.go.clear()
    killed = asyncio.create_task(desk.send("你好"))
    await desk.stored(1)
    again, other = Desk(desk.transcript), Desk(desk.transcript, owner="host:5006")
    for each in (again, other):
        each.clock.forward(minutes=1)
    renewed = Lease("host:5005", other.clock() + timedelta(seconds=1))
    assert desk.transcript.renew("web-1", "k1", renewed)
    assert await sweeper(other, "host:5006").sweep() == 0, "it may still be running there"
    assert await sweeper(again).sweep() == 1
    assert said(desk) == ["你好", "您好"]
    desk.assistant.go.set()
    assert [m.text for m in await killed] == ["你好", "您好"], "a late second answer is dropped"
    assert said(desk) == ["你好", "您好"]


async def test_another_process_takes_over_when_the_lease_has_run_out(desk: Desk) -> None:
    desk.assistant.go.clear()
    killed = asyncio.create_task(desk.send("你好"))
    await desk.stored(1)
    other = Desk(desk.transcript, owner="host:5006")
    other.clock.forward(minutes=3)
    assert await sweeper(other, "host:5006").sweep() == 1
    desk.assistant.go.set()
    await killed


class Flaky(Transcript):
    """A database that is away the first time somebody looks for unanswered messages."""

    failures: list[Exception]

    def unanswered(self, *args: object, **kwargs: object) -> list[Unanswered]:
        if self.failures:
            raise self.failures.pop(0)
        return super().unanswered(*args, **kwargs)  # type: ignore[arg-type]


async def test_nothing_ends_the_sweeping(transcript: Transcript) -> None:
    flaky = Flaky(transcript._engine)
    flaky.failures = [StorageError(), RuntimeError("internal detail")]
    desk = Desk(flaky)
    await left_unanswered(desk, "k1")
    desk.clock.forward(minutes=1)
    sweeping = asyncio.create_task(sweeper(desk).run())
    assert [m.text for m in await desk.stored(2)] == ["问k1", "您好"]
    sweeping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sweeping
