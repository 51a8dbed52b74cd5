"""What the customer wants: the clause of a story that says so, in the customer's words."""

from __future__ import annotations

import re

from bot.intake.reading._text import clauses, trim

_LEAD = re.compile(
    r"\A(?:所以|因此|现在?|那|而且|另外|还有|同时|我们?|本人|在此|就|也|的?诉求(?:就是|是|：|:)"
    r"|强烈|坚决|郑重|特此|特|再次|只|必须|，)+"
)
_LABELLED = re.compile(r"^\s*(?:我的|投诉)?(?:诉求|请求|要求)\s*[:：]\s*(?P<wish>\S[^\n]+)$", re.M)
"""A line of a letter: 「诉求：退还挂失费，公开道歉。」."""
_WHAT = (
    r"(?:道歉|说法|解释|交代|答复|回复|赔偿|补偿|处理|退款|退钱|退费|退还|退回|退给我|还给我"
    r"|赔钱|赔我|退我|解决|调查|核实|整改|撤销|取消|恢复|解冻|解封|"
    r"开除|处罚|处分|公道|结果|停止|减免|免除|返还|更正|删除|理赔|注销)"
)
_STATED = re.compile(r"(?:我|我们|本人)?的?(?:诉求|要求)(?:就是|是|：|:)")
# Always a wish at the head of a clause or behind 我.
_STRONG = re.compile(
    r"(?:要求(?!我|客户|必须|很|太|提供)|希望|请求|恳请|期望|诉求(?:就是|是|：|:))"
    r"|请(?!假|问|客|教|了|过|来|示|您稍|稍|输入|叫|示)|麻烦(?:你|您|给|帮|尽|处理|核|查|把|退)"
    r"|烦请|恳求"
    r"|(?:我|就|只)(?:就|只|也|还)?(?:是)?要(?:一?个|你们|求|退|赔|解释|说法|道歉|赔礼|拿回"
    r"|知道(?:为什么|原因)|讨)"
    r"|我?就?是?想(?:拿回|要回|讨回|要(?:一?个|你们|退|拿回|求|回)|让(?:你们|银行|他|她)|请"
    r"|知道(?:为什么|原因)|讨)|讨(?:个|回)|要(?:一?个)(?:说法|解释|交代|公道)"
)
# A wish only where nothing says that it was refused or has already been promised.
_WEAK = re.compile(
    r"(?:必须|应该|应当|得|需要|赶紧|赶快|马上|立即|立刻|尽快|尽早|早点|务必|给我|给个|给一?个"
    rf"|向我|把.{{1,14}}(?:退|还|赔|转|恢复|解|删|消|撤|取消)).{{0,12}}?{_WHAT}?"
    r"|(?:你们|贵行|银行|你们银行)(?:必须|应该|应当|得|要给|要把|要赔|赶紧|尽快|马上|立即)"
    r"|.{0,7}(?:之前|以前|天内|日内|前)(?:必须)?(?:给我|给个|把钱|退|解决|处理|答复|回复)"
    r"|退还|返还|减免|免除|恢复|停止|撤销|取消|解冻|解封|(?:不要|别|不得|不许)再?(?:骚扰|打电话"
    r"|催|扣|给我打)"
    r"|(?:退还?|赔|还)我|退钱|退款|退费|赔钱|赔偿|补偿|赔礼道歉|道歉|给说法|(?:帮我|给我"
    r"|替我).{0,8}(?:退|查|解|恢复|取消|注销|删|改|处理)"
)
_NOT_WISHED = re.compile(
    r"不给|没给|没有|没人|不肯|不愿|拒绝|不让|不能|不予|未|一直|从来|说好|承诺|说(?:是)?要|答应"
    r"|才|结果|却|但是|他们?说|她说|告诉我|让我|叫我|通知我|只给|还要我|非要|必须先|需要先"
    r"|需要我|需要本人|必须本人|被"
)
_REFUSED_WISH = re.compile(r"(?:不要|别|不能再|不再|停止|禁止)")
_ALSO = re.compile(
    r"\A(?:并且?|和|还有|还要|而且|同时|也|以及|再|另外|把|向我|给我|不要|别|否则|不然|尽快|停止)"
)
_OTHERS = re.compile(
    r"(?:银行|柜员|经理|他们?|她们?|客服|对方|工作人员|大堂|保安|你们)(?:却|就|还|都|总|老"
    r"|一直)?(?:要求|希望|请)"
)


