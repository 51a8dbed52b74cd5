"""The load of a soak: who comes, what they say, how steadily, and how processes are looked at."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from benchmarks.soak import sampling
from benchmarks.soak.conversations import Conversation, Kind, conversations
from benchmarks.soak.load import Pace, beside

SCENE = "hall"


def some(count: int = 600, seed: int = 1) -> list[Conversation]:
    return list(islice(conversations(seed, SCENE), count))


def test_the_same_seed_brings_the_same_customers() -> None:
    assert some() == some()
    assert some() != some(seed=2)


def test_everybody_is_somebody_new() -> None:
    assert len({each.number for each in some()}) == 600


def test_everything_a_customer_can_do_is_done() -> None:
    assert {step.kind for each in some() for step in each.steps} == set(Kind)


def test_only_the_platform_pushes_again() -> None:
    pushed = Counter(each.channel for each in some() for step in each.steps if step.times > 1)
    assert set(pushed) == {"wechat"}


def test_a_complaint_must_end_with_a_reference_and_some_are_left_half_way() -> None:
    openings = [e for e in some() if e.steps[0].words.startswith("我要投诉")]
    finished = [e for e in openings if any(step.hears == "TS" for step in e.steps)]
    assert 0 < len(finished) < len(openings)


def test_slots_come_at_a_steady_rate() -> None:
    pace = Pace(10.0, lambda: 0.0)
    assert [pace.wait() for _ in range(3)] == pytest.approx([0.0, 0.1, 0.2])


def test_a_long_pause_is_not_made_up_for_by_a_burst() -> None:
    now = [0.0]
    pace = Pace(10.0, lambda: now[0])
    pace.wait()
    now[0] = 60.0
    due_at_once = sum(pace.wait() == 0.0 for _ in range(100))
    assert due_at_once <= 11, "what was due in the last second"


def test_files_and_connections_of_a_process_are_counted(tmp_path: Path) -> None:
    gc.collect()  # what other tests left open may be closed now, and not while it is counted
    before = sampling.process(os.getpid())
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname()),
        (tmp_path / "open").open("w"),
    ):
        during = sampling.process(os.getpid())
    assert during.files == before.files + 3
    assert during.connections == before.connections + 1, "a listener is no connection"
    assert 0 < during.own <= during.rss
    assert during.threads >= 1
    assert during.cpu_seconds > 0


def test_databases_and_logs_are_sized_by_name(tmp_path: Path) -> None:
    for name, size in (("a.db", 3), ("a.db-wal", 5), ("b.log", 7), ("c.txt", 11)):
        (tmp_path / name).write_bytes(b"x" * size)
    assert sampling.sizes(tmp_path) == {"a.db": 3, "a.db-wal": 5, "b.log": 7}


async def until_told(enough: asyncio.Event) -> None:
    await enough.wait()


async def test_what_is_measured_under_load_is_given_once_everybody_has_left() -> None:
    left = []

    async def load(enough: asyncio.Event) -> None:
        await enough.wait()
        left.append("everybody")

    async def measured() -> str:
        await asyncio.sleep(0)
        assert not left
        return "figures"

    assert await beside(load, measured()) == "figures"
    assert left == ["everybody"]


async def test_a_load_that_comes_to_grief_is_told_at_once() -> None:
    async def broken(_enough: asyncio.Event) -> None:
        raise ConnectionError("nobody is there")

    async def for_ever() -> None:
        await asyncio.Event().wait()

    with pytest.raises(ConnectionError, match="nobody"):
        await asyncio.wait_for(beside(broken, for_ever()), 5)


async def test_a_measurement_that_fails_ends_the_load() -> None:
    async def failing() -> None:
        raise ValueError("no such process")

    with pytest.raises(ValueError, match="no such"):
        await asyncio.wait_for(beside(until_told, failing()), 5)
