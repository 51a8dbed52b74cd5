"""How rates follow from counts, and when figures contradict themselves."""

import json
from dataclasses import replace

import pytest

from casestore.domain.customers import read_customers
from casestore.domain.errors import ConfigurationError, InvalidRequest
from casestore.domain.figures import (
    Dimension,
    Measure,
    Rate,
    Selection,
    Tally,
    contradictions,
    parse_selection,
)
from casestore.domain.period import parse_period
from casestore.domain.report import ReportKind, ReportOrder, figures_from_json, figures_to_json
from tests.unit.casestore.figures_kit import CARD, LOAN, NOW, make_count, make_figures


def test_rates_over_few_cases_are_not_computed() -> None:
    assert Rate(3, 4).value is None
    assert Rate(4, 5).value == 0.8
    assert Tally(answered=4, days=8).average_days is None
    assert Tally(answered=5, days=8).average_days == 1.6


def test_each_rate_has_its_own_base() -> None:
    tally = NOW[CARD]
    assert tally.handled_rate == Rate(9, 12)
    assert tally.promise_rate == Rate(6, 8)
    assert tally.law_rate == Rate(8, 8)
    assert tally.satisfaction_rate == Rate(5, 6)
    assert tally.repeat_rate == Rate(1, 10)


def test_sums_along_dimensions_leave_nothing_out() -> None:
    current = make_figures().current
    assert current.total.received == 14
    assert current.by(Dimension.BUSINESS)["信用卡"] == NOW[CARD]
    crossed = current.along(Dimension.BUSINESS, Dimension.CHANNEL)
    assert crossed[("贷款", "电话渠道")] == NOW[LOAN]


def test_dimensions_that_were_not_counted_together_cannot_be_crossed() -> None:
    with pytest.raises(LookupError):
        make_figures().current.along(Dimension.UNIT, Dimension.SOURCE)


def test_figures_that_reconcile_have_no_contradictions() -> None:
    assert contradictions(make_figures()) == []


def test_a_gap_between_flow_and_stock_is_named() -> None:
    wrong = {**NOW, LOAN: Tally(0, 3, 1, 5)}
    assert contradictions(make_figures(current=make_count(wrong))) == [
        "期初未结 2 ＋ 收到 14 － 办结 10 ≠ 期末未结 9"
    ]


def test_a_breakdown_that_does_not_add_up_is_named() -> None:
    figures = make_figures()
    groups = {**figures.current.groups, (Dimension.UNIT,): {("某部门",): Tally(received=1)}}
    found = contradictions(replace(figures, current=replace(figures.current, groups=groups)))
    assert found == ["按承办部门分组的合计与总数不符"]


def test_figures_survive_being_written_down() -> None:
    figures = make_figures(customers={"人民路支行": 1200})
    text = json.dumps(figures_to_json(figures))
    assert figures_from_json(json.loads(text)) == figures


def test_a_selection_survives_the_address() -> None:
    names = {Dimension.BRANCH: "人民路支行", Dimension.REASON: ""}
    for selection in (Selection(Measure.IN_LAW, names), Selection(Measure.RATED, {}, True)):
        query = {"kind": "month", "business": "贷款", **selection.as_query()}
        assert parse_selection(query) == selection


@pytest.mark.parametrize("query", [{}, {"measure": "days"}, {"measure": "gap"}])
def test_what_is_no_number_of_cases_selects_none(query: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        parse_selection(query)


def test_a_report_is_made_for_periods_of_its_own_length() -> None:
    with pytest.raises(InvalidRequest):
        ReportOrder(ReportKind.MONTHLY, parse_period("2026-Q4"))


def test_customers_are_read_by_branch() -> None:
    text = "name,customers\n人民路支行,12000\n\n解放路支行, 800\n"
    assert read_customers(text) == {"人民路支行": 12000, "解放路支行": 800}


@pytest.mark.parametrize(
    "line", ["人民路支行", "人民路支行,0", "人民路支行,一万", "人民路支行,-5", "a,1,2"]
)
def test_a_wrong_line_of_customers_is_named(line: str) -> None:
    with pytest.raises(ConfigurationError, match="第 2 行"):
        read_customers(f"name,customers\n{line}\n")


def test_a_branch_stands_in_the_customers_once() -> None:
    with pytest.raises(ConfigurationError, match="第 2 行"):
        read_customers("人民路支行,1\n人民路支行,2\n")
