"""What may be done with a case: act, states, where it leads, who may, what must be so.

One row of ``RULES`` says all of it; what is in no row is refused. Sources: 投诉办法
（《银行业保险业消费投诉处理管理办法》, 银保监会令2020年第3号）, by article. What an act does to dates,
grade, assignment and clock: ``casestore.domain.effects``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from casestore.domain.case import (
    AWAITING_DECISION,
    ENDED,
    CaseStanding,
    CaseState,
    EventKind,
    Progress,
)
from casestore.domain.deadlines import local_date
from casestore.domain.errors import (
    CaseClosed,
    CaseMerged,
    CaseWithdrawn,
    NoReplyYet,
    NotAllowed,
    NotInThisState,
    Refused,
    WrongState,
)
from casestore.domain.guards import (
    ABOUT_THE_OFFICER,
    Guard,
    Situation,
    approved,
    assignable,
    by_system,
    classified,
    held,
    in_charge,
    in_time,
    may_grant_next,
    mine_or_free,
    named_body,
    names_another_case,
    not_held,
    not_in_review,
    not_the_handler,
    once_answered,
    other_goes_on,
    points_answered,
    reasoned,
    review_decided_by_another,
    review_goes_to_another,
    review_in_time,
    review_written_by_another,
    second_person,
    submitted,
    told,
)
from casestore.domain.staff import Officer, Right


@dataclass(frozen=True)
class Rule:
    """One act from some states; ``to`` None leaves the state as it is. An officer needs one of
    the ``rights``, and every guard must pass."""

    kind: EventKind
    states: frozenset[CaseState]
    to: CaseState | None
    rights: tuple[Right, ...]
    guards: tuple[Guard, ...]


def _row(
    kind: EventKind,
    states: frozenset[CaseState],
    to: CaseState | None,
    rights: tuple[Right, ...],
    *guards: Guard,
) -> Rule:
    return Rule(kind, states, to, rights, guards)


_E, _S, _R = EventKind, CaseState, Right
_STAYS = None

_ALL = frozenset(_S)
_OPEN = _ALL - ENDED
_NEW = frozenset({_S.REGISTERED, _S.REOPENED})
_DECIDED = frozenset({_S.DECIDED})
_AWAITING = AWAITING_DECISION
_UNDECIDED = AWAITING_DECISION - _DECIDED
_TOLD = frozenset({_S.NOTIFIED, _S.CLOSED})
_INQUIRY = frozenset({_S.INVESTIGATING})
_WORKED_ON = frozenset({_S.INVESTIGATING, _S.UNDER_REVIEW})
_MEDIATION, _APPRAISAL = frozenset({_S.IN_MEDIATION}), frozenset({_S.IN_APPRAISAL})

_TAKE_IN = (_R.REGISTER, _R.HANDLE)
_HANDLE, _APPROVE, _HOLD = (_R.HANDLE,), (_R.APPROVE,), (_R.HOLD,)
_ASSIGN, _LEAD = (_R.ASSIGN,), (_R.ASSIGN, _R.APPROVE)
_EXTEND, _EXTEND_ANY = (_R.EXTEND,), (_R.EXTEND, _R.EXTEND_AGAIN)
_RELEASE, _WORK = (_R.HANDLE, _R.APPROVE), (_R.REGISTER, _R.HANDLE, _R.APPROVE)
_REVEAL, _READ = (_R.REVEAL,), (_R.READ,)

RULES: tuple[Rule, ...] = (
    # The customer's own acts; on the phone or at the counter an officer writes them down.
    _row(_E.SUPPLEMENTED, _ALL - {_S.WITHDRAWN}, _STAYS, _TAKE_IN),  # after closing it is read too
    _row(_E.ATTACHED, _ALL - {_S.WITHDRAWN}, _STAYS, _TAKE_IN),
    # Article 15.
    _row(_E.WITHDRAWN, _OPEN | {_S.WITHDRAWN}, _S.WITHDRAWN, _TAKE_IN),
    _row(_E.RATED, _OPEN | {_S.CLOSED}, _STAYS, _TAKE_IN, once_answered),
    # Article 20. Where the case is handled again already, the reasons are added.
    _row(_E.REVIEW_REQUESTED, _TOLD, _S.UNDER_REVIEW, _TAKE_IN, once_answered, review_in_time),
    _row(_E.REVIEW_REQUESTED, _OPEN - _TOLD, _STAYS, _TAKE_IN, once_answered, review_in_time),
    #
    # Who handles it, and as what. Figures (class, branch) are put right even after the end.
    _row(_E.ASSIGNED, _NEW, _S.ASSIGNED, _ASSIGN, assignable),
    _row(_E.ASSIGNED, _OPEN - _NEW, _STAYS, _ASSIGN, assignable, review_goes_to_another),
    _row(_E.TAKEN_UP, _NEW | {_S.ASSIGNED}, _S.INVESTIGATING, _HANDLE, mine_or_free),
    _row(_E.GRADED, _OPEN, _STAYS, _HANDLE),
    _row(_E.CLASSIFIED, _ALL, _STAYS, _HANDLE),
    _row(_E.ACCUSED_SET, _ALL, _STAYS, _HANDLE),
    _row(_E.ESCALATED, _OPEN, _STAYS, _HANDLE),
    _row(_E.CORRECTED, _OPEN, _STAYS, _TAKE_IN, reasoned),
    _row(_E.LINKED, _ALL, _STAYS, _TAKE_IN, names_another_case),
    # Article 18 paragraph 3: the same matter again, within the time of handling.
    _row(
        *(_E.MERGED, _UNDECIDED, _S.MERGED, _HANDLE),
        *(not_in_review, reasoned, names_another_case, other_goes_on),
    ),
    #
    # The clock: article 18 paragraph 1 (extension), 3 (new facts), 2 (appraisal); article 23.
    _row(_E.REGIME_SET, _AWAITING, _STAYS, _LEAD, not_in_review, reasoned),
    _row(
        *(_E.EXTENDED, _AWAITING, _STAYS, _EXTEND_ANY),
        *(not_the_handler, may_grant_next, not_in_review, in_time, reasoned),
    ),
    _row(_E.RESTARTED, _AWAITING, _STAYS, _EXTEND, not_in_review, reasoned),
    _row(_E.MEDIATION_STARTED, _INQUIRY, _S.IN_MEDIATION, _HANDLE, in_charge, named_body),
    _row(_E.MEDIATION_ENDED, _MEDIATION, _S.INVESTIGATING, _HANDLE, in_charge, reasoned),
    _row(_E.APPRAISAL_STARTED, _INQUIRY, _S.IN_APPRAISAL, _HANDLE, in_charge, named_body),
    _row(_E.APPRAISAL_ENDED, _APPRAISAL, _S.INVESTIGATING, _HANDLE, in_charge, reasoned),
    #
    # Decision and reply: two persons, and for a review (article 20) another one than before.
    _row(
        *(_E.REPLY_SUBMITTED, _WORKED_ON, _STAYS, _HANDLE),
        *(in_charge, review_written_by_another, points_answered),
    ),
    _row(_E.REPLY_RETURNED, _WORKED_ON, _STAYS, _APPROVE, submitted, reasoned),
    _row(_E.REPLY_RETURNED, _DECIDED, _S.INVESTIGATING, _APPROVE, reasoned),
    _row(
        *(_E.DECIDED, _WORKED_ON, _S.DECIDED, _APPROVE),
        *(submitted, points_answered, second_person, review_decided_by_another),
    ),
    _row(_E.REPLIED, _DECIDED, _S.NOTIFIED, _RELEASE, approved, reasoned),  # articles 19 and 21
    #
    # Afterwards.
    _row(_E.CLOSED, frozenset({_S.NOTIFIED}), _S.CLOSED, _HANDLE, in_charge, told, classified),
    _row(_E.REOPENED, _TOLD, _S.REOPENED, _LEAD, reasoned),
    _row(_E.HELD, _ALL, _STAYS, _HOLD, not_held, reasoned),
    _row(_E.RELEASED, _ALL, _STAYS, _HOLD, held, reasoned),
    _row(_E.ERASED, ENDED, _STAYS, _HANDLE, by_system, not_held),
    #
    # Noted on the way.
    _row(_E.NOTED, _ALL, _STAYS, _WORK, reasoned),
    _row(_E.CHECKED, _OPEN, _STAYS, _HANDLE),
    _row(_E.WARNED, _ALL, _STAYS, _HANDLE, by_system),
    _row(_E.NOTICE_LOGGED, _ALL, _STAYS, _RELEASE),
    _row(_E.TASK_OPENED, _ALL, _STAYS, _LEAD + _HANDLE),
    _row(_E.TASK_DONE, _ALL, _STAYS, _READ),
    _row(_E.REVEALED, _ALL, _STAYS, _REVEAL),
)

BY_CUSTOMER = frozenset({_E.SUPPLEMENTED, _E.ATTACHED, _E.WITHDRAWN, _E.RATED, _E.REVIEW_REQUESTED})
"""What customers do themselves, through a client."""
ASIDE = frozenset(
    {_E.NOTED, _E.CHECKED, _E.WARNED, _E.NOTICE_LOGGED, _E.TASK_OPENED, _E.TASK_DONE, _E.REVEALED}
)
"""Written down without changing the case, so that nobody's form goes stale."""
OPEN_TO_RECUSED = BY_CUSTOMER | frozenset({_E.CORRECTED, _E.LINKED, _E.NOTED, _E.TASK_DONE})
"""What 回避 (article 17) does not bar: taking in what customers say is not handling it."""

