"""Whether the action server is there: no turn is put off for a connection that broke."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from bot.channels.probe import FRESH_SECONDS, TRIES, Probe
from tests.ports import free_ports

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
ERROR = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
SHORT, LONG = 1.0, 60.0
"""Seconds a try may take: short where no answer comes, long where one does, on whatever machine."""


class ActionServer:
    """Does with each request what comes next in `acts`, and the last of them for ever after."""

    def __init__(self, *acts: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> None:
        self.acts = list(acts)
        self.asked = 0
        self.connections: list[asyncio.Task[None] | None] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(asyncio.current_task())
        with suppress(asyncio.IncompleteReadError):  # the caller has hung up
            while not writer.is_closing():
                await reader.readuntil(b"\r\n\r\n")
                self.asked += 1
                await self.acts[min(self.asked, len(self.acts)) - 1](writer)
        writer.close()
        await writer.wait_closed()


async def answer(writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


async def fail(writer: asyncio.StreamWriter) -> None:
    writer.write(ERROR)


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.close()


async def say_nothing(_writer: asyncio.StreamWriter) -> None:
    return


class Watch:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def probing(
    server: ActionServer, watch: Watch, patience: float = LONG
) -> AsyncIterator[Probe]:
    (port,) = free_ports(1)
    probe = Probe(f"http://127.0.0.1:{port}/health", patience, watch)
    async with await asyncio.start_server(server.talk, "127.0.0.1", port):
        try:
            yield probe
        finally:
            await probe.close()
            await asyncio.gather(*filter(None, server.connections))


async def test_a_connection_that_broke_while_it_was_kept_is_no_absence() -> None:
    server, watch = ActionServer(answer, hang_up, answer), Watch()
    async with probing(server, watch) as probe:
        assert await probe.answers()
        watch.seconds += FRESH_SECONDS
        assert await probe.answers()


async def test_one_answer_that_does_not_come_in_time_is_no_absence() -> None:
    async with probing(ActionServer(say_nothing, answer), Watch(), SHORT) as probe:
        assert await probe.answers()


@pytest.mark.parametrize("act", [fail, hang_up, say_nothing])
async def test_who_does_not_answer_a_second_time_either_is_away(
    act: Callable[[asyncio.StreamWriter], Awaitable[None]],
) -> None:
    server = ActionServer(act)
    async with probing(server, Watch(), SHORT if act is say_nothing else LONG) as probe:
        assert not await probe.answers()
    assert server.asked == TRIES


async def test_an_answer_holds_for_a_second_unless_it_is_forgotten() -> None:
    server, watch = ActionServer(answer), Watch()
    async with probing(server, watch) as probe:
        assert await probe.answers()
        watch.seconds += FRESH_SECONDS * 0.9
        assert await probe.answers()
        assert server.asked == 1
        probe.forget()
        assert await probe.answers()
    assert server.asked == 2


async def test_the_log_tells_once_when_it_goes_and_once_when_it_comes_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = ActionServer(*[fail] * TRIES * 2, answer)
    with caplog.at_level(logging.WARNING, "bot.channels.probe"):
        async with probing(server, Watch()) as probe:
            assert [await probe.answers() for _ in range(3)] == [False, False, True]
    assert caplog.messages == [
        "the action server does not answer: HTTP 503",
        "the action server answers again",
    ]


async def test_where_nobody_listens_it_is_away() -> None:
    (port,) = free_ports(1)
    probe = Probe(f"http://127.0.0.1:{port}/health")
    assert not await probe.answers()
    await probe.close()
