"""A complaint as the customer confirmed it, and the case the bank makes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from casestore.domain.deadlines import DueDates

PHONE_TAIL_LENGTH = 4
MAJOR_GROUP = 20


class CaseState(str, Enum):
    """Where a case stands. Stored as text, so later states are members added here.

    What may be done in which state, and by whom: ``casestore.domain.handling``.
    """

    REGISTERED = "registered"
    ASSIGNED = "assigned"
    INVESTIGATING = "investigating"
    IN_MEDIATION = "in_mediation"
    IN_APPRAISAL = "in_appraisal"
    DECIDED = "decided"
    NOTIFIED = "notified"
    UNDER_REVIEW = "under_review"
    REOPENED = "reopened"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """The word a customer or a complaint officer reads."""
        return _STATE_LABELS[self]


_STATE_LABELS = {
    CaseState.REGISTERED: "已登记",
    CaseState.ASSIGNED: "已分派",
    CaseState.INVESTIGATING: "调查中",
    CaseState.IN_MEDIATION: "调解中",
    CaseState.IN_APPRAISAL: "外部鉴定中",
    CaseState.DECIDED: "已决定待告知",
    CaseState.NOTIFIED: "已答复",
    CaseState.UNDER_REVIEW: "核查中",
    CaseState.REOPENED: "重新办理",
    CaseState.CLOSED: "已办结",
    CaseState.WITHDRAWN: "已撤回",
    CaseState.MERGED: "已并案",
}

AWAITING_DECISION = frozenset(
    {
        CaseState.REGISTERED,
        CaseState.ASSIGNED,
        CaseState.INVESTIGATING,
        CaseState.IN_MEDIATION,
        CaseState.IN_APPRAISAL,
        CaseState.DECIDED,
        CaseState.REOPENED,
    }
)
"""States in which the customer has no decision yet."""
ENDED = frozenset({CaseState.CLOSED, CaseState.WITHDRAWN, CaseState.MERGED})
"""States in which nobody has to do anything any more."""


class Source(str, Enum):
    """The way a complaint came to the bank (投诉来源), not where the disputed business was done."""

    WEB_CHAT = "web_chat"
    WECHAT_CHAT = "wechat_chat"
    COUNTER = "counter"
    PHONE = "phone"
    LETTER = "letter"
    EMAIL = "email"
    OPINION_BOOK = "opinion_book"
    REGULATOR = "regulator"
    CAMPAIGN_STAND = "campaign_stand"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _SOURCE_LABELS[self]

    @property
    def is_chat(self) -> bool:
        """Whether the assistant took it, so that the customer can be told in the conversation."""
        return self in {Source.WEB_CHAT, Source.WECHAT_CHAT}


_SOURCE_LABELS = {
    Source.WEB_CHAT: "网站对话",
    Source.WECHAT_CHAT: "微信对话",
    Source.COUNTER: "营业网点",
    Source.PHONE: "电话",
    Source.LETTER: "信函",
    Source.EMAIL: "电子邮件",
    Source.OPINION_BOOK: "意见簿",
    Source.REGULATOR: "监管转办",
    Source.CAMPAIGN_STAND: "宣传活动现场",
}


class Grade(str, Enum):
    """How heavy a complaint is (投诉分级). 重大: 投诉办法 article 29."""

    ORDINARY = "ordinary"
    COMPLEX = "complex"
    MAJOR = "major"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return {"ordinary": "一般", "complex": "复杂", "major": "重大"}[self.value]


class Priority(str, Enum):
    """How soon a person should look at it."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return {"normal": "普通", "urgent": "优先", "emergency": "紧急"}[self.value]


class Flag(str, Enum):
    """What makes a complaint sensitive; set by rule at registration or by an officer."""

    EMERGENCY = "emergency"
    VULNERABLE = "vulnerable"
    GROUP = "group"
    DISASTER = "disaster"
    MEDIA = "media"
    REGULATOR = "regulator"
    LITIGATION = "litigation"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _FLAG_LABELS[self]


_FLAG_LABELS = {
    Flag.EMERGENCY: "资金紧急",
    Flag.VULNERABLE: "特殊群体",
    Flag.GROUP: "群体投诉",
    Flag.DISASTER: "灾害事故",
    Flag.MEDIA: "舆情",
    Flag.REGULATOR: "监管关注",
    Flag.LITIGATION: "涉诉",
}


