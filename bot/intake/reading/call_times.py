"""When a customer can be called, in their own words: 「明天下午三点以后」「中午别打」. Pure."""

from __future__ import annotations

import re

from bot.intake.reading._text import fold, trim
from bot.intake.reading.dates import mentions_date

_PART_OF_DAY = re.compile(
    r"[上下中]午|早上|早晨|一早|晚上|傍晚|夜里|晚饭|午休|下班|上班|周末|工作日|平时"
    r"|[\d一二三四五六七八九十两半]+(?:点|时|:\d{2})|[上下]?(?:周|星期|礼拜)[一二三四五六日天\d]"
    r"|(?:明|后|今|大后)天|过(?:一?会儿?|几天|两天)|(?:半个?|[一两二三]个?)(?:小时|钟头)|分钟"
    r"|现在|马上|立刻|尽快|越快越好|这会儿|等会儿?"
)

_ANY = re.compile(
    r"(?:你们|什么时候|啥时候|哪天|几点|时间|随时|任何时间|怎么|我)*"
    r"(?:随时|随便|都行|都可以|都方便|都好|无所谓|看着办|看你们|不限|没关系|方便)"
    r"(?:都|就|打|吧|的|可以|行|好|方便|你们|定|安排|啊|呀)*"
)


def read_call_time(text: str) -> str | None:
    """The words of `text` when they name a day, an hour or a part of the day; else None."""
    words = trim(text)
    named = _PART_OF_DAY.search(fold(words)) is not None or mentions_date(words)
    return words if named else None


def is_any_time(text: str) -> bool:
    """True when the customer leaves the time to us."""
    return _ANY.fullmatch(trim(text)) is not None
