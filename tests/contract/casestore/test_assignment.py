"""New complaints go to the right people by themselves, or wait for a person who is told."""

from typing import Any

import pytest

from casestore.domain.assignment import RoutingRule
from casestore.domain.case import CaseState, EventKind, Grade
from casestore.domain.errors import InvalidRequest, NotAllowed
from casestore.domain.staff import StaffRole
from casestore.service.assignment import Assignment
from casestore.service.audit_ports import AuditQuery
from casestore.service.ports import Store
from tests.contract.casestore.kit import make_reference
from tests.contract.casestore.upkeep_kit import REFERENCE, Bank, account, executive, supervisor


@pytest.fixture
def bank(store: Store) -> Bank:
    return Bank(store)


def assignee(bank: Bank, **changes: Any) -> str | None:
    reference = bank.file(**changes)
    bank.assignment.assign_automatically(reference)
    return bank.standing(reference).handling.assignee


def test_the_superior_of_the_branch_complained_of_handles_it(bank: Bank) -> None:
    bank.hire(account("city", branch="C1"), account("road", branch="B1"), account("head"))
    assert assignee(bank, complaint_branch="人民路支行") == "city"
    handling = bank.standing().handling
    assert (handling.accused, handling.unit) == ("B1", "C1")
    assert bank.standing().progress.state is CaseState.ASSIGNED


def test_the_events_of_an_automatic_assignment_are_the_systems(bank: Bank) -> None:
    bank.hire(account("city", branch="C1"))
    assignee(bank)
    made = [(event.kind, event.actor) for event in bank.events()[1:]]
    assert made == [(EventKind.ACCUSED_SET, "system"), (EventKind.ASSIGNED, "system")]


def test_without_anybody_at_the_superior_the_head_office_handles_it(bank: Bank) -> None:
    bank.hire(account("road", branch="B1"), account("head"))
    assert assignee(bank) == "head"
    assert bank.standing().handling.unit is None


def test_words_that_name_no_branch_leave_the_branch_to_a_person(bank: Bank) -> None:
    bank.hire(account("head"))
    assert assignee(bank, complaint_branch="家门口那个网点") == "head"
    assert bank.standing().handling.accused is None


def test_the_one_with_the_fewest_open_cases_is_next(bank: Bank) -> None:
    bank.hire(account("a"), account("b"))
    given = [assignee(bank, number=number, complaint_branch="不清楚") for number in range(4)]
    assert given == ["a", "b", "a", "b"]


def test_the_job_spreads_what_waits_and_leaves_what_has_a_handler(bank: Bank) -> None:
    bank.hire(account("a"), account("b"), supervisor("boss"))
    references = [bank.file(number, complaint_branch="不清楚") for number in range(3)]
    bank.do("boss", EventKind.ASSIGNED, references[0], assignee="b")
    assert bank.assignment.assign_waiting() == 2
    handlers = [bank.standing(reference).handling.assignee for reference in references]
    assert handlers == ["b", "a", "a"] or handlers == ["b", "a", "b"]
    assert bank.assignment.assign_waiting() == 0


def test_who_is_named_in_the_complaint_does_not_get_it(bank: Bank) -> None:
    bank.hire(account("a"), account("b"))
    assert assignee(bank, complaint_branch="不清楚", complaint_staff="姓名a，柜台一号") == "b"


def test_people_get_only_their_own_businesses(bank: Bank) -> None:
    bank.hire(account("a", businesses=frozenset({"贷款"})), account("b"))
    assert assignee(bank, complaint_branch="不清楚") == "b"


def test_disabled_accounts_get_nothing_and_the_supervisor_is_told_once(bank: Bank) -> None:
    bank.hire(account("gone", is_active=False), supervisor("boss"))
    assert assignee(bank) is None
    bank.assignment.assign_waiting()
    assert bank.standing().progress.state is CaseState.REGISTERED
    assert bank.told("boss") == ["unassigned"]


