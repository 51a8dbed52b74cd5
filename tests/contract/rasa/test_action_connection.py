"""Calls of actions share a connection, and one that breaks costs no turn."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import Any

import pytest
from aiohttp import ClientConnectorError

with warnings.catch_warnings():
    # Rasa's pinned packages are old; their deprecations are not ours to mend.
    warnings.simplefilter("ignore")
    from rasa.utils.endpoints import EndpointConfig

    from bot.rasa_ext.action_connection import keep_connected

from tests.ports import free_ports

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


class ActionServer:
    """Answers what comes; counts connections. Cuts the connection after `answers` of them, unsaid."""

    def __init__(self, answers: int) -> None:
        self.answers = answers
        self.connections: list[asyncio.Task[Any]] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.append(asyncio.current_task())
        try:
            for _ in range(self.answers):
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                writer.write(ANSWER)
            await reader.readuntil(b"\r\n\r\n")  # the next call has been sent when it breaks
        except asyncio.IncompleteReadError:
            pass
        writer.close()
        await writer.wait_closed()


def connections_of(
    calls: Callable[[EndpointConfig], Awaitable[None]], answers: int = 100, kept: bool = True
) -> int:
    """How many connections `calls` took."""

    async def run() -> int:
        (port,) = free_ports(1)
        server = ActionServer(answers)
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}")
        async with await asyncio.start_server(server.talk, "127.0.0.1", port):
            async with keep_connected(endpoint) if kept else nullcontext():
                await calls(endpoint)
            await asyncio.gather(*server.connections)
        return len(server.connections)

    return asyncio.run(run())


async def three_calls(endpoint: EndpointConfig) -> None:
    for _ in range(3):
        assert await endpoint.request(json={"next_action": "x"}, method="post") == {}


def test_calls_share_a_connection() -> None:
    assert connections_of(three_calls) == 1


def test_rasa_by_itself_connects_for_each_call() -> None:
    assert connections_of(three_calls, kept=False) == 3


def test_a_call_is_made_again_when_its_connection_breaks() -> None:
    assert connections_of(three_calls, answers=2) == 2


def test_a_server_that_is_not_there_is_said_to_be_away() -> None:
    async def call() -> None:
        (port,) = free_ports(1)
        endpoint = EndpointConfig(f"http://127.0.0.1:{port}")
        async with keep_connected(endpoint):
            with pytest.raises(ClientConnectorError):
                await endpoint.request(json={}, method="post")

    asyncio.run(call())
