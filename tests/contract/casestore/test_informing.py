"""What an act of a colleague means for others reaches them as a reminder, and nobody else."""

import pytest

from casestore.domain.case import EventKind
from casestore.domain.staff import StaffRole
from casestore.service.acting import Deed, Done
from casestore.service.informing import inform
from casestore.service.ports import Store
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, executive, supervisor


@pytest.fixture
def bank(store: Store) -> Bank:
    made = Bank(store)
    made.hire(
        account("worker", StaffRole.HANDLER, StaffRole.SUPERVISOR, branch="C1"),
        supervisor("lead", branch="C1"),
        supervisor("boss"),
        executive("chief"),
    )
    made.file()
    made.do("boss", EventKind.ASSIGNED, assignee="worker")
    made.read_all("worker")
    return made


def tell(bank: Bank, kind: EventKind, created: bool = True) -> None:
    with bank.store.transaction() as tx:
        deed = Deed(kind, bank.ids())
        inform(tx, Done(bank.standing(), created), deed, bank.clock())
        tx.commit()


def test_a_submitted_reply_reaches_who_may_approve_it_but_not_the_handler(bank: Bank) -> None:
    tell(bank, EventKind.REPLY_SUBMITTED)
    assert bank.told("lead") == ["to_approve"]
    assert bank.told("worker") == []
    assert bank.told("boss") == []


def test_without_another_approver_at_the_unit_the_head_office_is_asked(store: Store) -> None:
    bank = Bank(store)
    bank.hire(account("worker", branch="C1"), supervisor("boss"))
    bank.file()
    bank.do("boss", EventKind.ASSIGNED, assignee="worker")
    tell(bank, EventKind.REPLY_SUBMITTED)
    assert bank.told("boss") == ["to_approve"]


def test_what_goes_up_the_line_reaches_who_stands_there(bank: Bank) -> None:
    bank.do("worker", EventKind.ESCALATED, text="客户情绪激动")
    assert bank.told("lead") == ["escalated"]
    bank.do("worker", EventKind.ESCALATED, text="客户要找媒体")
    assert bank.told("boss") == ["escalated"]
    bank.do("worker", EventKind.ESCALATED, text="记者来了")
    assert bank.told("chief") == ["escalated"]


def test_a_case_graded_complex_is_no_news_for_executives(bank: Bank) -> None:
    bank.do("worker", EventKind.GRADED, grade="complex", priority="normal", flags="")
    assert bank.told("chief") == []


def test_acts_that_concern_nobody_else_and_repeats_are_silent(bank: Bank) -> None:
    tell(bank, EventKind.NOTED)
    tell(bank, EventKind.REPLY_SUBMITTED, created=False)
    assert [bank.told(name) for name in ("worker", "lead", "boss", "chief")] == [[], [], [], []]
    assert bank.standing().reference == REFERENCE
