"""Finds Chinese time expressions in a sentence; what they mean is the matter of `_date_values`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.intake.reading._text import fold

_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_YEAR = (
    r"(?:(?<!\d)(?:19|20)\d\d年|(?<!\d)[0-3]\d年(?=\d{1,2}月|[一二三四五六七八九十]{1,2}月"
    r"|[初底末])"
    r"|二[零〇][零〇一二三四五六七八九]{2}年|大前年|前年|去年|明年"
    r"|今年(?!(?:都|已经|已|快)?\d{2}岁))"
)
_REL_MONTH = r"(?:上上个?|上个?|这个?|本|下个?)月"
_MONTH = rf"(?:(?<![\d.第*\-]){_N}月|{_REL_MONTH}|正月|腊月)份?"
_PART = r"(?:上旬|中旬|下旬|月?初|月?底|月?末|月?中(?![国午旬心间断行信]))"
# 「5号窗口」「2号线」「15日内」are no dates.
_NOT_A_DAY = r"(?!之?内|[线楼窗柜店门厅院机员桌台车房码单常子文]|[理业营]|以?内)"
_DAY = rf"(?:{_N}[号日]{_NOT_A_DAY}|{_N}(?![\d.:]|[天个年点元块日号月周万千百次分秒人岁]))"
_WEEKDAY = r"(?:[一二三四五六日天末](?![次个遍回张笔年月直点些般样定])|[1-6](?![\d.]|[个天次]))"
_WEEK = r"(?:周|星期|礼拜)"
_HOLIDAY = (
    r"国庆节?|春节|过年|除夕|元旦|劳动节|中秋节?|端午节?|清明节?|元宵节?|重阳节?|双十[一二]|双1[12]"
    r"|圣诞节?|妇女节|儿童节|教师节|情人节|七夕"
    r"|(?<![一二三四五六七八九十百千万\d第])(?:五一|十一|三八"
    r"|六一)(?![一二三四五六七八九十\d月点号日个年万千百亿次元块天人遍条分楼])"
    r"|(?<![\d一两二三四五六七八九十几半多今去前])年前"
)
_HOLIDAY_TAIL = (
    r"(?:小?长?假期?|放假|黄金周)?(?!路|街|大道|广场|新村|支行|小区|桥|巷|镇|村|店|[东南西北中]路)"
)
_SEASON = r"上半年|下半年|年初|年中(?!行)|年底|年末|春天|夏天|秋天|冬天|暑假|寒假"
_AGO = (
    rf"(?:好?几|十几|几十|半|\d{{1,3}}|{_N})(?:个半?(?:多)?月|多?个?多?(?:小时|钟头|分钟|星期"
    r"|礼拜|天|周|年))"
    r"(?:多|半)?(?:之|以)?前(?![往去台来])"
)
_RECENT = (
    r"前不久|不久前|前几天|前两天|前些天|(?<!提)前[二三四五]天|(?<!提)前[一二两三四](?:个月|周)"
    r"|这几天|这两天|近几天|近日|近来|近期"
    r"|(?<!离我)(?<!离家)最近(?!的)|前一?阵子?|前一?段(?:时间|日子)|这段(?:时间|日子)"
    r"|前些(?:日子|时候)"
    r"|前几周|前几个月|这几个月|近几个月|前几年|这几年|近几年|刚才|刚刚|方才|这会儿"
)
_REL_DAY = (
    r"大前天|前天|昨天|昨日|前日|昨儿|今天|今日|今儿|昨晚|昨夜|前晚|今早|今晨|今晚|明天|明日"
    r"|大后天|后天"
)
_FULL_MONTH, _FULL_DAY = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
_NO_UNIT = r"(?!\d|[-./:%]\d?|\s*[元块万千百亿折个天小分次倍人米公岁左wk的]|\s*美)"
_NUMERIC = (
    rf"(?<![\d*])20\d\d[-./年]{_FULL_MONTH}[-./月]{_FULL_DAY}[日号]?(?!\d)"
    r"|(?<![\d*])20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d*])"
    rf"|(?<![\d*])20\d\d[-./]{_FULL_MONTH}(?![\d./\-])"
    rf"|(?<![\d.*\-/:]){_FULL_MONTH}[-/]{_FULL_DAY}[日号]?{_NO_UNIT}"
    rf"|(?<![\d.])(?<=[\s,。;、在于从是我:到])(?<!率是){_FULL_MONTH}\.{_FULL_DAY}[日号]?{_NO_UNIT}"
    rf"|\A{_FULL_MONTH}\.{_FULL_DAY}[日号]?{_NO_UNIT}"
    r"|(?<!\d)3·15(?!\d)"
)
_DAYPART = (
    r"(?:一?大清?早|清早|早上|早晨|凌晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|夜间|半夜|深夜)"
)
_CLOCK = rf"(?:{_N}点(?:半|一刻|多|{_N}分?)?钟?|\d{{1,2}}:\d\d)(?![一-龥]?(?:积分))(?:左右|多)?"
_NOT_EACH = (
    r"(?<!每)(?<!每年)(?<!每月)(?<!每天)(?<!每个)(?<!每周)(?<!每逢)(?<!叫到)(?<!排到)(?<!轮到)"
)
_HEDGE = r"(?:(?:大概|大约|可能|好像|应该|差不多|估计|貌似)(?:是)?在?)?"
_TIME_OF_DAY = rf"(?P<clock>的?{_DAYPART}(?:的?{_CLOCK})?|的?{_CLOCK})?"
_WHEN = r"(?P<tail>左右|前后|那几天|那天|当天|那会儿?|那阵子?|期间|以前|之前|以后|之后"
_TAIL = {
    # 「昨天前台…」: a bare 前 counts only behind a date or a holiday.
    "month": _WHEN + r"|前(?![台往去来面后])|后(?![来台面]))?",
    "holiday": _WHEN + r"|前(?![台往去来面后])|后(?![来台面]))?",
    "numeric": _WHEN + r"|前(?![台往去来面后])|后(?![来台面]))?",
}
_YEAR_OF = rf"(?P<year>{_YEAR}的?)?"
_KINDS = {
    "numeric": _NUMERIC,
    "month": rf"{_YEAR_OF}(?P<month>{_MONTH})(?:的?(?:(?P<day>{_DAY})|(?P<part>{_PART})))?",
    "holiday": rf"{_YEAR_OF}(?P<holiday>{_HOLIDAY}){_HOLIDAY_TAIL}",
    "season": rf"{_YEAR_OF}(?:{_SEASON})",
    "year": rf"{_YEAR}(?:初|底|末)?",
    "edge": r"(?<![\d一二三四五六七八九十个本上这年])月(?:初|底|末)",
    "week": (
        rf"(?:上上个?|上个?|这个?|本|下个?){_WEEK}{_WEEKDAY}?"
        rf"|(?<![\d一二两三四五六七八九十几半]){_WEEK}{_WEEKDAY}"
    ),
    "rel_day": _REL_DAY,
    "ago": _AGO,
    "recent": _RECENT,
    "day": rf"(?<![\d月第路街道巷弄段院区*.\-/号叫排]){_N}[号日]{_NOT_A_DAY}(?!人)",
}
_PATTERNS = {
    kind: re.compile(
        rf"{_NOT_EACH}{_HEDGE}(?P<core>{core}){_TIME_OF_DAY}{_TAIL.get(kind, _WHEN + ')?')}"
    )
    for kind, core in _KINDS.items()
} | {"daypart": re.compile(rf"{_NOT_EACH}(?P<core>{_DAYPART})(?P<tail>)(?:的?{_CLOCK})?(?!海)")}
# What follows a time that is a deadline or a wish for a call, not the day of the event.
_DEADLINE = re.compile(
    r"(?:给我|给个|答复|回复|处理|解决|退|必须|再打|再联系|打给我|联系我|来电|回电)"
)

_RATE = re.compile(r"(?:利率|收益|汇率|净值|年化|评分|折扣|点)[^。!?]{0,14}\Z")


@dataclass(frozen=True)
class TimeWords:
    """One expression: `text` as typed, `core` without hedge, hour and 左右/前/后 (`tail`)."""

    kind: str
    text: str
    core: str
    tail: str
    start: int
    end: int
    parts: dict[str, str]


def find(text: str) -> list[TimeWords]:
    """All time expressions of `text`, left to right, the longest where several begin alike."""
    folded = fold(text)
    found = sorted(_all(folded, text), key=lambda w: (w.start, -w.end))
    kept: list[TimeWords] = []
    for words in found:
        if not kept or words.start >= kept[-1].end:
            kept.append(words)
    return kept


def _all(folded: str, text: str) -> Iterator[TimeWords]:
    for kind, pattern in _PATTERNS.items():
        for m in pattern.finditer(folded):
            if not (_is_deadline(folded, m, kind) or _is_rate(folded, m)):
                parts = {k: v for k, v in m.groupdict().items() if v}
                tail = parts.get("tail", "")
                words = text[m.start() : m.end()]
                yield TimeWords(kind, words, m["core"], tail, m.start(), m.end(), parts)


def _is_rate(folded: str, m: re.Match[str]) -> bool:
    """利率从3.5涨到4.2: figures, no days."""
    return "." in m["core"] and len(m["core"]) <= 6 and bool(_RATE.search(folded[: m.start()]))


def _is_deadline(folded: str, m: re.Match[str], kind: str) -> bool:
    if not (kind == "daypart" or m["tail"] in ("前", "之前", "以前") or kind == "edge"):
        return False
    return (
        _DEADLINE.match(re.sub(r"^(?:之前|以前|前)", "", folded[m.end() : m.end() + 8])) is not None
    )
