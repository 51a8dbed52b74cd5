"""When it happened: the day or days a customer names inside a sentence."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from bot.intake.reading._date_values import day_of_month, resolve
from bot.intake.reading._date_words import TimeWords, find
from bot.intake.reading._jionlp import Span
from bot.intake.reading._text import fold, small_int

_UNKNOWN = re.compile(
    r"记不(?:清|得|住|起来?|太?清)|不(?:太|大|怎么)?(?:记得|清楚|确定|知道|晓得)|忘(?:了|记)"
    r"|没(?:有)?印象"
    r"|没记|想不起|说不(?:准|清|好|上)|很久以前|好久以前|早就忘"
)
_HEDGED = re.compile(r"大概|大约|约莫|印象中|可能|好像|应该|差不多|估计|貌似|左右|前后|样子|多.*前")
_BEFORE = ("前", "之前", "以前")
_AFTER = ("后", "之后", "以后", "过后")
_UNTIL_NOW = re.compile(r"(?:开始|起)?,?(?:就|一直|都|持续)*[到至](?:现在|目前|如今|今(?!天))")
_NEAR = re.compile(r"([前后])([几一两二三])天")
_SEVERAL_DAYS = 7
_RANGE = re.compile(r"(?:一直)?[到至~\-—–]")
_EITHER = re.compile(r"或者?|还是|[跟和与、/]")
_ALIKE = ({"year"}, {"month"}, {"day"}, {"week"}, {"rel_day"}, {"month", "day"})
_LONGEST_EITHER = timedelta(days=45)


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
        ranged = _both(text, words[index], following, today) if following else None
        out.append(ranged or _since(text, words[index], today) or _single(words[index], today))
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
    open_ended = start is None or end is None
    several = start != end and words.kind != "days"  # 10-15号 is a range the customer names
    vague = open_ended or several or bool(_HEDGED.search(words.text))
    reading = DateReading(words.text, start, end, vague, future)
    return (future, _precision(words, start, end), words.start), reading


def _since(text: str, words: TimeWords, today: date) -> tuple[_Rank, DateReading] | None:
    """8月至今, 昨晚到现在."""
    until = _UNTIL_NOW.match(fold(text), words.end)
    span = resolve(words, today) if until else None
    if until is None or span is None or span[0] > today:
        return None
    return (False, 0, words.start), DateReading(
        text[words.start : until.end()], span[0], today, False
    )


def _apply_tail(words: TimeWords, span: Span) -> tuple[date | None, date | None]:
    near = _NEAR.fullmatch(words.tail)
    if near:
        return _beside(span, near[1], small_int(near[2]) or _SEVERAL_DAYS)
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


def _beside(span: Span, side: str, days: int) -> Span:
    """春节前几天, 国庆后两天."""
    if side == "前":
        return span[0] - timedelta(days=days), span[0] - timedelta(days=1)
    return span[1] + timedelta(days=1), span[1] + timedelta(days=days)


def _both(
    text: str, first: TimeWords, last: TimeWords, today: date
) -> tuple[_Rank, DateReading] | None:
    """10月1日到7日, 昨天到今天, and, vague, 20号还是21号, 8月底9月初: one reading over both."""
    between = fold(text[first.end : last.start]).strip()
    ranged = _RANGE.fullmatch(between) is not None
    if not ranged and not _is_either(between, first, last):
        return None
    begin, finish = resolve(first, today), _finish(first, last, today)
    if not begin or not finish:
        return None
    if not ranged and begin[0] > finish[0]:
        begin, finish = finish, begin
    if begin[0] > finish[1] or (not ranged and finish[0] - begin[1] > _LONGEST_EITHER):
        return None
    whole = text[first.start : last.end]
    end = min(finish[1], today) if begin[0] <= today else finish[1]
    future = begin[0] > today
    return (future, 0, first.start), DateReading(whole, begin[0], end, not ranged, future)


def _is_either(between: str, first: TimeWords, last: TimeWords) -> bool:
    same = {first.kind, last.kind} in _ALIKE
    edges = not between and "part" in first.parts and "part" in last.parts
    return same and (edges or _EITHER.fullmatch(between) is not None)


def _finish(first: TimeWords, last: TimeWords, today: date) -> Span | None:
    """The days of `last`; in 11月3号到5号 the month is that of `first`."""
    begin, finish = resolve(first, today), resolve(last, today)
    if first.kind == last.kind == "daypart":
        return None
    day = day_of_month(last.core) if last.kind == "day" else None
    if begin and day and begin[0].day < day <= monthrange(begin[0].year, begin[0].month)[1]:
        return (begin[0].replace(day=day),) * 2
    return finish
