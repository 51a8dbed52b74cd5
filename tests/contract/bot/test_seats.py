"""Seats: as many as there are places, one a person, taken together with the call-back or not at all."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import AlreadyBooked, JournalUnavailable, SlotFull
from bot.intake.callbacks import SqlCallbacks
from bot.intake.seats import OLD_SEATS, Booked, Seat, SqlSeats
from tests.contract.bot.booked import ENDS, HOUR, wish
from tests.fakes import NOW

DAY = timedelta(days=1)
SEAT = Seat("315-2027", "20270315-0900", 2)
Connect = Callable[[str], Engine]


def numbers(engine: Engine) -> list[int]:
    """The seats that are taken, in their order."""
    with engine.begin() as tx:
        return list(tx.execute(sa.text("SELECT seat FROM booking ORDER BY seat")).scalars())


def test_a_seat_is_taken_with_the_call_back(callbacks: SqlCallbacks, seats: SqlSeats) -> None:
    assert seats.taken(SEAT.campaign) == {}
    assert callbacks.record(wish(0), NOW, SEAT) == ENDS
    assert seats.taken(SEAT.campaign) == {SEAT.slot: 1}
    assert seats.of_sender("web-0") == [Booked(wish(0).id, SEAT.campaign, SEAT.slot, NOW, ENDS)]
    assert seats.taken("another") == {}


def test_without_a_seat_left_no_call_is_promised(callbacks: SqlCallbacks, seats: SqlSeats) -> None:
    for number in range(SEAT.places):
        callbacks.record(wish(number), NOW, SEAT)
    with pytest.raises(SlotFull):
        callbacks.record(wish(9), NOW, SEAT)
    assert callbacks.of_sender("web-9") == []
    callbacks.record(wish(9), NOW, replace(SEAT, slot="20270315-1000"))
    assert seats.taken(SEAT.campaign) == {SEAT.slot: 2, "20270315-1000": 1}


def test_a_person_books_once_in_a_campaign(callbacks: SqlCallbacks, seats: SqlSeats) -> None:
    callbacks.record(wish(0), NOW, SEAT)
    again = wish(0, id=UUID(int=77))
    with pytest.raises(AlreadyBooked):
        callbacks.record(again, NOW, replace(SEAT, slot="20270315-1000"))
    assert len(callbacks.of_sender("web-0")) == 1
    callbacks.record(again, NOW, replace(SEAT, campaign="another"))
    assert {one.campaign for one in seats.of_sender("web-0")} == {"315-2027", "another"}


def test_the_same_call_back_again_keeps_its_promise_and_its_one_seat(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    callbacks.record(wish(0), NOW, SEAT)
    later = wish(0, promised_by=ENDS + HOUR)
    assert callbacks.record(later, NOW + HOUR, replace(SEAT, places=0)) == ENDS
    assert numbers(engine) == [1]


def test_a_call_at_any_time_takes_no_seat(callbacks: SqlCallbacks, engine: Engine) -> None:
    callbacks.record(wish(0), NOW)
    assert numbers(engine) == []


def test_places_the_file_has_no_more_are_not_given_away(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    for number in range(4):
        callbacks.record(wish(number), NOW, replace(SEAT, places=4))
    with engine.begin() as tx:
        tx.execute(sa.text("DELETE FROM booking WHERE seat < 3"))
    with pytest.raises(SlotFull):
        callbacks.record(wish(9), NOW, replace(SEAT, places=2))
    callbacks.record(wish(9), NOW, replace(SEAT, places=3))
    assert numbers(engine) == [1, 3, 4]


def test_fifty_at_once_for_ten_places_get_exactly_ten(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    seat = replace(SEAT, places=10)

    def books(number: int) -> bool:
        try:
            callbacks.record(wish(number), NOW, seat)
        except SlotFull:
            return False
        return True

    with ThreadPoolExecutor(max_workers=50) as crowd:
        promised = list(crowd.map(books, range(50)))
    assert sum(promised) == 10
    assert numbers(engine) == list(range(1, 11))
    kept = [bool(callbacks.of_sender(f"web-{number}")) for number in range(50)]
    assert kept == promised


def test_one_confirmation_sent_many_times_at_once_takes_one_seat(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    with ThreadPoolExecutor(max_workers=10) as crowd:
        promised = list(crowd.map(lambda _: callbacks.record(wish(0), NOW, SEAT), range(10)))
    assert promised == [ENDS] * 10
    assert numbers(engine) == [1]


def test_one_person_on_many_devices_at_once_books_once(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    def books(number: int) -> bool:
        try:
            callbacks.record(wish(number, sender_id="web-0"), NOW, replace(SEAT, places=10))
        except AlreadyBooked:
            return False
        return True

    with ThreadPoolExecutor(max_workers=10) as crowd:
        assert sum(crowd.map(books, range(10))) == 1
    assert numbers(engine) == [1]


def test_who_is_forgotten_leaves_the_seat_taken(callbacks: SqlCallbacks, seats: SqlSeats) -> None:
    for number in range(SEAT.places):
        callbacks.record(wish(number), NOW, SEAT)
    assert seats.forget_sender("web-0") == 1
    assert seats.of_sender("web-0") == []
    assert len(seats.of_sender("web-1")) == 1
    assert seats.taken(SEAT.campaign) == {SEAT.slot: 2}


def test_who_is_forgotten_takes_no_second_seat(callbacks: SqlCallbacks, seats: SqlSeats) -> None:
    """Booking and deleting by turns would else take all of them from one conversation."""
    callbacks.record(wish(0), NOW, SEAT)
    seats.forget_sender("web-0")
    with pytest.raises(AlreadyBooked):
        callbacks.record(replace(wish(1), sender_id="web-0"), NOW, SEAT)
    assert seats.taken(SEAT.campaign) == {SEAT.slot: 1}
    assert seats.forget_sender("web-0") == 0


def test_a_seat_is_kept_until_its_time_is_over_however_early_the_call_was_handed_over(
    callbacks: SqlCallbacks, seats: SqlSeats, engine: Engine
) -> None:
    callbacks.record(wish(0), NOW, SEAT)
    entry = callbacks.claim("relay", NOW, HOUR)
    assert entry is not None
    callbacks.delivered(entry, NOW)
    assert OLD_SEATS.purge(engine, NOW + HOUR) == 0
    assert len(seats.of_sender("web-0")) == 1
    OLD_SEATS.purge(engine, ENDS)
    assert len(seats.of_sender("web-0")) == 1
    OLD_SEATS.purge(engine, ENDS + HOUR)
    assert seats.of_sender("web-0") == []


def test_without_a_database_nothing_is_known_of_seats(connect: Connect, tmp_path: object) -> None:
    seats = SqlSeats(connect(f"sqlite:///{tmp_path}/empty.db"))
    for ask in (lambda: seats.taken("a"), lambda: seats.of_sender("web-0")):
        with pytest.raises(JournalUnavailable):
            ask()
