"""Due dates, against the official calendar of 2026."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.domain.deadlines import (
    CHINA_TIME,
    DueDates,
    ServicePromise,
    Urgency,
    calendar_end,
    due_dates,
    urgency,
)

PROMISE = ServicePromise(ordinary=2, complex=2)


def noon(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), CHINA_TIME).replace(
        hour=12
    )


@pytest.mark.parametrize(
    ("received", "promise", "legal"),
    [
        ("2026-11-23", "2026-11-25", "2026-12-08"),  # an ordinary Monday
        ("2026-11-26", "2026-11-30", "2026-12-11"),  # a weekend between
        ("2026-11-28", "2026-12-01", "2026-12-13"),  # received on a Saturday
        ("2026-09-18", "2026-09-21", "2026-10-03"),  # Sunday 20 September is worked
        ("2026-09-24", "2026-09-29", "2026-10-09"),  # Mid-autumn 25 to 27 September
        ("2026-09-30", "2026-10-09", "2026-10-15"),  # National Day 1 to 7 October
        ("2026-10-08", "2026-10-10", "2026-10-23"),  # Saturday 10 October is worked
        ("2026-10-09", "2026-10-12", "2026-10-24"),  # which makes it Saturday, Monday
        ("2026-02-13", "2026-02-24", "2026-02-28"),  # Saturday 14 worked, then Spring Festival
        ("2024-02-27", "2024-02-29", "2024-03-13"),  # a leap year
    ],
)
def test_due_dates_follow_the_official_calendar(received: str, promise: str, legal: str) -> None:
    day = date.fromisoformat(promise)
    expected = DueDates(day, day, date.fromisoformat(legal), provisional=False)
    assert due_dates(noon(received), PROMISE) == expected


def test_complex_complaints_have_a_later_promise() -> None:
    found = due_dates(noon("2026-09-24"), ServicePromise(ordinary=2, complex=5))
    assert (found.promise, found.complex) == (date(2026, 9, 29), date(2026, 10, 9))


def test_a_date_is_provisional_if_only_the_complex_one_lies_in_an_unpublished_year() -> None:
    found = due_dates(noon("2026-12-29"), ServicePromise(ordinary=2, complex=3))
    assert (found.promise, found.complex) == (date(2026, 12, 31), date(2027, 1, 1))
    assert found.provisional


def test_the_known_holidays_end_with_a_year() -> None:
    assert (calendar_end().month, calendar_end().day) == (12, 31)
    assert not due_dates(noon(calendar_end().isoformat()), ServicePromise(0, 0)).provisional
    assert due_dates(noon(calendar_end().isoformat()), ServicePromise(1, 1)).provisional


@pytest.mark.parametrize(
    ("received", "promise", "provisional"),
    [
        ("2026-12-29", "2026-12-31", False),
        ("2026-12-30", "2027-01-01", True),  # a Friday; the calendar of 2027 is not known
        ("2026-12-31", "2027-01-04", True),
        ("2027-03-05", "2027-03-09", True),
        ("2003-12-31", "2004-01-05", True),  # before the first calendar; 1 January is known
    ],
)
def test_an_unpublished_year_counts_weekdays_and_says_so(
    received: str, promise: str, provisional: bool
) -> None:
    found = due_dates(noon(received), PROMISE)
    assert found.promise == date.fromisoformat(promise)
    assert found.provisional is provisional


@pytest.mark.parametrize(
    ("moment", "legal"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=timezone.utc), "2026-12-08"),
        (datetime(2026, 11, 23, 16, 0, 0, tzinfo=timezone.utc), "2026-12-09"),
    ],
)
def test_the_day_begins_at_midnight_in_china(moment: datetime, legal: str) -> None:
    assert due_dates(moment, PROMISE).legal == date.fromisoformat(legal)


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(1, 15))
def test_more_days_are_never_earlier_and_the_legal_date_is_calendar_days(
    day: date, working_days: int
) -> None:
    received = noon(day.isoformat())
    found = due_dates(received, ServicePromise(working_days, working_days + 1))
    assert day < found.promise < found.complex
    assert found.legal == day + timedelta(days=15)


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
