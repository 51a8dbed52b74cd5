"""When people are at work: the setting's grammar, holidays, and the next opening."""

from __future__ import annotations

from datetime import datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from bot.intake.calendar import BEIJING, is_working_day, local_day
from bot.intake.office_hours import OfficeHours
from bot.settings import Settings

ALL_DAY = OfficeHours.parse("08:30-17:30")
WITH_BREAK = OfficeHours.parse("08:30-12:00,13:30-17:30")


def at(text: str) -> datetime:
    """A moment of China time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@st.composite
def settings_text(draw: st.DrawFn) -> str:
    """Office hours as people might write them, right and wrong."""
    clock = st.builds("{:02}:{:02}".format, st.integers(0, 25), st.sampled_from([0, 30, 59, 60]))
    period = st.builds("{}-{}".format, clock, clock)
    slips = st.sampled_from(["", "8:30-17:30", "08:30", "08:30-17:30 ", "１０:00-11:00", "全天"])
    parts = draw(st.lists(st.one_of(period, period, period, slips), min_size=1, max_size=3))
    return draw(st.sampled_from([",", ", "])).join(parts)


@st.composite
def opening_hours(draw: st.DrawFn) -> OfficeHours:
    minutes = draw(st.lists(st.integers(0, 1439), min_size=2, max_size=6, unique=True))
    edges = [time(*divmod(minute, 60)) for minute in sorted(minutes)]
    edges = edges[: len(edges) // 2 * 2]
    return OfficeHours(tuple(zip(edges[::2], edges[1::2], strict=True)))


MOMENTS = st.builds(
    datetime.fromtimestamp,
    st.floats(
        datetime(2004, 1, 1, tzinfo=BEIJING).timestamp(),
        datetime(2030, 12, 31, tzinfo=BEIJING).timestamp(),
    ),
    st.sampled_from([timezone.utc, BEIJING]),
)


def test_periods_are_read_in_order() -> None:
    assert WITH_BREAK.periods == ((time(8, 30), time(12)), (time(13, 30), time(17, 30)))
    assert OfficeHours.parse("08:30-12:00, 13:30-17:30") == WITH_BREAK


@pytest.mark.parametrize(
    "text", ["", "8:30-17:30", "08:30—17:30", "08:30", "08:30-25:00", "24/7", "08:30-12:00,"]
)
def test_what_cannot_be_read_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match="请写成 08:30-17:30"):
        OfficeHours.parse(text)


@pytest.mark.parametrize(
    "text", ["17:30-08:30", "08:30-08:30", "13:30-17:30,08:30-12:00", "08:30-12:30,12:00-17:30"]
)
def test_periods_that_overlap_or_run_backwards_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="从早到晚"):
        OfficeHours.parse(text)


@given(settings_text())
def test_the_setting_accepts_exactly_what_can_be_read(text: str) -> None:
    try:
        OfficeHours.parse(text)
    except ValueError:
        with pytest.raises(ValidationError):
            config(text)
    else:
        assert config(text).office_hours == text


def config(office_hours: str) -> Settings:
    secret = SecretStr("x")
    return Settings(
        office_hours=office_hours,
        web_session_secret=secret,
        field_keys=secret,
        case_store_token=secret,
        analytics_secret=secret,
    )


@pytest.mark.parametrize(
    ("moment", "open_now"),
    [
        ("2026-11-23T08:29:59", False),
        ("2026-11-23T08:30", True),
        ("2026-11-23T11:59:59", True),
        ("2026-11-23T12:00", False),  # the break
        ("2026-11-23T13:30", True),
        ("2026-11-23T17:30", False),
        ("2026-11-28T10:00", False),  # a Saturday
        ("2026-10-01T10:00", False),  # National Day, a Thursday
        ("2026-10-10T10:00", True),  # a Saturday that is worked
        ("2026-09-20T10:00", True),  # a Sunday that is worked
    ],
)
def test_open_in_the_periods_of_working_days(moment: str, open_now: bool) -> None:
    assert WITH_BREAK.is_open(at(moment)) is open_now


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-23T07:00", "2026-11-23T08:30"),
        ("2026-11-23T12:10", "2026-11-23T13:30"),
        ("2026-11-23T17:30", "2026-11-24T08:30"),
        ("2026-11-27T18:00", "2026-11-30T08:30"),  # Friday evening
        ("2026-10-09T18:00", "2026-10-10T08:30"),  # Friday before a Saturday that is worked
        ("2026-09-30T20:00", "2026-10-08T08:30"),  # National Day
        ("2026-02-14T17:30", "2026-02-24T08:30"),  # Spring Festival
        ("2026-12-31T20:00", "2027-01-01T08:30"),  # 2027 is not published: a Friday
    ],
)
def test_the_next_opening(moment: str, opens: str) -> None:
    assert WITH_BREAK.next_open(at(moment)) == at(opens)


def test_hours_are_those_of_china_whatever_the_clock_shows() -> None:
    monday = datetime(2026, 11, 23, 0, 29, tzinfo=timezone.utc)
    assert not ALL_DAY.is_open(monday)
    assert ALL_DAY.is_open(monday + timedelta(minutes=1))
    assert ALL_DAY.next_open(monday).utcoffset() == timedelta(hours=8)


@given(opening_hours(), MOMENTS)
def test_the_next_opening_is_open_and_is_now_only_when_open(
    hours: OfficeHours, moment: datetime
) -> None:
    opens = hours.next_open(moment)
    assert opens >= moment
    assert hours.is_open(opens)
    assert is_working_day(local_day(opens))
    assert (opens == moment) is hours.is_open(moment)


@given(opening_hours(), MOMENTS, st.floats(0, 1, exclude_max=True))
def test_nobody_is_at_work_before_the_next_opening(
    hours: OfficeHours, moment: datetime, share: float
) -> None:
    opens = hours.next_open(moment)
    between = moment + (opens - moment) * share
    assert between >= opens or not hours.is_open(between)


@pytest.mark.parametrize(
    ("opening", "asked", "hours", "called"),
    [
        # 2026-11-26 is a Thursday.
        (ALL_DAY, "2026-11-26T09:00", 4, "2026-11-26T13:00"),
        (ALL_DAY, "2026-11-26T13:30", 4, "2026-11-26T17:30"),
        (ALL_DAY, "2026-11-26T16:00", 4, "2026-11-27T11:00"),
        (ALL_DAY, "2026-11-26T20:00", 4, "2026-11-27T12:30"),
        (ALL_DAY, "2026-11-27T17:00", 4, "2026-11-30T12:00"),
        (ALL_DAY, "2026-11-26T03:00", 20, "2026-11-30T10:30"),
        (WITH_BREAK, "2026-11-26T10:00", 4, "2026-11-26T15:30"),
        (WITH_BREAK, "2026-11-26T12:30", 4, "2026-11-26T17:30"),
        # Over the National Day holiday of 2026, which ends on 7 October.
        (ALL_DAY, "2026-09-30T15:30", 4, "2026-10-08T10:30"),
    ],
)
def test_a_call_is_promised_within_hours_at_work(
    opening: OfficeHours, asked: str, hours: int, called: str
) -> None:
    assert opening.after(at(asked), timedelta(hours=hours)) == at(called)


@given(opening=opening_hours(), moment=MOMENTS, minutes=st.integers(1, 3000))
def test_the_promise_is_kept_while_people_are_at_work(
    opening: OfficeHours, moment: datetime, minutes: int
) -> None:
    called = opening.after(moment, timedelta(minutes=minutes))
    assert called - moment >= timedelta(minutes=minutes)
    assert opening.next_open(called - timedelta(seconds=1)) == called - timedelta(seconds=1)
    assert opening.after(moment, timedelta(minutes=minutes + 1)) > called
