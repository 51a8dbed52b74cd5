"""The form an officer registers a complaint with: what was typed, and the complaint it makes.

Every field is read on its own, so that all mistakes come back at once, each beside its field.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import TypeVar

from stdnum.cn import ric

from casestore.console.views import browser_minute
from casestore.domain.case import (
    Classification,
    Complainant,
    Complaint,
    Consent,
    Forwarded,
    Group,
    IncidentDate,
    Role,
    Source,
)
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.errors import InvalidRequest
from casestore.domain.taxonomy import BUSINESSES, REASONS
from casestore.domain.texts import text_problem

LATE_AFTER = timedelta(days=30)
"""A complaint received longer ago is registered only with a reason."""
OFFICER_SOURCES = tuple(source for source in Source if not source.is_chat)
USUAL_CONTACT = "电话"
TOLD_BY_MOUTH = "口头告知"
"""The version of the privacy notice an officer tells of; the assistant's are dated."""

_FEN_PER_YUAN = 100
_EARLIEST_YEAR = 2000
_MOST_PEOPLE = 1_000_000
_ID_LENGTH = 18
_AMOUNT = re.compile(r"[0-9]{1,12}(\.[0-9]{1,2})?")
_PHONE = re.compile(r"\+?[0-9]{7,20}")
_PAPER = re.compile(r"[0-9A-Z]{5,20}")
_BLANKS_IN_NUMBERS = str.maketrans("", "", " -－　()（）")
_Choice = TypeVar("_Choice", bound=Enum)


@dataclass(frozen=True)
class Registration:
    """A complaint ready to be registered; ``late_reason`` why only now, empty if it is in time."""

    complaint: Complaint
    late_reason: str


def defaults(now: datetime) -> dict[str, str]:
    """What the empty form already says: a phone call, received now."""
    return {
        "source": Source.PHONE.value,
        "received_at": browser_minute(now),
        "role": Role.SELF.value,
        "contact": USUAL_CONTACT,
    }


def read(values: Mapping[str, str], now: datetime) -> Registration:
    """The complaint of a filled-in form, its reference still empty.

    Raises InvalidRequest naming every field that is wrong, with what to do about it.
    """
    reader = _Reader(values)
    received_at = reader.moment("received_at", now)
    late_reason = reader.text("late_reason", 500)
    if now - received_at > LATE_AFTER and not late_reason:
        reader.refuse("late_reason", "收到已超过 30 天，请说明为什么现在才登记")
    complaint = Complaint(
        reference="",
        submitted_at=received_at,
        source=reader.choice("source", Source, "请选择来源"),
        detail=reader.needed("detail", 5000, "请写明投诉经过"),
        business=reader.listed("business", BUSINESSES, "请选择业务类别"),
        reason=reader.listed("reason", REASONS, "请选择投诉原因"),
        classification=Classification(None, None),
        branch=reader.needed("branch", 200, "请填写被投诉的网点或渠道，客户说不清就写“不详”"),
        staff=reader.text("staff", 200) or None,
        incident=reader.incident(),
        amount_fen=reader.amount("amount"),
        request=reader.needed("request", 1000, "请写明客户要求什么"),
        complainant=_complainant(reader),
        attachments=(),
        consent=Consent(TOLD_BY_MOUTH, received_at) if values.get("is_told") else None,
        group=reader.group(),
        forwarded=reader.forwarded(),
    )
    if reader.problems:
        raise InvalidRequest(reader.problems)
    return Registration(complaint, late_reason)


def phone_of(values: Mapping[str, str]) -> str:
    """The phone number as it is kept: without blanks, dashes and brackets."""
    return values.get("phone", "").translate(_BLANKS_IN_NUMBERS)


def _complainant(reader: "_Reader") -> Complainant:
    return Complainant(
        name=reader.needed("name", 50, "请填写投诉人姓名"),
        phone=reader.phone("phone"),
        role=reader.choice("role", Role, "请选择投诉人身份"),
        contact_preference=reader.needed("contact", 50, "请填写客户希望怎样联系"),
        id_number=reader.paper("id_number"),
    )


