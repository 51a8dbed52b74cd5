"""From a time expression to days: jionlp where it can, own rules for what it misreads.

jionlp reads 周五 and 12月3号 forward; a complaint looks back, so a bare day, month, weekday or
holiday means the latest one that is not after `today`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from bot.intake.reading._date_words import TimeWords
from bot.intake.reading._jionlp import Span, parse_span
from bot.intake.reading._text import fold, small_int

_REL_DAY = {
    "今早": "今天",
    "今晨": "今天",
    "今晚": "今天",
    "今儿": "今天",
    "昨儿": "昨天",
    "昨晚": "昨天",
    "昨夜": "昨天",
    "前晚": "前天",
}
_HOLIDAY = {
    "十一": "国庆节",
    "过年": "春节",
    "年前": "春节",
    "双十二": "12月12日",
    "双12": "12月12日",
    "三八": "妇女节",
    "六一": "儿童节",
}
_LONG_HOLIDAY = {"国庆": 7, "春节": 7, "劳动": 5, "五一": 5}
_SHORT_HOLIDAY_DAYS = 3
# How many days ago, from .. to, the customer may mean.
_RECENT = (
    (re.compile(r"刚才|刚刚|方才|这会儿"), (0, 0)),
    (re.compile(r"前[两二三四五几些]天|这几天|这两天|近几天|近日|前些日子|前些时候"), (7, 0)),
    (re.compile(r"周|近期|近来|最近|前不久|不久前"), (30, 0)),
    (re.compile(r"前一?阵|前一?段|这段"), (60, 0)),
    (re.compile(r"前[一二两三四]个月"), (120, 0)),
    (re.compile(r"几个月"), (270, 30)),
    (re.compile(r"几年"), (1825, 365)),
)
_AGO_UNIT = {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}
_TODAY_UNIT = re.compile(r"小时|钟头|分钟")


def resolve(words: TimeWords, today: date) -> Span | None:
    """First and last day of the expression itself (its 前/后/左右 not applied); None if no day."""
    return _RESOLVERS[words.kind](words, today)


def shift_month(day: date, months: int) -> date:
    """The first day of the month `months` away from the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def whole_month(first: date) -> Span:
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _numeric(words: TimeWords, today: date) -> Span | None:
    numbers = [int(n) for n in re.findall(r"\d+", words.core)]
    if len(numbers) == 1:
        digits = words.core
        numbers = [int(digits[:4]), int(digits[4:6]), int(digits[6:8])]
    if len(numbers) == 2 and numbers[0] > 31:
        return whole_month(date(numbers[0], numbers[1], 1))
    if len(numbers) == 2:
        return _latest_day(numbers[0], numbers[1], today)
    return _one_day(*numbers)


def _one_day(year: int, month: int, day: int) -> Span | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


def _latest_day(month: int, day: int, today: date) -> Span | None:
    # Five years back reach the last 29 February.
    candidates = (_one_day(today.year - back, month, day) for back in range(5))
    return next((span for span in candidates if span and span[0] <= today), None)


def _month(words: TimeWords, today: date) -> Span | None:
    month, year = words.parts["month"].removesuffix("份"), words.parts.get("year", "").rstrip("的")
    rest = re.sub(r"^月", "", words.parts.get("day", "") or words.parts.get("part", ""))
    if words.parts.get("day") and not rest.endswith(("号", "日")):
        rest += "号"
    if month in ("正月", "腊月"):
        return _looking_back(f"{month}{rest}", year, today)
    number = small_int(month.removesuffix("月"))
    if number is None:
        first = shift_month(today, {"上": -1, "下": 1}.get(month[0], 0) * month.count(month[0]))
        return _in_month(first, rest, today)
    if not 1 <= number <= 12:
        return None
    if year:
        return parse_span(f"{year}{number}月{rest}", today)
    return _year_less(number, rest, today)


def _year_less(month: int, rest: str, today: date) -> Span | None:
    day = small_int(rest.rstrip("号日")) if rest.endswith(("号", "日")) else None
    if day is not None:
        return _latest_day(month, day, today)
    year = today.year - (month > today.month)
    return _in_month(date(year, month, 1), rest, today)


def _in_month(first: date, rest: str, today: date) -> Span | None:
    if not rest:
        return whole_month(first)
    return parse_span(f"{first.year}年{first.month}月{rest}", today)


