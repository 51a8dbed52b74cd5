"""How much money a complaint is about.

jionlp turns the words into a number; it misreads colloquial sums (两百五 as 205, 3万5 as 60010), so
they are spelled out first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.intake.reading._jionlp import parse_yuan
from bot.intake.reading._text import clause_before, fold, trim, without_references

_D = "一二两俩三四五六七八九壹贰叁肆伍陆柒捌玖"
# One character at a time and a bounded tail: a nested repetition would run for minutes on 1111….
_HEAD = (
    rf"(?:\d|(?!一[共下起直样般些定旦])[{_D}十拾]|[好大]?几(?=[十百千万亿块元])|数(?=[十百千万])"
    r"|[上近](?=[百千万亿])|百(?:八十|十)(?=[来多]?[块元])|[百千万](?=[来多]?把?[块元]))"
)
_TAIL = (
    rf"(?:\d|[.](?=\d)|[, ](?=\d{{3}}(?!\d))|[零〇十拾百佰千仟万亿几多来余]|(?<!\d)[{_D}]"
    rf"|点(?=[{_D}]+[千万亿])|[wWkK](?![A-Za-z])|把(?=块)){{0,24}}"
)
# The look-ahead keeps the expression from giving back half of a number it cannot use.
_NUMBER = rf"{_HEAD}{_TAIL}(?![\d十拾百佰千仟万亿]|(?<!\d)[{_D}])"
_UNIT = r"(?:人民币|元|块钱|块|圆|RMB|rmb|毛钱?|角钱?|分钱)"
_SMALL = rf"(?:[\d{_D}]{{1,2}}(?:毛钱?|角|分)|[\d{_D}](?![\d{_D}十百千次个天遍笔月年号点张条]))"
_COIN = rf"(?:{_SMALL}(?:[\d{_D}]分?(?![\d个次天]))?)?"
# What a bare number counts when it is no money: 3次, 20分钟, 5号, 2楼, 百分之三.
_COUNTED = (
    r"(?![\d.]*\s*[次个小分秒天日号月年周星礼点岁人位名张笔份户条遍回页件台辆家层楼斤米公里%倍"
    r"股积期章级届种项句字站辈科行克封通宗强里平起成度])"
    r"(?!大(?![概约]))"
    r"(?!多[次个人])"
)
_NOT_YUAN = r"(?!多?\s*(?:欧(?!式)|美元|美金|港币|港元|欧元|日元|英镑|刀|韩元|泰铢|外币))"
_AMOUNT = re.compile(
    rf"(?<![\d*.\-/:第号])(?<!分之)(?P<sign>[￥¥]\s*|人民币\s*|RMB\s*)?"
    rf"(?P<number>(?:{_NUMBER}[\-~到至](?=[\d{_D}]))?{_NUMBER})(?:(?P<unit>\s*{_UNIT}(?!旦"
    rf"){_COIN}){_NOT_YUAN}|{_COUNTED}{_NOT_YUAN}(?![\d*]|[\-/:.]\d|元|块))"
)
_VERB = (
    r"(?:扣|收|转|存|取|少|亏|损失|退|赔|赔偿|补偿|骗|刷|花|付|交|充|还|欠|借|贷|丢|吞|差|共"
    r"|总计|要|涨|"
    r"金额|手续费|年费|利息|本金|费用?|余额|息|款|不是|而是|改成|改为|应该是)"
)
_FILLER = r"(?:了|走|掉|去|出|我|的|是|为|有|到|给|款|费|金额|将近|差不多|大概|大约|约|:|\s)"
_BEFORE_BARE = re.compile(rf"{_VERB}{_FILLER}{{0,4}}\Z")
_HARM = re.compile(r"扣|骗|盗|刷|转走|取走|划走|少|亏|损失|丢|吞|多收|乱收|冤枉|手续费|年费|收了")
_WISH = re.compile(r"赔|退|补偿|赔偿|返还")
_HOTLINE = re.compile(r"95\d{3,4}|96\d{3,4}|400|1[12]\d|123\d\d|12378|315")
_CALLED = re.compile(r"(?:打|拨|热线|电话|客服)(?:了|过|的|是)*\Z")
_FOREIGN = re.compile(r"(?:[$€£]|美元|美金|港币|港元|欧元|日元|英镑)\s*\Z")
# 一二三 counts, 八六 ends a number that is spelt out.
_DIGITS_ONLY = re.compile(rf"[{_D}]{{2,}}")
_MAGNITUDE = re.compile(r"[百佰千仟万亿wWkK]")
# A bare number that is a sum all the same: 两百五, 3,000.50, 500多.
_SURE_NUMBER = re.compile(
    r".[百佰千仟万亿wWkK]|,\d{3}|..[多来余](?![一-龥]{2})|\d{3}(?:出头|左右|上下)"
)
_TOGETHER = re.compile(r"一块")
# 骂我二百五 is an insult, 一分钱都没退 says that nothing was paid.
_INSULT = re.compile(r"(?:骂|当|说|叫|是个?|像个?)(?:我|他|她|人|成|作|是|个)*\Z")
_NOT_A_PENNY = re.compile(r"一[分毛块]钱?[都也]?[没不未]")
_LETTER_O = re.compile(r"(?<![A-Za-z\d])\d[\doO]*[oO][\doO]*(?![A-Za-z])")
_VAGUE = re.compile(r"百十|\A百八十|几|多|来|余|数|上|近|把|[\-~到至]")
_ABOUT_BEFORE = re.compile(
    r"(?:大概[齐其]?|大约|约莫?|差不多|将近|快|近|不到|不足|好像|可能|至少|起码|超过|(?<![大最])小)"
    r"(?:是|有)?\Z"
)
_ABOUT_AFTER = re.compile(r"左右|上下|出头|好几|\+|以上|以下|以内|不到|的样子|吧|多")
_ASKED_PREFIX = re.compile(
    r"\A(?:大概|大约|差不多|可能|好像|应该|总共|一共|共|约|就|是|有|金额|涉及|我|被|扣|了|的|多"
    r"|少|:|\s)*"
)


@dataclass(frozen=True)
class AmountReading:
    """`text` as typed, with 大概 or 左右; `yuan` the figure named, for open words (十几块, 几百, 200到300) their lower
    bound; then, and for 左右 or 大概, `vague` is True."""

    text: str
    yuan: Decimal
    vague: bool


def read_amount(text: str, asked: bool = False) -> AmountReading | None:
    """The sum of money in `text`; None for counts, dates, hotlines and foreign currency.

    `asked`: the form has just asked for the amount, so a bare number is one. Of several sums the
    one that was taken or lost comes first, one demanded as compensation last.
    """
    folded = _typed(text)
    found = [m for m in _AMOUNT.finditer(folded) if _is_money(folded, m, asked)]
    readings = [(_rank(folded, m), r) for m in found if (r := _reading(text, folded, m))]
    return min(readings, key=lambda pair: pair[0])[1] if readings else None


def amounts(text: str) -> list[AmountReading]:
    """Every sum in `text`, left to right, bare numbers included."""
    folded = _typed(text)
    found = (m for m in _AMOUNT.finditer(folded) if _is_money(folded, m, asked=True))
    return [r for m in found if (r := _reading(text, folded, m))]


def _typed(text: str) -> str:
    """Folded, 5oo as 500, without case references; positions stay."""
    folded = without_references(fold(text))
    return _LETTER_O.sub(lambda m: m.group().lower().replace("o", "0"), folded)


def _is_money(folded: str, m: re.Match[str], asked: bool) -> bool:
    number, unit = m["number"], (m["unit"] or "").strip()
    before = folded[: m.start()]
    if _TOGETHER.fullmatch(m.group()) or _is_saying(folded, m):
        return False
    if m["sign"] or unit:
        return True
    if _FOREIGN.search(before) or _DIGITS_ONLY.fullmatch(number):
        return False
    if _HOTLINE.fullmatch(number) and (not asked or _CALLED.search(before)):
        return False
    if _SURE_NUMBER.search(number + folded[m.end() : m.end() + 2]):
        return True
    if asked:
        return len(number) > 1 or not _ASKED_PREFIX.sub("", before)
    long_enough = number[0].isdigit() or len(number) > 1
    return long_enough and bool(_BEFORE_BARE.search(before))


def _is_saying(folded: str, m: re.Match[str]) -> bool:
    if _NOT_A_PENNY.match(folded, m.start()):
        return True
    return m.group() == "二百五" and bool(_INSULT.search(folded[: m.start()]))


def _rank(folded: str, m: re.Match[str]) -> tuple[int, int]:
    before = clause_before(folded, m.start(), 10)
    harm, wish = bool(_HARM.search(before)), bool(_WISH.search(before))
    return (0 if harm else 2 if wish else 1), m.start()


def _reading(text: str, folded: str, m: re.Match[str]) -> AmountReading | None:
    yuan = parse_yuan(_spell_out(m["number"], m["unit"] or "元"))
    if yuan is None:
        return None
    after = _ABOUT_AFTER.match(folded, m.end())
    end = after.end() if after and after.group() != "吧" else m.end()
    vague = bool(_VAGUE.search(m["number"]) or _pair(m["number"]) or after)
    before = _ABOUT_BEFORE.search(folded[: m.start()])
    start = before.start() if before else m.start()
    return AmountReading(trim(text[start:end]), yuan.normalize() + 0, vague or bool(before))


_CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟俩", "一二三四五六七八九十百千两")
_LOWER = {"百": "十", "千": "百", "万": "千", "亿": "千万"}
_VALUE = {"十": 10, "百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}
_CN = "一二两三四五六七八九"


def _pair(number: str) -> re.Match[str] | None:
    """三四百, 十七八, 一两千: two neighbouring figures that stand for one."""
    return re.search(rf"[{_CN}][{_CN}](?=[十百千万]|\Z)", number)


def _spell_out(number: str, unit: str) -> str:
    """The sum in a form jionlp reads rightly: lower bound, no slang, 元/角/分."""
    number = re.split(r"[\-~到至]", re.sub(r"[, ]", "", number))[0] + _range_scale(number)
    number = number.lower().replace("w", "万").replace("k", "千").translate(_CAPITALS)
    number = number.replace("百十", "百").replace("百八十", "八十")
    number = re.sub(r"[上近]|[好大](?=几)", "", number).replace("来", "多").replace("余", "多")
    number = re.sub(r"\A(?=[百千万])", "一", number.replace("数", "几").replace("把", ""))
    number = re.sub(rf"([{_CN}])[{_CN}](?=[十百千万]|\Z)", r"\1", number)
    number = re.sub(r"\A几\Z", "一", number.removesuffix("多"))
    return _arabic(_last_figure(number)) + _money_unit(unit.strip())


def _range_scale(number: str) -> str:
    """The 万 that 2到3万 leaves out of its first figure."""
    first, *rest = re.split(r"[\-~到至]", number)
    scale = re.search(r"[十百千万亿]+\Z", rest[0]) if rest else None
    return scale.group() if scale and not _MAGNITUDE.search(first) else ""


def _last_figure(number: str) -> str:
    """两百五 → 两百五十, 一万二 → 一万二千, 3万5 → 3万5千."""
    m = re.fullmatch(rf"(.*)([百千万亿])([{_CN}]|[1-9])", number)
    return f"{m[1]}{m[2]}{m[3]}{_LOWER[m[2]]}" if m else number


def _arabic(number: str) -> str:
    """1万2千5 mixes both scripts, which jionlp adds up wrongly: one Arabic figure instead."""
    number = re.sub(rf"([{_CN}])点([{_CN}])", lambda m: f"{_figure(m[1])}.{_figure(m[2])}", number)
    if not re.fullmatch(r"(?:\d+(?:\.\d+)?[十百千万亿]*)+", number):
        return number
    total = Decimal(0)
    for figure, scales in re.findall(r"(\d+(?:\.\d+)?)([十百千万亿]*)", number):
        value = Decimal(figure)
        for scale in scales:
            value *= _VALUE[scale]
        total += value
    return format(total, "f")


def _figure(char: str) -> int:
    return 2 if char == "两" else "零一二三四五六七八九".index(char)


def _money_unit(unit: str) -> str:
    """块 → 元; 块9 → 元9角; 毛 → 角."""
    unit = re.sub(r"块钱|块|圆|人民币|rmb|RMB", "元", unit).replace("钱", "").replace("毛", "角")
    unit = re.sub(rf"\A元([\d{_D}])\Z", r"元\1角", unit)
    return re.sub(rf"角([\d{_D}])\Z", r"角\1分", unit)
