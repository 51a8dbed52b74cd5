"""The client against the echo, a real server on the loopback address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from benchmarks.customers import Unanswered, WebCustomer
from benchmarks.processes import resident_mb, seconds_to_first_answer
from benchmarks.processor import cpu_seconds
from benchmarks.wire import Connection
from tests.ports import free_ports
from tests.stack import ROOT

BYTES = 1500


@pytest.fixture(scope="module")
def echo() -> Iterator[str]:
    port = free_ports(1)[0]
    base = f"http://127.0.0.1:{port}/webhooks/echo/"
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.echo_server", str(port), str(BYTES)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert seconds_to_first_answer(lambda: server, lambda: WebCustomer(base), "您好") > 0
        yield base
    finally:
        server.kill()
        server.wait()


def test_the_echo_answers_with_as_many_bytes_as_it_was_told(echo: str) -> None:
    customer = WebCustomer(echo)
    first, second = customer.say("您好"), customer.say("再见")
    assert (first.size, second.size) == (BYTES, BYTES)
    assert first.ms > 0
    assert customer.twin().say("您好").texts == first.texts


def test_an_error_is_no_answer(echo: str) -> None:
    with pytest.raises(Unanswered, match="HTTP 400"):
        WebCustomer(echo).say("")


def test_a_connection_is_used_again(echo: str) -> None:
    connection = Connection(echo)
    before = connection.open()
    answer = connection.post("messages", {"text": "您好"}, {})
    assert json.loads(answer.body)["messages"]
    assert connection.open() is before
    connection.close()


def test_a_process_that_dies_is_no_slow_start(echo: str) -> None:
    dead = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
    dead.wait()
    with pytest.raises(RuntimeError, match="3"):
        seconds_to_first_answer(lambda: dead, lambda: WebCustomer(echo), "您好")


def test_memory_and_processor_time_of_a_process() -> None:
    assert resident_mb(os.getpid()) > 1
    assert cpu_seconds(os.getpid()) > 0
