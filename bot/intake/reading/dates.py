"""When it happened: the day or days a customer names inside a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot.intake.reading._date_values import day_of_month, resolve
from bot.intake.reading._date_words import TimeWords, find
from bot.intake.reading._jionlp import Span
from bot.intake.reading._text import fold, trim

_UNKNOWN = re.compile(
    r"记不(?:清|得|住|起来?|太?清)|不(?:太|大|怎么)?(?:记得|清楚|确定|知道|晓得)|忘(?:了|记)"
    r"|没(?:有)?印象"
    r"|没记|想不起|说不(?:准|清|好|上)|很久以前|好久以前|早就忘"
)
_HEDGED = re.compile(r"大概|大约|可能|好像|应该|差不多|估计|貌似|左右|前后|多.*前")
_BEFORE = ("前", "之前", "以前")
_AFTER = ("后", "之后", "以后")
_RANGE = re.compile(r"(?:一直)?[到至~\-—–]")


@dataclass(frozen=True)
class DateReading:
    """`text` in the customer's words; first and last day; vague when no single day is certain.

    `start` None with an `end` means some day up to `end` (春节前); `end` None with a `start`
    means that day or later (3月以后). A range the customer names (10月1日到7日) is not vague.
    `future`: the words can only mean a day after the `today` given to `read_date`.
    """

    text: str
    start: date | None
    end: date | None
    vague: bool
    future: bool = False


UNKNOWN = DateReading("记不清", None, None, True)
"""What the form keeps when `is_unknown` holds."""


def is_unknown(text: str) -> bool:
    """True for 记不清了, 忘了, 不知道: ask `read_date` first, 「上周吧，记不清了」has a date."""
    return _UNKNOWN.search(text) is not None


def mentions_date(text: str) -> bool:
    """True when some words of `text` name a time."""
    return bool(find(text))


def read_date(text: str, today: date) -> DateReading | None:
    """The day of the event in `text`: the most exact one named, the first among equals.

    A day after `today` is returned (with `future` set) only when no other is named.
    """
    readings = [r for r in _readings(text, today) if r]
    if not readings:
        return None
    return min(readings, key=lambda pair: pair[0])[1]


_Rank = tuple[bool, float, int]


def _readings(text: str, today: date) -> list[tuple[_Rank, DateReading] | None]:
    words = find(text)
    out: list[tuple[_Rank, DateReading] | None] = []
    index = 0
    while index < len(words):
        following = words[index + 1] if index + 1 < len(words) else None
        ranged = _range(text, words[index], following, today) if following else None
        out.append(ranged or _single(words[index], today))
        index += 2 if ranged else 1
    return out


def _single(words: TimeWords, today: date) -> tuple[_Rank, DateReading] | None:
    span = resolve(words, today)
    if span is None:
        return None
    start, end = _apply_tail(words, span)
    future = (start or end or today) > today
    if not future and end and end > today:
        end = today
    vague = start is None or end is None or start != end or bool(_HEDGED.search(words.text))
    reading = DateReading(words.text, start, end, vague, future)
    return (future, _precision(words, start, end), words.start), reading


def _apply_tail(words: TimeWords, span: Span) -> tuple[date | None, date | None]:
    if words.tail in _BEFORE:
        return None, span[0] - timedelta(days=1)
    if words.tail in _AFTER:
        return span[1] + timedelta(days=1), None
    return span


def _precision(words: TimeWords, start: date | None, end: date | None) -> float:
    """0 a day, 1 a week, 2 a month or open, 3 more; a bare 上午 comes behind a week."""
    if words.kind == "daypart":
        return 1.5
    if start is None or end is None:
        return 2
    days = (end - start).days
    return 0 if days == 0 else 1 if days <= 7 else 2 if days <= 31 else 3


def _range(
    text: str, first: TimeWords, last: TimeWords, today: date
) -> tuple[_Rank, DateReading] | None:
    """10月1日到7日, 3月到5月, 昨天到今天: one reading over both."""
    if not _RANGE.fullmatch(trim(fold(text[first.end : last.start]))):
        return None
    begin, finish = resolve(first, today), resolve(last, today)
    day = day_of_month(last.core) if last.kind == "day" else None
    if begin and day and begin[0].day < day <= 28:
        finish = (begin[0].replace(day=day),) * 2
    if not begin or not finish or begin[0] > finish[1] or first.kind == last.kind == "daypart":
        return None
    whole = text[first.start : last.end]
    end = min(finish[1], today) if begin[0] <= today else finish[1]
    future = begin[0] > today
    return (future, 0, first.start), DateReading(whole, begin[0], end, False, future)
