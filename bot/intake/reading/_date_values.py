"""From a time expression to days: jionlp where it can, own rules for what it misreads.

jionlp reads 周五 and 12月3号 forward; a complaint looks back, so a bare day, month, weekday or
holiday means the latest one that is not after `today`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from bot.intake.reading._date_words import TimeWords
from bot.intake.reading._holidays import days_off
from bot.intake.reading._jionlp import Span, parse_span
from bot.intake.reading._text import fold, small_int

_REL_DAY = {
    "今早": "今天",
    "今晨": "今天",
    "今晚": "今天",
    "今儿": "今天",
    "今儿个": "今天",
    "昨儿": "昨天",
    "昨儿个": "昨天",
    "昨个": "昨天",
    "前儿": "前天",
    "前儿个": "前天",
    "大前儿": "大前天",
    "大前儿个": "大前天",
    "昨晚": "昨天",
    "昨夜": "昨天",
    "前晚": "前天",
}
_HOLIDAY = {
    "十一": "国庆节",
    "过年": "春节",
    "过完年": "春节",
    "过完年后": "春节",
    "过完年以后": "春节",
    "年前": "春节",
    "年后": "春节",
    "双十二": "12月12日",
    "双12": "12月12日",
    "三八": "妇女节",
    "六一": "儿童节",
    "618": "6月18日",
    "315": "3月15日",
}
# Days from the first of the first month of the lunar year; jionlp has 除夕 2026 on 5 February.
_NEW_YEAR_EVE = re.compile(r"除夕|年三十")
_NEW_YEAR_DAY = re.compile(r"大年初(.+)")
_LONG_HOLIDAY = {"国庆": 7, "春节": 7, "劳动": 5, "五一": 5}
_SHORT_HOLIDAY_DAYS = 3
_SEVERAL = ("那几天", "期间", "后", "之后", "以后", "过后")
"""What follows the name of a short holiday when its days off are meant."""
# How many days ago, from .. to, the customer may mean.
_RECENT = (
    (re.compile(r"刚才|刚刚|方才|这会儿"), (0, 0)),
    (re.compile(r"这两天"), (3, 0)),
    (re.compile(r"[前头][两二三四五几些]天|这几天|近几天|近日|前些日子|前些时候"), (7, 0)),
    (re.compile(r"周|近期|近来|最近|前不久|不久前"), (30, 0)),
    (re.compile(r"前一?阵|前一?段|这段"), (60, 0)),
    (re.compile(r"[这近]几个月"), (180, 0)),
    (re.compile(r"几个月"), (180, 30)),
    (re.compile(r"几年"), (1825, 365)),
)
_AGO_UNIT = {"天": 1, "周": 7, "星期": 7, "礼拜": 7, "月": 30, "年": 365}
_HALF_A_MONTH, _HALF_A_YEAR = (17, 13), 6
_MONTHS_AGO = re.compile(r"(.+?)个月[之以]?前")
_MORE_THAN = re.compile(r"(.+?)(?:个多(月|星期|礼拜)|(年|周|星期|礼拜)多)前?")
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
    if len(numbers) == 3 and numbers[0] < 100:
        numbers[0] += 2000
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
    lunar = words.parts.get("lunar", "")
    if "几" in words.parts.get("day", ""):
        return _some_day(words, month, year, today)
    rest = re.sub(r"^月", "", words.parts.get("day", "") or words.parts.get("part", ""))
    if words.parts.get("day") and not rest.endswith(("号", "日")):
        rest += "号"
    if lunar or month in ("正月", "腊月"):
        return _looking_back(f"农历{month}{rest.rstrip('号日')}", year, today)
    number = small_int(month.removesuffix("月"))
    if number is None:
        first = shift_month(today, {"上": -1, "下": 1}.get(month[0], 0) * month.count(month[0]))
        return _in_month(first, rest, today)
    if not 1 <= number <= 12:
        return None
    if year:
        return parse_span(f"{year}{number}月{rest}", today)
    return _year_less(number, rest, today)


def _some_day(words: TimeWords, month: str, year: str, today: date) -> Span | None:
    """上个月二十几号: a day of the twenties of that month."""
    whole = _month(replace(words, parts={"month": month, "year": year}), today)
    return _some_day_of(whole[0], words.parts["day"]) if whole else None


def _some_day_of(month: date, words: str) -> Span:
    tens = 10 if words.startswith("十") else 20
    return month.replace(day=tens + 1), month.replace(day=min(tens + 9, whole_month(month)[1].day))


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


def _months(words: TimeWords, today: date) -> Span | None:
    """三四月份, 3-4月: the year of the later month counts."""
    year = words.parts.get("year", "").rstrip("的")
    figures = re.findall(r"\d+|[一二三四五六七八九十]", words.parts["month"])
    first, last = (small_int(figure) for figure in figures)
    end = _month_of(year, last, today)
    if end is None or first is None or last is None or first > last:
        return None
    return end[0].replace(month=first), end[1]


def _month_of(year: str, month: int | None, today: date) -> Span | None:
    if month is None:
        return None
    return parse_span(f"{year}{month}月", today) if year else _year_less(month, "", today)


def _lately(words: TimeWords, today: date) -> Span | None:
    return parse_span(re.sub(r"\A(?:最近这?|这|前)", "近", words.core), today)


def _anniversary(words: TimeWords, today: date) -> Span | None:
    """去年今天: that very day; 去年这个时候: a fortnight about it, a few days for a month ago."""
    back = words.parts["back"]
    day = _same_day(back, today)
    if not words.parts["same"].endswith(("时候", "会", "会儿")):
        return day, day
    about = timedelta(days=15 if "年" in back else 3)
    return day - about, day + about


def _same_day(back: str, today: date) -> date:
    if back.endswith(("周", "期", "拜")):
        return today - timedelta(days=7)
    return _months_back(today, {"去": 12, "前": 24}.get(back[0], 1))


def _looking_back(phrase: str, year: str, today: date, earlier: str = "去年") -> Span | None:
    """`phrase` as jionlp reads it; when that lies ahead and no year was named, the one before."""
    found = parse_span(year + phrase, today)
    if found and not year and found[0] > today:
        return parse_span(earlier + phrase, today)
    return found


def _holiday(words: TimeWords, today: date) -> Span | None:
    day = _festival(words, today)
    if day is None:
        return None
    if words.parts["holiday"] == "年前":
        return day - timedelta(days=30), day - timedelta(days=1)
    around = _around(words, day)
    if words.parts["holiday"] == "年后" or words.parts["holiday"].startswith("过完年"):
        return around[1] + timedelta(days=1), around[1] + timedelta(days=30)
    return around


def _festival(words: TimeWords, today: date) -> date | None:
    """The day of the festival itself."""
    name, year = words.parts["holiday"], words.parts.get("year", "").rstrip("的")
    since_new_year = _since_new_year(name)
    name = _HOLIDAY.get(name, name) if since_new_year is None else "春节"
    found = _looking_back(name, year, today)
    return found[0] + timedelta(days=since_new_year or 0) if found else None


def _since_new_year(name: str) -> int | None:
    """-1 for 除夕, 2 for 大年初三, None for other names."""
    if _NEW_YEAR_EVE.search(name):
        return -1
    day = _NEW_YEAR_DAY.fullmatch(name)
    return (small_int(day[1]) or 1) - 1 if day else None


def _around(words: TimeWords, day: date) -> Span:
    """The days off where the words mean them, else the day itself."""
    name = _HOLIDAY.get(words.parts["holiday"], words.parts["holiday"])
    if words.tail in ("那天", "当天") or _since_new_year(name) is not None:
        return day, day
    usual = next((n for key, n in _LONG_HOLIDAY.items() if key in name), 1)
    several = words.tail in _SEVERAL or re.search(r"假|黄金周", words.core)
    if usual == 1 and not several:
        return day, day
    return days_off(day) or (day, day + timedelta(days=max(usual, _SHORT_HOLIDAY_DAYS) - 1))


def _season(words: TimeWords, today: date) -> Span | None:
    year = words.parts.get("year", "").rstrip("的")
    return _looking_back(words.core.removeprefix(words.parts.get("year", "")), year, today)


def _year(words: TimeWords, today: date) -> Span | None:
    short = re.fullmatch(r"\d\d(?=年)", words.core[:-1])
    century = "" if short is None else "20" if int(short.group()) <= today.year % 100 else "19"
    return parse_span(century + words.core, today)


def _month_edge(words: TimeWords, today: date) -> Span | None:
    for back in (0, -1):
        found = _in_month(shift_month(today, back), words.core.removeprefix("月"), today)
        if found and found[0] <= today:
            return found
    return None


def _week(words: TimeWords, today: date) -> Span | None:
    core = words.core.replace("大上", "上上")
    if "or_next" in words.parts:
        return _two_weekdays(replace(words, core=core[:-1], parts={}), core[-2:], today)
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


def _two_weekdays(first: TimeWords, both: str, today: date) -> Span | None:
    """上礼拜五六: from the first of the two to the second."""
    span = _week(first, today)
    begin, end = ("一二三四五六日".find(day) for day in both.replace("天", "日"))
    if span is None or not 0 <= begin < end:
        return None
    return span[0], span[0] + timedelta(days=end - begin)


def _rel_day(words: TimeWords, today: date) -> Span | None:
    return parse_span(_REL_DAY.get(words.core, words.core), today)


def _ago(words: TimeWords, today: date) -> Span | None:
    core = words.core.replace("钟头", "小时")
    if _TODAY_UNIT.search(core) and re.search(r"几|半|多|分", core):
        return today, today
    return (
        _more_than_ago(core, today)
        or _months_ago(core, today)
        or parse_span(core, today)
        or _several_ago(core, today)
    )


def _more_than_ago(core: str, today: date) -> Span | None:
    """一个多月前: between one month and two."""
    m = _MORE_THAN.match(core)
    number = small_int(m[1]) if m else None
    if m is None or number is None:
        return None
    unit = m[2] or m[3]
    if unit in ("年", "月"):
        step = 12 if unit == "年" else 1
        return _months_back(today, (number + 1) * step), _months_back(today, number * step)
    return today - timedelta(days=(number + 1) * 7), today - timedelta(days=number * 7)


def _months_ago(core: str, today: date) -> Span | None:
    """三个月前: a fortnight about that day; jionlp takes 一个月前 for two months."""
    if core.startswith("半个月"):
        far, near = _HALF_A_MONTH
        return today - timedelta(days=far), today - timedelta(days=near)
    m = _MONTHS_AGO.fullmatch(core)
    months = _HALF_A_YEAR if core.startswith("半年") else small_int(m[1]) if m else None
    if months is None:
        return None
    day, about = _months_back(today, months), timedelta(days=15)
    return day - about, day + about


def _months_back(today: date, months: int) -> date:
    month = shift_month(today, -months)
    return month.replace(day=min(today.day, whole_month(month)[1].day))


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


def _days(words: TimeWords, today: date) -> Span | None:
    """10-15号: from one day of a month to another; 10-8号 is a month and a day."""
    first, last = int(words.parts["from"]), int(words.parts["until"])
    if first >= last:
        return _latest_day(first, last, today)
    begin = _latest_of_month(first, today)
    end = _one_day(begin[0].year, begin[0].month, last) if begin else None
    return (begin[0], end[0]) if begin and end else None


def _day(words: TimeWords, today: date) -> Span | None:
    if "几" in words.core:
        span = _some_day_of(today.replace(day=1), words.core)
        return span if span[0] <= today else _some_day_of(shift_month(today, -1), words.core)
    return _latest_of_month(small_int(words.core.rstrip("号日")) or 0, today)


def _latest_of_month(number: int, today: date) -> Span | None:
    """The latest day with that number that is not after `today`."""
    for back in range(0, -4, -1):
        month = shift_month(today, back)
        found = _one_day(month.year, month.month, number)
        if found and found[0] <= today:
            return found
    return None


def _today(_words: TimeWords, today: date) -> Span | None:
    return today, today


_RESOLVERS: dict[str, Callable[[TimeWords, date], Span | None]] = {
    "numeric": _numeric,
    "month": _month,
    "months": _months,
    "lately": _lately,
    "anniversary": _anniversary,
    "holiday": _holiday,
    "season": _season,
    "year": _year,
    "edge": _month_edge,
    "week": _week,
    "rel_day": _rel_day,
    "ago": _ago,
    "recent": _recent,
    "day": _day,
    "days": _days,
    "daypart": _today,
}


def day_of_month(core: str) -> int | None:
    """The 7 of `7日`."""
    return small_int(fold(core).rstrip("号日"))
