"""One act on a case: checked, written down, carried out, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from casestore.domain.assignment import recusal
from casestore.domain.case import Act, CaseEvent, CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.effects import outcome
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    Recused,
    StaleCase,
)
from casestore.domain.guards import NO_SUCH_CASE, Situation
from casestore.domain.handling import (
    OPEN_TO_RECUSED,
    changes_nothing,
    check_circumstances,
    check_officer,
    rule_for,
)
from casestore.domain.reference import is_reference
from casestore.domain.reminder import SETTLED_BY
from casestore.domain.staff import SYSTEM, Officer
from casestore.domain.texts import act_problem
from casestore.service.access import check_access, may_see
from casestore.service.circumstances import circumstances, other_case
from casestore.service.ports import Transaction

# The other case of a link or merger gets the same act under this id, so that both tell of it.
_MIRROR = ":other"
_RATINGS = frozenset("12345")


@dataclass(frozen=True)
class Deed:
    """What an officer wants to do to a case.

    ``id`` (at most 58 characters) makes repeats known, ``text`` is the reason or content, ``data``
    what the act is about (keys by kind: ``casestore.domain.effects``), ``version`` the version of
    the case the officer saw (None: do not check).
    """

    kind: EventKind
    id: str
    text: str | None = None
    data: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None


@dataclass(frozen=True)
class Done:
    """How an act left the case; ``created`` is False if nothing new was written."""

    standing: CaseStanding
    created: bool


def perform(tx: Transaction, reference: str, deed: Deed, officer: Officer, now: datetime) -> Done:
    """Carry out an officer's act inside the caller's transaction, which the caller commits.

    Checks branch, version, state, right, recusal and guards (``casestore.domain.handling``),
    writes the event, moves the case and raises its version. The same deed again changes nothing.

    Raises CaseNotFound (also for a case of another branch), NotAllowed, Recused, NeedsAnother,
    StaleCase, NotInThisState (WrongState, NotReady, CaseClosed, ...), InvalidRequest,
    IdempotencyConflict if the id was used for something else, StoreUnavailable.
    """
    _check_text(deed.text)
    act = Act(deed.id, None, deed.text, _rating(deed), dict(deed.data))
    asked = CaseEvent(reference, deed.kind, officer.actor, now, act)
    standing = _locked(tx, asked)
    check_access(tx, standing, officer)
    _check_other(tx, asked, officer)
    if (before := _done_before(tx, standing, asked)) is not None:
        return before
    if deed.version not in {None, standing.handling.version}:
        raise StaleCase
    return carry_out(tx, standing, asked, officer, now)


def perform_for_customer(tx: Transaction, asked: CaseEvent, acted_at: datetime) -> Done:
    """The same for an act of the customer that a client hands in; the day the customer acted
    counts, not that of delivery. Raises as ``perform``."""
    standing = _locked(tx, asked)
    before = _done_before(tx, standing, asked)
    return before or carry_out(tx, standing, asked, None, acted_at)


def carry_out(
    tx: Transaction,
    standing: CaseStanding,
    asked: CaseEvent,
    officer: Officer | None,
    acted_at: datetime,
) -> Done:
    """Check and write an act on a locked case. Raises as ``perform``."""
    at = _situation(standing, asked, officer, acted_at)
    rule = rule_for(asked.kind, standing.progress.state)
    check_officer(rule, at)
    _check_recusal(tx, at)
    at = replace(at, circumstances=circumstances(tx, standing, asked))
    check_circumstances(rule, at)
    after = outcome(rule, at)
    # The case is locked, so only an act on another case can have taken the id since we looked.
    if not tx.cases.record(replace(asked, progress=after.progress)):
        raise IdempotencyConflict
    tx.cases.move(after)
    if settled := SETTLED_BY.get(asked.kind):
        tx.reminders.settle(asked.reference, settled, asked.happened_at)
    if (other := at.circumstances.other) is not None:
        _mirror(tx, other, asked)
    return Done(after, created=True)


def _locked(tx: Transaction, asked: CaseEvent) -> CaseStanding:
    """The case, locked. Where an act is about two cases both are, in an order of their own, so
    that two such acts never wait for each other."""
    references = {asked.reference, *filter(is_reference, [other_case(asked) or ""])}
    locked = {each: tx.cases.lock(each) for each in sorted(filter(is_reference, references))}
    standing = locked.get(asked.reference)
    if standing is None:
        raise CaseNotFound
    return standing


def _check_other(tx: Transaction, asked: CaseEvent, officer: Officer) -> None:
    """A case of another branch is as if it were not there, also as the other case of an act."""
    named = other_case(asked)
    other = tx.cases.standing(named) if named and is_reference(named) else None
    if other is not None and not may_see(tx, other, officer):
        name = "into" if asked.kind is EventKind.MERGED else "other"
        raise InvalidRequest({name: NO_SUCH_CASE})


def _done_before(tx: Transaction, standing: CaseStanding, asked: CaseEvent) -> Done | None:
    """The first answer again. Raises IdempotencyConflict unless both ask for the same."""
    before = tx.cases.event_of(asked.act.id) if asked.act else None
    if before is None:
        is_repeat = changes_nothing(standing.progress, asked.kind)
        return Done(standing, created=False) if is_repeat else None
    same = (before.reference, before.kind, before.act) == (asked.reference, asked.kind, asked.act)
    if not same or before.progress is None:
        raise IdempotencyConflict
    was = before.progress
    progress = replace(
        standing.progress, state=was.state, review_due=was.review_due, ended_on=was.ended_on
    )
    return Done(replace(standing, progress=progress), created=False)


def _situation(
    standing: CaseStanding, asked: CaseEvent, officer: Officer | None, acted_at: datetime
) -> Situation:
    act = asked.act
    return Situation(
        standing=standing,
        kind=asked.kind,
        day=local_date(acted_at),
        now=asked.happened_at,
        officer=officer,
        text=act.text if act else None,
        data=act.data if act else {},
        rating=act.rating if act else None,
    )


def _check_recusal(tx: Transaction, at: Situation) -> None:
    """投诉办法 article 17."""
    officer = at.officer
    if officer is None or officer is SYSTEM or at.kind in OPEN_TO_RECUSED:
        return
    named = tx.cases.staff_named(at.standing.reference)
    if reason := recusal(at.standing, named, officer):
        raise Recused(f"{reason}，按回避规定不能办理这件投诉。")


def _mirror(tx: Transaction, other: CaseStanding, asked: CaseEvent) -> None:
    """Tell of the act in the history of the other case too."""
    if asked.act is None:
        return
    data = {"other": asked.reference}
    act = Act(asked.act.id + _MIRROR, None, asked.act.text, data=data)
    event = CaseEvent(
        other.reference, EventKind.LINKED, asked.actor, asked.happened_at, act, other.progress
    )
    if not tx.cases.record(event):
        raise IdempotencyConflict
    handling = replace(other.handling, version=other.handling.version + 1)
    tx.cases.move(replace(other, handling=handling))


def _rating(deed: Deed) -> int | None:
    """What a customer said on the phone; in the conversation they say it themselves."""
    if deed.kind is not EventKind.RATED:
        return None
    if (said := deed.data.get("rating", "")) not in _RATINGS:
        raise InvalidRequest({"rating": "请选择 1 到 5 分"})
    return int(said)


def _check_text(text: str | None) -> None:
    if text is not None and (problem := act_problem(text)):
        raise InvalidRequest({"text": problem})
