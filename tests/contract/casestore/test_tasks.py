"""溯源整改: opened from a case, done by the owner, confirmed by another, never forgotten."""

from datetime import date
from typing import Any

import pytest

from casestore.domain.case import EventKind
from casestore.domain.errors import (
    CaseNotFound,
    InvalidRequest,
    NeedsAnother,
    NotAllowed,
    TaskNotFound,
    WrongState,
)
from casestore.domain.staff import StaffRole
from casestore.domain.task import RootCause, TaskDraft, TaskStatus
from casestore.service.ports import Store
from casestore.service.task_ports import TaskView
from tests.contract.casestore.kit import Clock, make_id, make_reference
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, at, supervisor

TASK = make_id(77)


@pytest.fixture
def bank(store: Store) -> Bank:
    made = Bank(store, Clock(at("2026-11-23 09:00")))
    made.hire(
        account("worker", branch="C1"),
        account("owner", branch="B1"),
        account("other", branch="B2"),
        supervisor("lead", branch="C1"),
        supervisor("roadlead", branch="B1"),
        supervisor("boss"),
    )
    made.file()
    made.assignment.assign_automatically(REFERENCE)
    return made


def draft(**changes: Any) -> TaskDraft:
    values: dict[str, Any] = {
        "category": RootCause.DISCLOSURE,
        "root_cause": "收费没有事先说明",
        "measure": "补做公示并培训",
        "owner": "owner",
        "unit": "B1",
        "due_on": date(2026, 11, 30),
    }
    return TaskDraft(**{**values, **changes})


def opened(bank: Bank, **changes: Any) -> None:
    bank.tasks.open(REFERENCE, TASK, draft(**changes), bank.officer("worker"))


def test_a_task_is_in_the_history_of_its_case_and_its_owner_is_told(bank: Bank) -> None:
    opened(bank)
    assert bank.kinds()[-1] is EventKind.TASK_OPENED
    assert bank.told("owner") == ["task_opened"]
    assert [task.id for task in bank.tasks.of(REFERENCE)] == [TASK]


def test_the_same_form_sent_twice_opens_one_task(bank: Bank) -> None:
    opened(bank)
    opened(bank)
    assert len(bank.tasks.of(REFERENCE)) == 1
    assert bank.kinds().count(EventKind.TASK_OPENED) == 1


def test_a_draft_with_faults_comes_back_with_its_fields(bank: Bank) -> None:
    with pytest.raises(InvalidRequest) as refused:
        opened(
            bank,
            root_cause=" ",
            measure="长" * 2001,
            owner="nobody",
            unit="X",
            due_on=date(2026, 11, 22),
        )
    assert set(refused.value.fields) == {"root_cause", "measure", "owner", "unit", "due_on"}
    assert bank.tasks.of(REFERENCE) == []


def test_who_may_not_see_the_case_opens_no_task(bank: Bank) -> None:
    with pytest.raises(CaseNotFound):
        bank.tasks.open(REFERENCE, TASK, draft(), bank.officer("other"))


def test_from_open_to_confirmed(bank: Bank) -> None:
    opened(bank)
    done = bank.tasks.finish(TASK, "已公示，已培训", bank.officer("owner"))
    assert (done.status, done.result) == (TaskStatus.DONE, "已公示，已培训")
    assert "task_to_confirm" in bank.told("worker")
    confirmed = bank.tasks.confirm(TASK, "", bank.officer("boss"))
    assert (confirmed.status, confirmed.checked_by) == (TaskStatus.CONFIRMED, "boss")
    assert bank.kinds()[-1] is EventKind.TASK_DONE


def test_what_is_not_enough_goes_back_with_a_reason_and_can_be_done_again(bank: Bank) -> None:
    opened(bank)
    bank.tasks.finish(TASK, "已公示", bank.officer("owner"))
    with pytest.raises(InvalidRequest):
        bank.tasks.send_back(TASK, " ", bank.officer("boss"))
    back = bank.tasks.send_back(TASK, "还没有培训", bank.officer("boss"))
    assert (back.status, back.check_note, back.result) == (TaskStatus.OPEN, "还没有培训", "已公示")
    assert "task_returned" in bank.told("owner")
    bank.tasks.finish(TASK, "已培训", bank.officer("owner"))
    assert bank.tasks.confirm(TASK, "好", bank.officer("boss")).status is TaskStatus.CONFIRMED


