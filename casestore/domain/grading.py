"""How heavy a complaint looks when it comes in, proposed by rule; an officer may change it.

Sources: 投诉办法 article 29 (重大消费投诉: 20 or more people who complain face to face, natural
disasters, accidents, public health events). The rest is the bank's own practice, not regulation:
what the press already works on is major too (facts: 舆情 escalates); money that may still be saved,
people who need more care, threats to go public, courts and regulators come first.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from casestore.domain.case import Complaint, Flag, Grade, Priority, Source

# 50 000 yuan in fen.
COMPLEX_AMOUNT_FEN = 5_000_000

_WORDS: Mapping[Flag, re.Pattern[str]] = {
    Flag.EMERGENCY: re.compile(
        r"盗刷|诈骗|被骗|骗(?:走|了|我|取|光)|骗子|盗(?:用|转|取)|"
        r"卡(?:片)?(?:丢|掉|不见|遗失)|(?:丢|遗失)了?(?:银行)?卡|不是我(?:本人)?(?:转|刷|操作)"
    ),
    Flag.VULNERABLE: re.compile(
        r"老人|老年|老太|老大爷|老奶奶|老爷爷|高龄|[七八九]十(?:多|几)?岁|[6-9]\d\s*(?:多)?岁|"
        r"残疾|残障|盲人|聋哑|听障|视障|轮椅|未成年|小孩|孩子|学生|孕妇|重病|病危|低保"
    ),
    Flag.DISASTER: re.compile(
        r"地震|洪水|洪灾|水灾|火灾|台风|泥石流|山体滑坡|爆炸|坍塌|疫情|自然灾害|安全事故"
    ),
    Flag.MEDIA: re.compile(
        r"曝光|媒体|记者|电视台|报社|微博|抖音|快手|小红书|(?:发|上)(?:到)?(?:网上|朋友圈)|热搜"
    ),
    Flag.LITIGATION: re.compile(r"起诉|诉讼|律师|法院|打官司|仲裁"),
}
# Somebody who says they will post it is in a hurry; what the press already works on is major.
_PRESS_AT_WORK = re.compile(
    r"(?<![找叫请让给])(?:记者|电视台|报社|媒体|网上|网络|抖音|微博)[^，。；]{0,6}"
    r"(?:报道|采访|来过|联系|关注|发酵|传开|热搜)|"
    r"已(?:经)?(?:被)?[^，。；]{0,6}(?:曝光|上热搜)"
)
_URGENT = frozenset({Flag.VULNERABLE, Flag.REGULATOR, Flag.GROUP, Flag.DISASTER, Flag.MEDIA})


@dataclass(frozen=True)
class Grading:
    """A proposed grade, priority and what makes the complaint sensitive."""

    grade: Grade
    priority: Priority
    flags: frozenset[Flag]


def grading(complaint: Complaint) -> Grading:
    """What the rules propose for a complaint as it came in."""
    flags = _flags(complaint)
    return Grading(_grade(complaint, flags), _priority(flags), flags)


def _flags(complaint: Complaint) -> frozenset[Flag]:
    text = f"{complaint.detail}\n{complaint.request}"
    found = {flag for flag, words in _WORDS.items() if words.search(text)}
    if complaint.group is not None and complaint.group.is_major:
        found.add(Flag.GROUP)
    if complaint.source is Source.REGULATOR:
        found.add(Flag.REGULATOR)
    return frozenset(found)


def _grade(complaint: Complaint, flags: frozenset[Flag]) -> Grade:
    if _is_major(complaint, flags):
        return Grade.MAJOR
    is_large = (complaint.amount_fen or 0) >= COMPLEX_AMOUNT_FEN
    return Grade.COMPLEX if is_large else Grade.ORDINARY


def _is_major(complaint: Complaint, flags: frozenset[Flag]) -> bool:
    is_major_group = complaint.group is not None and complaint.group.is_major
    is_in_the_press = _PRESS_AT_WORK.search(complaint.detail) is not None
    return is_major_group or is_in_the_press or Flag.DISASTER in flags


def _priority(flags: frozenset[Flag]) -> Priority:
    if Flag.EMERGENCY in flags:
        return Priority.EMERGENCY
    return Priority.URGENT if flags & _URGENT else Priority.NORMAL
