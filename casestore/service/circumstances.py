"""Collects what the guards of an act must know beside the case itself, and no more than that."""

from collections.abc import Callable, Mapping

from casestore.domain.assignment import recusal
from casestore.domain.case import CaseEvent, CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.guards import Circumstances
from casestore.domain.reply import ReplyStatus
from casestore.domain.staff import Right, officer_of
from casestore.service.ports import Transaction

_UNKNOWN = "没有这个账号，或账号已停用"
_CANNOT_HANDLE = "这个账号没有处理投诉的权限"


def circumstances(tx: Transaction, standing: CaseStanding, asked: CaseEvent) -> Circumstances:
    """What the guards of this kind of act look at; everything else stays unknown."""
    collect = _COLLECTORS.get(asked.kind)
    return collect(tx, standing, asked) if collect else Circumstances()


def other_case(asked: CaseEvent) -> str | None:
    """The other case an act names."""
    data = asked.act.data if asked.act else {}
    return data.get("into" if asked.kind is EventKind.MERGED else "other")


def writers_under_review(tx: Transaction, standing: CaseStanding) -> frozenset[str]:
    """Usernames of who wrote the replies that told the decision under review; empty without a
    review under way."""
    if standing.progress.review_due is None:
        return frozenset()
    rounds = tx.replies.rounds(standing.reference)
    return frozenset(each.written_by for each in rounds if each.status is ReplyStatus.RELEASED)


def _of_review_request(tx: Transaction, standing: CaseStanding, _asked: CaseEvent) -> Circumstances:
    reply = tx.cases.last_event(standing.reference, EventKind.REPLIED)
    return Circumstances(replied_on=local_date(reply.happened_at) if reply else None)


def _of_assignment(tx: Transaction, standing: CaseStanding, asked: CaseEvent) -> Circumstances:
    account = tx.staff.account(asked.act.data.get("assignee", "")) if asked.act else None
    if account is None or not account.is_active:
        return Circumstances(assignee_problem=_UNKNOWN)
    officer = officer_of(account)
    problem = recusal(standing, tx.cases.staff_named(standing.reference), officer)
    if not officer.may(Right.HANDLE):
        problem = _CANNOT_HANDLE
    return Circumstances(
        assignee_problem=problem,
        assignee_unit=officer.branch,
        deciders=_deciders(tx, standing),
        writers=writers_under_review(tx, standing),
    )


def _of_reply(tx: Transaction, standing: CaseStanding, _asked: CaseEvent) -> Circumstances:
    facts = tx.replies.circumstances(standing.reference)
    return Circumstances(
        open_points=facts.points - facts.answered,
        submitted_reply=facts.submitted,
        submitted_by=facts.submitted_by,
        approved_reply=facts.approved,
        deciders=_deciders(tx, standing),
        writers=writers_under_review(tx, standing),
    )


def _of_closing(tx: Transaction, standing: CaseStanding, _asked: CaseEvent) -> Circumstances:
    facts = tx.notices.facts(standing.reference)
    return Circumstances(open_notices=facts.open, is_decision_told=facts.is_decision_told)


def _of_pair(tx: Transaction, standing: CaseStanding, asked: CaseEvent) -> Circumstances:
    named = other_case(asked) or ""
    other = tx.cases.standing(named)
    if other is None:
        return Circumstances()
    mine = standing.reference
    is_related = tx.cases.is_linked(mine, named) or named in tx.cases.same_customer(mine)
    return Circumstances(other=other, is_related=is_related)


def _deciders(tx: Transaction, standing: CaseStanding) -> frozenset[str]:
    """Who took the decision under review: decisions told already, not one taken since."""
    if standing.progress.review_due is None:
        return frozenset()
    deciders: set[str] = set()
    told: frozenset[str] = frozenset()
    for event in tx.cases.events(standing.reference):
        if event.kind is EventKind.DECIDED:
            deciders.add(event.actor)
        elif event.kind is EventKind.REPLIED:
            told = frozenset(deciders)
    return told


_Collector = Callable[[Transaction, CaseStanding, CaseEvent], Circumstances]

_COLLECTORS: Mapping[EventKind, _Collector] = {
    EventKind.REVIEW_REQUESTED: _of_review_request,
    EventKind.ASSIGNED: _of_assignment,
    EventKind.REPLY_SUBMITTED: _of_reply,
    EventKind.REPLY_RETURNED: _of_reply,
    EventKind.DECIDED: _of_reply,
    EventKind.REPLIED: _of_reply,
    EventKind.CLOSED: _of_closing,
    EventKind.LINKED: _of_pair,
    EventKind.MERGED: _of_pair,
}
