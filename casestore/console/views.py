"""Cases as they may stand on a screen: masked, in China time, with marks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from casestore.domain.attachment import Attachment
from casestore.domain.case import (
    Case,
    CaseEvent,
    CaseState,
    CaseSummary,
    Complaint,
    Group,
    Progress,
    Proposal,
)
from casestore.domain.deadlines import (
    CHINA_TIME,
    LEGAL_SOON_DAYS,
    PROMISE_SOON_DAYS,
    REVIEW_SOON_DAYS,
    Urgency,
    local_date,
    urgency,
)
from casestore.domain.masking import mask_name, mask_phone
from casestore.service.desk import CaseFile, LinkedCase

_MARKS = {Urgency.OVERDUE: "已超期", Urgency.SOON: "将到期", Urgency.ON_TIME: ""}
_CLIENT = "client:"
_UNITS = ((86_400, "天"), (3_600, "小时"), (60, "分钟"))
_KILO = 1024


@dataclass(frozen=True)
class DueView:
    """A due date; ``mark`` is empty while there is time, and where no clock runs any more."""

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
    complex: DueView
    legal: DueView
    provisional: bool
    is_major: bool


@dataclass(frozen=True)
class EventLine:
    """One line of a case's history; ``text`` is empty where nothing was said."""

    moment: str
    what: str
    who: str
    text: str


@dataclass(frozen=True)
class AttachmentLine:
    """One file of a case."""

    id: str
    name: str
    kind: str
    size: str
    received: str


@dataclass(frozen=True)
class LinkLine:
    """Another case about the same matter; ``state`` is empty if it is not here."""

    reference: str
    state: str


@dataclass(frozen=True)
class CasePage:
    """A whole case: the line of the list, the labelled contents of the form, what came later."""

    line: CaseLine
    is_open: bool
    review: DueView | None
    ended: str
    group: str
    detail: str
    request: str
    facts: Sequence[tuple[str, str]]
    attachments: Sequence[AttachmentLine]
    links: Sequence[LinkLine]
    events: Sequence[EventLine]


def case_line(summary: CaseSummary, now: datetime) -> CaseLine:
    """A case for the list as it looks now."""
    standing, today = summary.standing, local_date(now)
    running, due = standing.awaits_reply, standing.due
    return CaseLine(
        reference=standing.reference,
        state=standing.progress.state.label,
        business=summary.business,
        name=mask_name(summary.name),
        phone=mask_phone(summary.phone),
        received=minute(standing.received_at),
        promise=_due(due.promise, today, PROMISE_SOON_DAYS, running),
        complex=_due(due.complex, today, PROMISE_SOON_DAYS, False),
        legal=_due(due.legal, today, LEGAL_SOON_DAYS, running),
        provisional=due.provisional,
        is_major=summary.group is not None and summary.group.is_major,
    )


def case_page(file: CaseFile, now: datetime) -> CasePage:
    """A case with its history as it looks now."""
    complaint, progress = file.case.complaint, file.case.standing.progress
    return CasePage(
        line=case_line(_summary(file.case), now),
        is_open=progress.state is not CaseState.WITHDRAWN,
        review=_review(progress, local_date(now)),
        ended=progress.ended_on.isoformat() if progress.ended_on else "",
        group=_group(complaint.group),
        detail=complaint.detail,
        request=complaint.request,
        facts=_facts(file.case, {attachment.id for attachment in file.attachments}),
        attachments=[_attachment_line(attachment) for attachment in file.attachments],
        links=[_link_line(linked) for linked in file.linked],
        events=[_event_line(event) for event in file.events],
    )


def minute(moment: datetime) -> str:
    """A moment in China time, to the minute."""
    return moment.astimezone(CHINA_TIME).strftime("%Y-%m-%d %H:%M")


def duration(seconds: int) -> str:
    """How long, in the two largest units: 2 小时 5 分钟."""
    parts = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "不到 1 分钟"


def _summary(case: Case) -> CaseSummary:
    complaint = case.complaint
    person = complaint.complainant
    business = complaint.business
    return CaseSummary(case.standing, business, person.name, person.phone, complaint.group)


def _review(progress: Progress, today: date) -> DueView | None:
    if progress.review_due is None:
        return None
    return _due(progress.review_due, today, REVIEW_SOON_DAYS, running=True)


def _group(group: Group | None) -> str:
    if group is None:
        return ""
    size = "人数不详" if group.size is None else f"{group.size} 人"
    return f"{size}：{group.text}" if group.text else size


def _facts(case: Case, received: Collection[str]) -> list[tuple[str, str]]:
    complaint = case.complaint
    proposals = complaint.classification
    facts = [
        ("投诉原因", complaint.reason),
        ("机器人建议的业务", _proposal(proposals.business)),
        ("机器人建议的原因", _proposal(proposals.reason)),
        ("网点", complaint.branch),
        ("涉及人员", complaint.staff or "未提供"),
        ("发生时间", _incident(case)),
        ("涉及金额", _amount(complaint)),
        ("投诉人身份", complaint.complainant.role.value),
        ("希望的联系方式", complaint.complainant.contact_preference),
        ("随投诉的附件", _announced(complaint.attachments, received)),
        ("来源", complaint.source.label),
        ("同意书版本", complaint.consent.version),
        ("送达时间", minute(case.recorded_at)),
    ]
    return facts


def _announced(attachments: Collection[str], received: Collection[str]) -> str:
    if not attachments:
        return "无"
    here = sum(attachment in received for attachment in attachments)
    return f"{len(attachments)} 个，已收到 {here} 个"


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


def _amount(complaint: Complaint) -> str:
    yuan = _yuan(complaint.amount_fen)
    return f"{yuan}（客户原话：{complaint.amount_text}）" if complaint.amount_text else yuan


def _yuan(fen: int | None) -> str:
    return "未提供" if fen is None else f"{Decimal(fen) / 100:,.2f} 元"


def _due(due: date, today: date, soon_days: int, running: bool) -> DueView:
    mark = urgency(due, today, soon_days) if running else Urgency.ON_TIME
    return DueView(due.isoformat(), mark.value, _MARKS[mark])


def _attachment_line(attachment: Attachment) -> AttachmentLine:
    return AttachmentLine(
        id=attachment.id,
        name=attachment.safe_filename,
        kind=attachment.media_type.label,
        size=_size(attachment.size),
        received=minute(attachment.received_at),
    )


def _size(size: int) -> str:
    if size < _KILO * _KILO:
        return f"{max(size // _KILO, 1)} KB"
    return f"{size / _KILO / _KILO:.1f} MB"


def _link_line(linked: LinkedCase) -> LinkLine:
    return LinkLine(linked.reference, linked.state.label if linked.state else "")


def _event_line(event: CaseEvent) -> EventLine:
    is_client = event.actor.startswith(_CLIENT)
    name = event.actor.partition(":")[2]
    who = f"接入系统 {name}" if is_client else name
    return EventLine(minute(event.happened_at), event.kind.label, who, _said(event))


def _said(event: CaseEvent) -> str:
    act = event.act
    if act is None:
        return ""
    said = [f"{act.rating} 分（满分 5 分）"] if act.rating else []
    return "\n".join([*said, *([act.text] if act.text else [])])
