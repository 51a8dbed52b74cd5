"""The fields of a complaint: names, words for people, order. One table, everything else reads it.

Names are the slot names of domain.yml and the keys of the case store's contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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
ATTACHMENTS = "attachments"
CONFIRMED = "complaint_confirmed"
INTAKE = "complaint_intake"
"""Bookkeeping of the form: intake id, misses, proposals, the field to return to."""

CANCEL = "complaint_cancel"
EDIT = "complaint_edit"
WAY_OUT = "complaint_way_out"
INTERLUDES = (CANCEL, EDIT, WAY_OUT)
"""Questions about the form itself; afterwards it returns to the field it was at."""

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


@dataclass(frozen=True)
class Field:
    """`label` is what people call it; an `optional` field may be skipped, `asked` ones are asked."""

    name: str
    label: str
    asked: bool = True
    optional: bool = False


FIELDS: tuple[Field, ...] = (
    Field(CONSENT, "个人信息告知"),
    Field(DETAIL, "事情经过"),
    Field(BUSINESS, "业务类别", optional=True),
    Field(REASON, "投诉原因", asked=False),
    Field(BRANCH, "涉及网点或渠道", optional=True),
    Field(DATE, "发生时间", optional=True),
    Field(STAFF, "涉及人员", asked=False, optional=True),
    Field(AMOUNT, "涉及金额", asked=False, optional=True),
    Field(REQUEST, "您的诉求"),
    Field(NAME, "您的称呼"),
    Field(PHONE, "联系电话"),
    Field(ROLE, "投诉身份", asked=False),
    Field(CONTACT, "联系方式偏好", asked=False, optional=True),
    Field(CONFIRMED, "确认提交"),
)
BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
ASKED = tuple(field.name for field in FIELDS if field.asked)
TOLD = (BRANCH, DATE, AMOUNT, STAFF, REQUEST, NAME, PHONE)
"""Fields that can be understood in passing, in the order they are read back."""
RECAP = tuple(field.name for field in FIELDS if field.name not in (CONSENT, CONFIRMED))
SLOTS = (*BY_NAME, ATTACHMENTS, INTAKE)
CHOSEN = (BUSINESS, REASON, ROLE)
"""Fields whose value a button may carry."""


def offered_business(book: Mapping[str, Any]) -> tuple[str, ...]:
    """The business categories on the buttons, in their order; `book` is the form's bookkeeping."""
    proposed = [str(proposal["name"]) for proposal in book.get("business") or ()]
    return (*(proposed or COMMON_BUSINESS), OTHER_BUSINESS)


def show(name: str, value: Any) -> str:
    """A field's value as the customer may read it (phone masked)."""
    if value is None:
        return "未填写"
    if name == DATE:
        return _show_date(value)
    if name == PHONE:
        return str(value["shown"])
    if name == AMOUNT:
        return f"{value:,.2f}元".replace(".00元", "元")
    return str(value)


def _show_date(value: Mapping[str, Any]) -> str:
    start, end = value.get("start"), value.get("end")
    if not start or start == value["text"]:
        return str(value["text"])
    span = start if start == end else f"{start} 至 {end}"
    return f"{value['text']}（{span}）"
