"""The cursor of the case store's events: durable, and never going back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.engine import Engine

from bot.errors import JournalUnavailable
from bot.intake.feed import SqlFeed

Connect = Callable[[str], Engine]


def test_it_begins_at_nothing_and_goes_on_where_it_stopped(
    database_url: str, connect: Connect
) -> None:
    feed = SqlFeed(connect(database_url))
    assert feed.cursor() == 0
    feed.advance(7)
    feed.advance(2**40)
    assert SqlFeed(connect(database_url)).cursor() == 2**40


def test_a_slower_relay_does_not_move_it_back(database_url: str, connect: Connect) -> None:
    feed = SqlFeed(connect(database_url))
    feed.advance(7)
    feed.advance(3)
    assert feed.cursor() == 7


def test_relays_at_the_same_time_leave_the_furthest(database_url: str, connect: Connect) -> None:
    feed = SqlFeed(connect(database_url))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(feed.advance, (3, 9, 5, 1, 8, 2)))
    assert feed.cursor() == 9


def test_a_read_only_database_is_said_so(read_only_url: str, connect: Connect) -> None:
    with pytest.raises(JournalUnavailable):
        SqlFeed(connect(read_only_url)).advance(1)
