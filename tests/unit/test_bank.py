"""A system of the bank that hangs keeps only those waiting who ask for it, and not too many."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextvars import ContextVar

import pytest

from actions.bank import Line
from bot.errors import NotFound, Retryable

AT_ONCE = 2


class Hanging:
    """A system that answers when it is let."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked = threading.Semaphore(0)

    def status(self, reference: str) -> str:
        self.asked.release()
        self.go.wait()
        return f"status of {reference}"

    async def is_asked(self) -> None:
        await asyncio.to_thread(self.asked.acquire)


@pytest.fixture
async def system() -> AsyncIterator[Hanging]:
    hanging = Hanging()
    yield hanging
    hanging.go.set()


async def waiting(line: Line, system: Hanging, count: int) -> list[asyncio.Task[str]]:
    calls = [asyncio.create_task(line.ask(system.status, f"TS{n}")) for n in range(count)]
    for _ in calls:
        await system.is_asked()
    return calls


async def test_everybody_gets_the_answer_to_their_own_question(system: Hanging) -> None:
    calls = await waiting(Line(AT_ONCE), system, AT_ONCE)
    system.go.set()
    assert await asyncio.gather(*calls) == ["status of TS0", "status of TS1"]


async def test_one_too_many_is_told_at_once_that_it_cannot_be_reached(system: Hanging) -> None:
    line = Line(AT_ONCE)
    calls = await waiting(line, system, AT_ONCE)
    with pytest.raises(Retryable):
        await line.ask(system.status, "TS9")
    system.go.set()
    await asyncio.gather(*calls)
    assert await line.ask(system.status, "TS9") == "status of TS9"


async def test_a_customer_who_is_gone_counts_until_their_call_has_ended(system: Hanging) -> None:
    line = Line(AT_ONCE)
    calls = await waiting(line, system, AT_ONCE)
    for call in calls:
        call.cancel()
    await asyncio.wait(calls)
    with pytest.raises(Retryable):
        await line.ask(system.status, "TS9")


async def test_what_the_system_says_is_wrong_comes_through() -> None:
    def refuse() -> None:
        raise NotFound()

    line = Line(1)
    for _ in range(2):
        with pytest.raises(NotFound):
            await line.ask(refuse)


async def test_the_id_of_the_request_goes_along() -> None:
    request: ContextVar[str] = ContextVar("request")
    request.set("r-1")
    assert await Line(1).ask(request.get) == "r-1"
