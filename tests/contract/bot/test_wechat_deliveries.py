"""How often a message was delivered, counted over all processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy.engine import Engine

from bot.channels.wechat.deliveries import GAP, OLD_DELIVERIES, Deliveries
from tests.fakes import NOW

ME, OTHER = "wechat-1", "wechat-2"
HOUR = timedelta(hours=1)


@pytest.fixture
def deliveries(database_url: str, connect: Callable[[str], Engine]) -> Deliveries:
    return Deliveries(connect(database_url))


def test_deliveries_are_counted_for_each_message_and_follower(deliveries: Deliveries) -> None:
    assert [deliveries.claim(ME, "1", NOW).times for _ in range(3)] == [1, 2, 3]
    assert deliveries.claim(ME, "2", NOW).times == 1
    assert deliveries.claim(OTHER, "1", NOW).times == 1


def test_the_third_delivery_is_the_last(deliveries: Deliveries) -> None:
    claimed = [deliveries.claim(ME, "1", NOW) for _ in range(3)]
    assert [each.is_last(NOW) for each in claimed] == [False, False, True]


def test_a_delivery_that_comes_as_the_third_is_the_last_though_one_got_lost(
    deliveries: Deliveries,
) -> None:
    deliveries.claim(ME, "1", NOW)
    later = NOW + 2 * GAP
    again = deliveries.claim(ME, "1", later)
    assert (again.times, again.first_at, again.is_last(later)) == (2, NOW, True)


def test_what_a_message_was_answered_is_remembered(deliveries: Deliveries) -> None:
    assert deliveries.claim(ME, "1", NOW).answer is None
    deliveries.keep_answer(ME, "1", "第二段😀")
    assert deliveries.claim(ME, "1", NOW).answer == "第二段😀"
    assert deliveries.claim(OTHER, "1", NOW).answer is None


def test_deliveries_at_the_same_time_are_all_counted(
    database_url: str, connect: Callable[[str], Engine]
) -> None:
    processes = [Deliveries(connect(database_url)) for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        counted = list(pool.map(lambda each: each.claim(ME, "1", NOW).times, processes))
    assert sorted(counted) == [1, 2, 3, 4]


def test_old_deliveries_are_forgotten(deliveries: Deliveries) -> None:
    deliveries.claim(ME, "1", NOW - HOUR)
    deliveries.claim(ME, "2", NOW)
    assert OLD_DELIVERIES.purge(deliveries._engine, NOW) == 1
    assert deliveries.claim(ME, "1", NOW).times == 1
    assert deliveries.claim(ME, "2", NOW).times == 2
