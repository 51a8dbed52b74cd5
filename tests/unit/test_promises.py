"""The dates on a receipt, against the official calendar of 2026, and how they are said."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.intake.calendar import BEIJING
from bot.intake.office_hours import OfficeHours
from bot.intake.promises import due_dates, receipt_variables, who_looks_when
from bot.settings import Settings
from casestore.domain import clock, deadlines

HOURS = OfficeHours.parse("08:30-12:00,13:30-17:30")
RECEIPT = (
    "您的投诉已登记，编号：TS20261123-7K3QF8K\n请记下编号。我们正在转交受理部门。\n"
    "本行服务承诺：{promise}{provisional}。\n{legal}。\n{person}。\n"
    "查进度：把编号和手机号后四位发给我。"
)

MOMENTS = st.integers(
    int(datetime(2004, 1, 2, tzinfo=BEIJING).timestamp()),
    int(datetime(2035, 1, 1, tzinfo=BEIJING).timestamp()),
).map(lambda seconds: datetime.fromtimestamp(seconds, timezone.utc))


def at(text: str) -> datetime:
    """A moment of China time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


def told(moment: datetime) -> dict[str, str]:
    return receipt_variables(due_dates(moment, 2, 5), HOURS, moment)


@pytest.mark.parametrize(
    ("received", "promise", "complex_case", "legal", "extended", "longest"),
    [
        # an ordinary Monday
        ("2026-11-23", "2026-11-25", "2026-11-30", "2026-12-08", "2026-12-23", "2027-01-22"),
        # a Friday
        ("2026-11-27", "2026-12-01", "2026-12-04", "2026-12-12", "2026-12-27", "2027-01-26"),
        # a Saturday
        ("2026-11-28", "2026-12-01", "2026-12-04", "2026-12-13", "2026-12-28", "2027-01-27"),
        # Sunday 20 September is worked
        ("2026-09-18", "2026-09-21", "2026-09-24", "2026-10-03", "2026-10-18", "2026-11-17"),
        # National Day 1 to 7 October; Saturday 10 October is worked
        ("2026-09-30", "2026-10-09", "2026-10-13", "2026-10-15", "2026-10-30", "2026-11-29"),
        ("2026-10-08", "2026-10-10", "2026-10-14", "2026-10-23", "2026-11-07", "2026-12-07"),
        # Spring Festival 15 to 23 February; Saturdays 14 and 28 February are worked
        ("2026-02-13", "2026-02-24", "2026-02-27", "2026-02-28", "2026-03-15", "2026-04-14"),
        ("2026-02-24", "2026-02-26", "2026-03-02", "2026-03-11", "2026-03-26", "2026-04-25"),
        # a leap year
        ("2024-02-27", "2024-02-29", "2024-03-05", "2024-03-13", "2024-03-28", "2024-04-27"),
    ],
)
def test_due_dates_follow_the_official_calendar(
    received: str, promise: str, complex_case: str, legal: str, extended: str, longest: str
) -> None:
    due = due_dates(at(f"{received}T12:00"), 2, 5)
    found = (due.promise, due.complex, due.legal, due.extended, due.longest)
    expected = (promise, complex_case, legal, extended, longest)
    assert tuple(day.isoformat() for day in found) == expected
    assert not due.provisional


@pytest.mark.parametrize(
    ("received", "promise", "complex_case", "provisional"),
    [
        ("2026-12-24", "2026-12-28", "2026-12-31", False),
        ("2026-12-25", "2026-12-29", "2027-01-01", True),
        ("2026-12-31", "2027-01-04", "2027-01-07", True),
    ],
)
def test_dates_in_a_year_not_published_are_provisional(
    received: str, promise: str, complex_case: str, provisional: bool
) -> None:
    due = due_dates(at(f"{received}T12:00"), 2, 5)
    assert (due.promise.isoformat(), due.complex.isoformat()) == (promise, complex_case)
    assert due.provisional is provisional


@pytest.mark.parametrize(
    ("moment", "legal"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=timezone.utc), "2026-12-08"),
        (datetime(2026, 11, 23, 16, 0, tzinfo=timezone.utc), "2026-12-09"),
    ],
)
def test_the_day_of_receipt_is_that_of_china(moment: datetime, legal: str) -> None:
    assert due_dates(moment, 2, 5).legal == date.fromisoformat(legal)


