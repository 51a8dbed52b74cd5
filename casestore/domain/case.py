"""A complaint as the customer confirmed it, and the case the bank makes of it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from casestore.domain.deadlines import DueDates

PHONE_TAIL_LENGTH = 4


class CaseState(str, Enum):
    """Where a case stands. Stored as text, so later states are members added here."""

    REGISTERED = "registered"

    @property
    def label(self) -> str:
        """The word a customer or a complaint officer reads."""
        return _STATE_LABELS[self]


_STATE_LABELS = {CaseState.REGISTERED: "已登记"}


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

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {EventKind.REGISTERED: "登记"}


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
class Complaint:
    """The confirmed form. ``amount_fen`` is in fen (1/100 yuan), so sums stay exact."""

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


@dataclass(frozen=True)
class CaseStanding:
    """What anybody entitled to the case may know without reading the complaint itself."""

    reference: str
    state: CaseState
    received_at: datetime
    due: DueDates


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


@dataclass(frozen=True)
class CaseEvent:
    """One thing that happened to a case; ``actor`` is ``client:<name>`` or ``staff:<name>``."""

    reference: str
    kind: EventKind
    actor: str
    happened_at: datetime
