"""A lock that threads get in the order in which they asked for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.storage.fair_lock import FairLock, NotInTime

LONG, NOT_LONG = 10.0, 0.01


def test_turns_come_in_the_order_in_which_they_were_asked_for() -> None:
    lock = FairLock()
    places = [lock.join() for _ in range(4)]
    for number, place in enumerate(places):
        assert [other.locked() for other in places[number:]] == [False, *[True] * (3 - number)]
        lock.leave(place)
    with lock.held(NOT_LONG):
        pass


def test_a_place_that_is_given_up_holds_up_nobody() -> None:
    lock = FairLock()
    first, impatient, third = (lock.join() for _ in range(3))
    lock.leave(impatient)
    assert third.locked()
    lock.leave(first)
    assert not third.locked()


def test_who_comes_first_while_giving_up_passes_the_turn_on() -> None:
    lock = FairLock()
    first, impatient, third = (lock.join() for _ in range(3))
    lock.leave(first)
    lock.leave(impatient)
    assert not third.locked()


def test_who_waits_too_long_is_told_and_leaves_the_line() -> None:
    lock = FairLock()
    with lock.held(LONG), pytest.raises(NotInTime), lock.held(NOT_LONG):
        pass
    with lock.held(NOT_LONG):
        pass


def test_an_error_gives_the_lock_back() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock.held(LONG):
        raise ZeroDivisionError
    with lock.held(NOT_LONG):
        pass


def test_one_thread_at_a_time_has_it() -> None:
    lock, inside, most = FairLock(), 0, 0

    def work(_: int) -> None:
        nonlocal inside, most
        with lock.held(LONG):
            inside += 1
            most = max(most, inside)
            inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(800)))
    assert most == 1
