"""Finds Chinese time expressions in a sentence; what they mean is the matter of `_date_values`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.intake.reading._text import fold, without_references

# Slips of pinyin keyboards, each as long as what is meant.
_SLIPS = tuple(
    (re.compile(slip), meant)
    for slip, meant in (
        (r"[里理]拜", "礼拜"),
        (r"星[其奇](?=[一二三四五六日天1-6])", "星期"),
        (r"(?<![工合操动协写])作[天夭日]|昨夭", "昨天"),
        (r"前夭", "前天"),
        (r"今夭", "今天"),
        (r"(?<=\d)曰", "日"),
        (r"(?<=月\d)好|(?<=月\d\d)好", "号"),
    )
)
_N = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
_YEAR = (
    r"(?:(?<!\d)(?:19|20)\d\d年|(?<!\d)[0-3]\d年(?=\d{1,2}月|[一二三四五六七八九十]{1,2}月"
    r"|[初底末])|[零〇一二][零〇一二三四五六七八九]年(?=\d{1,2}月|[一二三四五六七八九十]{1,2}月)"
    r"|二[零〇][零〇一二三四五六七八九]{2}年|大前年|前年|去年|明年"
    r"|今年(?!(?:都|已经|已|快|满)?(?:\d{2}|[五六七八九]十[一二三四五六七八九]?)(?:岁|了|多|周岁)))"
)
_REL_MONTH = r"(?:上上个?|上个?|这个?|本|下个?)月"
_MONTH = rf"(?:(?<![\d.第*\-]){_N}月|{_REL_MONTH}|正月|腊月)份?"
# 18年办的卡; 「存了18年」and 「30年房贷」last that long.
_SHORT_YEAR = r"(?<![\d了满存贷期足近过够有用这那])(?:[012]\d|9\d)年(?=的时候|那会|那时|办|开|买|存|去你|在你)"
_MONTHS = (
    r"(?:一二|二三|三四|四五|五六|六七|七八|八九|九十)月份?"
    r"|(?<![\d.])(?:1[0-2]|[1-9])[-~到至、](?:1[0-2]|[1-9])月份?(?!\d)"
)
_PART = r"(?:上旬|中旬|下旬|月?初|月?底|月?末|月?中(?![国午旬心间断行信]))"
# 「5号窗口」「2号线」「15日内」are no dates.
_NOT_A_DAY = r"(?!之?内|[线楼窗柜店门厅院机员桌台车房码单常子文]|[理业营]|以?内)"
# 二十几号: some day of the twenties.
_SOME_DAY = r"(?:二?十几|2\d?几)[号日]"
_DAY = (
    rf"(?:{_SOME_DAY}|{_N}[号日]{_NOT_A_DAY}|{_N}(?![\d.:]|[天个年点元块日号月周万千百次分秒人岁]))"
)
_WEEKDAY = r"(?:[一二三四五六日天末](?![次个遍回张笔年月直点些般样定])|[1-6](?![\d.]|[个天次]))"
# 上礼拜五六: Friday or Saturday; 「周五六点」is an hour.
_OR_NEXT = (
    r"(?P<or_next>(?<=[一二三四五六])[二三四五六日天](?![点个次天号日月年楼人百千万分十元块]))?"
)
_WEEK = r"(?:周|星期|礼拜)"
_HOLIDAY = (
    r"国庆节?|春节|过年|大年初[一二三四五六七八九十]|大年三十|年三十|除夕|元旦|劳动节|中秋节?|端午节?|清明节?|元宵节?|重阳节?|双十[一二]|双1[12]"
    r"|圣诞节?|妇女节|儿童节|教师节|情人节|七夕"
    r"|(?<![一二三四五六七八九十百千万\d第])(?:五一|十一|三八"
    r"|六一)(?![一二三四五六七八九十\d月点号日个年万千百亿次元块天人遍条分楼])"
    r"|(?<![\d一两二三四五六七八九十几半多今去前])年前"
    r"|过完年(?:以?后)?|(?<![\d一两二三四五六七八九十百几半多今去前明每当整近])年后(?![半来面续])"
    r"|(?<!\d)(?:618|315)(?=那天|当天|期间|前后|那会|那阵|的时候|大促|活动|晚会|购物节)"
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
    r"前不久|不久前|(?<![年月前开])头[两几些]天|前几天|前两天|前些天|(?<!提)前[二三四五]天"
    r"|这几天|这两天|近几天|近日|近来|近期"
    r"|(?<!离我)(?<!离家)最近(?!的)|前一?阵子?|前一?段(?:时间|日子)|这段(?:时间|日子)"
    r"|前些(?:日子|时候)"
    r"|前几周|前几个月|这几个月|近几个月|前几年|这几年|近几年|刚才|刚刚|方才|这会儿"
)
# 近一个月; 「将近三个月」is how long it took, 「这一天」is one day.
_LATELY = (
    r"(?:(?<![将接附])近|最近这?|这|(?<!提)前(?=[一两二三四五六七八九十\d]{1,2}(?:个月|周)))(?!一天)(?:半个月|半年|[\d一二两三四五六七八九十]{1,2}"
    r"(?:个月|个?星期|个?礼拜|周|天|年))(?![级期])(?:以来|来|内|里)?"
)
# 去年今天, 去年这个时候, 上个月的今天.
_ANNIVERSARY = r"(?P<back>去年|前年|上个?月|上周|上个?星期|上个?礼拜)的?(?P<same>今天|今日|这一?天|这个?时候|这会儿?)"
_REL_DAY = (
    r"大前天|大前儿个?|前天|昨天|昨日|前日|昨儿个?|昨个|前儿个?|今天|今日|今儿个?|昨晚|昨夜|前晚|今早|今晨|今晚|明天|明日"
    r"|大后天|后天"
)
_FULL_MONTH, _FULL_DAY = r"(?:1[0-2]|0?[1-9])", r"(?:3[01]|[12]\d|0?[1-9])"
_NO_UNIT = r"(?!\d|[-./:%]\d?|\s*[元块万千百亿折个天月小分次点楼期岁倍人米公岁左wk的]|\s*美)"
_NUMERIC = (
    rf"(?<![\d*./\-])2\d(?P<dash>[./-]){_FULL_MONTH}(?P=dash){_FULL_DAY}(?![\d./\-])"
    rf"|(?<![\d*])20\d\d[-./年]{_FULL_MONTH}[-./月]{_FULL_DAY}[日号]?(?!\d)"
    r"|(?<![\d*])20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d*])"
    rf"|(?<![\d*])20\d\d[-./]{_FULL_MONTH}(?![\d./\-])"
    rf"|(?<![\d.*\-/:]){_FULL_MONTH}(?:/{_FULL_DAY}[日号]?|-{_FULL_DAY}(?![日号])){_NO_UNIT}"
    rf"|(?<![\d.])(?<=[\s,。;、在于从是我:到])(?<!率是){_FULL_MONTH}\.{_FULL_DAY}[日号]?{_NO_UNIT}"
    rf"|\A{_FULL_MONTH}\.{_FULL_DAY}[日号]?{_NO_UNIT}"
    r"|(?<!\d)3·15(?!\d)"
)
_DAYPART = (
    r"(?<!一个)(?<!整个)"
    r"(?:一?大清?早|清早|早上|早晨|凌晨|上午|中午|午后|下午|傍晚|晚上|晚间|夜里|夜间|半夜|深夜)"
)
_CLOCK = rf"(?:{_N}点(?:半|一刻|多|{_N}分?)?钟?|\d{{1,2}}:\d\d)(?![一-龥]?(?:积分))(?:左右|多)?"
_NOT_EACH = (
    r"(?<!每)(?<!每年)(?<!每月)(?<!每天)(?<!每个)(?<!每周)(?<!每逢)(?<!叫到)(?<!排到)(?<!轮到)"
)
_HEDGE = r"(?:(?:大概|大约|约莫|可能|好像|应该|差不多|估计|貌似|印象中)(?:是)?在?)?"
_HOURS = rf"{_CLOCK}(?:[到至~-]{_CLOCK})?"
_TIME_OF_DAY = rf"(?P<clock>的?{_DAYPART}(?:的?{_HOURS})?|的?{_HOURS})?"
_WHEN = r"(?P<tail>左右|前后|(?:的|那)样子|过后|那几天|那天|当天|那会儿?|那阵子?|期间|以前|之前|以后|之后"
_NEAR = r"|(?P<near>[前后](?:几|[一两二三])天)"
_TAIL = {
    # 「昨天前台…」: a bare 前 counts only behind a date or a holiday.
    "month": _WHEN + r"|前(?![台往去来面后])|后(?![来台面]))?",
    "holiday": _WHEN + _NEAR + r"|前(?![台往去来面后])|后(?![来台面]))?",
    "numeric": _WHEN + r"|前(?![台往去来面后])|后(?![来台面]))?",
}
_YEAR_OF = rf"(?P<year>{_YEAR}的?)?"
_KINDS = {
    "numeric": _NUMERIC,
    "months": rf"{_YEAR_OF}(?P<month>{_MONTHS})",
    "lately": _LATELY,
    "anniversary": _ANNIVERSARY,
    "month": rf"{_YEAR_OF}(?P<lunar>农历|阴历|旧历)?(?P<month>{_MONTH})(?:的?(?:(?P<day>{_DAY})|(?P<part>{_PART})))?",
    "holiday": rf"{_YEAR_OF}(?P<holiday>{_HOLIDAY}){_HOLIDAY_TAIL}",
    "season": rf"{_YEAR_OF}(?:{_SEASON})",
    "year": rf"{_YEAR}(?:初|底|末)?|{_SHORT_YEAR}",
    "edge": r"(?<![\d一二三四五六七八九十个本上这年])月(?:初|底|末)",
    "week": (
        rf"(?:(?:大上个?|上上个?|上个?|这个?|本|下下个?|下个?){_WEEK}{_WEEKDAY}?"
        rf"|(?<![\d一二两三四五六七八九十几半]){_WEEK}{_WEEKDAY}){_OR_NEXT}"
    ),
    "rel_day": _REL_DAY,
    "ago": _AGO,
    "recent": _RECENT,
    # 10-15号 are six days, 10-8号 is a month and a day.
    "days": r"(?<![\d.*\-/:楼])(?<!楼上)(?P<from>[12]?\d|3[01])[-~—](?P<until>[12]?\d|3[01])[号日](?![线楼窗柜])",
    "day": rf"(?<![\d月第路街道巷弄段院区*.\-/号叫排])(?:{_SOME_DAY}|{_N}[号日]){_NOT_A_DAY}(?!人)",
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
    folded = _without_slips(without_references(fold(text)))
    found = sorted(_all(folded, text), key=lambda w: (w.start, -w.end))
    kept: list[TimeWords] = []
    for words in found:
        if not kept or words.start >= kept[-1].end:
            kept.append(words)
    return kept


def _without_slips(text: str) -> str:
    for slip, meant in _SLIPS:
        text = slip.sub(meant, text)
    return text


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
