"""China's one time zone and its working days. Pure.

Holidays and make-up working days are the State Council's, as the package `chinesecalendar` has
them. It knows a year once that year is announced, usually in the November before. Until then
Monday to Friday count as working days and every date counted that way is provisional: the case
store counts the same way (casestore/domain/deadlines.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

import chinese_calendar

BEIJING = timezone(timedelta(hours=8), "Asia/Shanghai")
"""No summer time since 1991: a fixed offset needs no zone database."""

WARN_WITHIN_DAYS = 60
_PUBLISHED_YEARS = frozenset(day.year for day in chinese_calendar.constants.holidays)
_ONE_DAY = timedelta(days=1)
_FRIDAY = 4
_NOON = 12
_WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class WorkingDate:
    """A date found by counting working days; `provisional`: a later announcement may move it."""

    day: date
    provisional: bool


def local_day(moment: datetime) -> date:
    """The date in China at an aware moment."""
    return moment.astimezone(BEIJING).date()


def is_published(day: date) -> bool:
    """True when the official calendar of the day's year is known."""
    return day.year in _PUBLISHED_YEARS


def is_working_day(day: date) -> bool:
    """Whether offices work that day; Monday to Friday where no official calendar is known."""
    if is_published(day):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() <= _FRIDAY


def next_working_day(day: date) -> date:
    """The first working day after `day`."""
    day += _ONE_DAY
    while not is_working_day(day):
        day += _ONE_DAY
    return day


def after_working_days(start: date, count: int) -> WorkingDate:
    """The last day of a period of `count` working days; `start` itself is not counted."""
    day = start
    for _ in range(count):
        day = next_working_day(day)
    return WorkingDate(day, provisional=not (is_published(start) and is_published(day)))


def published_until() -> date:
    """The last day whose official calendar is known."""
    return date(max(_PUBLISHED_YEARS), 12, 31)


def calendar_warning(today: date, within_days: int = WARN_WITHIN_DAYS) -> str | None:
    """What operators must do when the known calendar ends within `within_days` days, or has."""
    last = published_until()
    left = (last - today).days
    if left > within_days:
        return None
    state = f"还有{left}天就用完" if left >= 0 else "已经用完"
    return (
        f"节假日表只到{last:%Y-%m-%d}，{state}。{last.year + 1}年起的答复期限和上班时间先按周一到周五推算，"
        "对客户标为暂定。请在国务院公布放假安排后，把 requirements.in 里的 chinesecalendar 换成"
        "包含新一年的版本，运行 make lock，再重新启动。"
    )


def show_day(day: date, today: date) -> str:
    """A date as customers read it: 11月30日（周一）, with the year when it is not this year's."""
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（周{_WEEKDAYS[day.weekday()]}）"


def show_moment(moment: datetime, today: date) -> str:
    """An aware moment as customers read it: 今天下午3:30, 11月30日（周一）上午9:00."""
    local = moment.astimezone(BEIJING)
    day = "今天" if local.date() == today else show_day(local.date(), today)
    half = "上午" if local.hour < _NOON else "下午"
    hour = local.hour if local.hour <= _NOON else local.hour - _NOON
    return f"{day}{half}{hour}:{local:%M}"
