"""Cases as they may stand on a screen: masked, in China time, with marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from casestore.domain.case import Case, CaseEvent, CaseStanding, CaseSummary, Proposal
from casestore.domain.deadlines import (
    CHINA_TIME,
    LEGAL_SOON_DAYS,
    PROMISE_SOON_DAYS,
    Urgency,
    local_date,
    urgency,
)
from casestore.domain.masking import mask_name, mask_phone

_MARKS = {Urgency.OVERDUE: "已超期", Urgency.SOON: "将到期", Urgency.ON_TIME: ""}
_CLIENT = "client:"


@dataclass(frozen=True)
class DueView:
    """A due date; ``mark`` is empty while there is time."""

    day: str
    urgency: str
    mark: str


@dataclass(frozen=True)
class CaseLine:
    """One case in the list."""

    reference: str
    state: str
    business: str
    name: str
    phone: str
    received: str
    promise: DueView
    legal: DueView
    provisional: bool


@dataclass(frozen=True)
class EventLine:
    """One line of a case's history."""

    moment: str
    what: str
    who: str


@dataclass(frozen=True)
class CasePage:
    """A whole case: the line of the list and the labelled contents of the form."""

    line: CaseLine
    detail: str
    request: str
    facts: Sequence[tuple[str, str]]
    events: Sequence[EventLine]


def case_line(summary: CaseSummary, now: datetime) -> CaseLine:
    """A case for the list as it looks now."""
    standing, today = summary.standing, local_date(now)
    return CaseLine(
        reference=standing.reference,
        state=standing.state.label,
        business=summary.business,
        name=mask_name(summary.name),
        phone=mask_phone(summary.phone),
        received=_minute(standing.received_at),
        promise=_due(standing.due.promise, today, PROMISE_SOON_DAYS),
        legal=_due(standing.due.legal, today, LEGAL_SOON_DAYS),
        provisional=standing.due.provisional,
    )


def case_page(case: Case, events: Sequence[CaseEvent], now: datetime) -> CasePage:
    """A case with its history as it looks now."""
    return CasePage(
        line=case_line(_summary(case), now),
        detail=case.complaint.detail,
        request=case.complaint.request,
        facts=_facts(case),
        events=[_event_line(event) for event in events],
    )


def _summary(case: Case) -> CaseSummary:
    standing: CaseStanding = case.standing
    person = case.complaint.complainant
    return CaseSummary(standing, case.complaint.business, person.name, person.phone)


def _facts(case: Case) -> list[tuple[str, str]]:
    complaint = case.complaint
    proposals = complaint.classification
    facts = [
        ("投诉原因", complaint.reason),
        ("机器人建议的业务", _proposal(proposals.business)),
        ("机器人建议的原因", _proposal(proposals.reason)),
        ("网点", complaint.branch),
        ("涉及人员", complaint.staff or "未提供"),
        ("发生时间", _incident(case)),
        ("涉及金额", _yuan(complaint.amount_fen)),
        ("投诉人身份", complaint.complainant.role.value),
        ("希望的联系方式", complaint.complainant.contact_preference),
        ("附件", f"{len(complaint.attachments)} 个" if complaint.attachments else "无"),
        ("来源", complaint.source.label),
        ("同意书版本", complaint.consent.version),
        ("送达时间", _minute(case.recorded_at)),
    ]
    return facts


def _incident(case: Case) -> str:
    incident = case.complaint.incident
    days = [day.isoformat() for day in (incident.start, incident.end) if day]
    span = " 至 ".join(dict.fromkeys(days))
    if incident.text and span:
        return f"{incident.text}（{span}）"
    return incident.text or span or "未提供"


def _proposal(proposal: Proposal | None) -> str:
    if proposal is None:
        return "无"
    return f"{proposal.proposed}（把握 {proposal.confidence:.0%}）"


def _yuan(fen: int | None) -> str:
    return "未提供" if fen is None else f"{Decimal(fen) / 100:,.2f} 元"


def _due(due: date, today: date, soon_days: int) -> DueView:
    mark = urgency(due, today, soon_days)
    return DueView(due.isoformat(), mark.value, _MARKS[mark])


def _minute(moment: datetime) -> str:
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")


def _event_line(event: CaseEvent) -> EventLine:
    is_client = event.actor.startswith(_CLIENT)
    name = event.actor.partition(":")[2]
    who = f"接入系统 {name}" if is_client else name
    return EventLine(_minute(event.happened_at), event.kind.label, who)