_RULE_OF: Mapping[tuple[EventKind, CaseState], Rule] = {
    (rule.kind, state): rule for rule in RULES for state in rule.states
}
_ENDINGS: Mapping[CaseState, type[NotInThisState]] = {
    CaseState.WITHDRAWN: CaseWithdrawn,
    CaseState.MERGED: CaseMerged,
    CaseState.CLOSED: CaseClosed,
}
_ABOUT_A_REPLY = frozenset({_E.RATED, _E.REVIEW_REQUESTED})


def rule_for(kind: EventKind, state: CaseState) -> Rule:
    """The row for an act in a state. Raises NotInThisState (of the kind that fits)."""
    rule = _RULE_OF.get((kind, state))
    if rule is not None:
        return rule
    if state in _ENDINGS:
        raise _ENDINGS[state]
    raise NoReplyYet if kind in _ABOUT_A_REPLY else WrongState


def check_officer(rule: Rule, at: Situation) -> None:
    """Whether this officer could do this at all. Raises NotAllowed, NeedsAnother, NotReady,
    WrongState."""
    if at.officer is not None and not any(at.officer.may(right) for right in rule.rights):
        raise NotAllowed
    if at.officer is None and rule.kind not in BY_CUSTOMER:
        raise NotAllowed
    for guard in rule.guards:
        if guard in ABOUT_THE_OFFICER:
            guard(at)


