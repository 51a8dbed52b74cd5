"""Whether a process is sent customers depends on that process alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.channels.counter import Counter
from tests.ports import free_ports


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    with Counter(tmp_path).open() as counter:
        yield counter


def status(counter: Counter, path: str) -> int:
    return requests.get(counter.web + path, timeout=10).status_code


def test_a_process_that_can_take_turns_is_ready(counter: Counter) -> None:
    answer = requests.get(counter.web + "ready", timeout=10)
    assert answer.status_code == 200
    assert answer.json() == {"checks": {"model": "ok", "action_server": "ok"}}


def test_a_journal_that_is_away_takes_no_process_out(counter: Counter, tmp_path: Path) -> None:
    (tmp_path / "journal.db").unlink()
    (tmp_path / "journal.db").mkdir()
    assert status(counter, "health") == 503
    assert status(counter, "ready") == 200


def test_a_process_without_its_action_server_is_not_ready(tmp_path: Path) -> None:
    (nobody,) = free_ports(1)
    with Counter(tmp_path, actions_port=nobody).open() as counter:
        answer = requests.get(counter.web + "ready", timeout=10)
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"model": "ok", "action_server": "动作服务没有响应"}
