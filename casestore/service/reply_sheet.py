"""Everything a page must know about the reply of a case, read and changed nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from casestore.domain.assignment import recusal
from casestore.domain.case import Case, CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import CaseNotFound, Refused
from casestore.domain.guards import Situation
from casestore.domain.handling import check_officer, rule_for
from casestore.domain.letter import compose, lacks, usual_remedies
from casestore.domain.points import claims
from casestore.domain.reply import Draft, Parts, Point, Reply, ReplyStatus
from casestore.domain.reply_template import ReplyTemplate, best_first
from casestore.domain.staff import Officer
from casestore.service.circumstances import writers_under_review
from casestore.service.ports import Transaction

# Points are proposed afresh at every look until somebody has saved them: under the same ids.
_POINTS = UUID("0c3f4c1e-4a60-5d4e-8f0c-5f2f6a1f7b02")


@dataclass(frozen=True)
class Sheet:
    """Everything about the reply of a case.

    ``reply`` is the current round, None before anybody wrote; ``draft`` what its form starts from;
    ``earlier`` the rounds before. ``missing`` is what the draft lacks, ``preview`` how the customer
    would read it. ``offers_review``: the customer may ask the superior institution for a review;
    ``is_review``: the reply is the decision of one; ``needs_another_writer``: the officer wrote the
    reply under review, so that somebody else has to write this one. ``may_...`` say what the
    officer may do now.
    """

    case: Case
    draft: Draft
    reply: Reply | None
    earlier: Sequence[Reply]
    templates: Sequence[ReplyTemplate]
    missing: Sequence[str]
    preview: str
    offers_review: bool
    is_review: bool
    needs_another_writer: bool
    may_write: bool
    may_decide: bool
    may_send_back: bool
    may_release: bool

    @property
    def standing(self) -> CaseStanding:
        """Where the case stands."""
        return self.case.standing


def build_sheet(
    tx: Transaction,
    case: Case,
    officer: Officer,
    now: datetime,
    templates: Sequence[ReplyTemplate],
) -> Sheet:
    """The sheet of a case for an officer who may see it."""
    standing, reference = case.standing, case.standing.reference
    wrote_before = officer.username in writers_under_review(tx, standing)
    is_writing = _may(EventKind.REPLY_SUBMITTED, case, officer, now)
    may_write = is_writing and not wrote_before
    rounds = tx.replies.rounds(reference)
    current = _current(rounds, may_write)
    reviewed_now, open_to_review = is_review(standing), offers_review(standing)
    parts = current.parts if current else Parts(remedies=usual_remedies(open_to_review))
    points = points_of(tx, case)
    is_open = current is None or current.status.is_open
    text = "" if current is None or is_open else current.text
    return Sheet(
        case=case,
        draft=Draft(parts, points),
        reply=current,
        earlier=[reply for reply in rounds if reply is not current],
        templates=best_first(templates, *_classes(case)),
        missing=lacks(Draft(parts, points), reference, open_to_review, reviewed_now),
        preview=text or compose(parts, points, reference, reviewed_now),
        offers_review=open_to_review,
        is_review=reviewed_now,
        needs_another_writer=is_writing and wrote_before,
        may_write=may_write and is_open,
        may_decide=_stands_at(current, ReplyStatus.SUBMITTED)
        and not _is_writer(current, officer)
        and _may(EventKind.DECIDED, case, officer, now),
        may_send_back=_stands_at(current, ReplyStatus.SUBMITTED, ReplyStatus.APPROVED)
        and _may(EventKind.REPLY_RETURNED, case, officer, now),
        may_release=_stands_at(current, ReplyStatus.APPROVED)
        and _may(EventKind.REPLIED, case, officer, now),
    )


def case_of(tx: Transaction, reference: str) -> Case:
    """The whole case. Raises CaseNotFound, FieldUnreadable."""
    case = tx.cases.get(reference)
    if case is None:
        raise CaseNotFound
    return case


def points_of(tx: Transaction, case: Case) -> Sequence[Point]:
    """The points as officers left them, else as proposed from the complaint."""
    reference = case.standing.reference
    stored = tx.replies.points(reference)
    if stored:
        return stored
    proposed = claims(case.complaint.request, case.complaint.detail)
    return [
        Point(str(uuid5(_POINTS, f"{reference}/{number}")), claim)
        for number, claim in enumerate(proposed)
    ]


def is_review(standing: CaseStanding) -> bool:
    """Whether the decision under way is that of a review (核查)."""
    return standing.progress.review_due is not None


def offers_review(standing: CaseStanding) -> bool:
    """Whether the customer may ask for a review: of the decision of a branch, and once
    (投诉办法 article 20)."""
    return standing.handling.unit is not None and not is_review(standing)


def _current(rounds: Sequence[Reply], may_write: bool) -> Reply | None:
    """The round being worked on. Where a told reply is followed by another, none has begun yet."""
    if not rounds:
        return None
    latest = rounds[-1]
    return None if may_write and latest.status is ReplyStatus.RELEASED else latest


def _stands_at(reply: Reply | None, *statuses: ReplyStatus) -> bool:
    return reply is not None and reply.status in statuses


def _is_writer(reply: Reply | None, officer: Officer) -> bool:
    return reply is not None and reply.written_by == officer.username


def _classes(case: Case) -> tuple[str, str]:
    confirmed = case.standing.handling.confirmed
    if confirmed is not None:
        return confirmed.business, confirmed.reason
    return case.complaint.business, case.complaint.reason


def _may(kind: EventKind, case: Case, officer: Officer, now: datetime) -> bool:
    """Whether the act is the officer's to do in this state, whatever else must be so."""
    standing = case.standing
    if recusal(standing, case.complaint.staff, officer):
        return False
    try:
        rule = rule_for(kind, standing.progress.state)
        check_officer(rule, Situation(standing, kind, local_date(now), now, officer))
    except Refused:
        return False
    return True
