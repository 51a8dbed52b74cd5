"""What every store must do alike, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from casestore.domain.case import CaseEvent, EventKind
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    TooManyAttempts,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.staff import SYSTEM
from casestore.service.desk import ComplaintDesk
from casestore.service.ports import Store
from tests.contract.casestore.kit import (
    NAME,
    NOW,
    PHONE,
    PROMISE,
    TAIL,
    Clock,
    make_case,
    make_complaint,
    make_reference,
)

REFERENCE = make_reference()
UNKNOWN = make_reference(999)


def put_case(store: Store, **changes: Any) -> None:
    case = make_case(**changes)
    with store.transaction() as tx:
        assert tx.cases.add(case, fingerprint(case.complaint))
        tx.commit()


def at_once(action: Callable[[], object], times: int) -> list[object]:
    """Outcomes of the same action in many threads; a refusal counts as its type."""

    def outcome(_number: int) -> object:
        try:
            return action()
        except (CaseNotFound, TooManyAttempts, IdempotencyConflict) as exc:
            return type(exc)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(outcome, range(times)))


def test_a_case_comes_back_as_it_was_written(store: Store) -> None:
    put_case(store, complaint_staff="王经理", complaint_amount=None)
    with store.transaction() as tx:
        expected = make_case(complaint_staff="王经理", complaint_amount=None)
        assert tx.cases.get(REFERENCE) == expected
        assert tx.cases.standing(REFERENCE) == expected.standing


def test_nothing_is_known_of_an_unknown_case(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.cases.get(UNKNOWN) is None
        assert tx.cases.standing(UNKNOWN) is None
        assert not tx.cases.has_fingerprint(UNKNOWN, "f")
        assert not tx.cases.has_phone_tail(UNKNOWN, TAIL)
        assert list(tx.cases.events(UNKNOWN)) == []


def test_leaving_without_commit_rolls_back(store: Store) -> None:
    with store.transaction() as tx:
        tx.cases.add(make_case(), "f")
    with store.transaction() as tx:
        assert tx.cases.get(REFERENCE) is None


def test_an_error_rolls_back(store: Store) -> None:
    with pytest.raises(RuntimeError), store.transaction() as tx:
        tx.cases.add(make_case(), "f")
        raise RuntimeError
    with store.transaction() as tx:
        assert tx.cases.get(REFERENCE) is None


def test_a_reference_is_taken_once_and_the_first_stays(store: Store) -> None:
    put_case(store)
    with store.transaction() as tx:
        assert not tx.cases.add(make_case(complaint_request="别的"), "other")
        tx.commit()
    with store.transaction() as tx:
        assert tx.cases.get(REFERENCE) == make_case()


def test_fingerprint_and_phone_tail_are_recognised(store: Store) -> None:
    put_case(store)
    with store.transaction() as tx:
        assert tx.cases.has_fingerprint(REFERENCE, fingerprint(make_complaint()))
        assert not tx.cases.has_fingerprint(REFERENCE, "other")
        assert tx.cases.has_phone_tail(REFERENCE, TAIL)
        assert not tx.cases.has_phone_tail(REFERENCE, "4321")
        assert not tx.cases.has_phone_tail(REFERENCE, "")


def test_pages_are_newest_first_and_leave_nothing_out(store: Store) -> None:
    # Three cases of the same moment across a page border, and an older one.
    for number in (1, 2, 3):
        put_case(store, reference=make_reference(number))
    put_case(store, reference=make_reference(9), submitted_at="2026-11-22T08:00:00+00:00")
    seen, after = [], None
    with store.transaction() as tx:
        while page := tx.cases.page(after, 2):
            seen += [summary.standing.reference for summary in page]
            after = seen[-1]
    assert seen == [make_reference(number) for number in (3, 2, 1, 9)]


def test_a_page_line_has_the_plain_name_and_phone(store: Store) -> None:
    put_case(store)
    with store.transaction() as tx:
        (line,) = tx.cases.page(None, 10)
    assert (line.name, line.phone, line.business) == (NAME, PHONE, "个人储蓄")


def test_a_page_after_an_unknown_case_is_empty(store: Store) -> None:
    put_case(store)
    with store.transaction() as tx:
        assert list(tx.cases.page(UNKNOWN, 10)) == []


def test_events_keep_their_order(store: Store) -> None:
    put_case(store)
    events = [
        CaseEvent(REFERENCE, EventKind.REGISTERED, f"client:{number}", NOW) for number in range(3)
    ]
    with store.transaction() as tx:
        for event in events:
            tx.cases.record(event)
        tx.commit()
    with store.transaction() as tx:
        assert list(tx.cases.events(REFERENCE)) == events


def test_a_new_token_replaces_the_old_one(store: Store) -> None:
    for token_hash in ("old", "new"):
        with store.transaction() as tx:
            tx.clients.put("bot", token_hash)
            tx.commit()
    with store.transaction() as tx:
        assert tx.clients.name_for("new") == "bot"
        assert tx.clients.name_for("old") is None


def test_failures_are_remembered_until_forgotten(store: Store) -> None:
    failures = (NOW, NOW + timedelta(seconds=1))
    with store.transaction() as tx:
        assert tx.attempts.lock("a") == ()
        tx.attempts.save("a", failures, NOW + timedelta(hours=1))
        tx.attempts.save("b", failures, NOW - timedelta(hours=1))
        tx.attempts.forget_before(NOW)
        tx.commit()
    with store.transaction() as tx:
        assert tx.attempts.lock("a") == failures
        assert tx.attempts.lock("b") == ()
        tx.attempts.forget("a")
        assert tx.attempts.lock("a") == ()


def test_many_filings_at_once_make_one_case(store: Store) -> None:
    desk = ComplaintDesk(store, Clock(), PROMISE)
    outcomes = at_once(lambda: desk.file(make_complaint(), "bot").created, times=8)
    assert sorted(map(bool, outcomes)) == [False] * 7 + [True]
    assert len(desk.open_case(REFERENCE, SYSTEM).events) == 1


def test_of_different_filings_at_once_one_wins_and_the_others_conflict(store: Store) -> None:
    desk = ComplaintDesk(store, Clock(), PROMISE)
    requests = iter("甲乙丙丁")
    outcomes = at_once(
        lambda: desk.file(make_complaint(complaint_request=next(requests)), "bot").created, times=4
    )
    assert outcomes.count(True) == 1
    assert outcomes.count(IdempotencyConflict) == 3


def test_guessing_in_parallel_does_not_pass_the_limit(store: Store) -> None:
    put_case(store)
    desk = ComplaintDesk(store, Clock(), PROMISE)
    outcomes = at_once(lambda: desk.status(REFERENCE, "0000"), times=10)
    assert outcomes.count(CaseNotFound) == 5
    assert outcomes.count(TooManyAttempts) == 5
