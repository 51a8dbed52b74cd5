"""The readers compared. Other libraries are looked for at run time: they are no dependencies.

Each library gets the call of its own that suits an answer best, and the benefit of the doubt: of
several readings of a day the latest that is past, of a number with no unit only what is the whole
answer. What a library raises on a text it cannot read counts as silence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from importlib import import_module
from importlib.metadata import version
from typing import Any

from benchmarks.readers import ours
from benchmarks.readers.expressions import Days, Expression, Value

_UNREADABLE = (ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What jionlp's parsers raise on a text that is not all time or all money."""
Read = Callable[[Expression], Value | None]


@dataclass(frozen=True)
class Contestant:
    """A reader per kind it knows; `single_days`: it never names more than one day."""

    name: str
    version: str
    readers: Mapping[str, Read]
    single_days: bool = False

    def is_right(self, expression: Expression, value: Value | None) -> bool:
        if self.single_days and isinstance(value, Days) and value.first:
            return not expression.is_trap and expression.accepts_day(value.first)
        return expression.accepts(value)


@dataclass(frozen=True)
class Missing:
    """A library that cannot be imported here, and why."""

    name: str
    why: str


def contestants() -> Iterator[Contestant | Missing]:
    """Ours first, then every library of `_LIBRARIES`."""
    yield Contestant("小保", "本仓库", ours.READERS)
    for package, build in _LIBRARIES.items():
        try:
            yield build(package)
        except ImportError as error:
            yield Missing(package, str(error))


def _silent(read: Read) -> Read:
    """`read`, for which every error of a library is None."""

    def quietly(expression: Expression) -> Value | None:
        try:
            return read(expression)
        except Exception:
            return None

    return quietly


def _built(package: str, readers: Mapping[str, Read], single_days: bool = False) -> Contestant:
    safe = {kind: _silent(read) for kind, read in readers.items()}
    return Contestant(package, version(package), safe, single_days)


def _latest_past(spans: Sequence[Days], today: date) -> Days | None:
    """The latest span that has begun, else the first; what is not over yet ends today."""
    begun = [days for days in spans if days.first and days.first <= today]
    if not begun:
        return spans[0] if spans else None
    latest = max(begun, key=lambda days: days.first or today)
    return Days(latest.first, min(latest.last or today, today))


def _numbers(found: Sequence[str]) -> Value | None:
    """Digits of every number once, without the country code."""
    digits = [re.sub(r"\D", "", number) for number in found]
    return tuple(dict.fromkeys(re.sub(r"\A86(?=1\d{10}\Z)", "", d) for d in digits)) or None


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))


def _jionlp(package: str) -> Contestant:
    jionlp = import_module("jionlp")

    def days(expression: Expression) -> Value | None:
        base = list(_noon(expression.today).timetuple()[:6])
        try:
            times = [jionlp.parse_time(expression.say, time_base=base)]
        except _UNREADABLE:
            found = jionlp.ner.extract_time(expression.say, time_base=base, with_parsing=True)
            times = [f["detail"] for f in found]
        spans = [_iso_days(*t["time"]) for t in times if t["type"] in ("time_point", "time_span")]
        return _latest_past(spans, expression.today)

    def yuan(expression: Expression) -> Value | None:
        try:
            money = jionlp.parse_money(expression.say)
        except _UNREADABLE:
            found = jionlp.ner.extract_money(expression.say, with_parsing=True)
            money = found[0]["detail"]
        number = money["num"]
        return Decimal(number[0] if isinstance(number, list) else number)

    def phones(expression: Expression) -> Value | None:
        return _numbers(jionlp.extract_phone_number(expression.say))

    return _built(package, {"dates": days, "amounts": yuan, "phones": phones})


def _iso_days(first: str, last: str) -> Days:
    return Days(date.fromisoformat(first[:10]), date.fromisoformat(last[:10]))


def _dateparser(package: str) -> Contestant:
    dateparser, search = import_module("dateparser"), import_module("dateparser.search")

    def days(expression: Expression) -> Value | None:
        how: dict[str, Any] = {
            "languages": ["zh"],
            "settings": {
                "RELATIVE_BASE": _noon(expression.today),
                "PREFER_DATES_FROM": "past",
            },
        }
        found = dateparser.parse(expression.say, **how)
        searched = None if found else search.search_dates(expression.say, **how)
        moment = searched[0][1] if searched else found
        return Days(moment.date(), moment.date()) if moment else None

    return _built(package, {"dates": days}, single_days=True)


def _recognizers(package: str) -> Contestant:
    suite = import_module("recognizers_suite")
    chinese = suite.Culture.Chinese

    def days(expression: Expression) -> Value | None:
        found = suite.recognize_datetime(expression.say, chinese, reference=_noon(expression.today))
        values = [v for f in found for v in (f.resolution or {}).get("values", ())]
        return _latest_past([d for v in values if (d := _timex_days(v))], expression.today)

    def yuan(expression: Expression) -> Value | None:
        found = suite.recognize_currency(expression.say, chinese)
        chinese_money = [f for f in found if f.resolution.get("isoCurrency") == "CNY"]
        numbers = chinese_money or _whole(
            suite.recognize_number(expression.say, chinese), expression
        )
        return Decimal(numbers[0].resolution["value"]) if numbers else None

    def phones(expression: Expression) -> Value | None:
        return _numbers([f.text for f in suite.recognize_phone_number(expression.say, chinese)])

    def title(expression: Expression) -> Value | None:
        found = suite.recognize_ordinal(expression.say, chinese)
        found = found or _whole(suite.recognize_number(expression.say, chinese), expression)
        position = int(found[0].resolution["value"]) if len(found) == 1 else 0
        return expression.titles[position - 1] if 0 < position <= len(expression.titles) else None

    return _built(package, {"dates": days, "amounts": yuan, "phones": phones, "choices": title})


def _whole(found: Sequence[Any], expression: Expression) -> list[Any]:
    """Numbers that are all that was said: 三 of 三天了 counts days."""
    return [f for f in found if f.text == expression.say]


def _timex_days(value: Mapping[str, str]) -> Days | None:
    """The days of a `date`, `datetime`, `daterange` or `datetimerange`; a duration has none."""
    if value["type"] in ("date", "datetime"):
        return _iso_days(value["value"], value["value"])
    if value["type"] not in ("daterange", "datetimerange"):
        return None
    days = _iso_days(value["start"], value["end"])
    # 上个月 ends on the day after, 3号到5号, whose timex has both ends, on the 5th.
    if value["type"] == "daterange" and days.last and not value["timex"].startswith("("):
        return Days(days.first, days.last - timedelta(days=1))
    return days


def _cn2an(package: str) -> Contestant:
    cn2an = import_module("cn2an")

    def yuan(expression: Expression) -> Value | None:
        """A number; 块 and 元 are cut off, or looked for behind it in a longer text."""
        number = re.sub(r"(?:元整|元|块钱|块)\Z", "", expression.say)
        try:
            return Decimal(str(cn2an.cn2an(number, "smart")))
        except ValueError:
            found = re.search(r"\d+(?:\.\d+)?(?=元|块)", cn2an.transform(expression.say))
            return Decimal(found.group()) if found else None

    return _built(package, {"amounts": yuan})


_LIBRARIES: Mapping[str, Callable[[str], Contestant]] = {
    "jionlp": _jionlp,
    "dateparser": _dateparser,
    "recognizers-text-suite": _recognizers,
    "cn2an": _cn2an,
}
"""Name of the package, and how its readers are made; ImportError when it is not there."""
