"""The only door to jionlp: silences its banner, turns its results into our types.

jionlp keeps the base time in its parser object, hence the lock. Its location recogniser is not
used: the first call takes 12 s and 2 GB; `branches` needs neither provinces nor cities.
"""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from datetime import date
from decimal import Decimal, InvalidOperation

with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jionlp

Span = tuple[date, date]

_LOCK = threading.Lock()
# What its parsers raise on texts they cannot read (seen: ValueError, TypeError).
_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError)
_NOON = (12, 0, 0)


def parse_span(text: str, today: date) -> Span | None:
    """First and last day of a time expression in the eyes of jionlp; None for a duration."""
    base = [today.year, today.month, today.day, *_NOON]
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = jionlp.parse_time(text, time_base=base)
        if found["type"] not in ("time_point", "time_span"):
            return None
        first, last = found["time"]
        return date.fromisoformat(first[:10]), date.fromisoformat(last[:10])
    except _UNREADABLE:
        return None


def parse_yuan(text: str) -> Decimal | None:
    """The sum in yuan, for a range its lower bound; None when jionlp cannot read the text."""
    try:
        with _LOCK, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = jionlp.parse_money(text)
        number = found["num"]
        return Decimal(number[0] if isinstance(number, list) else number)
    except (*_UNREADABLE, InvalidOperation):
        return None
