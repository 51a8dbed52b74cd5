"""When a complaint must be answered, by the bank's promise and by law.

Law: a decision within 15 days of the day the complaint was received,
《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）第十八条第一款; days are calendar
days by 第四十三条. Promise: the bank's own service standard in working days, not regulation.
Review: a decision within 30 days of the application, 第二十条.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum

import chinese_calendar

# Asia/Shanghai without the tz database: no daylight saving since 1991, and no complaint is older.
CHINA_TIME = timezone(timedelta(hours=8), "UTC+8")
LEGAL_CALENDAR_DAYS = 15
PROMISE_SOON_DAYS = 1
LEGAL_SOON_DAYS = 3
REVIEW_CALENDAR_DAYS = 30
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


def local_date(moment: datetime) -> date:
    """The date in China at an aware moment."""
    return moment.astimezone(CHINA_TIME).date()


def due_dates(received_at: datetime, promise: ServicePromise) -> DueDates:
    """All due dates of a complaint received at an aware moment.

    The day of receipt is not counted. Sources: see the module.
    """
    received = local_date(received_at)
    ordinary = working_days_after(received, promise.ordinary)
    longer = working_days_after(received, promise.complex)
    return DueDates(
        promise=ordinary,
        complex=longer,
        legal=received + timedelta(days=LEGAL_CALENDAR_DAYS),
        provisional=not {received.year, ordinary.year, longer.year} <= _PUBLISHED_YEARS,
    )


def working_days_after(day: date, count: int) -> date:
    """The ``count``-th working day after a day, which itself is not counted."""
    for _ in range(count):
        day = _next_working_day(day)
    return day


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
    while not _is_working_day(day):
        day += _ONE_DAY
    return day


def _is_working_day(day: date) -> bool:
    """Weekdays only where no official holiday calendar is known."""
    if day.year in _PUBLISHED_YEARS:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() <= _FRIDAY
