"""How long a request waits for its turn, and what becomes of an answer that comes too late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.channels.inbound import Elsewhere
from bot.channels.transcript import Message
from bot.channels.wechat import texts
from bot.channels.wechat.message import Kind, WeChatMessage
from bot.channels.wechat.turns import SILENCE, Delivered, Patience, Said, Turns, when_free
from bot.errors import ChannelError

PATIENCE = Patience(answer=0.2, latest=0.3, gone=0.4)
TROUBLE = "请稍后再试"
ANSWER = Said(words="好")


class Bench:
    """Turns, and a piece of work that ends when it may."""

    def __init__(self, *, follow: bool) -> None:
        self.late: list[tuple[str, Said]] = []
        self.brought = asyncio.Event()
        self.may_end = asyncio.Event()
        self.runs = 0
        self.turns = Turns(PATIENCE, self._bring, answers_follow=follow, trouble=TROUBLE)

    async def _bring(self, delivered: Delivered, said: Said) -> None:
        self.late.append((delivered.key, said))
        self.brought.set()

    async def work(self) -> Said:
        self.runs += 1
        await self.may_end.wait()
        return ANSWER

    async def deliver(self, key: str = "1", *, is_last: bool = False) -> Said:
        return await self.turns.wait(delivery(key, is_last=is_last), self.work)


def delivery(key: str = "1", *, is_last: bool = False) -> Delivered:
    message = WeChatMessage("o", "gh", 0, Kind.TEXT, key)
    return Delivered("wechat-1", message, is_last, asyncio.get_running_loop().time())


def took(began: float) -> float:
    return asyncio.get_running_loop().time() - began


async def test_an_answer_in_time_is_given() -> None:
    bench = Bench(follow=True)
    bench.may_end.set()
    assert await bench.deliver() == ANSWER
    assert bench.late == []


async def test_all_deliveries_wait_on_one_turn() -> None:
    bench = Bench(follow=True)
    waiting = [asyncio.create_task(bench.deliver()) for _ in range(3)]
    await asyncio.sleep(0)
    bench.may_end.set()
    assert await asyncio.gather(*waiting) == [ANSWER] * 3
    assert bench.runs == 1


async def test_a_late_answer_is_brought_once_though_several_gave_up() -> None:
    bench = Bench(follow=True)
    assert await asyncio.gather(bench.deliver(), bench.deliver()) == [SILENCE] * 2
    bench.may_end.set()
    await bench.brought.wait()
    await bench.turns.close()
    assert bench.late == [("1", ANSWER)]


async def test_without_messages_of_our_own_a_delivery_is_held_until_the_platform_has_gone() -> None:
    bench = Bench(follow=False)
    began = asyncio.get_running_loop().time()
    assert await bench.deliver() == SILENCE
    assert took(began) > PATIENCE.latest
    assert bench.late == [], "the platform asks again"
    await bench.turns.close()


async def test_the_last_delivery_says_what_to_do_in_time() -> None:
    bench = Bench(follow=False)
    held = asyncio.create_task(bench.deliver())
    await asyncio.sleep(0)
    assert await bench.deliver(is_last=True) == Said(words=texts.STILL_WORKING)
    assert not held.done(), "the platform has not gone yet"
    bench.may_end.set()
    await bench.brought.wait()
    assert bench.late == [("1", ANSWER)]
    await held


async def test_a_request_that_is_broken_off_does_not_end_its_turn() -> None:
    bench = Bench(follow=True)
    broken_off = asyncio.create_task(bench.deliver())
    await asyncio.sleep(0)
    broken_off.cancel()
    again = asyncio.create_task(bench.deliver())
    await asyncio.sleep(0)
    bench.may_end.set()
    assert await again == ANSWER
    assert bench.runs == 1


async def test_what_fails_as_it_should_not_is_a_sentence() -> None:
    bench = Bench(follow=True)

    async def broken() -> Said:
        raise RuntimeError("internal detail")

    assert await bench.turns.wait(delivery(), broken) == Said(words=TROUBLE)


async def test_a_turn_of_another_process_is_waited_for() -> None:
    outcomes: list[Callable[[], list[Message]]] = [_elsewhere, _elsewhere, list]

    async def turn() -> list[Message]:
        return outcomes.pop(0)()

    assert await when_free(turn) == []
    assert outcomes == []


async def test_a_turn_that_cannot_be_run_is_not_tried_again_here() -> None:
    tries = []

    async def turn() -> list[Message]:
        tries.append(1)
        raise ChannelError(503, "busy", "忙")

    failing: Awaitable[list[Message]] = when_free(turn)
    with pytest.raises(ChannelError):
        await failing
    assert len(tries) == 1


def _elsewhere() -> list[Message]:
    raise Elsewhere(503, "busy", "忙")