def check_circumstances(rule: Rule, at: Situation) -> None:
    """Whether everything else is so. Raises what the guards raise."""
    for guard in rule.guards:
        if guard not in ABOUT_THE_OFFICER:
            guard(at)


def allowed_acts(standing: CaseStanding, officer: Officer, now: datetime) -> tuple[EventKind, ...]:
    """What a page may offer this officer now, in the order of ``RULES``: state, right and the
    guards about the officer fit. Circumstances may still forbid it, and say why, when it is tried.
    """
    day = local_date(now)
    return tuple(
        rule.kind
        for rule in RULES
        if standing.progress.state in rule.states
        and not changes_nothing(standing.progress, rule.kind)
        and _could(rule, Situation(standing, rule.kind, day, now, officer))
    )


def state_after(rule: Rule, progress: Progress) -> CaseState:
    """Where an act leads. A review is worked on under its own name."""
    if rule.to is CaseState.INVESTIGATING and progress.review_due is not None:
        return CaseState.UNDER_REVIEW
    return rule.to or progress.state


def changes_nothing(progress: Progress, kind: EventKind) -> bool:
    """Whether the act was done before, by whatever id: what is withdrawn stays so."""
    return progress.state is CaseState.WITHDRAWN and kind is EventKind.WITHDRAWN


def _could(rule: Rule, at: Situation) -> bool:
    try:
        check_officer(rule, at)
    except Refused:
        return False
    return True
