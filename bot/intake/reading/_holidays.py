"""The days off around a festival, as the State Council announced them."""

from __future__ import annotations

from datetime import date, timedelta

from chinese_calendar.constants import holidays

from bot.intake.reading._jionlp import Span

_ONE_DAY = timedelta(days=1)


def days_off(festival: date) -> Span | None:
    """First and last day off around `festival`; None where no calendar of that year is known."""
    if festival not in holidays:
        return None
    first = last = festival
    while first - _ONE_DAY in holidays:
        first -= _ONE_DAY
    while last + _ONE_DAY in holidays:
        last += _ONE_DAY
    return first, last
