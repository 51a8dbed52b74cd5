"""Limits that come near or pass are heard of in time, once, by the right people."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest

from casestore.domain.case import CaseState, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.reminder import ReminderKind
from casestore.domain.watch import horizon, warnings
from casestore.service.ports import Store
from tests.contract.casestore.kit import Clock
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, at, executive, supervisor

# Filed on Monday 23 November 2026: promise Wednesday 25th, legal limit Tuesday 8 December.
FILED = at("2026-11-23 09:00")


@pytest.fixture
def bank(store: Store) -> Bank:
    made = Bank(store, Clock(FILED))
    made.hire(
        account("worker", branch="C1"),
        supervisor("lead", branch="C1"),
        supervisor("boss"),
        executive("chief"),
    )
    return made


@pytest.fixture
def taken_up(bank: Bank) -> Bank:
    bank.file()
    bank.assignment.assign_automatically(REFERENCE)
    bank.do("worker", EventKind.TAKEN_UP)
    bank.read_all("worker")
    return bank


def watch_at(bank: Bank, moment: str) -> int:
    bank.clock.moment = at(moment)
    return bank.watch.watch()


def test_a_fresh_case_is_quiet(taken_up: Bank) -> None:
    assert watch_at(taken_up, "2026-11-23 17:00") == 0
    assert taken_up.told("worker") == []


def test_a_working_day_before_the_promise_the_handler_is_warned_once(taken_up: Bank) -> None:
    assert watch_at(taken_up, "2026-11-24 09:00") == 1
    assert watch_at(taken_up, "2026-11-24 09:01") == 0
    assert taken_up.told("worker") == ["promise_soon"]
    assert taken_up.told("lead") == []
    warned = [event for event in taken_up.events() if event.kind is EventKind.WARNED]
    assert [event.actor for event in warned] == ["system"]


def test_nobody_is_disturbed_outside_office_hours(taken_up: Bank) -> None:
    assert watch_at(taken_up, "2026-11-24 08:29") == 0
    assert watch_at(taken_up, "2026-11-24 17:30") == 0
    assert watch_at(taken_up, "2026-11-28 10:00") == 0  # a Saturday, the promise long over
    assert taken_up.told("worker") == []
    assert watch_at(taken_up, "2026-11-30 08:30") == 1


def test_a_passed_promise_goes_up_to_the_unit(taken_up: Bank) -> None:
    watch_at(taken_up, "2026-11-26 09:00")
    assert taken_up.told("lead") == ["promise_overdue"]
    assert taken_up.told("worker") == ["promise_overdue"]
    assert taken_up.told("boss") == []
    assert taken_up.standing().handling.escalation == 1


def test_the_legal_limit_goes_up_step_by_step(taken_up: Bank) -> None:
    watch_at(taken_up, "2026-12-07 09:00")  # one day left
    assert "legal_soon" in taken_up.told("boss")
    assert taken_up.told("chief") == []
    watch_at(taken_up, "2026-12-09 09:00")
    assert taken_up.told("chief") == ["legal_overdue"]
    assert taken_up.standing().handling.escalation == 3
    raised = [event for event in taken_up.events() if event.kind is EventKind.ESCALATED]
    assert [event.act.data["to"] for event in raised if event.act] == [
        "经办机构主管",
        "总行主管",
        "分管高管",
    ]


def test_before_a_weekend_the_unit_hears_of_a_limit_soon_after_it(taken_up: Bank) -> None:
    watch_at(taken_up, "2026-12-03 09:00")
    assert taken_up.told("lead") == ["promise_overdue"]
    watch_at(taken_up, "2026-12-04 09:00")  # Friday; three days are left on Saturday
    assert taken_up.told("lead") == ["legal_soon", "promise_overdue"]
    assert "legal_soon" in taken_up.told("worker")
    assert taken_up.told("boss") == []


def test_an_extension_moves_the_warning_to_the_new_limit(taken_up: Bank) -> None:
    taken_up.clock.moment = at("2026-12-01 09:00")
    taken_up.do("lead", EventKind.EXTENDED, text="等待第三方材料")
    watch_at(taken_up, "2026-12-09 09:00")
    assert "legal_overdue" not in taken_up.told("worker")
    watch_at(taken_up, "2026-12-21 09:00")  # extended to 23 December
    texts = [r.text for r in taken_up.reminders("worker") if r.kind.value == "legal_soon"]
    assert texts
    assert "已延长" in texts[0]


def test_a_stopped_clock_warns_nobody(taken_up: Bank) -> None:
    taken_up.do("worker", EventKind.MEDIATION_STARTED, body="江城金融调解中心")
    assert watch_at(taken_up, "2026-12-30 09:00") == 0


def test_a_case_nobody_took_up_is_noticed_after_two_working_days(bank: Bank) -> None:
    bank.file()
    bank.assignment.assign_automatically(REFERENCE)
    watch_at(bank, "2026-11-25 17:00")
    assert "idle" not in bank.told("lead")
    watch_at(bank, "2026-11-26 09:00")
    assert "idle" in bank.told("lead")
    assert "idle" in bank.told("worker")


def test_a_note_of_the_handler_is_an_action(bank: Bank) -> None:
    bank.file()
    bank.assignment.assign_automatically(REFERENCE)
    bank.clock.moment = at("2026-11-25 10:00")
    bank.do("worker", EventKind.NOTED, text="已联系客户")
    watch_at(bank, "2026-11-26 09:00")
    assert "idle" not in bank.told("worker")


def test_without_a_handler_the_next_in_line_hears_of_it(bank: Bank) -> None:
    bank.file(complaint_branch="不清楚")
    watch_at(bank, "2026-11-24 09:00")
    assert bank.told("boss") == ["promise_soon"]


def test_a_major_case_does_not_wait_for_office_hours(bank: Bank) -> None:
    bank.file(complaint_group={"size": 30, "text": "三十人"})
    bank.assignment.assign_automatically(REFERENCE)
    # A complex promise: five working days, 30 November.
    assert watch_at(bank, "2026-11-30 23:00") == 1
    assert "promise_soon" in bank.told("boss")


def test_a_withdrawn_case_is_quiet(taken_up: Bank) -> None:
    taken_up.do("worker", EventKind.WITHDRAWN)
    assert watch_at(taken_up, "2026-12-30 09:00") == 0


def test_reminders_hold_the_reference_and_no_personal_data(taken_up: Bank) -> None:
    watch_at(taken_up, "2026-12-09 09:00")
    for reminder in taken_up.reminders("worker"):
        assert REFERENCE in reminder.text
        assert "欧阳" not in reminder.text
        assert "1380000" not in reminder.text


LIVES = ("2026-11-20 09:00", "2026-11-23 09:00", "2026-12-01 09:00")
"""When complaints were filed whose limits are looked at together."""
LOOKS = ("2026-11-23 12:00", "2026-11-25 23:30", "2026-12-04 09:00", "2026-12-09 00:10")


@pytest.mark.parametrize("moment", LOOKS)
def test_the_limits_counted_are_those_that_are_warned_of(bank: Bank, moment: str) -> None:
    """Plain and major complaints, one in mediation, one withdrawn, one answered and reviewed."""
    number = 0
    for filed in LIVES:
        bank.clock.moment = at(filed)
        for change in ({}, {"complaint_group": {"size": 30, "text": "三十人"}}):
            reference = bank.file(number, **change)
            bank.assignment.assign_automatically(reference)
            number += 1
    last = bank.file(number)
    bank.assignment.assign_automatically(last)
    bank.do("worker", EventKind.TAKEN_UP, last)
    bank.do("worker", EventKind.MEDIATION_STARTED, last, body="江城金融调解中心")
    gone = bank.file(number + 1)
    bank.assignment.assign_automatically(gone)
    bank.do("worker", EventKind.TAKEN_UP, gone)
    bank.do("worker", EventKind.WITHDRAWN, gone)
    bank.clock.moment = at(moment)
    with bank.store.transaction() as tx:
        near = tx.caseload.near_a_limit(horizon(local_date(bank.clock())), "", 100)
    due = Counter(each.kind for one in near for each in warnings(one, bank.clock()))
    expected = {kind: due[kind] for kind in bank.watch.limits()}
    assert bank.watch.limits() == expected
    assert len(expected) == 6


def test_a_review_has_a_limit_of_its_own(bank: Bank) -> None:
    bank.file()
    bank.clock.moment = at("2026-12-20 09:00")
    assert bank.watch.limits()[ReminderKind.LEGAL_OVERDUE] == 1
    with bank.store.transaction() as tx:
        standing = tx.cases.lock(REFERENCE)
        assert standing is not None
        reviewed = replace(
            standing.progress, state=CaseState.UNDER_REVIEW, review_due=date(2026, 12, 22)
        )
        tx.cases.move(replace(standing, progress=reviewed))
        tx.commit()
    counted = {kind for kind, count in bank.watch.limits().items() if count}
    assert counted == {ReminderKind.REVIEW_SOON}
