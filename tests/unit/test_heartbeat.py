"""Processes that listen nowhere still show whether they are alive."""

from __future__ import annotations

import os
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from bot.errors import Unwell
from bot.launcher.heartbeat import FRESH, Heartbeats, Process

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
LOOPS = ["deliveries", "facts"]


def begun(folder: Path) -> Heartbeats:
    heartbeats = Heartbeats(folder / "heartbeat", Process.RELAY)
    heartbeats.begin(LOOPS)
    return heartbeats


def last_beat(folder: Path, loop: str, at: datetime) -> None:
    os.utime(folder / "heartbeat" / f"relay.{loop}", (at.timestamp(), at.timestamp()))


def test_a_process_whose_loops_all_turn_is_alive(tmp_path: Path) -> None:
    heartbeats = begun(tmp_path)
    for loop in LOOPS:
        last_beat(tmp_path, loop, NOW - FRESH)
    heartbeats.check(NOW)


def test_one_loop_that_stopped_is_named_whatever_the_others_do(tmp_path: Path) -> None:
    heartbeats = begun(tmp_path)
    last_beat(tmp_path, "deliveries", NOW)
    last_beat(tmp_path, "facts", NOW - FRESH - timedelta(seconds=1))
    with pytest.raises(Unwell, match="relay 停住了：facts。"):
        heartbeats.check(NOW)


def test_a_process_that_never_began_is_not_alive(tmp_path: Path) -> None:
    with pytest.raises(Unwell, match="relay 没有在运行"):
        Heartbeats(tmp_path / "heartbeat", Process.RELAY).check(NOW)
    begun(tmp_path)
    with pytest.raises(Unwell, match="counter 没有在运行"):
        Heartbeats(tmp_path / "heartbeat", Process.COUNTER).check(NOW)


def test_each_turn_of_a_loop_is_a_sign_of_life_and_waits_as_asked(tmp_path: Path) -> None:
    heartbeats = begun(tmp_path)
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return True

    last_beat(tmp_path, "facts", NOW - timedelta(days=365))
    assert heartbeats.beating("facts", wait)(0.5) is True
    assert waited == [0.5]
    age = (
        datetime.now(timezone.utc).timestamp()
        - (tmp_path / "heartbeat" / "relay.facts").stat().st_mtime
    )
    assert age < FRESH.total_seconds()


def test_a_loop_goes_on_where_no_sign_can_be_left(tmp_path: Path) -> None:
    gone = Heartbeats(tmp_path / "nowhere", Process.RELAY)
    assert gone.beating("facts", lambda _seconds: False)(0) is False


def test_loops_of_an_earlier_release_are_forgotten(tmp_path: Path) -> None:
    heartbeats = begun(tmp_path)
    (tmp_path / "heartbeat" / "relay.dropped").touch()
    last_beat(tmp_path, "dropped", NOW - timedelta(days=1))
    heartbeats.begin(LOOPS)
    for loop in LOOPS:
        last_beat(tmp_path, loop, NOW)
    heartbeats.check(NOW)
