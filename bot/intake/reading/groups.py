"""Whether several customers complain together, and how many they say they are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.intake.reading._text import clauses, fold, trim
from bot.intake.reading.amounts import read_amount

_VICTIMS = (
    r"业主|居民|住户|储户|客户(?!经理)|用户|投资人|投资者|受害人|受害者|当事人|村民|家长|租户|商户"
    r"|持卡人|老人|老年人|邻居|街坊|乡亲|工友|学生|同学|姐妹|兄弟|朋友"
)
_OUR_OWN = r"同事|员工|工人|职工"
"""Ours only behind 我们: otherwise they are the bank's."""
_NUMBER = r"(?P<n>\d{1,4}|[一二两俩三四五六七八九十百千]{1,6}|好?几十?|数[十百]|上[百千])"
_FIGURE = rf"(?:大概|大约|差不多|将近|至少|总共|一共|(?<!我)有|共)*{_NUMBER}[几多来余]?"
_ABOUT = r"(?:左右|上下|以上)?"
_COUNT = (
    rf"{_FIGURE}(?:[个位名户家号](?:人|{_VICTIMS}|{_OUR_OWN})?|人|{_VICTIMS}|{_OUR_OWN}){_ABOUT}"
)
_OF = r"(?:这|这边|这儿|这里|那)?(?:小区|村里?|楼里?|单位|公司|厂里?|班|社区|单元|组|群里)?(?:的)?"
# 我和另外三个人 are four.
_AND_ME = re.compile(rf"我(?:和|跟|与|同|还有)(?P<other>另外|其他|其余|别的|还有)?的?{_COUNT}")
_WE = re.compile(rf"(?:我们|咱们|俺们|连我|加上?我|包括我){_OF}(?:在内)?{_COUNT}")
# 投诉这两个业主, 给三个客户转账: they are spoken about.
_MANY = re.compile(
    rf"(?<![诉报这那给向往替找问帮叫让打换骗有])(?<!换了)(?<!找了)(?<!问了)"
    rf"{_FIGURE}(?:户(?!头)(?:{_VICTIMS})?|[个位名号]?(?:人|{_VICTIMS})){_ABOUT}"
)
_CROWD = re.compile(
    r"(?:我们|咱们)?(?:大家伙?|好多人|很多人|不少人|一群人|一大批人|全体|所有)"
    rf"(?:{_VICTIMS})?|我们(?:这些|这群|这批|一批|全体|所有|众多)?的?(?:{_VICTIMS})|我们(?=联名|集体|联合|共同)"
)
_TOGETHER = re.compile(
    r"(?:一起|一同|共同|联名|联合|集体|一块儿?)(?:来|要|想|写信?|提出?|打算|准备|向你?们?)*"
    r"(?:投诉|举报|维权|反映|反馈|要求|讨|起诉|上访|登记|告)|联名|集体(?:投诉|维权|上访)|群体性?投诉"
    r"|代表(?:全体|所有|大家|我们)"
)
_SUFFER = re.compile(
    r"(?:都|全|也)(?:是|都|给|让)?(?:被|受骗|上当|受害|中招|亏|没(?:收到|到账|拿到|退)|遇到"
    r"|碰到|这样|一样|买了|赔|要投诉|想投诉|来投诉)"
)
# People who are no customers complaining: a queue, the staff, the other side, a family.
_OTHERS = re.compile(
    r"排|队|前面|前边|后面|等了|等着|大厅|窗口|柜台|柜员|保安|大堂|经理|工作人员|营业员|骗子|你们"
    rf"(?:{_OF})?(?:的)?(?:员工|{_NUMBER})|他们|一家[一-龥]{{0,2}}口|一家人|夫妻|[两俩]口子|打了|发了|介绍"
)
_ALONE = re.compile(r"(?:了|的|呢|啊|吧|呀)*\Z|(?=(?:都|全|被|联名|集体|共同|一起投诉))")
_BARE = re.compile(rf"(?:嗯|是的?|对|我们|大家|有|我|，|,|\s)*{_COUNT}(?:吧|的|了|呢|啊|样子)*")


