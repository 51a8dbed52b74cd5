"""How much a visitor may ask for: even over time, a burst at most, danger always."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.limits import (
    LOOKS_A_MESSAGE,
    MOST_KEYS,
    MOST_POLLS,
    PATIENCE,
    PAUSE_SECONDS,
    Allowed,
    Limits,
    Rate,
    network_of,
)

ME, HERE = "web-1", "203.0.113.7"


def limits(messages: int = 3, of_address: int = 1000, sessions: int = 2) -> Limits:
    return Limits(Allowed(messages, of_address, sessions))


def test_a_burst_is_served_and_the_next_one_waits_its_share() -> None:
    rate = Rate(3, 60.0)
    assert [rate.wait("me", 0.0) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert rate.wait("me", 0.0) == pytest.approx(20.0)
    assert rate.wait("me", 19.0) == pytest.approx(1.0)
    assert rate.wait("me", 20.0) == 0.0


def test_somebody_else_has_a_share_of_their_own() -> None:
    rate = Rate(1, 60.0)
    assert rate.wait("me", 0.0) == 0.0
    assert rate.wait("you", 0.0) == 0.0
    assert rate.wait("me", 0.0) > 0.0


@given(st.integers(1, 50), st.lists(st.floats(0, 20), max_size=120))
def test_never_more_than_twice_the_count_in_one_period(count: int, steps: list[float]) -> None:
    rate, now, served = Rate(count, 60.0), 0.0, []
    for step in steps:
        now += step
        if rate.wait("me", now) == 0.0:
            served.append(now)
    for began in served:
        assert len([at for at in served if began <= at < began + 60.0]) <= 2 * count


def test_memory_does_not_grow_with_the_number_of_visitors() -> None:
    rate = Rate(1, 60.0)
    for number in range(MOST_KEYS + 10):
        rate.wait(number, 0.0)
    assert rate.wait(0, 0.0) == 0.0, "the first visitor was forgotten"
    assert rate.wait(MOST_KEYS, 0.0) > 0.0


def test_a_visitor_who_may_take_everything_again_is_forgotten() -> None:
    rate = Rate(2, 60.0)
    for number in range(1000):
        rate.wait(number, float(number))
    assert rate.remembered <= 31, "each is remembered for the half minute their message costs"


def test_who_has_to_wait_is_remembered_whoever_comes_meanwhile() -> None:
    rate = Rate(1, 60.0)
    rate.wait("me", 0.0)
    for second in range(1, 60):
        rate.wait(second, float(second))
    assert rate.wait("me", 59.0) == pytest.approx(1.0)


def test_danger_gets_through_when_ordinary_messages_do_not() -> None:
    visitor = limits(messages=2)
    assert [visitor.message(ME, HERE, 0.0, in_danger=False) for _ in range(2)] == [0.0, 0.0]
    assert visitor.message(ME, HERE, 0.0, in_danger=False) > 0
    assert visitor.message(ME, HERE, 0.0, in_danger=True) == 0.0


def test_danger_gets_through_during_a_pause_and_from_a_crowded_address() -> None:
    visitor = limits(messages=1, of_address=2)
    for _ in range(PATIENCE + 5):
        visitor.message(ME, HERE, 0.0, in_danger=False)
    assert visitor.message(ME, HERE, 1.0, in_danger=False) == pytest.approx(PAUSE_SECONDS, abs=2)
    assert visitor.message(ME, HERE, 1.0, in_danger=True) == 0.0
    assert visitor.message("web-2", HERE, 1.0, in_danger=True) == 0.0


def test_words_of_danger_in_many_sessions_are_limited_by_address() -> None:
    visitor = limits(messages=1, of_address=3)
    many = [f"web-{number}" for number in range(8)]
    served = [who for who in many if not visitor.message(who, HERE, 0.0, in_danger=True)]
    assert len(served) == 6, "as many as of all other messages, beside them"
    assert visitor.message("web-9", "203.0.113.8", 0.0, in_danger=True) == 0.0


def test_looks_for_news_are_limited_by_session_and_address() -> None:
    visitor = limits(messages=1, of_address=2)
    assert [visitor.look(ME, HERE, 0.0) for _ in range(LOOKS_A_MESSAGE)] == [0.0] * 4
    assert visitor.look(ME, HERE, 0.0) > 0.0
    assert [visitor.look("web-2", HERE, 0.0) for _ in range(LOOKS_A_MESSAGE)] == [0.0] * 4
    assert visitor.look("web-3", HERE, 0.0) > 0.0
    assert visitor.message(ME, HERE, 0.0, in_danger=False) == 0.0, "looking costs no message"


def test_of_many_polls_at_once_only_some_may_wait() -> None:
    visitor = limits()
    with ExitStack() as open_polls:
        waiting = [open_polls.enter_context(visitor.poll(ME)) for _ in range(MOST_POLLS + 1)]
        assert waiting == [True] * MOST_POLLS + [False]
        assert open_polls.enter_context(visitor.poll("web-2"))
    with visitor.poll(ME) as may_wait:
        assert may_wait


def test_who_hammers_on_has_to_pause_and_may_come_back_after_it() -> None:
    visitor = limits(messages=60)
    waits = [visitor.message(ME, HERE, 0.0, in_danger=False) for _ in range(60 + PATIENCE + 2)]
    assert waits[59] == 0.0
    assert 0 < waits[60] < 5
    assert waits[-1] == pytest.approx(PAUSE_SECONDS)
    assert visitor.message(ME, HERE, PAUSE_SECONDS + 1.0, in_danger=False) == 0.0


def test_a_second_pause_is_as_long_as_the_first() -> None:
    visitor = limits(messages=1)
    for _ in range(PATIENCE + 5):
        visitor.message(ME, HERE, 0.0, in_danger=False)
    again = 10 * PAUSE_SECONDS
    waits = [visitor.message(ME, HERE, again, in_danger=False) for _ in range(PATIENCE + 5)]
    assert waits[0] == 0.0
    assert waits[-1] == pytest.approx(PAUSE_SECONDS)


def test_sessions_are_counted_by_address() -> None:
    door = limits(sessions=2)
    assert [door.session(HERE, 0.0) for _ in range(2)] == [0.0, 0.0]
    assert door.session(HERE, 0.0) == pytest.approx(1800.0)
    assert door.session("203.0.113.8", 0.0) == 0.0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unknown", "unknown"),
    ],
)
def test_an_ipv6_customer_has_one_network_however_many_addresses(
    address: str, network: str
) -> None:
    assert network_of(address) == network
