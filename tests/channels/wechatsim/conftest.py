"""A simulator with an account's server that echoes, and calls of the platform's interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests

from tests.channels.wechatsim.echo import EchoServer, echoing
from wechatsim import Account, Mode, Platform, Simulator, running

Calls = Callable[..., Any]


@pytest.fixture
def mode() -> Mode:
    return Mode.ENCRYPTED


@pytest.fixture
def patience() -> float:
    """How long the platform waits for an answer; nobody misses it, on however slow a machine."""
    return 30.0


@pytest.fixture
def server() -> EchoServer:
    return EchoServer()


@pytest.fixture
def sim(server: EchoServer, mode: Mode, patience: float) -> Iterator[Simulator]:
    with echoing(server) as url:
        server.account = replace(Account.generated(), mode=mode, server_url=url)
        with running(Platform(server.account, patience=patience)) as simulator:
            yield simulator


@pytest.fixture
def call(sim: Simulator) -> Calls:
    """Posts JSON to a path of the interface with a token that works, or with `token`."""

    def post(path: str, body: Any, token: str | None = None) -> Any:
        given = {"access_token": token or sim.platform.tokens.stable()[0]}
        url = f"{sim.url}/cgi-bin/{path}"
        return requests.post(url, params=given, json=body, timeout=10).json()

    return post


@pytest.fixture
def send(call: Calls) -> Calls:
    """Sends a customer-service text; the errcode."""

    def text(openid: str, content: str = "hello", token: str | None = None) -> int:
        order = {"touser": openid, "msgtype": "text", "text": {"content": content}}
        return int(call("message/custom/send", order, token)["errcode"])

    return text