def _looking_back(phrase: str, year: str, today: date, earlier: str = "去年") -> Span | None:
    """`phrase` as jionlp reads it; when that lies ahead and no year was named, the one before."""
    found = parse_span(year + phrase, today)
    if found and not year and found[0] > today:
        return parse_span(earlier + phrase, today)
    return found


def _holiday(words: TimeWords, today: date) -> Span | None:
    name = words.parts["holiday"]
    year = words.parts.get("year", "").rstrip("的")
    found = _looking_back(_HOLIDAY.get(name, name), year, today)
    if found is None:
        return None
    first = found[0]
    if name == "年前":
        return first - timedelta(days=30), first - timedelta(days=1)
    return first, first + timedelta(days=_holiday_days(words) - 1)


def _holiday_days(words: TimeWords) -> int:
    name = _HOLIDAY.get(words.parts["holiday"], words.parts["holiday"])
    if words.tail in ("那天", "当天"):
        return 1
    days = next((n for key, n in _LONG_HOLIDAY.items() if key in name), 1)
    several = words.tail in ("那几天", "期间") or re.search(r"假|黄金周", words.core)
    return max(days, _SHORT_HOLIDAY_DAYS) if several else days


def _season(words: TimeWords, today: date) -> Span | None:
    year = words.parts.get("year", "").rstrip("的")
    return _looking_back(words.core.removeprefix(words.parts.get("year", "")), year, today)


def _year(words: TimeWords, today: date) -> Span | None:
    return parse_span(words.core, today)


def _month_edge(words: TimeWords, today: date) -> Span | None:
    for back in (0, -1):
        found = _in_month(shift_month(today, back), words.core.removeprefix("月"), today)
        if found and found[0] <= today:
            return found
    return None


def _week(words: TimeWords, today: date) -> Span | None:
    core = words.core
    if core[-1].isdigit():
        core = core[:-1] + "一二三四五六"[int(core[-1]) - 1]
    if not core.endswith("末"):
        return _looking_back(core, "", today, earlier="上")
    found = parse_span(core, today)
    if found is None:
        return None
    saturday = found[1] - timedelta(days=1)
    if saturday > today and core[0] not in "上下这本":
        saturday -= timedelta(days=7)
    return saturday, saturday + timedelta(days=1)


def _rel_day(words: TimeWords, today: date) -> Span | None:
    return parse_span(_REL_DAY.get(words.core, words.core), today)


def _ago(words: TimeWords, today: date) -> Span | None:
    core = words.core.replace("钟头", "小时")
    if _TODAY_UNIT.search(core) and re.search(r"几|半|多|分", core):
        return today, today
    return parse_span(core, today) or _several_ago(core, today)


def _several_ago(core: str, today: date) -> Span | None:
    """几天前, 十几天前, 两三个月前: jionlp reads none of them."""
    unit = next((days for word, days in _AGO_UNIT.items() if word in core), None)
    if unit is None:
        return None
    ten = 10 if core.startswith(("十", "几十")) else 1
    pair = re.match(r"[一二两三四五六七八九]([二三四五六七八九])", core)
    farthest = (small_int(pair[1]) or 9) if pair else (9 if ten == 1 else 20)
    nearest = farthest - 1 if pair else 2 * (ten if core.startswith("几十") else 1)
    return today - timedelta(days=farthest * unit), today - timedelta(days=nearest * unit)


def _recent(words: TimeWords, today: date) -> Span | None:
    for pattern, (far, near) in _RECENT:
        if pattern.search(words.core):
            return today - timedelta(days=far), today - timedelta(days=near)
    return None


def _day(words: TimeWords, today: date) -> Span | None:
    number = small_int(words.core.rstrip("号日"))
    for back in range(0, -4, -1):
        month = shift_month(today, back)
        found = _one_day(month.year, month.month, number or 0)
        if found and found[0] <= today:
            return found
    return None


def _today(_words: TimeWords, today: date) -> Span | None:
    return today, today


_RESOLVERS: dict[str, Callable[[TimeWords, date], Span | None]] = {
    "numeric": _numeric,
    "month": _month,
    "holiday": _holiday,
    "season": _season,
    "year": _year,
    "edge": _month_edge,
    "week": _week,
    "rel_day": _rel_day,
    "ago": _ago,
    "recent": _recent,
    "day": _day,
    "daypart": _today,
}


def day_of_month(core: str) -> int | None:
    """The 7 of `7日`."""
    return small_int(fold(core).rstrip("号日"))
