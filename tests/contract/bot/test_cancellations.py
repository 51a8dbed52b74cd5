"""Cancelled bookings: the seat is free and the bank will hear, both or neither, and once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from bot.errors import AlreadyBooked, JournalUnavailable, SlotFull
from bot.intake.bootstrap import callback_reference
from bot.intake.callbacks import SqlCallbacks
from bot.intake.cancellations import CALLBACK_CANCEL, Cancellation, SqlCancellations
from bot.intake.seats import Seat, SqlSeats
from tests.contract.bot.booked import ENDS, HOUR, wish
from tests.fakes import NOW

NINE = Seat("315-2027", "20270315-0900", 1)
TEN = replace(NINE, slot="20270315-1000")
Connect = Callable[[str], Engine]


MINE = Cancellation(wish(0).id, "web", "web-0")
MOVED = wish(0, id=UUID(int=77), asked_at=NOW + HOUR)


@pytest.fixture
def cancellations(engine: Engine) -> SqlCancellations:
    return SqlCancellations(engine, callback_reference)


def test_the_seat_is_free_for_somebody_else_and_for_the_same_customer(
    callbacks: SqlCallbacks, seats: SqlSeats, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    assert cancellations.record(MINE, NOW + HOUR)
    assert seats.of_sender("web-0") == []
    callbacks.record(wish(1), NOW + HOUR, NINE)
    callbacks.record(MOVED, NOW + HOUR, TEN)
    assert seats.taken(NINE.campaign) == {NINE.slot: 1, TEN.slot: 1}


def test_the_bank_hears_of_it_after_the_call_itself_and_under_its_reference(
    callbacks: SqlCallbacks, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    cancellations.record(MINE, NOW + HOUR)
    assert cancellations.claim("relay", NOW + HOUR, HOUR) is None
    asked = callbacks.claim("relay", NOW + HOUR, HOUR)
    assert asked is not None
    callbacks.delivered(asked, NOW + HOUR)
    told = cancellations.claim("relay", NOW + HOUR, HOUR)
    assert told is not None
    assert (told.kind, told.reference) == (CALLBACK_CANCEL, asked.reference)
    assert told.payload == {"id": str(MINE.callback), "at": (NOW + HOUR).isoformat()}


def test_again_or_by_somebody_else_nothing_is_cancelled(
    callbacks: SqlCallbacks, seats: SqlSeats, cancellations: SqlCancellations
) -> None:
    assert not cancellations.record(MINE, NOW)
    callbacks.record(wish(0), NOW, NINE)
    assert not cancellations.record(replace(MINE, sender_id="web-1"), NOW)
    assert len(seats.of_sender("web-0")) == 1
    assert cancellations.record(MINE, NOW)
    assert not cancellations.record(MINE, NOW)
    assert len(cancellations.waiting(10)) == 1


def test_pressed_many_times_at_once_it_is_cancelled_once(
    callbacks: SqlCallbacks, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    with ThreadPoolExecutor(max_workers=10) as crowd:
        assert sum(crowd.map(lambda _: cancellations.record(MINE, NOW), range(10))) == 1
    assert len(cancellations.waiting(10)) == 1


def test_what_was_cancelled_is_known(
    callbacks: SqlCallbacks, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    callbacks.record(wish(1), NOW, TEN)
    cancellations.record(MINE, NOW)
    assert cancellations.of([str(wish(0).id), str(wish(1).id)]) == {str(wish(0).id)}


def test_a_booking_is_moved_in_one_go(
    callbacks: SqlCallbacks, seats: SqlSeats, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    callbacks.record(MOVED, NOW + HOUR, TEN, instead_of=wish(0).id)
    assert [(one.callback, one.slot) for one in seats.of_sender("web-0")] == [(MOVED.id, TEN.slot)]
    assert seats.taken(NINE.campaign) == {TEN.slot: 1}
    assert cancellations.of([str(wish(0).id)]) == {str(wish(0).id)}


def test_the_old_seat_is_kept_when_the_new_time_is_full(
    callbacks: SqlCallbacks, seats: SqlSeats, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    callbacks.record(wish(1), NOW, TEN)
    with pytest.raises(SlotFull):
        callbacks.record(MOVED, NOW + HOUR, TEN, instead_of=wish(0).id)
    assert [one.slot for one in seats.of_sender("web-0")] == [NINE.slot]
    assert len(callbacks.of_sender("web-0")) == 1
    assert cancellations.of([str(wish(0).id)]) == set()


def test_a_move_confirmed_again_changes_nothing(
    callbacks: SqlCallbacks, seats: SqlSeats, cancellations: SqlCancellations
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    for _ in range(2):
        assert callbacks.record(MOVED, NOW + HOUR, TEN, instead_of=wish(0).id) == ENDS
    assert seats.taken(NINE.campaign) == {TEN.slot: 1}
    assert len(cancellations.waiting(10)) == 1


def test_a_move_of_somebody_elses_booking_takes_nothing_from_them(
    callbacks: SqlCallbacks, seats: SqlSeats
) -> None:
    callbacks.record(wish(0), NOW, NINE)
    callbacks.record(wish(1), NOW, TEN)
    other = replace(MOVED, sender_id="web-1")
    with pytest.raises(AlreadyBooked):
        callbacks.record(other, NOW, replace(NINE, slot="20270315-1100"), instead_of=wish(0).id)
    assert seats.taken(NINE.campaign) == {NINE.slot: 1, TEN.slot: 1}


def test_a_free_seat_of_many_changers_is_given_away_once(
    callbacks: SqlCallbacks, engine: Engine
) -> None:
    for number in range(8):
        callbacks.record(wish(number), NOW, replace(NINE, places=8))

    def moves(number: int) -> bool:
        moved = wish(number, id=UUID(int=100 + number))
        try:
            callbacks.record(moved, NOW, replace(TEN, places=3), instead_of=wish(number).id)
        except SlotFull:
            return False
        return True

    with ThreadPoolExecutor(max_workers=8) as crowd:
        assert sum(crowd.map(moves, range(8))) == 3
    with engine.begin() as tx:
        assert tx.execute(sa.text("SELECT count(*) FROM booking")).scalar() == 8
        assert tx.execute(sa.text("SELECT count(*) FROM cancellation")).scalar() == 3


def test_without_a_database_nothing_is_cancelled(connect: Connect, tmp_path: Path) -> None:
    away = SqlCancellations(connect(f"sqlite:///{tmp_path / 'empty.db'}"), callback_reference)
    for ask in (lambda: away.record(MINE, NOW), lambda: away.of(["x"])):
        with pytest.raises(JournalUnavailable):
            ask()
