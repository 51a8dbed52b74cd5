"""The JSON of the contract, checked on the way in and turned into domain objects."""

import re
from abc import abstractmethod
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import BaseModel, Field, StrictStr, root_validator, validator

from casestore.api.bodies import (
    LARGEST_COUNT,
    Body,
    Described,
    check_text,
    read_day,
    read_moment,
    read_number,
    read_reference,
    read_whole,
)
from casestore.domain.attachment import Attachment
from casestore.domain.case import (
    Act,
    CaseStanding,
    Classification,
    Complainant,
    Complaint,
    Consent,
    Group,
    IncidentDate,
    Proposal,
    Role,
    Source,
)
from casestore.domain.exchange import (
    Backlog,
    BacklogItem,
    FeedEntry,
    ItemKind,
    ItemStatus,
    NewsKind,
)
from casestore.domain.texts import LONGEST_ACT
from casestore.service.desk import Status as CaseStatus

_FEN_PER_YUAN = 100
_PHONE = re.compile(r"\+?[0-9]{7,20}")
_LONGEST_ATTACHMENT_ID = 200
_REFERENCE_PATTERN = "^TS[0-9]{8}-[0-9A-HJKMNP-TV-Z]{6}[0-9A-Z]$"
# Of any version: a client may derive an id (version 5) so that doing it again is the same act.
_ACT_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z"
_MOST_ITEMS = 100


class ProposalIn(Body):
    """A class the bot proposes; confidence is 0..1."""

    proposed: StrictStr = Field(min_length=1, max_length=100)
    confidence: float = Field(ge=0, le=1)

    _plain_number = validator("confidence", pre=True, allow_reuse=True)(read_number)

    def to_domain(self) -> Proposal:
        return Proposal(self.proposed, self.confidence)


class ClassificationIn(Body):
    """What the bot proposes along both JR/T 0169 dimensions; null where it has no idea."""

    business: ProposalIn | None = Field(...)
    reason: ProposalIn | None = Field(...)

    def to_domain(self) -> Classification:
        return Classification(
            business=self.business.to_domain() if self.business else None,
            reason=self.reason.to_domain() if self.reason else None,
        )


