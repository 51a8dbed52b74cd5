"""What an officer is offered when confirming classes: the likely ones first, one of them chosen."""

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from casestore.console.classification_view import ClassForm, ClassPanel, classification_panel
from casestore.domain.case import Case, Confirmed
from casestore.domain.directory import Directory
from casestore.domain.staff import Officer, StaffRole
from casestore.domain.taxonomy import BUSINESSES, Codes, Dimension
from tests.contract.casestore.kit import make_case

LI = Officer("li", "李处理", frozenset({StaffRole.HANDLER}))
AUDITOR = Officer("zhou", "周审计", frozenset({StaffRole.AUDITOR}))
REASON = "因定价收费引起的投诉"


def case(business: str = "借记卡", proposed: str = "信用卡", **changes: Any) -> Case:
    return make_case(
        complaint_business=business,
        classification={"business": {"proposed": proposed, "confidence": 0.4}, "reason": None},
        **changes,
    )


STAFF = Directory(people={"li": "李明"})


def confirmed() -> Case:
    names = Confirmed(
        "借记卡", REASON, "营业现场", "li", datetime(2026, 11, 23, tzinfo=timezone.utc)
    )
    given = case()
    handling = replace(given.standing.handling, confirmed=names)
    return replace(given, standing=replace(given.standing, handling=handling))


def panel(given: Case, **more: Any) -> ClassPanel:
    values = {"officer": LI, "codes": Codes(), "directory": STAFF, **more}
    return classification_panel(given, act_id="id", **values)


def test_what_was_registered_stands_before_another_proposal_and_is_chosen() -> None:
    shown = panel(case())
    (_, suggested), (_, others) = shown.selects[0].groups
    assert [name for name, _ in suggested] == ["借记卡", "信用卡"]
    assert shown.selects[0].hint == "登记时填“借记卡”；机器人建议“信用卡”，把握 40%"
    assert shown.form.values["business"] == "借记卡"
    assert {name for name, _ in suggested} | {name for name, _ in others} == set(BUSINESSES)


def test_a_proposal_the_customer_took_stands_there_once() -> None:
    shown = panel(case("信用卡", "信用卡")).selects[0]
    (_, suggested), _ = shown.groups
    assert [name for name, _ in suggested] == ["信用卡"]
    assert shown.hint == "机器人建议“信用卡”，把握 40%"


def test_a_name_the_standard_does_not_have_is_not_offered() -> None:
    (_, suggested), _ = panel(case("个人储蓄", "信用卡")).selects[0].groups
    assert [name for name, _ in suggested] == ["信用卡"]


def test_without_a_suggestion_nothing_is_chosen_and_the_officer_is_told() -> None:
    shown = panel(case(complaint_reason="不高兴")).selects[1]
    assert [heading for heading, _ in shown.groups] == [""]
    assert "没有建议" in shown.hint
    assert panel(case(complaint_reason="不高兴")).form.values["reason"] == ""


def test_lower_names_are_indented_below_the_higher() -> None:
    _, (_, others) = panel(case()).selects[0].groups
    words = dict(others)
    assert words["银行卡"] == "银行卡"
    assert words["借记卡盗刷"] == "\u3000\u3000借记卡盗刷"


def test_what_was_confirmed_is_shown_with_codes_and_chosen() -> None:
    codes = Codes({(Dimension.BUSINESS, "借记卡"): "B0201"})
    shown = panel(confirmed(), codes=codes)
    assert shown.confirmed == "李明 2026-11-23 08:00"
    assert shown.facts[0] == ("业务类别", "借记卡 B0201")
    assert shown.facts[1] == ("投诉原因", REASON)
    assert shown.form.values == {"business": "借记卡", "reason": REASON, "channel": "营业现场"}


def test_a_form_that_was_refused_stands_as_it_was_typed() -> None:
    typed = ClassForm({"business": "贷款"}, {"channel": "请选择业务办理渠道"})
    assert panel(confirmed(), typed=typed).form == typed


def test_who_may_not_handle_cases_is_offered_no_form() -> None:
    assert panel(case()).may_confirm
    assert not panel(case(), officer=AUDITOR).may_confirm
