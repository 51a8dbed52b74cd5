"""What a customer must be told, which way, and how we know that it went out.

When a notice counts as given in time: 投诉办法 article 21 (the day of handing over or posting a
letter, of sending a text message or e-mail, of calling). So the moment of sending is what is kept.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from casestore.domain.case import Source

CONFIRMATION_WITHIN = timedelta(hours=2)
"""A message to a conversation that nobody confirmed for so long counts as not delivered."""
LONGEST_PROOF = 1_000
LONGEST_FAILURE = 200
LONGEST_BY_HAND = 1_000


class NoticeKind(str, Enum):
    """What the customer is told; stored as text."""

    REPLY = "reply"
    REVIEW_DECISION = "review_decision"
    EXTENSION = "extension"
    FURTHER_EXTENSION = "further_extension"
    APPRAISAL = "appraisal"
    APPRAISAL_ENDED = "appraisal_ended"
    MEDIATION = "mediation"
    MEDIATION_ENDED = "mediation_ended"
    NOT_ACCEPTED = "not_accepted"
    RESTARTED = "restarted"
    REOPENED = "reopened"
    MERGED = "merged"
    CLOSED = "closed"
    PROGRESS = "progress"

    @property
    def label(self) -> str:
        """The words a complaint officer reads."""
        return _KIND_LABELS[self]

    @property
    def is_decision(self) -> bool:
        """Whether it tells a decision, which settles the case."""
        return self in {NoticeKind.REPLY, NoticeKind.REVIEW_DECISION}


_KIND_LABELS = {
    NoticeKind.REPLY: "处理决定",
    NoticeKind.REVIEW_DECISION: "核查决定",
    NoticeKind.EXTENSION: "延长期限",
    NoticeKind.FURTHER_EXTENSION: "再次延长期限",
    NoticeKind.APPRAISAL: "外部鉴定",
    NoticeKind.APPRAISAL_ENDED: "鉴定结束",
    NoticeKind.MEDIATION: "进入调解",
    NoticeKind.MEDIATION_ENDED: "调解结束",
    NoticeKind.NOT_ACCEPTED: "不予办理",
    NoticeKind.RESTARTED: "期限重新计算",
    NoticeKind.REOPENED: "重新办理",
    NoticeKind.MERGED: "并案",
    NoticeKind.CLOSED: "办结",
    NoticeKind.PROGRESS: "办理进展",
}
WRITTEN_BY_HAND = (NoticeKind.PROGRESS, NoticeKind.NOT_ACCEPTED)
"""What an officer may tell in words of their own; the others follow from acts."""


class NoticeWay(str, Enum):
    """How the customer is told; stored as text."""

    CHAT = "chat"
    SMS = "sms"
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    IN_PERSON = "in_person"

    @property
    def label(self) -> str:
        """The words a complaint officer reads."""
        return _WAY_LABELS[self]

    @property
    def proof_hint(self) -> str:
        """What proves this way (投诉办法 article 21: proof must be kept)."""
        return _PROOF_HINTS[self]


_WAY_LABELS = {
    NoticeWay.CHAT: "对话推送",
    NoticeWay.SMS: "短信",
    NoticeWay.PHONE: "电话",
    NoticeWay.LETTER: "邮寄信函",
    NoticeWay.EMAIL: "电子邮件",
    NoticeWay.IN_PERSON: "当面递交",
}
_PROOF_HINTS = {
    NoticeWay.CHAT: "由机器人回执",
    NoticeWay.SMS: "短信平台的发送流水号",
    NoticeWay.PHONE: "录音编号，接听或未接听的情况",
    NoticeWay.LETTER: "邮寄单号",
    NoticeWay.EMAIL: "邮件的发送记录编号",
    NoticeWay.IN_PERSON: "签收人和签收单编号",
}


class NoticeStatus(str, Enum):
    """How far a notice has come; stored as text."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    LOGGED = "logged"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _STATUS_LABELS[self]

    @property
    def is_told(self) -> bool:
        """Whether the customer has been told."""
        return self in {NoticeStatus.DELIVERED, NoticeStatus.LOGGED}


_STATUS_LABELS = {
    NoticeStatus.PENDING: "待送达",
    NoticeStatus.DELIVERED: "已送达",
    NoticeStatus.FAILED: "未送达",
    NoticeStatus.LOGGED: "已告知并登记",
}


@dataclass(frozen=True)
class Notice:
    """One thing to tell a customer.

    ``way`` is the way proposed until the notice is told, then the way it went. ``made_by`` is an
    actor as in ``CaseEvent``. ``sent_at`` is the moment of sending (article 21), ``failure`` why it
    did not arrive, ``cursor`` its place in the feed of the client that has to pass it on.
    """

    id: str
    reference: str
    kind: NoticeKind
    way: NoticeWay
    text: str
    made_by: str
    made_at: datetime
    status: NoticeStatus = NoticeStatus.PENDING
    sent_at: datetime | None = None
    proof: str | None = None
    failure: str | None = None
    cursor: int | None = None

    def is_silent(self, now: datetime) -> bool:
        """Whether it went to a conversation and nobody has confirmed it in time."""
        waits = self.way is NoticeWay.CHAT and self.status is NoticeStatus.PENDING
        return waits and now - self.made_at >= CONFIRMATION_WITHIN

    def needs_a_person(self, now: datetime) -> bool:
        """Whether an officer has to tell the customer."""
        if self.status is NoticeStatus.PENDING:
            return self.way is not NoticeWay.CHAT or self.is_silent(now)
        return self.status is NoticeStatus.FAILED

    def delivered(self, at: datetime, proof: str) -> "Notice":
        """The notice once the conversation has it."""
        return replace(self, status=NoticeStatus.DELIVERED, sent_at=at, proof=proof, failure=None)

    def failed(self, reason: str) -> "Notice":
        """The notice once the conversation cannot have it."""
        return replace(self, status=NoticeStatus.FAILED, failure=reason[:LONGEST_FAILURE])

    def logged(self, way: NoticeWay, sent_at: datetime, proof: str) -> "Notice":
        """The notice once an officer has told the customer."""
        return replace(self, status=NoticeStatus.LOGGED, way=way, sent_at=sent_at, proof=proof)


_BY_SOURCE = {
    Source.LETTER: NoticeWay.LETTER,
    Source.EMAIL: NoticeWay.EMAIL,
}
_BY_WISH = (
    ("短信", NoticeWay.SMS),
    ("邮件", NoticeWay.EMAIL),
    ("邮箱", NoticeWay.EMAIL),
    ("信函", NoticeWay.LETTER),
    ("邮寄", NoticeWay.LETTER),
    ("当面", NoticeWay.IN_PERSON),
    ("电话", NoticeWay.PHONE),
)


def proposed_way(source: Source, contact_preference: str, is_connected: bool = True) -> NoticeWay:
    """The way to tell this customer: the conversation, else what they wish, else how they came.

    ``is_connected`` is False for a conversation in which an officer registered the case: the
    assistant does not know it there.
    """
    if source.is_chat and is_connected:
        return NoticeWay.CHAT
    for word, way in _BY_WISH:
        if word in contact_preference:
            return way
    return _BY_SOURCE.get(source, NoticeWay.PHONE)
