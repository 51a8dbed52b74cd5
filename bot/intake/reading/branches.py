"""Where it happened: the branch, or the electronic channel, a customer names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.intake.reading._date_words import find
from bot.intake.reading._text import clauses, fold, trim

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
    r"|第|全部|好多|很多|没有?|上次|原来|刚才|刚刚|之前|以前|说|提|去|常|经常|老|我|柜台|大厅|窗口|里|的)*"
)
_LEAD = (
    r"我(?:当时|那天)?(?:是)?(?:在|去的?是?|去了|到|办的是)|就?是在?|就在|在|反正|只记得|就记得"
    r"|位于|地点是?|网点是?|去的|办的|那个|你们(?=[一-龥]{2})|嗯+|哦|呃"
)
_HEDGE = r"(?:应该|好像|大概|可能|貌似|估计|印象中|似乎)(?:就?是)?(?:在|去的?)?"
_ASKED_LEAD = re.compile(rf"\A(?:{_LEAD})+")
_UNSURE_LEAD = re.compile(rf"\A(?:{_LEAD}|{_HEDGE})+")
_HEDGED = re.compile(rf"{_HEDGE}\Z")
_ASKED_END = re.compile(
    r"(?:吧|啊|呀|哦|呢|哈|嘛|那里|那边|办的|的(?:柜员|柜台|经理|大堂经理|工作人员|人)?)+\Z"
)
# 「记不清，火车站那个」: the clause says nothing of the place, the one behind it does.
_UNSURE = re.compile(
    r"(?:我?(?:具体|准确|确切)?的?(?:名字|名称|叫(?:什么|啥))?(?:我|也|真|都|实在|已经|早就?|有点)*)"
    r"(?:说不(?:清|上|好|准)|记不(?:清|得|住|起|太清)|不(?:太|大|怎么)?(?:记得|清楚|确定|知道|晓得)|忘|没(?:有)?印象|没记|想不起)"
    r"(?:了|来|太清|具体|名字|名称|网点|支行|银行|哪家|哪个|哪一?[家个]|叫?(?:什么|啥)(?:名字?|支行|网点)?|是)*了?"
)
_NO_BRANCH = re.compile(
    r"不(?:知道|清楚|记得|晓得|确定|告诉|想|好说|方便|是)|记不|忘|没(?:有|印象|记|去)|随便|为什么"
    r"|干嘛|怎么|[?？]|吗\Z|什么|取消|退出|不用|跳过|算了|为啥|你好|你猜|自己查|看不到|没关系|无关"
    r"|说不[清上好准]|都(?:是|一样|行|差不多|可以|有)\Z"
    r"|\A(?:信用卡|银行卡|储蓄卡|借记卡|存折|贷款|房贷|车贷|理财|存款|保险|基金|转账)\Z"
)
# A complaint, no place: 我要投诉你们, 你们柜员态度太差, 刚才说过了.
_NOT_A_PLACE = re.compile(
    r"投诉|举报|反映|态度|服务|太差|很差|骂|骗|扣|赔|退|说[过了]|讲过|告诉|处理|解决|柜员(?!机)|经理|员工"
    r"|工作人员|保安|行长|人工(?!客服)"
)
_ANY_BANK = re.compile(
    r"(?:你|您|我|咱|俺|他|她|们|这|那|就|是|的|家|个|里|本|贵|该|银行|行|单位|公司|机构|自己)*"
)
# 之行 for 支行 behind the name of a road.
_SLIP = re.compile(r"(?<=[路街道巷城区县镇村])[之只直枝]行\Z")
_BROKEN = re.compile(
    r"(?<=[一-龥])[ \u3000]+(?=(?:支|分)[ \u3000]*行|营业部|营业厅|网点)|(?<=支)[ \u3000]+(?=行)"
)
"""Blanks inside a name: 人民路 支行."""
_CHANNEL_TAIL = re.compile(r"上面?|里面?|客户端|客服|热线|电话")
_VERB = r"(?:操作|弄|办理?|转账?|买|开通?|申请|打|说|问|登录|投诉|咨询)"
_BY_MEANS = re.compile(
    r"(?:我|是|就|在|用|通过|从|打|接|反正)*(?:的|了|过|你们|银行|客服(?=电话)|个)*"
    r"(?P<means>手机|电话|网上|线上|微信|电脑|客服|官网|网站|支付宝|云闪付)"
    rf"(?:上面?|里面?|端|中)?(?:{_VERB}*的?|里)?(?:时候|时|上)?"
)
_MEANS = (
    *("手机", "手机上", "电话", "网上", "线上", "微信", "电脑"),
    *("客服", "官网", "网站", "支付宝", "云闪付"),
)
_OUTLET_NAME = re.compile(rf"(?<![的个家间]){_OUTLET}\Z|{'|'.join(_HEAD_OFFICES)}")
"""Of a name: 中山路支行 is one, 中山路那个支行 tells where it is."""
_MAX_BRANCH = 30
_BANK_BEFORE = re.compile(
    r"\A(?:你们|咱们|我们|他们|贵)?(?:银行|行)(?=[一-龥]{2,}(?:支行|分行|营业部|网点|分理处))"
)


@dataclass(frozen=True)
class BranchReading:
    """`text` in the customer's words, doubts included; `name` the outlet, the place or the channel.

    `vague`: the customer is not sure, or describes a place (火车站那个) without naming the outlet.
    """

    text: str
    name: str
    vague: bool


def branch_reading(text: str, asked: bool = False) -> BranchReading | None:
    """The outlet in `text`, else the place, else the electronic channel (手机银行, APP, 95588).

    `asked`: the form has just asked for the branch, so a short answer is its name or its place.
    """
    text = _BROKEN.sub("", text)
    named = _without_bank(_named(text) or _by_place(text))
    if named:
        return _outlet(text, named, asked)
    channel = _channel(text, asked)
    return channel or (_answer(text) if asked else None)


def read_branch(text: str, asked: bool = False) -> str | None:
    """The name of the outlet or channel; where only a place is known, the customer's words.

    See `branch_reading`.
    """
    reading = branch_reading(text, asked)
    if reading is None:
        return None
    return reading.text if reading.vague and not _is_outlet(reading.name) else reading.name


def _without_bank(name: str | None) -> str | None:
    """「你们银行和平路支行」 is 和平路支行."""
    return _BANK_BEFORE.sub("", name) if name else None


def _is_outlet(name: str) -> bool:
    return _OUTLET_NAME.search(name) is not None


def _outlet(text: str, name: str, asked: bool) -> BranchReading:
    """`name`, found in `text`, with the 好像是 before it and, in an answer, the doubts around it."""
    start = text.index(name) if name in text else 0
    hedge = _HEDGED.search(text[:start])
    doubted = asked and _doubted(text)
    words = trim(text) if doubted else text[hedge.start() if hedge else start : start + len(name)]
    return BranchReading(words, name, bool(hedge) or doubted or not _is_outlet(name))


def _channel(text: str, asked: bool) -> BranchReading | None:
    folded = fold(text)
    m = _ELECTRONIC.search(folded)
    if m is None:
        return _by_means(text) if asked else None
    # 打95588没人接: the call came after the event, unless the form asks where it happened.
    if not asked and re.search(r"(?:打|拨)(?:了|过)?(?:你们)?的?\Z", text[: m.start()]):
        return None
    tail = _CHANNEL_TAIL.match(folded, m.end())
    words, doubted = text[m.start() : tail.end() if tail else m.end()], asked and _doubted(text)
    return BranchReading(trim(text) if doubted else words, text[m.start() : m.end()], doubted)


def _by_means(text: str) -> BranchReading | None:
    """打电话的时候, 手机上操作的, 「没去网点，手机上」."""
    found = (
        _BY_MEANS.fullmatch(clause.group()) for clause in clauses(_ASKED_END.sub("", fold(text)))
    )
    means = next((m["means"] for m in found if m), None)
    return BranchReading(trim(text), means, _doubted(text)) if means else None


def _doubted(text: str) -> bool:
    return _UNSURE.search(text) is not None


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


def _answer(text: str) -> BranchReading | None:
    """A short answer: 解放路, 万达对面那个, 「记不清，火车站那个」with its doubt."""
    told = [c.group() for c in clauses(text) if not _UNSURE.fullmatch(c.group())]
    doubted = len(told) < len(clauses(text))
    answer = trim(text) if len(told) > 1 or not told else told[0]
    answer = _ASKED_END.sub("", answer[_end_of_time(answer) :])
    words = trim(_ASKED_LEAD.sub("", answer))
    name = _SLIP.sub("支行", trim(_UNSURE_LEAD.sub("", answer)))
    if _NO_BRANCH.search(answer) or _NOT_A_PLACE.search(answer) or not _is_place(name):
        return None
    sure = name == _SLIP.sub("支行", words) and not doubted and _is_outlet(name)
    return BranchReading(trim(text) if doubted else words, name, not sure)


def _end_of_time(answer: str) -> int:
    """昨天去的那个 names a day and no place."""
    times = find(answer)
    return times[0].end if times and times[0].start == 0 else 0


def _is_place(name: str) -> bool:
    if not 2 <= len(name) <= _MAX_BRANCH or _ANY_BANK.fullmatch(name):
        return False
    proper = re.sub(rf"{_OUTLET}|\A\d+号\Z", "", name)
    return re.search(r"[一-龥A-Za-z]", proper) is not None and not _ANYWHERE.fullmatch(proper)
