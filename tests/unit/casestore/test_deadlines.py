"""Working days by the official calendar, and how near a due date is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.domain.deadlines import (
    Urgency,
    is_published,
    is_working_day,
    urgency,
    working_days_after,
    working_days_between,
)


@pytest.mark.parametrize(
    ("day", "is_worked"),
    [
        ("2026-11-23", True),
        ("2026-11-28", False),  # a Saturday
        ("2026-10-01", False),  # National Day, a Thursday
        ("2026-10-10", True),  # a Saturday worked instead
        ("2027-01-01", True),  # a Friday of a year not published
    ],
)
def test_the_official_calendar_says_which_days_are_worked(day: str, is_worked: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is is_worked


@given(st.dates(date(2024, 1, 1), date(2028, 12, 31)), st.integers(0, 30))
def test_counting_working_days_forth_and_back_agree(day: date, count: int) -> None:
    assert working_days_between(day, working_days_after(day, count)) == count


def test_no_working_days_lie_before_a_day() -> None:
    assert working_days_between(date(2026, 11, 23), date(2026, 11, 20)) == 0


def test_a_span_is_published_if_every_year_in_it_is() -> None:
    assert is_published(date(2026, 12, 31))
    assert not is_published(date(2026, 12, 31), date(2031, 1, 1))


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("2026-11-22", Urgency.ON_TIME),
        ("2026-11-23", Urgency.SOON),
        ("2026-11-25", Urgency.SOON),
        ("2026-11-26", Urgency.OVERDUE),
    ],
)
def test_a_due_date_is_marked_some_days_before(today: str, expected: Urgency) -> None:
    assert urgency(date(2026, 11, 25), date.fromisoformat(today), soon_days=2) is expected
