"""「电话改成…」「不是300是500」: which field the customer corrects, and to what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.intake.reading import amounts, branches, dates, people
from bot.intake.reading._text import clauses, fold, trim

FIELD_WORDS: Mapping[str, Sequence[str]] = {
    "complaint_detail": (
        "投诉内容",
        "事情经过",
        "经过",
        "详情",
        "内容",
        "情况说明",
        "描述",
        "事由",
    ),
    "complaint_business": ("业务类型", "业务类别", "业务种类", "涉及业务", "业务"),
    "complaint_reason": ("投诉原因", "原因", "理由"),
    "complaint_branch": (
        "网点名称",
        "投诉网点",
        "支行名称",
        "网点",
        "支行",
        "分行",
        "营业部",
        "地点",
        "地址",
        "哪个行",
    ),
    "complaint_staff": (
        "工作人员",
        "员工姓名",
        "柜员",
        "客户经理",
        "大堂经理",
        "工号",
        "员工",
        "人员",
    ),
    "complaint_date": (
        "发生时间",
        "发生日期",
        "投诉日期",
        "办理时间",
        "日期",
        "时间",
        "日子",
        "哪天",
    ),
    "complaint_amount": ("涉及金额", "投诉金额", "金额", "钱数", "数额", "多少钱", "款项"),
    "complaint_request": ("投诉诉求", "诉求", "要求", "请求", "想要的结果"),
    "complainant_name": ("投诉人姓名", "我的名字", "姓名", "名字", "称呼", "姓"),
    "complainant_phone": (
        "联系电话",
        "手机号码",
        "电话号码",
        "手机号",
        "联系方式",
        "电话",
        "手机",
        "号码",
    ),
    "complainant_role": ("投诉人身份", "身份", "关系", "角色"),
    "contact_preference": (
        "联系方式偏好",
        "联系时间",
        "回复方式",
        "联系途径",
        "怎么联系",
        "回访方式",
        "通知方式",
        "偏好",
    ),
}
"""The words customers use for each field; of several in a text the longest counts."""

_PHONE = re.compile(r"1\d{2}\*{4}\d{4}|0\d{2,3}-\*{4}\d{4}")
_LONGEST = 60
_TO = (
    r"(?:改成了?|改为|改到|换成|换为|变更为|更正为|更改为|修改为|修改成|更新为|应该是|应为"
    r"|应该写|其实是|实际是|实际上是|正确的是|才对的是)"
)
_WRONG = (
    r"(?:(?:写|说|填|弄|搞|打|记|选|报|发|登记|输)?(?:错|反)了?|不对|不正确|有误|有错|有问题"
    r"|不是这个|不准确)"
)
_CHANGE = (
    r"(?:改一?下|改改|改|修改一?下?|更改一?下?|更正一?下?|换一?下?|换个|重新?填一?下?|重新?写"
    r"|重新?说一?下?|变更一?下?|重填|补充一?下?|更新一?下?)"
)
_GAP = r"[，,。.!！\s]*"
_TO_VALUE = re.compile(rf"{_TO}{_GAP}(?P<value>.+)", re.DOTALL)
_WRONG_VALUE = re.compile(
    (
        rf"{_WRONG}(?:了|啦|的)?{_GAP}(?:(?:它|我|那)?(?:应该|其实|实际上?|正确的?)?(?:是|为|叫|改成"
        rf"|改为|换成|要)|:|：)?{_GAP}(?P<value>.*)"
    ),
    re.DOTALL,
)
_NOT_BUT = re.compile(
    r"不是(?P<old>[^，,]{1,20}?)[，,\s]*(?:而是|应该是|其实是|，是|是)(?P<value>.+)", re.DOTALL
)
_BUT_NOT = re.compile(r"是(?P<value>[^，,]{1,20}?)[，,\s]*(?:而)?不是(?P<old>.+)")
_STATED = re.compile(r"(?P<head>[^，,。是为:：]{1,10})(?:是|为|:|：)(?P<value>.+)", re.DOTALL)
_NAMES_SELF = re.compile(r"我(?:叫|姓).{1,10}\Z")
_ASKS_CHANGE = re.compile(rf"{_CHANGE}|{_WRONG}")
# 你们把我的电话改成了别人的: a story, not a correction of the form.
_STORY = re.compile(
    r"(?:(?:你们|银行|柜员|他们|客服)(?:擅自|偷偷|私自|随意)?(?:把|给|将)|擅自|偷偷|私自"
    r"|被).{0,10}(?:改|换|错)"
)
_FINE = re.compile(
    r"没(?:有)?(?:写|说|填)?错|没有?问题|无误|(?:不用|不需要|不必|不|别|不要)再?(?:改|修改|换)"
)
_NEXT_ONE = re.compile(rf"[，,；;。\s][^，,；;。]{{0,8}}?(?:{_TO}|{_WRONG}).*", re.DOTALL)
_VALUE_LEAD = re.compile(
    r"\A(?:另外?一?个(?:号码?|电话|手机号?)?|新的?(?:号码?|电话)?|是|为|成|我的|：|:|\s)+"
)
_VALUE_END = re.compile(r"(?:吧|啊|哦|呀|哈|才对|，?谢谢|，?麻烦了|，?不是.*|这个号码?)+\Z")
_NO_VALUE = re.compile(
    r"\A(?:别的|其他的?|另外的?|一下|下|了|的|它|吗|可以吗|行吗|能改吗|怎么办|怎么改)?\Z"
)


@dataclass(frozen=True)
class Correction:
    """`field`: slot name; `value_text`: the new value as typed, None when it must be asked for."""

    field: str
    value_text: str | None


def read_correction(
    text: str, field_words: Mapping[str, Sequence[str]] = FIELD_WORDS
) -> Correction | None:
    """What to change in the form, the first thing where there are several; None when nothing.

    Without a field word the field follows from the kind of the value: a sum, a date, a branch, a
    phone number, a role or a name.
    """
    text = "，".join(c.group() for c in clauses(text) if not _FINE.search(c.group()))
    if len(text) > _LONGEST or _STORY.search(text):
        return None
    marked = _NOT_BUT.search(text) or _BUT_NOT.search(text)
    marked = marked or _TO_VALUE.search(text) or _WRONG_VALUE.search(text)
    if not marked and not _ASKS_CHANGE.search(text):
        return None
    head = text[: marked.start("value")] if marked else text
    value = _clean(marked["value"]) if marked else None
    field = _named_field(head, field_words) or _guess(value, marked)
    if field is None and marked and value:
        field = _named_field(text, field_words) if _is_request_to_change(text) else None
    if field == "complainant_phone" and value and _prefers(value):
        field = "contact_preference"
    return Correction(field, value) if field else None


def read_statement(text: str) -> Correction | None:
    """「时间是前天」「我叫王小红」: a field and its value; None when the text is nothing like it.

    Only where the customer reads the answers over: in a story such words mean something else.
    """
    text = trim(text)
    if _NAMES_SELF.match(text):
        return Correction("complainant_name", text)
    last = clauses(text)[-1].group() if clauses(text) else text
    return _statement(text) or (_statement(trim(last)) if last != text else None)


def _statement(text: str) -> Correction | None:
    stated = _STATED.fullmatch(text)
    value = _clean(stated["value"]) if stated else None
    field = _named_field(stated["head"], FIELD_WORDS) if stated else None
    return Correction(field, value) if field and value else None


def _prefers(value: str) -> bool:
    return not _PHONE.search(value) and people.read_contact_preference(value) is not None


def _is_request_to_change(text: str) -> bool:
    return re.search(_CHANGE, text) is not None


def _clean(value: str) -> str | None:
    value = _NEXT_ONE.sub("", value)
    value = trim(_VALUE_END.sub("", trim(_VALUE_LEAD.sub("", trim(value)))))
    return None if _NO_VALUE.match(value) else value


def _named_field(head: str, field_words: Mapping[str, Sequence[str]]) -> str | None:
    """The field whose longest word stands in `head`; of equals the one named first."""
    found = [
        (-len(word), head.index(word), field)
        for field, words in field_words.items()
        for word in words
        if word in head
    ]
    return min(found)[2] if found else None


def _guess(value: str | None, marked: re.Match[str] | None) -> str | None:
    if not value or marked is None:
        return None
    old = marked.groupdict().get("old")
    return next(
        (
            field
            for field, is_kind in _KINDS.items()
            if is_kind(value) and (old is None or is_kind(old))
        ),
        None,
    )


def _is_phone(value: str) -> bool:
    return _PHONE.search(value) is not None


def _is_branch(value: str) -> bool:
    return branches.read_branch(value) is not None


def _is_amount(value: str) -> bool:
    return len(value) <= 20 and bool(amounts.amounts(fold(value)))


def _is_role(value: str) -> bool:
    return people.read_role(value) is not None


def _is_name(value: str) -> bool:
    return people.read_name(value, asked=True) is not None and people.looks_like_name(value)


_KINDS = {
    "complainant_phone": _is_phone,
    "complaint_branch": _is_branch,
    "complaint_date": dates.mentions_date,
    "complaint_amount": _is_amount,
    "complainant_role": _is_role,
    "complaint_staff": lambda value: people.read_staff(value) is not None,
    "complainant_name": _is_name,
}