@given(MOMENTS, st.integers(1, 10), st.integers(0, 10))
def test_the_case_store_counts_the_same_dates(moment: datetime, days: int, more: int) -> None:
    ours = due_dates(moment, days, days + more)
    promise = deadlines.ServicePromise(days, days + more)
    theirs = clock.due_dates(clock.opening_terms(deadlines.local_date(moment), promise))
    assert (ours.promise, ours.complex, ours.legal) == (
        theirs.promise,
        theirs.complex,
        theirs.legal,
    )
    assert ours.provisional is theirs.provisional


def test_the_receipt_says_the_promise_and_the_law_in_plain_words() -> None:
    said = told(at("2026-11-26T10:00"))
    assert said == {
        "promise": "一般2个工作日，最晚11月30日（周一）答复；情况复杂的5个工作日，最晚12月3日（周四）答复",
        "provisional": "",
        "legal": (
            "法定期限：收到之日起15个自然日，最晚12月11日（周五）作出处理决定；"
            "情况复杂可延到30日，最晚12月26日（周六）；"
            "特别复杂的经批准并告知您，可再延30日，最晚2027年1月25日（周一）"
        ),
        "person": "现在是工作时间，工作人员会尽快查看",
    }


def test_the_banks_own_numbers_of_days_are_told() -> None:
    moment = at("2026-11-23T10:00")
    said = receipt_variables(due_dates(moment, 3, 7), HOURS, moment)["promise"]
    assert "一般3个工作日，最晚11月26日（周四）" in said
    assert "复杂的7个工作日，最晚12月2日（周三）" in said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-26T22:00", "会在11月27日（周五）上午8:30后查看"),
        ("2026-11-27T17:30", "会在11月30日（周一）上午8:30后查看"),  # Friday evening
        ("2026-11-26T06:00", "会在今天上午8:30后查看"),
        ("2026-11-26T12:30", "会在今天下午1:30后查看"),
        ("2026-11-26T00:00", "会在今天上午8:30后查看"),
        ("2026-10-02T10:00", "会在10月8日（周四）上午8:30后查看"),
        ("2026-02-14T18:00", "会在2月24日（周二）上午8:30后查看"),
        ("2026-12-31T18:00", "会在2027年1月1日（周五）上午8:30后查看（放假安排公布前为暂定）"),
    ],
)
def test_after_hours_it_names_when_a_person_will_look(moment: str, said: str) -> None:
    text = who_looks_when(HOURS, at(moment))
    assert text.startswith("现在不是工作时间")
    assert text.endswith(said)


def test_noon_and_the_evening_are_said_as_people_say_them() -> None:
    def opening(text: str) -> str:
        return who_looks_when(OfficeHours.parse(text), at("2026-11-26T00:10"))

    assert "今天下午12:00后" in opening("12:00-13:00")
    assert "今天下午6:05后" in opening("18:05-20:00")
    assert "今天上午0:30后" in opening("00:30-02:00")


def test_utc_moments_are_told_in_china_time() -> None:
    evening = datetime(2026, 11, 26, 16, 30, tzinfo=timezone.utc)
    assert "今天上午8:30后" in who_looks_when(HOURS, evening)


@pytest.mark.parametrize(
    ("received", "named"),
    [("2026-12-24", ""), ("2026-12-25", "2027年的放假安排"), ("2027-12-28", "2027年、2028年的放")],
)
def test_a_provisional_date_is_called_so_with_its_year(received: str, named: str) -> None:
    remark = told(at(f"{received}T10:00"))["provisional"]
    assert named in remark
    assert ("暂定" in remark) is bool(named)


@given(MOMENTS)
def test_every_receipt_fits_one_message(moment: datetime) -> None:
    text = RECEIPT.format(**told(moment))
    assert len(text) < 600
    assert "。。" not in text


@given(st.integers(0, 400))
def test_the_bank_promises_no_later_than_the_complex_date(days: int) -> None:
    due = due_dates(at("2026-01-01T12:00") + timedelta(days=days), 2, 5)
    assert due.promise < due.complex
    assert due.legal < due.extended < due.longest


def test_the_settings_refuse_a_complex_promise_shorter_than_the_ordinary_one() -> None:
    secrets = {
        "web_session_secret": "w",
        "field_keys": "f",
        "case_store_token": "c",
        "analytics_secret": "a",
    }
    days = {"promise_working_days": 3, "complex_working_days": 3}
    assert Settings.parse_obj({**secrets, **days}).complex_working_days == 3
    with pytest.raises(ValidationError, match="complex_working_days"):
        Settings.parse_obj({**secrets, **days, "complex_working_days": 2})
