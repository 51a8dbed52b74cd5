"""The fields of a complaint: names, words for people, order. One table, everything else reads it.

Names are the slot names of domain.yml and the keys of the case store's contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.intake.forms.table import INTERLUDES, Field, FormTable

CONSENT = "consent"
DETAIL = "complaint_detail"
BUSINESS = "complaint_business"
REASON = "complaint_reason"
BRANCH = "complaint_branch"
STAFF = "complaint_staff"
DATE = "complaint_date"
AMOUNT = "complaint_amount"
REQUEST = "complaint_request"
NAME = "complainant_name"
PHONE = "complainant_phone"
ROLE = "complainant_role"
CONTACT = "contact_preference"
GROUP = "complaint_group"
LINKED = "linked_to"
ATTACHMENTS = "attachments"
CONFIRMED = "complaint_confirmed"
INTAKE = "complaint_intake"
"""The form's notes: intake id, misses, proposals, the field to return to."""

SAME = "complaint_same"
"""The question whether an earlier complaint of the same customer is about the same matter."""

UNKNOWN_WORDS = "记不清"
OTHER_BUSINESS = "其他（业务）"
OTHER_REASON = "其他（原因）"
COMMON_BUSINESS = (
    "借记卡",
    "信用卡",
    "贷款",
    "人民币储蓄",
    "自营理财",
    "银行代理业务",
    "个人金融信息",
)
"""Offered when the story suggests no business; names of JR/T 0169—2018."""
USUAL_CONTACT = "电话联系"
ROLES = ("本人", "代理人", "继承人")


FIELDS: tuple[Field, ...] = (
    Field(CONSENT, "个人信息告知"),
    Field(DETAIL, "事情经过", free_text=True),
    Field(BUSINESS, "业务类别", optional=True),
    Field(REASON, "投诉原因", asked=False, optional=True),
    Field(BRANCH, "涉及网点或渠道", optional=True),
    Field(DATE, "发生时间", optional=True),
    Field(STAFF, "涉及人员", asked=False, optional=True),
    Field(AMOUNT, "涉及金额", asked=False, optional=True),
    Field(REQUEST, "您的诉求", free_text=True),
    Field(NAME, "您的称呼"),
    Field(PHONE, "联系电话"),
    Field(ROLE, "投诉身份", asked=False),
    Field(GROUP, "共同投诉", asked=False, optional=True),
    Field(LINKED, "关联的投诉", asked=False, optional=True),
    Field(CONTACT, "联系方式偏好", asked=False, optional=True),
    Field(CONFIRMED, "确认提交"),
)
TABLE = FormTable(
    "complaint_form", FIELDS, INTAKE, others=(ATTACHMENTS,), interludes=(*INTERLUDES, SAME)
)
BY_NAME = TABLE.by_name
ASKED = tuple(field.name for field in FIELDS if field.asked)
TOLD = (BRANCH, DATE, AMOUNT, STAFF, REQUEST, NAME, PHONE, GROUP, LINKED)
"""Fields that can be understood in passing, in the order they are read back."""
RECAP = tuple(field.name for field in FIELDS if field.name not in (CONSENT, CONFIRMED))
SLOTS = TABLE.slots
CHOSEN = (BUSINESS, REASON, ROLE)
"""Fields whose value a button may carry."""


def offered_business(book: Mapping[str, Any]) -> tuple[str, ...]:
    """The business categories on the buttons, in their order; `book` is the form's bookkeeping."""
    proposed = [str(proposal["name"]) for proposal in book.get("business") or ()]
    return (*(proposed or COMMON_BUSINESS), OTHER_BUSINESS)


def offered_reasons(book: Mapping[str, Any]) -> tuple[str, ...]:
    """The reasons on the buttons, likeliest first."""
    return (*(str(proposal["name"]) for proposal in book.get("reason") or ()), OTHER_REASON)


def show(name: str, value: Any) -> str:
    """A field's value as the customer may read it (phone masked)."""
    if value is None:
        return "未填写"
    if name == DATE:
        return _show_date(value)
    if name == PHONE:
        return str(value["shown"])
    if name == GROUP:
        return str(value["text"])
    if name == AMOUNT:
        return _show_amount(value)
    return str(value)


def _show_amount(value: Mapping[str, Any] | float) -> str:
    """From the form's slot, or the plain figure of a filed complaint."""
    said = value if isinstance(value, Mapping) else {"yuan": value, "vague": False}
    yuan = f"{said['yuan']:,.2f}元".replace(".00元", "元")
    return f"{said['text']}（约{yuan}）" if said["vague"] else yuan


def _show_date(value: Mapping[str, Any]) -> str:
    start, end = value.get("start"), value.get("end")
    if not start or start == value["text"]:
        return str(value["text"])
    span = start if start == end else f"{start} 至 {end}"
    return f"{value['text']}（{span}）"
