"""Which requests were seen, shared by processes, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.channels.wechat.guard import MEMORY, Guard
from bot.errors import StorageError
from tests.fakes import NOW

Connect = Callable[[str], Engine]
FIRST, OTHER = b"<xml>1</xml>", b"<xml>2</xml>"


def remembered(engine: Engine) -> int:
    with engine.begin() as tx:
        return int(tx.execute(sa.text("SELECT count(*) FROM wechat_nonce")).scalar_one())


def test_a_request_is_let_in_again_with_the_same_body_only(engine: Engine) -> None:
    guard = Guard(engine)
    assert guard.admits("1", "n", FIRST, NOW)
    assert guard.admits("1", "n", FIRST, NOW)
    assert not guard.admits("1", "n", OTHER, NOW)
    assert guard.admits("1", "n", FIRST, NOW)


def test_another_moment_or_nonce_is_another_request(engine: Engine) -> None:
    guard = Guard(engine)
    assert guard.admits("1", "12", FIRST, NOW)
    assert guard.admits("11", "2", OTHER, NOW)
    assert guard.admits("1", "3", OTHER, NOW)


def test_what_another_process_saw_counts(database_url: str, connect: Connect) -> None:
    here, there = Guard(connect(database_url)), Guard(connect(database_url))
    assert here.admits("1", "n", FIRST, NOW)
    assert not there.admits("1", "n", OTHER, NOW)


def test_of_many_bodies_at_once_one_gets_in(database_url: str, connect: Connect) -> None:
    guards = [Guard(connect(database_url)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        let_in = pool.map(
            lambda number: guards[number].admits("1", "n", b"%d" % number, NOW), range(4)
        )
    assert sum(let_in) == 1


def test_old_requests_are_forgotten(engine: Engine) -> None:
    guard = Guard(engine)
    guard.admits("1", "n", FIRST, NOW)
    guard.admits("2", "n", FIRST, NOW + MEMORY)
    assert remembered(engine) == 2
    guard.admits("3", "n", FIRST, NOW + 2 * MEMORY + timedelta(seconds=1))
    assert remembered(engine) == 1


def test_a_database_that_is_away_is_said_so(connect: Connect) -> None:
    with pytest.raises(StorageError):
        Guard(connect("sqlite://")).admits("1", "n", FIRST, NOW)
