"""Months, quarters and years of reports."""

from datetime import date

import pytest

from casestore.domain.errors import InvalidRequest
from casestore.domain.period import PeriodUnit, Span, parse_period, period_of, recent_periods


@pytest.mark.parametrize(
    ("text", "first", "last", "name", "previous"),
    [
        ("2026-02", "2026-02-01", "2026-02-28", "2026年2月", "2026-01"),
        ("2028-02", "2028-02-01", "2028-02-29", "2028年2月", "2028-01"),
        ("2026-01", "2026-01-01", "2026-01-31", "2026年1月", "2025-12"),
        ("2026-12", "2026-12-01", "2026-12-31", "2026年12月", "2026-11"),
        ("2026-Q1", "2026-01-01", "2026-03-31", "2026年第一季度", "2025-Q4"),
        ("2026-Q4", "2026-10-01", "2026-12-31", "2026年第四季度", "2026-Q3"),
        ("2026", "2026-01-01", "2026-12-31", "2026年", "2025"),
    ],
)
def test_a_period_knows_its_days_name_and_predecessor(
    text: str, first: str, last: str, name: str, previous: str
) -> None:
    period = parse_period(text)
    assert period.span == Span(date.fromisoformat(first), date.fromisoformat(last))
    assert (period.text, period.name, period.previous.text) == (text, name, previous)


@pytest.mark.parametrize(
    "text",
    ["", "2026-13", "2026-00", "2026-Q5", "2026-Q0", "1999", "26-11", "2026-11-01", "２０２６"],
)
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_period(text)


def test_a_day_lies_in_its_periods() -> None:
    day = date(2026, 11, 23)
    assert [period_of(unit, day).text for unit in PeriodUnit] == ["2026-11", "2026-Q4", "2026"]


def test_recent_periods_begin_with_the_one_under_way() -> None:
    found = recent_periods(PeriodUnit.QUARTER, date(2026, 2, 1), 3)
    assert [period.text for period in found] == ["2026-Q1", "2025-Q4", "2025-Q3"]


def test_a_span_ends_today_at_the_latest() -> None:
    span = parse_period("2026-Q4").span
    assert span.until(date(2026, 11, 23)).last == date(2026, 11, 23)
    assert span.until(date(2027, 1, 5)) == span
    assert span.until(date(2026, 10, 1)).last == date(2026, 10, 1)
    with pytest.raises(InvalidRequest):
        span.until(date(2026, 9, 30))
