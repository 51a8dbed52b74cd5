"""The JSON of the contract, checked on the way in and turned into domain objects."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field, StrictStr, root_validator, validator
from pydantic.datetime_parse import parse_date, parse_datetime
from pydantic.errors import DictError

from casestore.domain.case import (
    CaseStanding,
    Classification,
    Complainant,
    Complaint,
    Consent,
    IncidentDate,
    Proposal,
    Role,
    Source,
)
from casestore.domain.reference import is_reference

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST_YEAR = 2000
_LATEST_YEAR = 2999
_FEN_PER_YUAN = 100
_OPTIONAL_TEXTS = {"text", "complaint_staff"}
_PHONE = re.compile(r"\+?[0-9]{7,20}")
_LONGEST_ATTACHMENT_ID = 200


class _Described(BaseModel):
    """pydantic 1 leaves null out of its schemas; the contract must say where it may stand."""

    class Config:
        @staticmethod
        def schema_extra(schema: dict[str, Any], model: type[BaseModel]) -> None:
            for name, field in model.__fields__.items():
                if field.allow_none:
                    described = schema["properties"][name]
                    schema["properties"][name] = {"anyOf": [described, {"type": "null"}]}


class _Body(_Described):
    """Unknown fields are refused rather than silently lost; texts must be storable."""

    class Config:
        extra = "forbid"

    @classmethod
    def validate(cls, value: Any) -> Any:
        """pydantic 1 would take a list of pairs for an object."""
        if isinstance(value, list):
            raise DictError
        return super().validate(value)

    @validator("*", pre=True)
    def _storable(cls, value: Any, field: Any) -> Any:
        if isinstance(value, str):
            _check_text(value, may_be_blank=field.name in _OPTIONAL_TEXTS)
        return value


def _check_text(text: str, may_be_blank: bool) -> None:
    if "\0" in text:
        raise ValueError("不能含有空字符")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("含有无法识别的字符")
    if not may_be_blank and not text.strip():
        raise ValueError("不能为空白")


def _moment(value: Any) -> datetime:
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("应为带时区的时间，例如 2026-11-23T08:00:00+00:00")
    moment = parse_datetime(value)
    if moment.year < _EARLIEST_YEAR:
        raise ValueError("时间过早")
    if moment.year > _LATEST_YEAR:
        raise ValueError("时间过晚")
    return moment


def _day(value: Any) -> date | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("应为日期，例如 2026-11-18")
    return parse_date(value)


def _number(value: Any) -> Any:
    """JSON numbers only: a text or a truth value is not an amount."""
    if isinstance(value, (str, bool)):
        raise ValueError("应为数字")
    return value


class ProposalIn(_Body):
    """A class the bot proposes; confidence is 0..1."""

    proposed: StrictStr = Field(min_length=1, max_length=100)
    confidence: float = Field(ge=0, le=1)

    _plain_number = validator("confidence", pre=True, allow_reuse=True)(_number)

    def to_domain(self) -> Proposal:
        return Proposal(self.proposed, self.confidence)


class ClassificationIn(_Body):
    """What the bot proposes along both JR/T 0169 dimensions; null where it has no idea."""

    business: ProposalIn | None = Field(...)
    reason: ProposalIn | None = Field(...)

    def to_domain(self) -> Classification:
        return Classification(
            business=self.business.to_domain() if self.business else None,
            reason=self.reason.to_domain() if self.reason else None,
        )


class ComplaintDateIn(_Body):
    """When it happened: the customer's words, and the first and last day if understood."""

    text: StrictStr = Field(max_length=200, description="客户的原话")
    start: date | None = Field(...)
    end: date | None = Field(...)

    _plain_day = validator("start", "end", pre=True, allow_reuse=True)(_day)

    @root_validator(skip_on_failure=True)
    def _in_order(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["start"] and values["end"] and values["start"] > values["end"]:
            raise ValueError("结束日期早于开始日期")
        return values


class ConsentIn(_Body):
    """Which version of the privacy notice was agreed to, and when."""

    version: StrictStr = Field(min_length=1, max_length=50)
    given_at: datetime

    _aware = validator("given_at", pre=True, allow_reuse=True)(_moment)


class ComplaintIn(_Body):
    """A complaint as the customer confirmed it. Amounts are in yuan."""

    reference: StrictStr = Field(
        description="TS + 日期 + - + 6 位 Crockford base32 + 1 位 ISO 7064 MOD 37,36 校验",
        pattern="^TS[0-9]{8}-[0-9A-HJKMNP-TV-Z]{6}[0-9A-Z]$",
    )
    submitted_at: datetime = Field(description="客户确认的时刻，须带时区")
    source: Source
    complaint_detail: StrictStr = Field(min_length=1, max_length=5000)
    complaint_business: StrictStr = Field(min_length=1, max_length=100)
    complaint_reason: StrictStr = Field(min_length=1, max_length=100)
    classification: ClassificationIn
    complaint_branch: StrictStr = Field(min_length=1, max_length=200)
    complaint_staff: StrictStr | None = Field(..., max_length=200)
    complaint_date: ComplaintDateIn
    complaint_amount: Decimal | None = Field(
        ..., ge=0, lt=10**13, decimal_places=2, description="元，最多两位小数"
    )
    complaint_request: StrictStr = Field(min_length=1, max_length=1000)
    complainant_name: StrictStr = Field(min_length=1, max_length=50)
    complainant_phone: StrictStr = Field(pattern="^\\+?[0-9]{7,20}$")
    complainant_role: Role
    contact_preference: StrictStr = Field(min_length=1, max_length=50)
    attachments: list[StrictStr] = Field(max_items=20)
    consent: ConsentIn

    _aware = validator("submitted_at", pre=True, allow_reuse=True)(_moment)
    _plain_number = validator("complaint_amount", pre=True, allow_reuse=True)(_number)

    @validator("reference")
    def _checked(cls, value: str) -> str:
        if not is_reference(value):
            raise ValueError("编号格式或校验位不对")
        return value

    @validator("complainant_phone")
    def _dialled(cls, value: str) -> str:
        if not _PHONE.fullmatch(value):
            raise ValueError("应为 7 到 20 位数字")
        return value

    @validator("attachments", each_item=True)
    def _attachment(cls, value: str) -> str:
        _check_text(value, may_be_blank=False)
        if len(value) > _LONGEST_ATTACHMENT_ID:
            raise ValueError("内容太长")
        return value

    def to_domain(self) -> Complaint:
        """The complaint with the amount in fen and an empty staff name as none."""
        amount = self.complaint_amount
        return Complaint(
            reference=self.reference,
            submitted_at=self.submitted_at,
            source=self.source,
            detail=self.complaint_detail,
            business=self.complaint_business,
            reason=self.complaint_reason,
            classification=self.classification.to_domain(),
            branch=self.complaint_branch,
            staff=self.complaint_staff or None,
            incident=IncidentDate(**self.complaint_date.dict()),
            amount_fen=None if amount is None else int(amount * _FEN_PER_YUAN),
            request=self.complaint_request,
            complainant=self._complainant(),
            attachments=tuple(self.attachments),
            consent=Consent(**self.consent.dict()),
        )

    def _complainant(self) -> Complainant:
        return Complainant(
            name=self.complainant_name,
            phone=self.complainant_phone,
            role=self.complainant_role,
            contact_preference=self.contact_preference,
        )


class Receipt(_Described):
    """The answer to a filing."""

    reference: str
    state: str
    state_label: str
    received_at: datetime
    promise_due: date
    legal_due: date
    due_provisional: bool = Field(description="有年份的节假日安排尚未公布，承诺日期可能调整")


class LastMessage(BaseModel):
    """The last message to the customer about the case."""

    text: str
    sent_at: datetime


class Status(Receipt):
    """Where a case stands; ``last_message`` is null until the bank has written."""

    last_message: LastMessage | None = None


class ErrorDetail(BaseModel):
    """``fields`` maps the path of a wrong field to what is wrong with it."""

    code: str
    message: str
    fields: dict[str, str] = Field({}, description="只随 invalid_request 出现")


class Error(BaseModel):
    """Every answer of 400 and above."""

    error: ErrorDetail


class Health(BaseModel):
    """``checks`` names each check and says ok or what is wrong."""

    status: str
    checks: dict[str, str]


def standing_fields(standing: CaseStanding) -> dict[str, Any]:
    """The fields a receipt and a status share."""
    return {
        "reference": standing.reference,
        "state": standing.state.value,
        "state_label": standing.state.label,
        "received_at": standing.received_at,
        "promise_due": standing.due.promise,
        "legal_due": standing.due.legal,
        "due_provisional": standing.due.provisional,
    }