class Regime(str, Enum):
    """Which rule sets the legal limit; sources in ``casestore.domain.clock``."""

    GENERAL = "general"
    REGULATOR = "regulator"
    CENTRAL_BANK = "central_bank"
    AML_CONTROL = "aml_control"
    CREDIT_REPORT = "credit_report"
    NOTE_SERIAL = "note_serial"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _REGIME_LABELS[self]


_REGIME_LABELS = {
    Regime.GENERAL: "一般消费投诉（15/30/60 日）",
    Regime.REGULATOR: "监管转办（15/30/60 日，另有交办期限）",
    Regime.CENTRAL_BANK: "人民银行转交（15 日，最长 60 日）",
    Regime.AML_CONTROL: "反洗钱管控异议（15 日）",
    Regime.CREDIT_REPORT: "征信异议（20 日，书面答复）",
    Regime.NOTE_SERIAL: "冠字号码查询（3/10 个工作日）",
}


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
    RATED = "rated"
    REVIEW_REQUESTED = "review_requested"
    GRADED = "graded"
    CLASSIFIED = "classified"
    ACCUSED_SET = "accused_set"
    REGIME_SET = "regime_set"
    ASSIGNED = "assigned"
    TAKEN_UP = "taken_up"
    ESCALATED = "escalated"
    WARNED = "warned"
    NOTED = "noted"
    CHECKED = "checked"
    CORRECTED = "corrected"
    LINKED = "linked"
    MERGED = "merged"
    EXTENDED = "extended"
    RESTARTED = "restarted"
    MEDIATION_STARTED = "mediation_started"
    MEDIATION_ENDED = "mediation_ended"
    APPRAISAL_STARTED = "appraisal_started"
    APPRAISAL_ENDED = "appraisal_ended"
    REPLY_SUBMITTED = "reply_submitted"
    REPLY_RETURNED = "reply_returned"
    DECIDED = "decided"
    REPLIED = "replied"
    NOTICE_LOGGED = "notice_logged"
    REOPENED = "reopened"
    CLOSED = "closed"
    TASK_OPENED = "task_opened"
    TASK_DONE = "task_done"
    REVEALED = "revealed"
    HELD = "held"
    RELEASED = "released"
    ERASED = "erased"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    EventKind.REGISTERED: "登记",
    EventKind.SUPPLEMENTED: "客户补充",
    EventKind.ATTACHED: "收到附件",
    EventKind.WITHDRAWN: "客户撤回",
    EventKind.RATED: "客户评价",
    EventKind.REVIEW_REQUESTED: "客户申请核查",
    EventKind.GRADED: "定级",
    EventKind.CLASSIFIED: "确认分类",
    EventKind.ACCUSED_SET: "确认被投诉机构",
    EventKind.REGIME_SET: "确定适用时限",
    EventKind.ASSIGNED: "分派",
    EventKind.TAKEN_UP: "开始调查",
    EventKind.ESCALATED: "上报",
    EventKind.WARNED: "到期提醒",
    EventKind.NOTED: "内部备注",
    EventKind.CHECKED: "核对清单",
    EventKind.CORRECTED: "更正登记",
    EventKind.LINKED: "关联",
    EventKind.MERGED: "并案",
    EventKind.EXTENDED: "延长期限",
    EventKind.RESTARTED: "期限重新计算",
    EventKind.MEDIATION_STARTED: "进入调解",
    EventKind.MEDIATION_ENDED: "调解结束",
    EventKind.APPRAISAL_STARTED: "外部鉴定",
    EventKind.APPRAISAL_ENDED: "鉴定结束",
    EventKind.REPLY_SUBMITTED: "答复送审",
    EventKind.REPLY_RETURNED: "答复退回",
    EventKind.DECIDED: "作出决定",
    EventKind.REPLIED: "答复客户",
    EventKind.NOTICE_LOGGED: "告知记录",
    EventKind.REOPENED: "重新办理",
    EventKind.CLOSED: "办结",
    EventKind.TASK_OPENED: "立整改任务",
    EventKind.TASK_DONE: "整改完成",
    EventKind.REVEALED: "查看完整信息",
    EventKind.HELD: "保全",
    EventKind.RELEASED: "解除保全",
    EventKind.ERASED: "到期删除",
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
    """Who complains and how to reach them. Name, phone and ID number are encrypted at rest.

    ``id_number`` is known only where an officer registered it; the assistant never asks.
    """

    name: str
    phone: str
    role: Role
    contact_preference: str
    id_number: str | None = None

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
class Forwarded:
    """A regulator's (or superior's) own number and deadline for a complaint it passed on."""

    number: str
    due: date | None