def read_request(text: str) -> str | None:
    """The wish in `text` (要求退还…, 给我道歉), joined with the wishes that follow it.

    A sure wish (要求, 希望, 请) comes before one that merely mentions a refund or an apology; among
    equals the last, since stories end with what is wanted. None when nothing is asked for.
    """
    labelled = _LABELLED.search(text)
    if labelled:
        return trim(labelled["wish"])
    parts = clauses(text)
    kinds = [_kind(part.group()) for part in parts]
    for wanted in (2, 1):
        if wanted in kinds:
            last = len(kinds) - 1 - kinds[::-1].index(wanted)
            return _joined(text, parts, kinds, last)
    return None


def _kind(clause: str) -> int:
    """2 a sure wish, 1 a likely one, 0 none."""
    body = _LEAD.sub("", clause)
    if _STATED.match(clause):
        return 2
    strong = _STRONG.match(body) or _STRONG.match(clause) or re.match(r"我?要求(?!我)", clause)
    if (strong or _wish_inside(clause)) and not _OTHERS.search(clause):
        return 2
    if _NOT_WISHED.search(clause):
        return 0
    weak = _WEAK.match(body)
    return 1 if weak and (re.search(_WHAT, clause) or _is_refund(clause)) else 0


def _wish_inside(clause: str) -> re.Match[str] | None:
    return re.search(
        (
            r"(?:我(?:现在|就|只)?(?:强烈)?(?:要求(?!我)|希望|请求|请你们|请银行|想要(?:个|一个|回)"
            r"|想让你们|要(?:一?个)(?:说法|解释|交代|道歉)))"
        ),
        clause,
    )


def _is_refund(clause: str) -> bool:
    return (
        re.search(r"退|赔|还|恢复|解|删|消|撤|查|处理|注销|停止|骚扰|减免|免|催|打电话|扣", clause)
        is not None
    )


def _joined(text: str, parts: list[re.Match[str]], kinds: list[int], last: int) -> str:
    """From the first of the neighbouring wishes to the last, punctuation kept."""
    first = last
    while first > 0 and kinds[first - 1]:
        first -= 1
    end = last
    while end + 1 < len(parts) and (kinds[end + 1] or _continues(parts[end + 1].group())):
        end += 1
    begin = parts[first].start() + _offset(parts[first].group())
    return trim(text[begin : parts[end].end()])


def _continues(clause: str) -> bool:
    return _ALSO.match(clause) is not None and not _NOT_WISHED.search(_REFUSED_WISH.sub("", clause))


def _offset(clause: str) -> int:
    """Where the wish begins in a clause such as 我现在要求退钱 or 太过分了我要求道歉."""
    inside = _wish_inside(clause)
    if inside and inside.start() > 0 and not _LEAD.fullmatch(clause[: inside.start()]):
        return inside.start() + len(_lead(clause[inside.start() :]))
    return len(_lead(clause))


def _lead(clause: str) -> str:
    """我的诉求是, 所以我, 现在, 本人: left out; 我要… keeps its 我, 必须… keeps its 必须."""
    m = _STATED.match(clause) or re.match(
        r"(?:所以|因此|现在|那|另外|还有|在此)*(?:我们?|本人)?(?:现在|在此)?(?!要(?!求)|想|就)",
        clause,
    )
    lead = m.group() if m else ""
    return lead if len(lead) < len(clause) else ""
