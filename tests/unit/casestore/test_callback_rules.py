"""When a promised call is due, broken and over."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from casestore.domain.callback import (
    DUE_SOON,
    Callback,
    CallbackState,
    TryResult,
    check_note,
)
from casestore.domain.chat import ChatChannel
from casestore.domain.errors import InvalidRequest, NotReady

T = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.utc)
BY = T + timedelta(hours=4)
CALL = Callback("b1", "bot", ChatChannel.WEB, T, BY, "13800001234", None, "手续费")


def test_a_call_is_due_an_hour_before_the_promise_and_overdue_after_it() -> None:
    assert not CALL.is_due(BY - DUE_SOON - timedelta(seconds=1))
    assert CALL.is_due(BY - DUE_SOON)
    assert not CALL.is_overdue(BY)
    assert CALL.is_overdue(BY + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (TryResult.REACHED, CallbackState.DONE),
        (TryResult.NO_ANSWER, CallbackState.OPEN),
        (TryResult.WRONG_NUMBER, CallbackState.FAILED),
        (TryResult.GIVEN_UP, CallbackState.FAILED),
    ],
)
def test_a_call_is_over_once_the_customer_was_reached_or_cannot_be(
    result: TryResult, state: CallbackState
) -> None:
    after = CALL.tried(result, T)
    assert after.state is state
    assert (after.ended_at is None) == (state is CallbackState.OPEN)


def test_what_is_over_is_neither_due_nor_tried_again() -> None:
    done = CALL.tried(TryResult.REACHED, T)
    assert not done.is_overdue(BY + timedelta(days=1))
    assert not done.is_due(BY + timedelta(days=1))
    with pytest.raises(NotReady):
        done.tried(TryResult.NO_ANSWER, T)


def test_what_the_customer_cancelled_is_neither_due_nor_called() -> None:
    cancelled = CALL.cancelled(T)
    assert (cancelled.state, cancelled.ended_at) == (CallbackState.CANCELLED, T)
    assert not cancelled.is_overdue(BY + timedelta(days=1))
    assert not cancelled.is_due(BY)
    with pytest.raises(NotReady):
        cancelled.tried(TryResult.REACHED, BY)


@pytest.mark.parametrize("result", [TryResult.REACHED, TryResult.GIVEN_UP])
def test_a_call_that_is_over_is_not_cancelled_afterwards(result: TryResult) -> None:
    over = CALL.tried(result, T)
    assert over.cancelled(BY) == over
    assert CALL.cancelled(T).cancelled(BY).ended_at == T


def test_a_note_is_needed_unless_nobody_answered() -> None:
    check_note(TryResult.NO_ANSWER, "")
    check_note(TryResult.REACHED, "说明了手续费")
    for result, note in ((TryResult.REACHED, " "), (TryResult.NO_ANSWER, "长" * 501)):
        with pytest.raises(InvalidRequest):
            check_note(result, note)


def test_the_same_wish_sent_twice_is_recognised_by_what_it_asks_for() -> None:
    moved = replace(CALL, promised_by=BY + timedelta(minutes=1), state=CallbackState.DONE)
    assert CALL.asks_the_same(moved)
    assert not CALL.asks_the_same(replace(CALL, phone="13900001234"))
