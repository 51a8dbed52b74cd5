"""The days a persona's words mean, told independently of how the assistant reads them.

today-2           two days ago
fri of week-1     the Friday of last week (weeks begin on Monday)
last fri          the latest Friday that is not after today
last 11-03        the latest 3 November that is not after today
month-1 day 15    the 15th of last month
year-1            the whole of last year
A..B              from the first day of A to the last day of B
unknown           no day at all
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

Span = tuple[date | None, date | None]

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNKNOWN: Span = (None, None)


def china_today() -> date:
    """The day on the customer's calendar."""
    return datetime.now(timezone(timedelta(hours=8))).date()


def span(words: str, today: date) -> Span:
    """First and last day of an expression; ValueError when it is none of the above."""
    if words == "unknown":
        return _UNKNOWN
    if ".." in words:
        first, last = (span(each, today) for each in words.split(".."))
        return first[0], last[1]
    for pattern, meaning in _MEANINGS.items():
        if found := re.fullmatch(pattern, words):
            return meaning(today, *found.groups())
    raise ValueError(f"no such day: {words}")


def _one(day: date) -> Span:
    return day, day


def _days_ago(today: date, days: Any) -> Span:
    return _one(today - timedelta(days=int(days)))


def _of_week(today: date, weekday: str, weeks: Any) -> Span:
    monday = today - timedelta(days=today.weekday(), weeks=int(weeks))
    return _one(monday + timedelta(days=_WEEKDAYS.index(weekday)))


def _last_weekday(today: date, weekday: str) -> Span:
    return _one(today - timedelta(days=(today.weekday() - _WEEKDAYS.index(weekday)) % 7))


def _last_day_of_year(today: date, month: Any, day: Any) -> Span:
    this_year = date(today.year, int(month), int(day))
    return _one(this_year if this_year <= today else this_year.replace(year=today.year - 1))


def _of_month(today: date, months: Any, day: Any) -> Span:
    first = today.replace(day=1)
    for _ in range(int(months)):
        first = (first - timedelta(days=1)).replace(day=1)
    return _one(first.replace(day=int(day)))


def _whole_year(today: date, years: Any) -> Span:
    year = today.year - int(years)
    return date(year, 1, 1), min(date(year, 12, 31), today)


_MEANINGS: dict[str, Callable[..., Span]] = {
    r"today-(\d+)": _days_ago,
    r"(mon|tue|wed|thu|fri|sat|sun) of week-(\d+)": _of_week,
    r"last (mon|tue|wed|thu|fri|sat|sun)": _last_weekday,
    r"last (\d\d)-(\d\d)": _last_day_of_year,
    r"month-(\d+) day (\d+)": _of_month,
    r"year-(\d+)": _whole_year,
}