@dataclass(frozen=True)
class Group:
    """`size` the people named, the customer among them, for open words (十几户) the lower bound;
    None when no figure is named (几十户, 大家). `text` in the customer's words."""

    size: int | None
    text: str


def read_group(text: str) -> Group | None:
    """The group in whose name `text` complains; None for one customer, a queue, staff, a family.

    A figure alone is no group: it stands behind 我们 or 我和另外, or the text says that these people
    complain together or suffered alike, or it is all of the answer (十几户).
    """
    folded = fold(text)
    told = [c for c in clauses(folded) if not _OTHERS.search(c.group())]
    together = _said_together([c.group() for c in told])
    counted = _counted(told, together)
    crowd = next((_span(c, m) for c in told if (m := _crowd(c.group(), together))), None)
    if counted is None:
        return Group(None, trim(text[slice(*crowd)])) if crowd else None
    size, (start, end) = counted
    if crowd:
        start, end = min(start, crowd[0]), max(end, crowd[1])
    return Group(size, trim(text[start:end]))


def _said_together(told: list[str]) -> bool:
    """In one clause, or in two: 二十来个人吧，都被骗了."""
    if any(_TOGETHER.search(clause) or _alike(clause) for clause in told):
        return True
    return any(map(_BARE.fullmatch, told)) and any(map(_SUFFER.match, told))


def _alike(clause: str) -> bool:
    """大家都被骗了, 我们二十个人都没收到: several suffered the same."""
    suffer = _SUFFER.search(clause)
    return suffer is not None and bool(
        _CROWD.search(clause[: suffer.start()]) or _people(clause[: suffer.start()])
    )


def _people(clause: str) -> re.Match[str] | None:
    return next((m for m in _MANY.finditer(clause) if _size(m) != 1), None)


def _crowd(clause: str, together: bool) -> re.Match[str] | None:
    found = _CROWD.search(clause) if together else None
    joint = _TOGETHER.search(clause) or _alike(clause)
    return found if found and joint else None


def _counted(
    told: list[re.Match[str]], together: bool
) -> tuple[int | None, tuple[int, int]] | None:
    for clause in told:
        m = _count_in(clause.group(), together)
        if m:
            size = _size(m)
            others = 1 if m.re is _AND_ME and size else 0
            return (size + others if size else None), _span(clause, m)
    return None


def _count_in(clause: str, together: bool) -> re.Match[str] | None:
    """The count of `clause` that is one of complainants."""
    for pattern in (_AND_ME, _WE):
        m = pattern.search(clause)
        if m and _size(m) != 1 and (together or _tells(clause, m)):
            return m
    found = _people(clause)
    if found and (together or (_households(found) and _BARE.fullmatch(clause))):
        return found
    return None


def _tells(clause: str, m: re.Match[str]) -> bool:
    """我和另外三个人, 我们二十多户, 我们十个人都…: no joint word is needed."""
    if m.re is _AND_ME:
        return m["other"] is not None and bool(_ALONE.match(clause, m.end()))
    several = _size(m) is None or (_size(m) or 0) > 2
    return several and (_households(m) or bool(_ALONE.match(clause, m.end())))


def _households(m: re.Match[str]) -> bool:
    return re.search(rf"户|{_VICTIMS}|{_OUR_OWN}", m.group()) is not None


def _size(m: re.Match[str]) -> int | None:
    """The lower bound of the figure; None for 几十, 数百."""
    number = m["n"]
    if "几" in number or number.startswith("数"):
        return None
    counted = read_amount(f"{number}块")
    return None if counted is None else int(counted.yuan)


def _span(clause: re.Match[str], m: re.Match[str]) -> tuple[int, int]:
    """Where `m`, found in `clause`, lies in the whole text; a crowd's clause is kept whole."""
    if m.re is _CROWD:
        return clause.start() + m.start(), clause.end()
    return clause.start() + m.start(), clause.start() + m.end()
