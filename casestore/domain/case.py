"""A complaint as the customer confirmed it, and the case the bank makes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from casestore.domain.deadlines import DueDates

PHONE_TAIL_LENGTH = 4
MAJOR_GROUP = 20


class CaseState(str, Enum):
    """Where a case stands. Stored as text, so later states are members added here.

    What may be done in which state: ``casestore.domain.handling``.
    """

    REGISTERED = "registered"
    NOTIFIED = "notified"
    UNDER_REVIEW = "under_review"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """The word a customer or a complaint officer reads."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    CaseState.REGISTERED: "已登记",
    CaseState.NOTIFIED: "已答复",
    CaseState.UNDER_REVIEW: "核查中",
    CaseState.WITHDRAWN: "已撤回",
}


class Source(str, Enum):
    """The channel a complaint came through."""

    WEB_CHAT = "web_chat"
    WECHAT_CHAT = "wechat_chat"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _SOURCE_LABELS[self]


_SOURCE_LABELS = {Source.WEB_CHAT: "网站对话", Source.WECHAT_CHAT: "微信对话"}


class Role(str, Enum):
    """In which role the complainant speaks (投诉办法 article 14: 代理人, 继承人)."""

    SELF = "本人"
    AGENT = "代理人"
    HEIR = "继承人"


class EventKind(str, Enum):
    """What happened to a case; stored as text, never changed or deleted."""

    REGISTERED = "registered"
    SUPPLEMENTED = "supplemented"
    ATTACHED = "attached"
    WITHDRAWN = "withdrawn"
    REPLIED = "replied"
    RATED = "rated"
    REVIEW_REQUESTED = "review_requested"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    EventKind.REGISTERED: "登记",
    EventKind.SUPPLEMENTED: "客户补充",
    EventKind.ATTACHED: "收到附件",
    EventKind.WITHDRAWN: "客户撤回",
    EventKind.REPLIED: "答复客户",
    EventKind.RATED: "客户评价",
    EventKind.REVIEW_REQUESTED: "客户申请核查",
}


@dataclass(frozen=True)
class Proposal:
    """A class proposed by the bot; ``confidence`` is 0..1. A person confirms it later."""

    proposed: str
    confidence: float


@dataclass(frozen=True)
class Classification:
    """What the bot proposed along both JR/T 0169 dimensions; None where it had no idea."""

    business: Proposal | None
    reason: Proposal | None


@dataclass(frozen=True)
class IncidentDate:
    """When it happened: the customer's words and, if understood, the first and last day."""

    text: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class Complainant:
    """Who complains and how to reach them. Name and phone are encrypted at rest."""

    name: str
    phone: str
    role: Role
    contact_preference: str

    @property
    def phone_tail(self) -> str:
        """The digits a customer proves themselves with."""
        return self.phone[-PHONE_TAIL_LENGTH:]


@dataclass(frozen=True)
class Consent:
    """Which version of the privacy notice was agreed to, and when."""

    version: str
    given_at: datetime


@dataclass(frozen=True)
class Group:
    """People who complain together: how many, if known, and what the customer said of them."""

    size: int | None
    text: str

    @property
    def is_major(self) -> bool:
        """重大消费投诉: 20 or more complainants, 投诉办法 article 29."""
        return self.size is not None and self.size >= MAJOR_GROUP


@dataclass(frozen=True)
class Complaint:
    """The confirmed form. ``amount_fen`` is in fen (1/100 yuan), so sums stay exact.

    ``linked_to`` is the reference of another complaint about the same matter; ``amount_text`` what
    the customer said where the sum is only about right.
    """

    reference: str
    submitted_at: datetime
    source: Source
    detail: str
    business: str
    reason: str
    classification: Classification
    branch: str
    staff: str | None
    incident: IncidentDate
    amount_fen: int | None
    request: str
    complainant: Complainant
    attachments: tuple[str, ...]
    consent: Consent
    group: Group | None = None
    linked_to: str | None = None
    amount_text: str | None = None


@dataclass(frozen=True)
class Progress:
    """What acts change of a case. ``review_due`` is the last day for the review decision while one
    is under way; ``ended_on`` the day a withdrawal ended the procedure. China local dates."""

    state: CaseState = CaseState.REGISTERED
    review_due: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True)
class CaseStanding:
    """What anybody entitled to the case may know without reading the complaint itself."""

    reference: str
    progress: Progress
    received_at: datetime
    due: DueDates

    @property
    def awaits_reply(self) -> bool:
        """Whether the clock for the first answer runs: neither answered nor withdrawn."""
        return self.progress.state is CaseState.REGISTERED


@dataclass(frozen=True)
class Case:
    """A registered complaint. ``recorded_at`` is when this service wrote it down, which may be
    later than ``standing.received_at`` if delivery was delayed."""

    standing: CaseStanding
    complaint: Complaint
    client: str
    recorded_at: datetime


@dataclass(frozen=True)
class CaseSummary:
    """One line of a list of cases; name and phone are plain and must be masked before showing."""

    standing: CaseStanding
    business: str
    name: str
    phone: str
    group: Group | None = None


@dataclass(frozen=True)
class Act:
    """A later act, under an id of its own that makes repeats known; ``rating`` is 1 to 5.

    ``submitted_at`` is None if it was done here, at the moment it was recorded.
    """

    id: str
    submitted_at: datetime | None
    text: str | None = None
    rating: int | None = None


@dataclass(frozen=True)
class CaseEvent:
    """One thing that happened to a case; ``actor`` is ``client:<name>`` or ``staff:<name>``.

    ``act`` is None where nothing was said (registration, attachment); ``progress`` is how the act
    left the case.
    """

    reference: str
    kind: EventKind
    actor: str
    happened_at: datetime
    act: Act | None = None
    progress: Progress | None = None
