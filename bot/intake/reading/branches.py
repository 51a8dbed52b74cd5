"""Where it happened: the branch, or the electronic channel, a customer names."""

from __future__ import annotations

import re

from bot.intake.reading._date_words import find
from bot.intake.reading._text import fold, trim

_OUTLET = r"(?:支行|分行|营业部|营业厅|营业所|网点|分理处|储蓄所|储蓄点)"
_NAMED = re.compile(rf"[一-龥A-Za-z0-9·（）()]{{0,30}}?{_OUTLET}")
# 杭州分行西湖支行, 上海分行营业部: the second half belongs to the first.
_NESTED = re.compile(r"(?:营业部|营业厅)|[一-龥]{2,6}(?:支行|分理处|储蓄所)")
_HEAD_OFFICES = ("总行", "省分行", "市分行")
# 人民路那个网点, 火车站旁边的银行, 万达广场那家工商银行.
_PLACE = (
    r"(?:路|街|道|站|广场|机场|医院|学校|大学|中学|市场|商场|超市|小区|花园|大厦|中心|公园|路口"
    r"|桥|村|镇|县|区|门口|口|万达|城)"
)
_LINK = (
    r"(?:上|边上?|旁边|对面|附近|门口|那边|里面|楼下)?(?:的|那个|那家|那间|这个|这家|的那家|的那个)"
)
_BY_PLACE = re.compile(
    rf"[一-龥A-Za-z0-9]{{0,12}}{_PLACE}{_LINK}[一-龥]{{0,6}}?(?:银行|网点|支行|营业厅"
    r"|行)(?![长业为])"
)
_ELECTRONIC = re.compile(
    r"手机银行|网上银行|个人网银|网银|微信银行|微信公众号|公众号|小程序"
    r"|(?<![A-Za-z])[Aa][Pp][Pp](?![A-Za-z])"
    r"|电话银行|电话客服|客服热线|客服电话|人工客服|在线客服|95\d{3}热线|(?<!\d)95\d{3}(?!\d)"
)
# Words after which the name begins. The look-aheads spare names such as 来宾, 从化, 向阳, 上海.
_BOUNDARY = re.compile(
    r"在|去(?!年)|到|你们?家?|您|我们?|他们|她们|咱们?|是|叫|给|跟|被|把|找|让|投诉|举报|反映"
    r"|反应|贵行|关于|对|因为|由于"
    r"|位于|改成|改为|了|说|比如|从(?!化)|于(?![洪都田])|来(?![宾安凤])|向(?![阳东前荣南西北塘])"
    r"|的(?=[一-龥]{2,}(?:支行|分行|营业部|分理处))"
    r"|通过|经过|路过|附近有?个|旁边有?个|当时|本来|小时|分钟|办理?(?:业务|卡)?|取钱|存钱|银行卡"
)
_ANYWHERE = re.compile(
    r"(?:这|那|哪|一|某|两|几|[二三四五六七八九十\d]|各|每|另外?一?|别的?|其他|其它|所有"
    r"|任何|附近|最近|同|本|该|银行|贵|整|全|多|不同|什么|营业|物理|线下|多跑|跑|个|家|间|处|趟|次"
    r"|的)*"
)
_ASKED_LEAD = re.compile(
    r"\A(?:我(?:当时|那天)?(?:是)?(?:在|去的?是?|去了|到|办的是)|就?是在?|就在|在|应该是|好像是"
    r"|大概是|位于|地点是?|网点是?|那个|嗯+|哦|呃)+"
)
_ASKED_END = re.compile(r"(?:吧|啊|呀|哦|呢|哈|嘛|那里|那边|办的|的)+\Z")
_NO_BRANCH = re.compile(
    r"不(?:知道|清楚|记得|确定|告诉|想|好说|方便)|忘|没(?:有|印象|记|去)|随便|为什么|干嘛|怎么"
    r"|[?？]|吗\Z|什么|取消|退出|不用|跳过|算了"
)
_MAX_BRANCH = 30


def read_branch(text: str, asked: bool = False) -> str | None:
    """The outlet in the customer's words, else the electronic channel (手机银行, APP, 95588).

    `asked`: the form has just asked for the branch, so a short answer is its name.
    """
    named = _named(text) or _by_place(text)
    if named:
        return named
    electronic = _ELECTRONIC.search(fold(text))
    # 打95588没人接: the call came after the event, unless the form asks where it happened.
    called = electronic and re.search(
        r"(?:打|拨)(?:了|过)?(?:你们)?的?\Z", text[: electronic.start()]
    )
    if electronic and (asked or not called):
        return text[electronic.start() : electronic.end()]
    return _answer(text) if asked else None


def is_electronic(branch: str) -> bool:
    """True for 手机银行, APP, 客服电话 and the like: no outlet on the map."""
    if branch in ("手机", "电话", "网上", "线上", "手机上"):
        return True
    return _ELECTRONIC.search(fold(branch)) is not None and not _NAMED.search(branch)


def branches(text: str) -> list[str]:
    """Every named outlet in `text`, left to right."""
    runs: list[tuple[str, int]] = []
    for m in _NAMED.finditer(text):
        last, end = runs[-1] if runs else ("", -1)
        if end == m.start() and _belongs(last, m.group()):
            runs[-1] = (last + m.group(), m.end())
        else:
            runs.append((re.sub(r"\A[和与及]", "", m.group()), m.end()))
    return [name for run, _ in runs if (name := _cut(run))]


def _belongs(outer: str, inner: str) -> bool:
    if not _NESTED.fullmatch(inner) or _BOUNDARY.search(inner):
        return False
    return outer.endswith("分行") or inner.startswith("营业")


def _named(text: str) -> str | None:
    return next(iter(branches(text)), None)


def _by_place(text: str) -> str | None:
    m = _BY_PLACE.search(text)
    return _cut(m.group()) if m else None


def _cut(run: str) -> str | None:
    """The name at the end of `run`: what stands behind the last time or boundary word."""
    times = find(run)
    cuts = [times[-1].end if times else 0, *(m.end() for m in _BOUNDARY.finditer(run))]
    name = re.sub(r"\A(?:的|那个|这个|一个|某)", "", run[max(cuts) :])
    proper = re.sub(rf"{_OUTLET}|{_LINK}(?:银行|行)\Z", "", name)
    if name in _HEAD_OFFICES:
        return name
    return name if len(proper.rstrip("的")) >= 2 and not _ANYWHERE.fullmatch(proper) else None


def _answer(text: str) -> str | None:
    name = _ASKED_END.sub("", trim(_ASKED_LEAD.sub("", trim(text))))
    if _NO_BRANCH.search(text) or not 2 <= len(name) <= _MAX_BRANCH:
        return None
    proper = re.sub(rf"{_OUTLET}|\A\d+号\Z", "", name)
    return name if re.search(r"[一-龥A-Za-z]", proper) and not _ANYWHERE.fullmatch(proper) else None
