"""Which act is allowed in which state, and how it leaves the case (投诉办法 articles 15 and 20)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.domain.case import CaseState, EventKind, Progress
from casestore.domain.errors import CaseWithdrawn, NoReplyYet, NotInThisState, ReviewTooLate
from casestore.domain.handling import TRANSITIONS, changes_nothing, progress_after

DAY = date(2026, 11, 23)
REPLIED = date(2026, 11, 20)

REGISTERED = Progress(CaseState.REGISTERED)
NOTIFIED = Progress(CaseState.NOTIFIED)
UNDER_REVIEW = Progress(CaseState.UNDER_REVIEW, review_due=date(2026, 12, 1))
WITHDRAWN = Progress(CaseState.WITHDRAWN, ended_on=date(2026, 11, 21))
ENDED_TODAY = Progress(CaseState.WITHDRAWN, ended_on=DAY)

SUPPLEMENT, ATTACH, REPLY = EventKind.SUPPLEMENTED, EventKind.ATTACHED, EventKind.REPLIED
RATE, REVIEW, WITHDRAW = EventKind.RATED, EventKind.REVIEW_REQUESTED, EventKind.WITHDRAWN


@pytest.mark.parametrize(
    ("before", "kind", "after"),
    [
        (REGISTERED, SUPPLEMENT, REGISTERED),
        (REGISTERED, ATTACH, REGISTERED),
        (REGISTERED, REPLY, NOTIFIED),
        (REGISTERED, WITHDRAW, ENDED_TODAY),
        (NOTIFIED, SUPPLEMENT, NOTIFIED),
        (NOTIFIED, ATTACH, NOTIFIED),
        (NOTIFIED, REPLY, NOTIFIED),
        (NOTIFIED, RATE, NOTIFIED),
        (NOTIFIED, REVIEW, Progress(CaseState.UNDER_REVIEW, review_due=date(2026, 12, 23))),
        (NOTIFIED, WITHDRAW, ENDED_TODAY),
        (UNDER_REVIEW, SUPPLEMENT, UNDER_REVIEW),
        (UNDER_REVIEW, ATTACH, UNDER_REVIEW),
        (UNDER_REVIEW, REPLY, NOTIFIED),
        (UNDER_REVIEW, RATE, UNDER_REVIEW),
        (UNDER_REVIEW, REVIEW, UNDER_REVIEW),  # the first application's end stays
        (UNDER_REVIEW, WITHDRAW, ENDED_TODAY),
        (WITHDRAWN, WITHDRAW, WITHDRAWN),  # the first withdrawal's day stays
    ],
)
def test_an_act_moves_the_case(before: Progress, kind: EventKind, after: Progress) -> None:
    assert progress_after(before, kind, DAY, REPLIED) == after


@pytest.mark.parametrize(
    ("before", "kind", "refusal"),
    [
        (REGISTERED, RATE, NoReplyYet),
        (REGISTERED, REVIEW, NoReplyYet),
        (WITHDRAWN, SUPPLEMENT, CaseWithdrawn),
        (WITHDRAWN, ATTACH, CaseWithdrawn),
        (WITHDRAWN, REPLY, CaseWithdrawn),
        (WITHDRAWN, RATE, CaseWithdrawn),
        (WITHDRAWN, REVIEW, CaseWithdrawn),
    ],
)
def test_an_act_is_refused(
    before: Progress, kind: EventKind, refusal: type[NotInThisState]
) -> None:
    with pytest.raises(refusal):
        progress_after(before, kind, DAY, REPLIED)


def test_every_act_is_decided_in_every_state() -> None:
    acts = set(EventKind) - {EventKind.REGISTERED}
    assert {state: set(row) for state, row in TRANSITIONS.items()} == dict.fromkeys(CaseState, acts)


@pytest.mark.parametrize(("age", "in_time"), [(-1, True), (0, True), (30, True), (31, False)])
def test_a_review_may_be_applied_for_within_thirty_days_of_the_reply(
    age: int, in_time: bool
) -> None:
    replied_on = DAY - timedelta(days=age)
    if in_time:
        after = progress_after(NOTIFIED, REVIEW, DAY, replied_on)
        assert after.review_due == DAY + timedelta(days=30)
    else:
        with pytest.raises(ReviewTooLate):
            progress_after(NOTIFIED, REVIEW, DAY, replied_on)


def test_a_review_needs_a_reply_on_record() -> None:
    with pytest.raises(NoReplyYet):
        progress_after(NOTIFIED, REVIEW, DAY, replied_on=None)


@given(st.sampled_from([REGISTERED, NOTIFIED, UNDER_REVIEW, WITHDRAWN]), st.sampled_from(EventKind))
def test_dates_stand_only_where_they_mean_something(before: Progress, kind: EventKind) -> None:
    if kind is EventKind.REGISTERED:
        return
    try:
        after = progress_after(before, kind, DAY, REPLIED)
    except NotInThisState:
        return
    assert (after.review_due is not None) == (after.state is CaseState.UNDER_REVIEW)
    assert (after.ended_on is not None) == (after.state is CaseState.WITHDRAWN)


def test_only_withdrawing_twice_changes_nothing() -> None:
    assert changes_nothing(WITHDRAWN, WITHDRAW)
    assert not changes_nothing(NOTIFIED, WITHDRAW)
    assert not changes_nothing(WITHDRAWN, SUPPLEMENT)
