"""Days: working days by the official calendar, China-local dates, how close a due date is.

Which days a complaint must be answered by follows from its clock: ``casestore.domain.clock``.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum

import chinese_calendar

# Asia/Shanghai without the tz database: no daylight saving since 1991, and no complaint is older.
CHINA_TIME = timezone(timedelta(hours=8), "UTC+8")
PROMISE_SOON_DAYS = 1
LEGAL_SOON_DAYS = 3
REVIEW_SOON_DAYS = 3

_PUBLISHED_YEARS = frozenset(day.year for day in chinese_calendar.constants.holidays)
_FRIDAY = 4
_ONE_DAY = timedelta(days=1)


class Urgency(str, Enum):
    """How a due date looks today; the values name the marks on the console."""

    OVERDUE = "overdue"
    SOON = "soon"
    ON_TIME = "on-time"


@dataclass(frozen=True)
class ServicePromise:
    """Working days in which the bank promises to answer ordinary and complex complaints."""

    ordinary: int
    complex: int


@dataclass(frozen=True)
class DueDates:
    """Last days (China local dates, inclusive) to answer. ``provisional``: a day counted lies in
    a year whose holidays are not published yet, so ``promise`` or ``complex`` may still move."""

    promise: date
    complex: date
    legal: date
    provisional: bool


def midnight(day: date) -> datetime:
    """The moment a day begins in China."""
    return datetime.combine(day, time(), CHINA_TIME)


def local_date(moment: datetime) -> date:
    """The date in China at an aware moment."""
    return moment.astimezone(CHINA_TIME).date()


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th working day after a day, which itself is not counted."""
    for _ in range(count):
        day = _next_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    """Whether the official calendar says so; weekdays where no calendar is known."""
    if day.year in _PUBLISHED_YEARS:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() <= _FRIDAY


def working_days_between(after: date, until: date) -> int:
    """How many working days lie after a day, up to and including another."""
    days = (after + timedelta(days=number) for number in range(1, (until - after).days + 1))
    return sum(map(is_working_day, days))


def is_published(*days: date) -> bool:
    """Whether the official calendars of all these days' years are known."""
    return {day.year for day in days} <= _PUBLISHED_YEARS


def calendar_end() -> date:
    """The last day whose official holidays are known to this installation."""
    return date(max(_PUBLISHED_YEARS), 12, 31)


def urgency(due: date, today: date, soon_days: int) -> Urgency:
    """The mark of an open case's due date; the due day itself is still in time.

    ``soon_days`` before the due date, and on it, it is soon.
    """
    if today > due:
        return Urgency.OVERDUE
    return Urgency.SOON if due - today <= timedelta(days=soon_days) else Urgency.ON_TIME


def _next_working_day(day: date) -> date:
    day += _ONE_DAY
    while not is_working_day(day):
        day += _ONE_DAY
    return day