class ComplaintDateIn(Body):
    """When it happened: the customer's words, and the first and last day if understood."""

    may_be_blank = frozenset({"text"})

    text: StrictStr = Field(max_length=200, description="客户的原话")
    start: date | None = Field(...)
    end: date | None = Field(...)

    _plain_day = validator("start", "end", pre=True, allow_reuse=True)(read_day)

    @root_validator(skip_on_failure=True)
    def _in_order(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["start"] and values["end"] and values["start"] > values["end"]:
            raise ValueError("结束日期早于开始日期")
        return values


class ConsentIn(Body):
    """Which version of the privacy notice was agreed to, and when."""

    version: StrictStr = Field(min_length=1, max_length=50)
    given_at: datetime

    _aware = validator("given_at", pre=True, allow_reuse=True)(read_moment)


class GroupIn(Body):
    """A group complaint; 20 or more people make it 重大 (投诉办法 article 29)."""

    may_be_blank = frozenset({"text"})

    size: int | None = Field(None, ge=2, le=LARGEST_COUNT, description="人数，知道时")
    text: StrictStr = Field(max_length=200, description="客户的原话")

    _whole_number = validator("size", pre=True, allow_reuse=True)(read_whole)

    def to_domain(self) -> Group:
        return Group(self.size, self.text)


class ChatSource(str, Enum):
    """The conversations clients file from; what comes another way an officer registers."""

    WEB_CHAT = Source.WEB_CHAT.value
    WECHAT_CHAT = Source.WECHAT_CHAT.value


class ComplaintIn(Body):
    """A complaint as the customer confirmed it. Amounts are in yuan."""

    may_be_blank = frozenset({"complaint_staff"})

    reference: StrictStr = Field(
        description="TS + 日期 + - + 6 位 Crockford base32 + 1 位 ISO 7064 MOD 37,36 校验",
        pattern=_REFERENCE_PATTERN,
    )
    submitted_at: datetime = Field(description="客户确认的时刻，须带时区")
    source: ChatSource
    complaint_detail: StrictStr = Field(min_length=1, max_length=5000)
    complaint_business: StrictStr = Field(min_length=1, max_length=100)
    complaint_reason: StrictStr = Field(min_length=1, max_length=100)
    classification: ClassificationIn
    complaint_branch: StrictStr = Field(min_length=1, max_length=200)
    complaint_staff: StrictStr | None = Field(..., max_length=200)
    complaint_date: ComplaintDateIn
    complaint_amount_text: StrictStr | None = Field(
        None, min_length=1, max_length=100, description="金额说得不准时客户的原话，如“三千来块”"
    )
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
    complaint_group: GroupIn | None = Field(None, description="群体投诉；不填等于没有")
    linked_to: StrictStr | None = Field(
        None, description="同一件事的另一件投诉；不填等于没有", pattern=_REFERENCE_PATTERN
    )

    _aware = validator("submitted_at", pre=True, allow_reuse=True)(read_moment)
    _plain_number = validator("complaint_amount", pre=True, allow_reuse=True)(read_number)
    _checked = validator("reference", "linked_to", allow_reuse=True)(read_reference)

    @validator("linked_to")
    def _another(cls, value: str | None, values: dict[str, Any]) -> str | None:
        if value is not None and value == values.get("reference"):
            raise ValueError("不能是这件投诉自己")
        return value

    @validator("complainant_phone")
    def _dialled(cls, value: str) -> str:
        if not _PHONE.fullmatch(value):
            raise ValueError("应为 7 到 20 位数字")
        return value

    @validator("attachments", each_item=True)
    def _attachment(cls, value: str) -> str:
        check_text(value, may_be_blank=False)
        if len(value) > _LONGEST_ATTACHMENT_ID:
            raise ValueError("内容太长")
        return value

    def to_domain(self) -> Complaint:
        """The complaint with the amount in fen and an empty staff name as none."""
        amount = self.complaint_amount
        return Complaint(
            reference=self.reference,
            submitted_at=self.submitted_at,
            source=Source(self.source.value),
            detail=self.complaint_detail,
            business=self.complaint_business,
            reason=self.complaint_reason,
            classification=self.classification.to_domain(),
            branch=self.complaint_branch,
            staff=self.complaint_staff or None,
            incident=IncidentDate(**self.complaint_date.dict()),
            amount_fen=None if amount is None else int(amount * _FEN_PER_YUAN),
            amount_text=self.complaint_amount_text,
            request=self.complaint_request,
            complainant=self._complainant(),
            attachments=tuple(self.attachments),
            consent=Consent(**self.consent.dict()),
            group=self.complaint_group.to_domain() if self.complaint_group else None,
            linked_to=self.linked_to,
        )

    def _complainant(self) -> Complainant:
        return Complainant(
            name=self.complainant_name,
            phone=self.complainant_phone,
            role=self.complainant_role,
            contact_preference=self.contact_preference,
        )


class _ActIn(Body):
    """What every later act says."""

    id: StrictStr = Field(regex=_ACT_ID, description="UUID，小写")
    submitted_at: datetime = Field(description="客户确认的时刻，须带时区")

    _aware = validator("submitted_at", pre=True, allow_reuse=True)(read_moment)

    @abstractmethod
    def to_domain(self) -> Act:
        """The act in the domain's words."""


class SupplementIn(_ActIn):
    """More about a complaint, in the customer's words."""

    text: StrictStr = Field(min_length=1, max_length=LONGEST_ACT)

    def to_domain(self) -> Act:
        return Act(self.id, self.submitted_at, self.text)


class WithdrawalIn(_ActIn):
    """The customer withdraws the complaint."""

    may_be_blank = frozenset({"reason"})

    reason: StrictStr | None = Field(None, max_length=1000)

    def to_domain(self) -> Act:
        return Act(self.id, self.submitted_at, self.reason or None)


class SatisfactionIn(_ActIn):
    """How satisfied the customer is with the reply; 5 is best."""

    may_be_blank = frozenset({"comment"})

    rating: int = Field(ge=1, le=5)
    comment: StrictStr | None = Field(None, max_length=1000)

    _whole_number = validator("rating", pre=True, allow_reuse=True)(read_whole)

    def to_domain(self) -> Act:
        return Act(self.id, self.submitted_at, self.comment or None, self.rating)


class ReviewRequestIn(_ActIn):
    """The customer disagrees with the reply and wants it reviewed."""

    reason: StrictStr = Field(min_length=1, max_length=LONGEST_ACT)

    def to_domain(self) -> Act:
        return Act(self.id, self.submitted_at, self.reason)


class BacklogItemIn(Body):
    """One thing that could not be delivered yet."""

    may_be_blank = frozenset({"last_error"})

    reference: StrictStr = Field(pattern=_REFERENCE_PATTERN)
    kind: ItemKind
    status: ItemStatus
    attempts: int = Field(ge=0, le=LARGEST_COUNT)
    waiting_since: datetime
    last_error: StrictStr | None = Field(None, max_length=2000)

    _whole_number = validator("attempts", pre=True, allow_reuse=True)(read_whole)
    _aware = validator("waiting_since", pre=True, allow_reuse=True)(read_moment)
    _checked = validator("reference", allow_reuse=True)(read_reference)

    def to_domain(self) -> BacklogItem:
        return BacklogItem(**self.dict())


class BacklogIn(Body):
    """Everything that could not be delivered yet; ``items`` may leave out the newest."""

    pending: int = Field(ge=0, le=LARGEST_COUNT, description="还会自动再送的件数")
    parked: int = Field(ge=0, le=LARGEST_COUNT, description="搁置、要人处理的件数")
    oldest_seconds: int = Field(ge=0, le=LARGEST_COUNT, description="最久的已等多少秒")
    items: list[BacklogItemIn] = Field(max_items=_MOST_ITEMS)

    _whole_number = validator("pending", "parked", "oldest_seconds", pre=True, allow_reuse=True)(
        read_whole
    )

    def to_domain(self) -> Backlog:
        items = tuple(item.to_domain() for item in self.items)
        return Backlog(self.pending, self.parked, self.oldest_seconds, items)


class Receipt(Described):
    """The answer to a filing."""

    reference: str
    state: str
    state_label: str
    received_at: datetime
    promise_due: date
    complex_due: date = Field(description="对复杂投诉承诺的日期")
    legal_due: date
    due_provisional: bool = Field(description="有年份的节假日安排尚未公布，承诺日期可能调整")
    review_due: date | None = Field(description="核查决定的期限；没有在核查时为 null")
    ended_on: date | None = Field(description="撤回、处理终止的日期")
    clock_stopped_on: date | None = Field(
        description="调解或外部鉴定期间不计入期限，从这一天起停止计算；在计算时为 null"
    )


class ActReceipt(Receipt):
    """The answer to a later act: how it left the case."""

    id: str


class AttachmentReceipt(BaseModel):
    """The answer to an attachment; ``size`` is in bytes."""

    reference: str
    id: str
    size: int
    sha256: str
    received_at: datetime


class Event(Described):
    """Something to act on: ``text`` is for the customer, null for ``retry``. Where ``notice`` is
    given, the client confirms it at ``/notices/{notice}``."""

    cursor: int
    reference: str
    kind: NewsKind = Field(
        description="replied 已答复客户；notice 请把 text 原样告诉客户；retry 请重新投递该编号下没送到的"
    )
    text: str | None
    happened_at: datetime
    notice: str | None = Field(description="告知的编号，送达与否要回执；没有时不用回执")


class Events(BaseModel):
    """News in order; ``cursor`` is where to go on reading."""

    events: list[Event]
    cursor: int


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
    """``checks`` names each check and says ok or what is wrong; ``warnings`` can wait a little."""

    status: str
    checks: dict[str, str]
    warnings: list[str] = Field(description="现在还能工作，但要有人处理的事")


def standing_fields(standing: CaseStanding) -> dict[str, Any]:
    """The fields a receipt and a status share."""
    return {
        "reference": standing.reference,
        "state": standing.progress.state.value,
        "state_label": standing.progress.state.label,
        "received_at": standing.received_at,
        "promise_due": standing.due.promise,
        "complex_due": standing.due.complex,
        "legal_due": standing.due.legal,
        "due_provisional": standing.due.provisional,
        "review_due": standing.progress.review_due,
        "ended_on": standing.progress.ended_on,
        "clock_stopped_on": standing.progress.terms.stopped_on,
    }


def status_fields(status: CaseStatus) -> dict[str, Any]:
    """The fields of a status; the last message is the last reply."""
    reply = status.last_reply
    message = None
    if reply is not None and reply.act is not None:
        message = {"text": reply.act.text, "sent_at": reply.happened_at}
    return {**standing_fields(status.standing), "last_message": message}


def attachment_fields(attachment: Attachment) -> dict[str, Any]:
    """The fields of an attachment's receipt."""
    return {
        "reference": attachment.reference,
        "id": attachment.id,
        "size": attachment.size,
        "sha256": attachment.sha256,
        "received_at": attachment.received_at,
    }


def event_fields(entry: FeedEntry) -> dict[str, Any]:
    """The fields of an event of the feed."""
    return {
        "cursor": entry.cursor,
        "reference": entry.news.reference,
        "kind": entry.news.kind,
        "text": entry.news.text,
        "happened_at": entry.news.happened_at,
        "notice": entry.notice,
    }