@dataclass(frozen=True)
class Complaint:
    """The confirmed form. ``amount_fen`` is in fen (1/100 yuan), so sums stay exact.

    ``linked_to`` is the reference of another complaint about the same matter; ``amount_text`` what
    the customer said where the sum is only about right. ``consent`` is None where an officer
    registered it: the assistant asks for consent, a person on the phone tells of the notice.
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
    consent: Consent | None
    group: Group | None = None
    linked_to: str | None = None
    amount_text: str | None = None
    forwarded: Forwarded | None = None


@dataclass(frozen=True)
class ClockTerms:
    """What sets a case's limits; the dates follow from it (``casestore.domain.clock``).

    ``started_on`` is the first day of the running count (the day of receipt, or of new facts),
    ``extensions`` how many were granted, ``stopped_days`` calendar days not counted so far,
    ``stopped_on`` the day the clock was stopped if it stands still now. The promise, in working
    days for ordinary and for complex complaints, is the one given when the count began:
    ``stopped_working_days`` of it were not counted.
    """

    regime: Regime = Regime.GENERAL
    started_on: date | None = None
    extensions: int = 0
    stopped_days: int = 0
    stopped_on: date | None = None
    forwarded_due: date | None = None
    promise_days: int = 2
    complex_days: int = 5
    stopped_working_days: int = 0


@dataclass(frozen=True)
class Progress:
    """What acts change of where a case stands. China local dates.

    ``review_due`` is the last day for the review decision while one is under way; ``ended_on`` the
    day a withdrawal ended the procedure; ``answered_on`` the day of the first decision told;
    ``settled_on`` the day the case stopped being pending (answered, withdrawn, merged, closed),
    None again once it is reopened; ``closed_on`` the day it was filed away.
    """

    state: CaseState = CaseState.REGISTERED
    review_due: date | None = None
    ended_on: date | None = None
    answered_on: date | None = None
    settled_on: date | None = None
    closed_on: date | None = None
    terms: ClockTerms = ClockTerms()


@dataclass(frozen=True)
class Confirmed:
    """The classes a person confirmed along the three dimensions of JR/T 0169—2018."""

    business: str
    reason: str
    channel: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Handling:
    """What officers made of a case.

    ``version`` grows with every change and is what forms are checked against; ``assignee`` is a
    username, ``unit`` the code of the branch whose people handle the case, ``accused`` the code of
    the branch complained of (None until it is known); ``escalation`` how far up the line it went.
    """

    version: int = 1
    grade: Grade = Grade.ORDINARY
    priority: Priority = Priority.NORMAL
    flags: frozenset[Flag] = frozenset()
    assignee: str | None = None
    unit: str | None = None
    accused: str | None = None
    confirmed: Confirmed | None = None
    merged_into: str | None = None
    repeat_of: str | None = None
    rating: int | None = None
    escalation: int = 0
    is_held: bool = False


@dataclass(frozen=True)
class CaseStanding:
    """What anybody entitled to the case may know without reading the complaint itself."""

    reference: str
    progress: Progress
    received_at: datetime
    due: DueDates
    handling: Handling = Handling()

    @property
    def awaits_reply(self) -> bool:
        """Whether the clock for the first answer runs: neither answered nor ended."""
        return self.progress.state in AWAITING_DECISION


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
    branch: str = ""
    source: Source = Source.WEB_CHAT


@dataclass(frozen=True)
class Act:
    """A later act, under an id of its own that makes repeats known; ``rating`` is 1 to 5.

    ``submitted_at`` is None if it was done here, at the moment it was recorded. ``data`` says what
    the act is about beside its text (assignee, grade, ...); see ``casestore.domain.handling``.
    """

    id: str
    submitted_at: datetime | None
    text: str | None = None
    rating: int | None = None
    data: Mapping[str, str] = field(default_factory=dict)


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