@dataclass
class _Reader:
    """Reads field by field and notes what is wrong; a wrong field gives a stand-in."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)

    def refuse(self, name: str, problem: str) -> None:
        self.problems.setdefault(name, problem)

    def text(self, name: str, longest: int) -> str:
        text = self.values.get(name, "").strip()
        if len(text) > longest:
            self.refuse(name, f"太长，最多 {longest} 字，现在有 {len(text)} 字")
        elif problem := text_problem(text, may_be_blank=True):
            self.refuse(name, problem)
        return text

    def needed(self, name: str, longest: int, missing: str) -> str:
        text = self.text(name, longest)
        if not text:
            self.refuse(name, missing)
        return text

    def choice(self, name: str, kind: type[_Choice], missing: str) -> _Choice:
        try:
            return kind(self.values.get(name, ""))
        except ValueError:
            self.refuse(name, missing)
            return next(iter(kind))

    def listed(self, name: str, known: tuple[str, ...], missing: str) -> str:
        chosen = self.values.get(name, "")
        if chosen not in known:
            self.refuse(name, missing)
        return chosen

    def moment(self, name: str, now: datetime) -> datetime:
        try:
            written = datetime.fromisoformat(self.values.get(name, "").strip())
        except ValueError:
            self.refuse(name, "请填写收到投诉的日期和时间")
            return now
        moment = written.replace(tzinfo=CHINA_TIME)
        if moment > now:
            self.refuse(name, "收到时间不能晚于现在")
        if moment.year < _EARLIEST_YEAR:
            self.refuse(name, "收到时间太早了，请核对年份")
            return now
        return moment

    def day(self, name: str) -> date | None:
        text = self.text(name, 20)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.refuse(name, "请按 2026-01-31 的样子填写日期")
            return None

    def phone(self, name: str) -> str:
        number = phone_of(self.values)
        if not _PHONE.fullmatch(number):
            self.refuse(name, "请填写 7 到 20 位数字的电话号码，座机带区号")
        return number

    def paper(self, name: str) -> str | None:
        """An ID card with its check digit, or another paper's number."""
        number = self.values.get(name, "").translate(_BLANKS_IN_NUMBERS).upper()
        if not number:
            return None
        is_right = ric.is_valid(number) if len(number) == _ID_LENGTH else _PAPER.fullmatch(number)
        if not is_right:
            self.refuse(name, "证件号码不对，请核对；身份证为 18 位")
        return number

    def amount(self, name: str) -> int | None:
        text = self.values.get(name, "").replace(",", "").replace("，", "").strip()
        if not text:
            return None
        if not _AMOUNT.fullmatch(text):
            self.refuse(name, "请填写数字，单位为元，最多两位小数，如 1200.50")
            return None
        return int(Decimal(text) * _FEN_PER_YUAN)

    def incident(self) -> IncidentDate:
        text, day = self.text("incident_text", 200), self.day("incident_on")
        return IncidentDate(text, day, day)

    def group(self) -> Group | None:
        text, size = self.text("group_text", 200), self.values.get("group_size", "").strip()
        if not text and not size:
            return None
        if not size:
            return Group(None, text)
        if not size.isdecimal() or not 2 <= int(size) <= _MOST_PEOPLE:
            self.refuse("group_size", "人数应为 2 以上的整数")
            return None
        return Group(int(size), text)

    def forwarded(self) -> Forwarded | None:
        """The regulator's own number and deadline; only for what a regulator passed on."""
        number, due = self.text("forwarded_number", 100), self.day("forwarded_due")
        if self.values.get("source") != Source.REGULATOR.value:
            return None
        if not number:
            self.refuse("forwarded_number", "监管转办请填写转办单编号")
        return Forwarded(number, due)
