"""Who must keep out of a case, which branch is meant, who has room: pure rules."""

from dataclasses import replace
from datetime import datetime, timezone

import pytest

from casestore.domain.assignment import (
    Choice,
    RoutingRule,
    Staffing,
    choose,
    match_branch,
    recusal,
    superior,
    upwards,
)
from casestore.domain.case import CaseStanding, ClockTerms, Grade, Handling, Progress
from casestore.domain.clock import due_dates
from casestore.domain.deadlines import local_date
from casestore.domain.staff import Account, Branch, Officer, StaffRole

RECEIVED = datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)
TERMS = ClockTerms(started_on=local_date(RECEIVED))
BRANCHES = (
    Branch("C1", "江城分行", None),
    Branch("B1", "人民路支行", "C1"),
    Branch("B2", "人民路二支行", "C1"),
    Branch("B3", "湖滨支行", "C1"),
)


def standing(**handling: object) -> CaseStanding:
    case = CaseStanding("TS20261123-7K3QF9X", Progress(terms=TERMS), RECEIVED, due_dates(TERMS))
    return replace(case, handling=replace(Handling(), **handling))


def person(username: str, *roles: StaffRole, **changes: object) -> Account:
    account = Account(username, None, name=f"姓名{username}", roles=frozenset(roles))
    return replace(account, **changes)


def handler(username: str, **changes: object) -> Account:
    return person(username, StaffRole.HANDLER, **changes)


def staffing(*accounts: Account, **changes: object) -> Staffing:
    return replace(Staffing(accounts, {}, BRANCHES, ()), **changes)


def chosen(case: CaseStanding, staff: Staffing, named: str | None = None) -> Choice | None:
    return choose(case, "借记卡盗刷", named, staff)


class TestRecusal:
    """投诉办法 article 17."""

    def test_people_of_the_branch_complained_of_keep_out(self) -> None:
        officer = Officer("li", "李四", branch="B1")
        assert recusal(standing(accused="B1"), None, officer) == "被投诉的是您所在的机构"

    def test_the_person_complained_of_keeps_out(self) -> None:
        officer = Officer("li", "李四", branch="C1")
        assert recusal(standing(accused="B1"), "柜员李四", officer) == "被投诉的是您本人"

    @pytest.mark.parametrize("named", [None, "", "柜员王五"])
    def test_others_need_not(self, named: str | None) -> None:
        assert recusal(standing(accused="B1"), named, Officer("li", "李四", branch="C1")) is None

    def test_the_head_office_is_not_the_branch_nobody_knows_yet(self) -> None:
        assert recusal(standing(accused=None), None, Officer("li", "李四", branch=None)) is None

    def test_a_name_of_one_character_says_nothing(self) -> None:
        assert recusal(standing(), "李经理", Officer("li", "李")) is None


class TestWhichBranchIsMeant:
    @pytest.mark.parametrize(
        ("words", "code"),
        [
            ("人民路支行", "B1"),
            (" 湖滨支行 ", "B3"),
            ("你们湖滨支行的柜台", "B3"),
            ("湖滨", "B3"),
            ("湖滨那边的网点", "B3"),
            ("人民路二支行", "B2"),
            ("在人民路二支行取钱", "B2"),
            ("江城分行营业厅", "C1"),
        ],
    )
    def test_words_that_leave_no_doubt(self, words: str, code: str) -> None:
        found = match_branch(words, BRANCHES)
        assert found is not None
        assert found.code == code

    @pytest.mark.parametrize(
        "words",
        [
            "",
            "家门口那个",
            "湖滨支行和人民路支行",
            "支行",
            "湖滨或者人民路",
            "江城大学门口的网点",
            "湖滨公园旁边的网点",
        ],
    )
    def test_words_that_leave_a_doubt_name_nobody(self, words: str) -> None:
        assert match_branch(words, BRANCHES) is None

    def test_a_branch_called_by_its_kind_alone_has_no_nickname(self) -> None:
        assert match_branch("那个网点", (Branch("X", "营业部"),)) is None


class TestTheLineUpwards:
    def test_superiors_in_their_order_and_the_head_office_last(self) -> None:
        assert list(upwards("B1", BRANCHES)) == ["B1", "C1", None]

    def test_branches_that_are_each_others_superior_do_not_go_round(self) -> None:
        ring = (Branch("X", "甲", "Y"), Branch("Y", "乙", "X"))
        assert list(upwards("X", ring)) == ["X", "Y", None]

    def test_an_unknown_branch_belongs_to_the_head_office(self) -> None:
        assert superior("gone", BRANCHES) is None


class TestWhoGetsIt:
    def test_the_superior_of_the_branch(self) -> None:
        staff = staffing(handler("road", branch="B1"), handler("city", branch="C1"), handler("ho"))
        assert chosen(standing(accused="B1"), staff) == Choice("city", "C1")

    def test_the_fewest_open_cases_first_then_the_name(self) -> None:
        staff = staffing(handler("b"), handler("a"), handler("c"), loads={"a": 3, "b": 1, "c": 1})
        assert chosen(standing(), staff) == Choice("b", None)

    def test_a_supervisor_is_no_handler(self) -> None:
        assert chosen(standing(), staffing(person("boss", StaffRole.SUPERVISOR))) is None

    def test_a_handler_of_the_larger_business_knows_its_parts(self) -> None:
        staff = staffing(
            handler("loans", businesses=frozenset({"贷款"})),
            handler("cards", businesses=frozenset({"银行卡"})),
        )
        assert chosen(standing(), staff) == Choice("cards", None)

    def test_a_rule_for_the_larger_business_fits_its_parts(self) -> None:
        rules = (RoutingRule("r", 1, business="银行卡", unit="B3"),)
        staff = staffing(handler("ho"), handler("lake", branch="B3"), rules=rules)
        assert chosen(standing(), staff) == Choice("lake", "B3")

    def test_a_rule_to_a_unit_without_people_goes_up(self) -> None:
        rules = (RoutingRule("r", 1, unit="B3"),)
        staff = staffing(handler("city", branch="C1"), rules=rules)
        assert chosen(standing(), staff) == Choice("city", "C1")

    def test_a_person_named_by_a_rule_but_recused_leaves_it_to_a_supervisor(self) -> None:
        rules = (RoutingRule("r", 1, assignee="a"),)
        staff = staffing(handler("a"), handler("b"), rules=rules)
        assert chosen(standing(), staff, named="姓名a") is None

    def test_a_rule_for_another_branch_says_nothing(self) -> None:
        rules = (RoutingRule("r", 1, accused="B3", assignee="a"),)
        staff = staffing(handler("a", branch="B3"), handler("b"), rules=rules)
        assert chosen(standing(accused="B1"), staff) == Choice("b", None)

    def test_a_major_complaint_is_the_head_offices(self) -> None:
        rules = (RoutingRule("r", 1, assignee="a"),)
        boss = person("boss", StaffRole.SUPERVISOR)
        staff = staffing(handler("a"), boss, rules=rules)
        assert chosen(standing(grade=Grade.MAJOR), staff) == Choice("boss", None)
