"""One case as its page shows it: masked, in China time, with its clocks and its history."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from casestore.console.event_views import EventLine, Glossary, event_lines
from casestore.console.list_views import CaseLine, case_line, due_on, promised_on
from casestore.console.views import DueView, due_view, file_size, minute, yuan
from casestore.domain.attachment import Attachment
from casestore.domain.case import (
    Case,
    CaseStanding,
    CaseSummary,
    Complaint,
    Grade,
    Group,
    Proposal,
)
from casestore.domain.clock import earliest_at_regulator, is_stopped, stage
from casestore.domain.deadlines import (
    LEGAL_SOON_DAYS,
    PROMISE_SOON_DAYS,
    REVIEW_SOON_DAYS,
    local_date,
)
from casestore.domain.directory import Directory
from casestore.domain.reply import ReplyStage
from casestore.service.case_file import CaseFile, LinkedCase

_REVIEW_DAYS = 30


@dataclass(frozen=True)
class ClockView:
    """One limit: the day, how much of the time is gone (``passed`` of ``total`` days; ``total`` 0
    where no bar makes sense) and the same in words."""

    label: str
    due: DueView
    passed: int
    total: int
    words: str


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
    """A whole case: the line of the list, its clocks, the labelled contents of the form, what came
    later. ``seen`` is how many events the page shows, for whoever acts from it."""

    line: CaseLine
    version: int
    seen: int
    clocks: Sequence[ClockView]
    handling: Sequence[tuple[str, str]]
    ended: str
    merged_into: str
    detail: str
    request: str
    facts: Sequence[tuple[str, str]]
    attachments: Sequence[AttachmentLine]
    links: Sequence[LinkLine]
    same_customer: Sequence[LinkLine]
    events: Sequence[EventLine]


def case_page(
    file: CaseFile, known: Glossary, now: datetime, reply: ReplyStage | None = None
) -> CasePage:
    """A case with its history as it looks now; ``reply`` is how far its reply is."""
    case, directory, today = file.case, known.directory, local_date(now)
    complaint, progress, handling = case.complaint, case.standing.progress, case.standing.handling
    return CasePage(
        line=case_line(_summary(case), directory, now, reply),
        version=handling.version,
        seen=len(file.events),
        clocks=list(_clocks(case.standing, today)),
        handling=list(_handling(case, directory)),
        ended=progress.ended_on.isoformat() if progress.ended_on else "",
        merged_into=handling.merged_into or "",
        detail=complaint.detail,
        request=complaint.request,
        facts=_facts(case, {attachment.id for attachment in file.attachments}),
        attachments=[_attachment_line(attachment) for attachment in file.attachments],
        links=[_link_line(linked) for linked in file.linked],
        same_customer=[_link_line(linked) for linked in file.same_customer],
        events=event_lines(file.events, known),
    )


def _summary(case: Case) -> CaseSummary:
    complaint, person = case.complaint, case.complaint.complainant
    return CaseSummary(
        standing=case.standing,
        business=complaint.business,
        name=person.name,
        phone=person.phone,
        group=complaint.group,
        branch=complaint.branch,
        source=complaint.source,
    )


def _clocks(standing: CaseStanding, today: date) -> Iterator[ClockView]:
    terms, due = standing.progress.terms, due_on(standing, today)
    runs, stands_still = standing.awaits_reply, is_stopped(terms)
    start = terms.started_on or local_date(standing.received_at)
    if (review_due := standing.progress.review_due) is not None:
        view = due_view(review_due, today, REVIEW_SOON_DAYS, is_running=True)
        yield ClockView("核查期限", view, *_span(today, review_due, _REVIEW_DAYS))
    is_ordinary = standing.handling.grade is Grade.ORDINARY
    promise = promised_on(standing, due)
    for label, day, soon in (
        ("承诺答复" if is_ordinary else "承诺答复（复杂）", promise, PROMISE_SOON_DAYS),
        (f"法定期限（{stage(terms)}）", due.legal, LEGAL_SOON_DAYS),
    ):
        view = due_view(day, today, soon, runs, stands_still)
        total = (day - start).days
        if runs and not stands_still:
            yield ClockView(label, view, *_span(today, day, total))
        else:
            yield ClockView(label, view, 0, 0, _standing_still(standing, stands_still))


def _span(today: date, due: date, total: int) -> tuple[int, int, str]:
    left = (due - today).days
    passed = min(max(total - left, 0), total)
    if left < 0:
        return passed, total, f"已过 {-left} 天"
    since = f"第 {passed} 天" if passed else "今天起算"
    return passed, total, f"{since}，还有 {left} 天" if left else "今天到期"


def _standing_still(standing: CaseStanding, stands_still: bool) -> str:
    since = standing.progress.terms.stopped_on
    if stands_still and since is not None:
        return f"自 {since.isoformat()} 起暂停"
    return "已答复，不再计时" if standing.progress.answered_on else "已结束，不再计时"


def _handling(case: Case, directory: Directory) -> Iterator[tuple[str, str]]:
    """Who has the case, and what officers found out about it."""
    standing, handling = case.standing, case.standing.handling
    yield "经办人", directory.person(handling.assignee) or "未分派"
    yield "办理单位", directory.branch(handling.unit) or "总行"
    yield "被投诉机构", directory.branch(handling.accused) or "未确认"
    yield "等级", f"{handling.grade.label}，{handling.priority.label}"
    yield "适用时限", standing.progress.terms.regime.label
    if handling.escalation:
        yield "已上报", f"{handling.escalation} 级"
    if handling.repeat_of:
        yield "重复投诉", f"90 天内同一客户的同类投诉 {handling.repeat_of}"
    if handling.rating is not None:
        yield "客户评价", f"{handling.rating} 分（满分 5 分）"


def _facts(case: Case, received: Collection[str]) -> list[tuple[str, str]]:
    complaint, proposals = case.complaint, case.complaint.classification
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
        ("群体投诉", _group(complaint.group)),
        ("随投诉的附件", _announced(complaint.attachments, received)),
        ("来源", complaint.source.label),
        ("转办单", _forwarded(complaint)),
        ("同意书版本", complaint.consent.version if complaint.consent else "未取得"),
        ("送达时间", minute(case.recorded_at)),
    ]
    return [(label, value) for label, value in facts if value]


def _forwarded(complaint: Complaint) -> str:
    forwarded = complaint.forwarded
    if forwarded is None:
        return ""
    due = f"，要求 {forwarded.due.isoformat()} 前办结" if forwarded.due else ""
    since = earliest_at_regulator(local_date(complaint.submitted_at)).isoformat()
    return f"{forwarded.number}{due}；监管机构最早 {since} 收到（应在 7 个工作日内转来）"


def _group(group: Group | None) -> str:
    if group is None:
        return ""
    size = "人数不详" if group.size is None else f"{group.size} 人"
    return f"{size}：{group.text}" if group.text else size


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
        return ""
    return f"{proposal.proposed}（把握 {proposal.confidence:.0%}）"


def _amount(complaint: Complaint) -> str:
    known = yuan(complaint.amount_fen)
    return f"{known}（客户原话：{complaint.amount_text}）" if complaint.amount_text else known


def _attachment_line(attachment: Attachment) -> AttachmentLine:
    return AttachmentLine(
        id=attachment.id,
        name=attachment.safe_filename,
        kind=attachment.media_type.label,
        size=file_size(attachment.size),
        received=minute(attachment.received_at),
    )


def _link_line(linked: LinkedCase) -> LinkLine:
    return LinkLine(linked.reference, linked.state.label if linked.state else "")
