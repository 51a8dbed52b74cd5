"""Working days of China, and what happens where the official calendar ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intake.calendar import (
    WorkingDate,
    after_working_days,
    calendar_warning,
    is_published,
    is_working_day,
    local_day,
    next_working_day,
    published_until,
    show_day,
)

DAYS = st.dates(date(2004, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-23", True),  # a Monday
        ("2026-11-28", False),  # a Saturday
        ("2026-10-01", False),  # National Day, a Thursday
        ("2026-10-07", False),
        ("2026-10-10", True),  # a Saturday made up for it
        ("2026-02-14", True),  # a Saturday before Spring Festival
        ("2026-02-16", False),  # Spring Festival, a Monday
        ("2026-09-20", True),  # a Sunday
    ],
)
def test_holidays_rest_and_make_up_days_work(day: str, works: bool) -> None:
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("day", "works"), [("2031-10-01", True), ("2031-10-04", False), ("2031-10-05", False)]
)
def test_weekdays_stand_in_for_a_calendar_not_published(day: str, works: bool) -> None:
    assert not is_published(date.fromisoformat(day))
    assert is_working_day(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "count", "day", "provisional"),
    [
        ("2026-11-23", 2, "2026-11-25", False),
        ("2026-09-30", 2, "2026-10-09", False),
        ("2026-10-08", 2, "2026-10-10", False),
        ("2026-12-28", 3, "2026-12-31", False),
        ("2026-12-28", 4, "2027-01-01", True),
        ("2027-03-05", 1, "2027-03-08", True),
        ("2026-11-28", 0, "2026-11-28", False),
    ],
)
def test_a_date_counted_beyond_the_calendar_is_provisional(
    start: str, count: int, day: str, provisional: bool
) -> None:
    found = after_working_days(date.fromisoformat(start), count)
    assert found == WorkingDate(date.fromisoformat(day), provisional)


@given(DAYS, st.integers(1, 30))
def test_counting_goes_on_where_it_stopped_and_ends_on_a_working_day(day: date, count: int) -> None:
    found = after_working_days(day, count).day
    assert found == next_working_day(after_working_days(day, count - 1).day)
    assert is_working_day(found)


@given(DAYS)
def test_between_two_working_days_nobody_works(day: date) -> None:
    coming = next_working_day(day)
    between = range(1, (coming - day).days)
    assert not any(is_working_day(day + timedelta(days=n)) for n in between)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=timezone.utc), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 16, 0, tzinfo=timezone.utc), date(2026, 11, 24)),
    ],
)
def test_the_day_begins_at_midnight_in_china(moment: datetime, day: date) -> None:
    assert local_day(moment) == day


def test_the_calendar_reaches_to_the_end_of_its_last_year() -> None:
    last = published_until()
    assert is_published(last)
    assert not is_published(last + timedelta(days=1))


@pytest.mark.parametrize(("left", "warned"), [(61, False), (60, True), (0, True), (-1, True)])
def test_operators_are_warned_in_good_time(left: int, warned: bool) -> None:
    warning = calendar_warning(published_until() - timedelta(days=left))
    assert (warning is not None) is warned


def test_the_warning_says_how_long_is_left_and_what_to_do() -> None:
    last = published_until()
    warning = calendar_warning(last - timedelta(days=38)) or ""
    assert f"只到{last.isoformat()}，还有38天" in warning
    assert f"{last.year + 1}年起" in warning
    assert "chinesecalendar" in warning
    assert "make lock" in warning
    assert "已经用完" in (calendar_warning(last + timedelta(days=1)) or "")


def test_how_early_is_the_operators_choice() -> None:
    today = published_until() - timedelta(days=10)
    assert calendar_warning(today, within_days=9) is None
    assert calendar_warning(today, within_days=10) is not None


@pytest.mark.parametrize(
    ("day", "shown"),
    [
        ("2026-11-30", "11月30日（周一）"),
        ("2026-12-06", "12月6日（周日）"),
        ("2027-01-04", "2027年1月4日（周一）"),
        ("2025-12-31", "2025年12月31日（周三）"),
    ],
)
def test_dates_as_the_customer_reads_them(day: str, shown: str) -> None:
    assert show_day(date.fromisoformat(day), date(2026, 11, 26)) == shown