def test_a_major_complaint_goes_to_the_head_office_and_executives_hear_of_it(bank: Bank) -> None:
    bank.hire(account("city", branch="C1"), supervisor("boss"), executive("chief"), account("head"))
    group = {"size": 25, "text": "二十五个人"}
    assert assignee(bank, complaint_group=group) == "boss"
    assert bank.standing().handling.grade is Grade.MAJOR
    assert bank.told("chief") == ["major"]


def test_a_rule_sends_a_business_to_a_unit(bank: Bank) -> None:
    bank.hire(account("head"), account("lake", branch="B2"), supervisor("boss"))
    rule = RoutingRule("r1", 1, business="个人储蓄", unit="B2")
    bank.assignment.put_rule(rule, bank.officer("boss"))
    assert assignee(bank) == "lake"
    assert bank.standing().handling.unit == "B2"


def test_the_first_rule_that_fits_counts(bank: Bank) -> None:
    bank.hire(account("a"), account("b"), supervisor("boss"))
    for rule in (
        RoutingRule("r1", 2, assignee="a"),
        RoutingRule("r2", 1, accused="B1", assignee="b"),
    ):
        bank.assignment.put_rule(rule, bank.officer("boss"))
    assert assignee(bank, number=1) == "b"
    assert assignee(bank, number=2, complaint_branch="湖滨支行") == "a"


def test_a_rule_that_cannot_work_is_refused_with_its_fields(bank: Bank) -> None:
    bank.hire(supervisor("boss"), account("clerk", StaffRole.CLERK))
    rule = RoutingRule("r1", 1, accused="X", unit="Y", assignee="clerk")
    with pytest.raises(InvalidRequest) as refused:
        bank.assignment.put_rule(rule, bank.officer("boss"))
    assert set(refused.value.fields) == {"accused", "unit", "assignee"}


def test_rules_are_not_for_everybody(bank: Bank) -> None:
    bank.hire(account("a"))
    with pytest.raises(NotAllowed):
        bank.assignment.put_rule(RoutingRule("r1", 1), bank.officer("a"))
    with pytest.raises(NotAllowed):
        bank.assignment.rule_book(bank.officer("a"))


def test_a_dropped_rule_is_gone_and_changes_are_in_the_audit(bank: Bank) -> None:
    bank.hire(supervisor("boss"))
    boss = bank.officer("boss")
    bank.assignment.put_rule(RoutingRule("r1", 1, business="贷款"), boss)
    assert [rule.id for rule in bank.assignment.rule_book(boss).rules] == ["r1"]
    bank.assignment.drop_rule("r1", boss)
    assert bank.assignment.rule_book(boss).rules == []
    with bank.store.transaction() as tx:
        entries = tx.audit.find(AuditQuery(), None, 10)
    assert [entry.action for entry in entries] == ["route_dropped", "route_changed"]


def test_whoever_gets_a_case_is_told(bank: Bank) -> None:
    bank.hire(account("a"), account("b"), supervisor("boss"))
    assignee(bank, complaint_branch="不清楚")
    assert bank.told("a") == ["assigned"]
    bank.do("boss", EventKind.ASSIGNED, assignee="b")
    assert bank.told("b") == ["assigned"]


def test_a_case_graded_major_later_reaches_the_executives(bank: Bank) -> None:
    bank.hire(account("a"), executive("chief"))
    assignee(bank, complaint_branch="不清楚")
    bank.do("a", EventKind.GRADED, grade="major", priority="urgent", flags="media")
    assert bank.told("chief") == ["major"]


def test_switched_off_nothing_is_assigned(bank: Bank) -> None:
    bank.hire(account("a"))
    by_hand = Assignment(bank.store, bank.clock, bank.ids, is_automatic=False)
    bank.file()
    assert by_hand.assign_automatically(REFERENCE) is None
    assert by_hand.assign_waiting() == 0


def test_an_unknown_case_is_left_alone(bank: Bank) -> None:
    assert bank.assignment.assign_automatically("nonsense") is None
    assert bank.assignment.assign_automatically(make_reference(9)) is None