def test_only_the_owner_says_it_is_done_and_says_how(bank: Bank) -> None:
    opened(bank)
    with pytest.raises(NotAllowed):
        bank.tasks.finish(TASK, "好了", bank.officer("boss"))
    with pytest.raises(InvalidRequest):
        bank.tasks.finish(TASK, "", bank.officer("owner"))
    bank.tasks.finish(TASK, "好了", bank.officer("owner"))
    with pytest.raises(WrongState):
        bank.tasks.finish(TASK, "又好了", bank.officer("owner"))


def test_who_sees_no_cases_gets_no_task(bank: Bank) -> None:
    bank.hire(account("keeper", StaffRole.ADMIN))
    assert "keeper" not in {owner.username for owner in bank.tasks.owners()}
    with pytest.raises(InvalidRequest) as refused:
        opened(bank, owner="keeper")
    assert set(refused.value.fields) == {"owner"}


def test_nobody_confirms_their_own_work(bank: Bank) -> None:
    opened(bank, owner="lead", unit="C1")
    bank.tasks.finish(TASK, "好了", bank.officer("lead"))
    with pytest.raises(NeedsAnother):
        bank.tasks.confirm(TASK, "", bank.officer("lead"))


def test_confirming_takes_the_right_to_assign_and_work_that_is_done(bank: Bank) -> None:
    opened(bank)
    with pytest.raises(WrongState):
        bank.tasks.confirm(TASK, "", bank.officer("boss"))
    bank.tasks.finish(TASK, "好了", bank.officer("owner"))
    with pytest.raises(NotAllowed):
        bank.tasks.confirm(TASK, "", bank.officer("worker"))


def test_tasks_of_other_branches_do_not_exist_for_an_officer(bank: Bank) -> None:
    opened(bank)
    with pytest.raises(TaskNotFound):
        bank.tasks.get(TASK, bank.officer("other"))
    with pytest.raises(TaskNotFound):
        bank.tasks.get("nonsense", bank.officer("boss"))
    assert bank.tasks.get(TASK, bank.officer("roadlead")).id == TASK


def test_lists_show_what_is_mine_overdue_to_confirm_and_all(bank: Bank) -> None:
    opened(bank)
    bank.tasks.open(REFERENCE, make_id(78), draft(owner="worker", unit=None), bank.officer("boss"))

    def listed(view: TaskView, username: str) -> list[str]:
        return [task.id for task in bank.tasks.listed(view, bank.officer(username))]

    assert listed(TaskView.MINE, "owner") == [TASK]
    assert listed(TaskView.ALL, "owner") == [TASK]
    assert listed(TaskView.ALL, "boss") == [TASK, make_id(78)]
    assert listed(TaskView.OVERDUE, "boss") == []
    bank.clock.moment = at("2026-12-01 09:00")
    bank.tasks.finish(TASK, "好了", bank.officer("owner"))
    assert listed(TaskView.OVERDUE, "boss") == [make_id(78)]
    assert listed(TaskView.TO_CONFIRM, "roadlead") == [TASK]
    assert listed(TaskView.TO_CONFIRM, "other") == []


def test_owners_are_reminded_before_the_day_and_supervisors_after_it(bank: Bank) -> None:
    opened(bank, due_on=date(2026, 12, 2))
    bank.read_all("owner")
    bank.clock.moment = at("2026-11-30 09:00")
    assert bank.tasks.remind() == 1
    assert bank.tasks.remind() == 0
    assert bank.told("owner") == ["task_due"]
    bank.clock.moment = at("2026-12-03 20:00")  # after hours
    assert bank.tasks.remind() == 0
    bank.clock.moment = at("2026-12-04 09:00")
    assert bank.tasks.remind() == 2
    assert bank.told("roadlead") == ["task_due"]


def test_root_causes_are_counted(bank: Bank) -> None:
    opened(bank)
    for number, category in ((78, RootCause.DISCLOSURE), (79, RootCause.SYSTEM)):
        bank.tasks.open(
            REFERENCE, make_id(number), draft(category=category), bank.officer("worker")
        )
    bank.tasks.finish(TASK, "好了", bank.officer("owner"))
    bank.tasks.confirm(TASK, "", bank.officer("boss"))
    with bank.store.transaction() as tx:
        found = tx.tasks.summary(date(2026, 11, 23), date(2026, 12, 31))
        before = tx.tasks.summary(date(2026, 11, 1), date(2026, 11, 22))
    assert [(each.category, each.opened, each.confirmed, each.overdue) for each in found] == [
        (RootCause.DISCLOSURE, 2, 1, 1),
        (RootCause.SYSTEM, 1, 0, 1),
    ]
    assert before == []


def test_a_task_of_an_unknown_case_is_refused(bank: Bank) -> None:
    with pytest.raises(CaseNotFound):
        bank.tasks.open(make_reference(9), TASK, draft(), bank.officer("worker"))
