"""Cases as lines of a list: masked, with marks, and what is to be done next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from casestore.console.next_step import next_step
from casestore.console.views import DueView, due_view, minute
from casestore.domain.case import (
    ENDED,
    CaseStanding,
    CaseSummary,
    Grade,
    Group,
    Handling,
    Priority,
)
from casestore.domain.clock import due_dates_on, is_stopped
from casestore.domain.deadlines import (
    LEGAL_SOON_DAYS,
    PROMISE_SOON_DAYS,
    REVIEW_SOON_DAYS,
    DueDates,
    local_date,
)
from casestore.domain.directory import Directory
from casestore.domain.masking import mask_name, mask_phone
from casestore.domain.reply import ReplyStage


@dataclass(frozen=True)
class Mark:
    """A short word that makes a case stand out; ``kind`` names its colour."""

    label: str
    kind: str


@dataclass(frozen=True)
class CaseLine:
    """One case in a list; ``review`` is set while a review is under way, ``next_step`` empty where
    nothing is to be done."""

    reference: str
    state: str
    is_ended: bool
    marks: tuple[Mark, ...]
    business: str
    branch: str
    source: str
    name: str
    phone: str
    received: str
    promise: DueView
    legal: DueView
    review: DueView | None
    provisional: bool
    assignee: str
    next_step: str


def case_line(
    summary: CaseSummary, directory: Directory, now: datetime, reply: ReplyStage | None = None
) -> CaseLine:
    """A case for a list as it looks now; ``reply`` is how far its reply is, for the next step."""
    standing, today = summary.standing, local_date(now)
    state, due = standing.progress.state, due_on(standing, today)
    runs, stands_still = standing.awaits_reply, is_stopped(standing.progress.terms)
    return CaseLine(
        reference=standing.reference,
        state=state.label,
        is_ended=state in ENDED,
        marks=tuple(marks_of(standing.handling, summary.group)),
        business=summary.business,
        branch=summary.branch,
        source=summary.source.label,
        name=mask_name(summary.name),
        phone=mask_phone(summary.phone),
        received=minute(standing.received_at),
        promise=due_view(promised_on(standing, due), today, PROMISE_SOON_DAYS, runs, stands_still),
        legal=due_view(due.legal, today, LEGAL_SOON_DAYS, runs, stands_still),
        review=review_view(standing, today),
        provisional=due.provisional,
        assignee=directory.person(standing.handling.assignee),
        next_step=next_step(standing, reply, directory),
    )


def marks_of(handling: Handling, group: Group | None) -> Iterator[Mark]:
    """What makes a case stand out, the gravest first."""
    if handling.grade is Grade.MAJOR or (group is not None and group.is_major):
        yield Mark("重大", "major")
    elif handling.grade is Grade.COMPLEX:
        yield Mark("复杂", "complex")
    if handling.priority is not Priority.NORMAL:
        yield Mark(handling.priority.label, handling.priority.value)
    for flag in sorted(handling.flags, key=lambda each: each.value):
        yield Mark(flag.label, "flag")
    if handling.is_held:
        yield Mark("保全", "held")


def due_on(standing: CaseStanding, today: date) -> DueDates:
    """The due dates as they would be if a stopped clock went on today."""
    if is_stopped(standing.progress.terms):
        return due_dates_on(standing.progress.terms, today)
    return standing.due


def promised_on(standing: CaseStanding, due: DueDates) -> date:
    """The bank's promise for a complaint of this grade."""
    return due.promise if standing.handling.grade is Grade.ORDINARY else due.complex


def review_view(standing: CaseStanding, today: date) -> DueView | None:
    """The end of a review under way."""
    due = standing.progress.review_due
    return due_view(due, today, REVIEW_SOON_DAYS, is_running=True) if due else None
