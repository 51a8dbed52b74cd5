"""Every act in every state: where it leads, or how it is refused; and who may."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from casestore.domain.case import (
    ENDED,
    CaseStanding,
    CaseState,
    Confirmed,
    EventKind,
    Flag,
    Grade,
    Handling,
    Priority,
    Progress,
    Regime,
)
from casestore.domain.clock import due_dates, extended, opening_terms, stopped
from casestore.domain.deadlines import ServicePromise, local_date
from casestore.domain.effects import outcome
from casestore.domain.errors import (
    CaseClosed,
    CaseMerged,
    CaseWithdrawn,
    InvalidRequest,
    NeedsAnother,
    NoReplyYet,
    NotAllowed,
    NotInThisState,
    NotReady,
    Refused,
    ReviewTooLate,
    WrongState,
)
from casestore.domain.guards import Circumstances, Situation
from casestore.domain.handling import (
    BY_CUSTOMER,
    RULES,
    allowed_acts,
    changes_nothing,
    check_circumstances,
    check_officer,
    rule_for,
)
from casestore.domain.staff import SYSTEM, Officer, StaffRole

NOW = datetime(2026, 11, 27, 2, 0, tzinfo=timezone.utc)
DAY = local_date(NOW)
RECEIVED = date(2026, 11, 23)
ANSWERED = date(2026, 11, 25)
TERMS = opening_terms(RECEIVED, ServicePromise(2, 5))

LI = Officer("li", "李明", frozenset({StaffRole.HANDLER}))
WANG = Officer("wang", "王芳", frozenset({StaffRole.HANDLER}))
ZHAO = Officer("zhao", "赵主管", frozenset({StaffRole.SUPERVISOR}))
SUN = Officer("sun", "孙总", frozenset({StaffRole.EXECUTIVE}))
CLERK = Officer("clerk", "钱登记", frozenset({StaffRole.CLERK}))
AUDITOR = Officer("audit", "周审计", frozenset({StaffRole.AUDITOR}))

E, S = EventKind, CaseState
_ANSWERED_STATES = frozenset({S.NOTIFIED, S.UNDER_REVIEW, S.REOPENED, S.CLOSED})
_STOPPED_STATES = frozenset({S.IN_MEDIATION, S.IN_APPRAISAL})

CLASSES = Confirmed("借记卡", "服务态度及服务质量", "营业现场", "li", NOW)
HANDLING = Handling(assignee="li", confirmed=CLASSES)

# Data and circumstances in which nothing but the state stands in the way of an act.
DATA = {
    E.ASSIGNED: {"assignee": "li"},
    E.GRADED: {"grade": "major", "priority": "urgent", "flags": "media,group"},
    E.CLASSIFIED: {"business": "借记卡", "reason": "服务态度及服务质量", "channel": "营业现场"},
    E.ACCUSED_SET: {"accused": "B01"},
    E.REGIME_SET: {"regime": "credit_report"},
    E.LINKED: {"other": "other"},
    E.MERGED: {"into": "other"},
    E.MEDIATION_STARTED: {"body": "调解中心"},
    E.APPRAISAL_STARTED: {"body": "鉴定所"},
}


def standing_in(state: CaseState, **changes: object) -> CaseStanding:
    """A case in a state with the dates it has there, handled by 李明."""
    is_answered = state in _ANSWERED_STATES
    progress = Progress(
        state=state,
        review_due=date(2026, 12, 20) if state is S.UNDER_REVIEW else None,
        ended_on=ANSWERED if state is S.WITHDRAWN else None,
        answered_on=ANSWERED if is_answered else None,
        settled_on=ANSWERED if is_answered and state is not S.REOPENED else None,
        closed_on=ANSWERED if state in ENDED else None,
        terms=stopped(TERMS, date(2026, 11, 24)) if state in _STOPPED_STATES else TERMS,
    )
    values = {
        "reference": "this",
        "progress": progress,
        "received_at": datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc),
        "due": due_dates(TERMS),
        "handling": HANDLING,
        **changes,
    }
    return CaseStanding(**values)  # type: ignore[arg-type]  # a maker


def easy(kind: EventKind) -> Circumstances:
    """Everything done that could be asked for."""
    return Circumstances(
        replied_on=ANSWERED,
        submitted_reply="r1",
        submitted_by="li",
        approved_reply="r1",
        is_decision_told=True,
        other=standing_in(S.INVESTIGATING, reference="other"),
        is_related=kind is E.MERGED,
    )


def situation(
    standing: CaseStanding,
    kind: EventKind,
    officer: Officer | None = SYSTEM,
    **changes: object,
) -> Situation:
    values = {
        "standing": standing,
        "kind": kind,
        "day": DAY,
        "now": NOW,
        "officer": officer,
        "text": "理由",
        "data": DATA.get(kind, {}),
        "circumstances": easy(kind),
        **changes,
    }
    return Situation(**values)  # type: ignore[arg-type]  # a maker


def do(at: Situation) -> CaseStanding:
    rule = rule_for(at.kind, at.standing.progress.state)
    check_officer(rule, at)
    check_circumstances(rule, at)
    return outcome(rule, at)


def in_state(state: CaseState, kind: EventKind) -> CaseStanding:
    """As ``standing_in``, with a legal hold where that is what the act is about."""
    return standing_in(state, handling=replace(HANDLING, is_held=kind is E.RELEASED))


STAYS = {state: state for state in S}
OPEN = {state: state for state in S if state not in ENDED}
ENDINGS = {S.CLOSED: CaseClosed, S.WITHDRAWN: CaseWithdrawn, S.MERGED: CaseMerged}
ANSWERED_OPEN = {S.NOTIFIED: S.NOTIFIED, S.UNDER_REVIEW: S.UNDER_REVIEW, S.REOPENED: S.REOPENED}
DECIDING = dict.fromkeys(
    (
        *(S.REGISTERED, S.ASSIGNED, S.INVESTIGATING, S.IN_MEDIATION, S.IN_APPRAISAL),
        S.REOPENED,
    ),
)
AWAITING = {state: state for state in (*DECIDING, S.DECIDED)}

# What each act leads to in the states where it is allowed; in all others it is refused.
LEADS_TO: dict[EventKind, dict[CaseState, CaseState]] = {
    E.SUPPLEMENTED: {state: state for state in S if state is not S.WITHDRAWN},
    E.ATTACHED: {state: state for state in S if state is not S.WITHDRAWN},
    E.WITHDRAWN: dict.fromkeys([*OPEN, S.WITHDRAWN], S.WITHDRAWN),
    E.RATED: {**ANSWERED_OPEN, S.CLOSED: S.CLOSED},
    E.REVIEW_REQUESTED: {
        S.NOTIFIED: S.UNDER_REVIEW,
        S.CLOSED: S.UNDER_REVIEW,
        S.UNDER_REVIEW: S.UNDER_REVIEW,
        S.REOPENED: S.REOPENED,
    },
    E.GRADED: OPEN,
    E.CLASSIFIED: STAYS,
    E.ACCUSED_SET: STAYS,
    E.REGIME_SET: AWAITING,
    E.ASSIGNED: {**OPEN, S.REGISTERED: S.ASSIGNED, S.REOPENED: S.ASSIGNED},
    E.TAKEN_UP: dict.fromkeys((S.REGISTERED, S.ASSIGNED, S.REOPENED), S.INVESTIGATING),
    E.ESCALATED: OPEN,
    E.WARNED: STAYS,
    E.NOTED: STAYS,
    E.CHECKED: OPEN,
    E.CORRECTED: OPEN,
    E.LINKED: STAYS,
    E.MERGED: dict.fromkeys(DECIDING, S.MERGED),
    E.EXTENDED: AWAITING,
    E.RESTARTED: AWAITING,
    E.MEDIATION_STARTED: {S.INVESTIGATING: S.IN_MEDIATION},
    E.MEDIATION_ENDED: {S.IN_MEDIATION: S.INVESTIGATING},
    E.APPRAISAL_STARTED: {S.INVESTIGATING: S.IN_APPRAISAL},
    E.APPRAISAL_ENDED: {S.IN_APPRAISAL: S.INVESTIGATING},
    E.REPLY_SUBMITTED: {S.INVESTIGATING: S.INVESTIGATING, S.UNDER_REVIEW: S.UNDER_REVIEW},
    E.REPLY_RETURNED: {
        S.INVESTIGATING: S.INVESTIGATING,
        S.UNDER_REVIEW: S.UNDER_REVIEW,
        S.DECIDED: S.INVESTIGATING,
    },
    E.DECIDED: {S.INVESTIGATING: S.DECIDED, S.UNDER_REVIEW: S.DECIDED},
    E.REPLIED: {S.DECIDED: S.NOTIFIED},
    E.NOTICE_LOGGED: STAYS,
    E.REOPENED: {S.NOTIFIED: S.REOPENED, S.CLOSED: S.REOPENED},
    E.CLOSED: {S.NOTIFIED: S.CLOSED},
    E.TASK_OPENED: STAYS,
    E.TASK_DONE: STAYS,
    E.REVEALED: STAYS,
    E.HELD: STAYS,
    E.RELEASED: STAYS,
    E.ERASED: {state: state for state in ENDED},
}
ACTS = [kind for kind in EventKind if kind is not E.REGISTERED]


def refusal(kind: EventKind, state: CaseState) -> type[Refused]:
    """How an act is refused in a state where it is not allowed."""
    if state in ENDINGS:
        return ENDINGS[state]
    return NoReplyYet if kind in {E.RATED, E.REVIEW_REQUESTED} else WrongState


@pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.value)
@pytest.mark.parametrize("state", CaseState, ids=lambda state: state.value)
def test_every_act_in_every_state(kind: EventKind, state: CaseState) -> None:
    doer = LI if kind is E.TAKEN_UP else SYSTEM  # what another has nobody takes up
    at = situation(in_state(state, kind), kind, doer)
    if (to := LEADS_TO[kind].get(state)) is not None:
        assert do(at).progress.state is to
    else:
        with pytest.raises(refusal(kind, state)):
            do(at)


def test_no_act_has_two_rules_in_one_state() -> None:
    pairs = [(rule.kind, state) for rule in RULES for state in rule.states]
    assert len(pairs) == len(set(pairs))


CUSTOMER = None


@pytest.mark.parametrize("kind", ACTS, ids=lambda kind: kind.value)
def test_customers_do_their_own_acts_and_no_others(kind: EventKind) -> None:
    state = next(iter(LEADS_TO[kind]))
    at = situation(in_state(state, kind), kind, CUSTOMER)
    if kind in BY_CUSTOMER:
        assert do(at).progress.state is LEADS_TO[kind][state]
    else:
        with pytest.raises(NotAllowed):
            do(at)


@pytest.mark.parametrize(
    ("officer", "kind", "state"),
    [
        (CLERK, E.TAKEN_UP, S.REGISTERED),
        (CLERK, E.CLASSIFIED, S.REGISTERED),
        (CLERK, E.REVEALED, S.REGISTERED),
        (AUDITOR, E.NOTED, S.REGISTERED),
        (LI, E.ASSIGNED, S.REGISTERED),
        (LI, E.EXTENDED, S.INVESTIGATING),
        (LI, E.RESTARTED, S.INVESTIGATING),
        (LI, E.DECIDED, S.INVESTIGATING),
        (LI, E.REOPENED, S.CLOSED),
        (LI, E.HELD, S.CLOSED),
        (SUN, E.TAKEN_UP, S.REGISTERED),
        (ZHAO, E.WARNED, S.INVESTIGATING),  # only jobs warn
        (ZHAO, E.ERASED, S.CLOSED),
    ],
)
def test_a_post_without_the_right_is_refused(
    officer: Officer, kind: EventKind, state: CaseState
) -> None:
    with pytest.raises(NotAllowed):
        do(situation(in_state(state, kind), kind, officer))


@pytest.mark.parametrize(
    "kind", [E.MEDIATION_STARTED, E.APPRAISAL_STARTED, E.REPLY_SUBMITTED], ids=str
)
def test_one_person_is_in_charge(kind: EventKind) -> None:
    """专人负责: not any handler, but the assignee or a supervisor."""
    case = in_state(S.INVESTIGATING, kind)
    do(situation(case, kind, LI))
    do(situation(case, kind, ZHAO))
    with pytest.raises(NotAllowed):
        do(situation(case, kind, WANG))


def test_what_nobody_has_anybody_may_take_up_what_another_has_nobody() -> None:
    free = standing_in(S.REGISTERED, handling=Handling())
    after = do(situation(free, E.TAKEN_UP, WANG))
    assert after.handling.assignee == "wang"
    with pytest.raises(NotAllowed):
        do(situation(standing_in(S.ASSIGNED), E.TAKEN_UP, WANG))


# --- extensions: 投诉办法 article 18 paragraph 1 ---------------------------------------------


def test_the_first_extension_is_the_supervisors() -> None:
    after = do(situation(standing_in(S.INVESTIGATING), E.EXTENDED, ZHAO))
    assert (after.progress.terms.extensions, after.due.legal) == (1, date(2026, 12, 23))


def extended_case(times: int, regime: Regime = Regime.GENERAL) -> CaseStanding:
    terms = opening_terms(RECEIVED, ServicePromise(2, 5), regime)
    for _ in range(times):
        terms = extended(terms)
    progress = Progress(S.INVESTIGATING, terms=terms)
    return standing_in(S.INVESTIGATING, progress=progress, due=due_dates(terms))


def test_the_second_extension_needs_an_executive() -> None:
    with pytest.raises(NotAllowed):
        do(situation(extended_case(1), E.EXTENDED, ZHAO))
    after = do(situation(extended_case(1), E.EXTENDED, SUN))
    assert after.due.legal == date(2027, 1, 22)


def test_the_second_extension_comes_from_above_the_branch_that_handles_the_case() -> None:
    case = replace(extended_case(1), handling=Handling(assignee="li", unit="B1"))
    with pytest.raises(NotAllowed):
        do(situation(case, E.EXTENDED, replace(SUN, branch="B1")))
    assert do(situation(case, E.EXTENDED, replace(SUN, branch="C1"))).progress.terms.extensions == 2


@pytest.mark.parametrize(
    ("times", "regime"),
    [(2, Regime.GENERAL), (1, Regime.CENTRAL_BANK), (0, Regime.AML_CONTROL)],
)
def test_there_is_no_extension_the_law_does_not_know(times: int, regime: Regime) -> None:
    with pytest.raises(NotReady):
        do(situation(extended_case(times, regime), E.EXTENDED, SUN))


def test_who_handles_a_case_does_not_extend_it() -> None:
    case = standing_in(S.INVESTIGATING, handling=Handling(assignee="zhao"))
    with pytest.raises(NeedsAnother):
        do(situation(case, E.EXTENDED, ZHAO))


@pytest.mark.parametrize(("day", "in_time"), [("2026-12-08", True), ("2026-12-09", False)])
def test_an_extension_comes_before_the_limit_has_passed(day: str, in_time: bool) -> None:
    at = situation(standing_in(S.INVESTIGATING), E.EXTENDED, ZHAO, day=date.fromisoformat(day))
    if in_time:
        assert do(at).progress.terms.extensions == 1
    else:
        with pytest.raises(NotReady):
            do(at)


def test_an_extension_during_mediation_counts_the_stopped_days() -> None:
    case = standing_in(S.IN_MEDIATION)  # stopped since 24 November
    after = do(situation(case, E.EXTENDED, ZHAO, day=date(2026, 12, 20)))
    assert after.progress.terms.extensions == 1
    assert after.progress.terms.stopped_on == date(2026, 11, 24)


@pytest.mark.parametrize(
    "kind",
    [
        *(E.EXTENDED, E.RESTARTED, E.REGIME_SET, E.MERGED, E.REOPENED, E.REPLY_RETURNED),
        *(E.HELD, E.CORRECTED, E.NOTED),
    ],
    ids=str,
)
@pytest.mark.parametrize("text", [None, "", "  "])
def test_what_needs_a_reason_needs_a_reason(kind: EventKind, text: str | None) -> None:
    state = S.NOTIFIED if kind is E.REOPENED else S.INVESTIGATING
    with pytest.raises(InvalidRequest) as caught:
        do(situation(standing_in(state), kind, text=text))
    assert set(caught.value.fields) == {"text"}


@pytest.mark.parametrize("kind", [E.EXTENDED, E.RESTARTED, E.REGIME_SET], ids=str)
def test_the_limit_of_a_review_does_not_move(kind: EventKind) -> None:
    decided = Progress(S.DECIDED, review_due=date(2026, 12, 20), terms=TERMS)
    with pytest.raises(NotReady):
        do(situation(standing_in(S.DECIDED, progress=decided), kind))


# --- the clock ------------------------------------------------------------------------------


def test_mediation_stops_the_clock_and_its_end_starts_it_again() -> None:
    stopped_case = do(situation(standing_in(S.INVESTIGATING), E.MEDIATION_STARTED, LI))
    assert stopped_case.progress.terms.stopped_on == DAY
    later = DAY + timedelta(days=5)
    after = do(situation(stopped_case, E.MEDIATION_ENDED, LI, day=later))
    assert after.progress.terms.stopped_on is None
    assert after.due.legal == date(2026, 12, 13)


def test_the_end_of_a_case_ends_the_stop_of_its_clock() -> None:
    after = do(situation(standing_in(S.IN_APPRAISAL), E.WITHDRAWN, CUSTOMER))
    assert after.progress.terms.stopped_on is None


def test_new_facts_start_the_clock_anew_from_the_day_they_came() -> None:
    case = standing_in(S.INVESTIGATING)
    assert do(situation(case, E.RESTARTED, ZHAO)).due.legal == date(2026, 12, 12)
    since = {"since": "2026-11-25"}
    assert do(situation(case, E.RESTARTED, ZHAO, data=since)).due.legal == date(2026, 12, 10)
    for wrong in ("2026-11-28", "gestern"):
        with pytest.raises(InvalidRequest):
            do(situation(case, E.RESTARTED, ZHAO, data={"since": wrong}))


def test_a_case_handled_again_gets_a_new_clock_and_is_pending_again() -> None:
    after = do(situation(standing_in(S.CLOSED), E.REOPENED, ZHAO))
    assert after.due.legal == date(2026, 12, 12)
    progress = after.progress
    assert (progress.answered_on, progress.settled_on, progress.closed_on) == (ANSWERED, None, None)


def test_another_regime_sets_another_limit() -> None:
    after = do(situation(standing_in(S.INVESTIGATING), E.REGIME_SET, ZHAO))
    assert (after.progress.terms.regime, after.due.legal) == (
        Regime.CREDIT_REPORT,
        date(2026, 12, 13),
    )


# --- withdrawal: article 15 -----------------------------------------------------------------


def test_a_withdrawal_ends_the_procedure_that_day() -> None:
    after = do(situation(standing_in(S.INVESTIGATING), E.WITHDRAWN, CUSTOMER)).progress
    assert (after.ended_on, after.settled_on, after.closed_on) == (DAY, DAY, DAY)


def test_withdrawing_twice_keeps_the_first_day() -> None:
    after = do(situation(standing_in(S.WITHDRAWN), E.WITHDRAWN, CUSTOMER)).progress
    assert after.ended_on == ANSWERED
    assert changes_nothing(standing_in(S.WITHDRAWN).progress, E.WITHDRAWN)
    assert not changes_nothing(standing_in(S.WITHDRAWN).progress, E.SUPPLEMENTED)
    assert not changes_nothing(standing_in(S.NOTIFIED).progress, E.WITHDRAWN)


# --- reply, review: articles 19 to 21 -------------------------------------------------------


def test_a_reply_settles_the_case() -> None:
    after = do(situation(standing_in(S.DECIDED), E.REPLIED)).progress
    assert (after.answered_on, after.settled_on) == (DAY, DAY)


@pytest.mark.parametrize("sent_on", ["2026-11-26", "2026-11-30"])
def test_the_day_of_sending_is_the_day_of_the_answer(sent_on: str) -> None:
    told = do(situation(standing_in(S.DECIDED), E.REPLIED))
    data = {"kind": "reply", "sent_on": sent_on}
    after = do(situation(told, E.NOTICE_LOGGED, LI, data=data)).progress
    day = date.fromisoformat(sent_on)
    assert (after.answered_on, after.settled_on) == (day, day)


def test_a_later_round_does_not_change_when_the_case_was_first_answered() -> None:
    told = Progress(S.NOTIFIED, answered_on=ANSWERED, settled_on=DAY, terms=TERMS)
    data = {"kind": "reply", "sent_on": "2026-11-30"}
    case = standing_in(S.NOTIFIED, progress=told)
    after = do(situation(case, E.NOTICE_LOGGED, LI, data=data)).progress
    assert (after.answered_on, after.settled_on) == (ANSWERED, date(2026, 11, 30))


def test_another_notice_changes_no_day() -> None:
    case = standing_in(S.NOTIFIED)
    data = {"kind": "closed", "sent_on": "2026-11-30"}
    assert do(situation(case, E.NOTICE_LOGGED, LI, data=data)).progress == case.progress


@pytest.mark.parametrize(
    ("kind", "changes", "refusal"),
    [
        (E.REPLY_SUBMITTED, {"open_points": 1}, NotReady),
        (E.DECIDED, {"submitted_reply": None}, NotReady),
        (E.DECIDED, {"submitted_reply": "r2"}, NotReady),  # not the one that was read
        (E.DECIDED, {"open_points": 2}, NotReady),
        (E.DECIDED, {"submitted_by": "zhao"}, NeedsAnother),
        (E.REPLY_RETURNED, {"submitted_reply": None}, NotReady),
        (E.REPLIED, {"approved_reply": None}, NotReady),
        (E.REPLIED, {"approved_reply": "r2"}, NotReady),
        (E.CLOSED, {"is_decision_told": False}, NotReady),
        (E.CLOSED, {"open_notices": 1}, NotReady),
    ],
)
def test_a_step_waits_for_what_comes_before_it(
    kind: EventKind, changes: dict[str, object], refusal: type[Refused]
) -> None:
    state = {E.REPLIED: S.DECIDED, E.CLOSED: S.NOTIFIED}.get(kind, S.INVESTIGATING)
    facts = Circumstances(
        **{
            "submitted_reply": "r1",
            "submitted_by": "li",
            "approved_reply": "r1",
            "is_decision_told": True,
            **changes,
        }
    )
    at = situation(standing_in(state), kind, ZHAO, circumstances=facts, data={"reply": "r1"})
    with pytest.raises(refusal):
        do(at)


def test_a_case_is_closed_when_its_classes_are_confirmed() -> None:
    case = standing_in(S.NOTIFIED, handling=Handling(assignee="li"))
    with pytest.raises(NotReady):
        do(situation(case, E.CLOSED, LI))
    assert do(situation(standing_in(S.NOTIFIED), E.CLOSED, LI)).progress.closed_on == DAY


def in_review() -> CaseStanding:
    return standing_in(S.UNDER_REVIEW)


def test_a_review_is_decided_by_somebody_else() -> None:
    facts = Circumstances(
        submitted_reply="r2", submitted_by="wang", deciders=frozenset({"staff:zhao"})
    )
    with pytest.raises(NeedsAnother):
        do(situation(in_review(), E.DECIDED, ZHAO, circumstances=facts))
    after = do(situation(in_review(), E.DECIDED, SUN, circumstances=facts)).progress
    assert (after.state, after.review_due) == (S.DECIDED, date(2026, 12, 20))


def test_a_review_goes_to_somebody_else() -> None:
    facts = Circumstances(deciders=frozenset({"staff:wang"}))
    with pytest.raises(NeedsAnother):
        do(situation(in_review(), E.ASSIGNED, ZHAO, circumstances=facts, data={"assignee": "wang"}))
    after = do(situation(in_review(), E.ASSIGNED, ZHAO, circumstances=facts))
    assert (after.progress.state, after.handling.assignee) == (S.UNDER_REVIEW, "li")


def test_a_review_is_not_given_to_who_wrote_the_reply() -> None:
    facts = Circumstances(writers=frozenset({"wang"}))
    with pytest.raises(NeedsAnother):
        do(situation(in_review(), E.ASSIGNED, ZHAO, circumstances=facts, data={"assignee": "wang"}))


def test_a_review_is_answered_by_somebody_else_than_the_first_writer() -> None:
    facts = Circumstances(writers=frozenset({"li"}))
    with pytest.raises(NeedsAnother) as refused:
        do(situation(in_review(), E.REPLY_SUBMITTED, LI, circumstances=facts))
    assert "改派" in refused.value.reason
    after = do(situation(in_review(), E.REPLY_SUBMITTED, ZHAO, circumstances=facts))
    assert after.progress.state is S.UNDER_REVIEW


def test_only_a_review_asks_who_wrote_before() -> None:
    facts = Circumstances(writers=frozenset({"li"}))
    case = standing_in(S.INVESTIGATING)
    assert do(situation(case, E.REPLY_SUBMITTED, LI, circumstances=facts)).progress.state is (
        S.INVESTIGATING
    )


def test_a_review_that_is_sent_back_stays_a_review() -> None:
    decided = Progress(S.DECIDED, review_due=date(2026, 12, 20), terms=TERMS)
    case = standing_in(S.DECIDED, progress=decided)
    assert do(situation(case, E.REPLY_RETURNED, SUN)).progress.state is S.UNDER_REVIEW


def test_telling_the_review_decision_ends_the_review() -> None:
    decided = Progress(
        S.DECIDED,
        review_due=date(2026, 12, 20),
        answered_on=ANSWERED,
        settled_on=ANSWERED,
        terms=TERMS,
    )
    after = do(situation(standing_in(S.DECIDED, progress=decided), E.REPLIED)).progress
    assert (after.review_due, after.answered_on, after.settled_on) == (None, ANSWERED, ANSWERED)


def test_a_review_is_due_thirty_days_after_it_was_applied_for() -> None:
    after = do(situation(standing_in(S.CLOSED), E.REVIEW_REQUESTED, CUSTOMER)).progress
    assert (after.review_due, after.closed_on) == (date(2026, 12, 27), None)


def test_more_reasons_do_not_move_the_end_of_a_review() -> None:
    after = do(situation(in_review(), E.REVIEW_REQUESTED, CUSTOMER)).progress
    assert after.review_due == date(2026, 12, 20)


@pytest.mark.parametrize(("age", "in_time"), [(-1, True), (0, True), (30, True), (31, False)])
def test_a_review_may_be_applied_for_within_thirty_days_of_the_reply(
    age: int, in_time: bool
) -> None:
    facts = Circumstances(replied_on=DAY - timedelta(days=age))
    at = situation(standing_in(S.NOTIFIED), E.REVIEW_REQUESTED, CUSTOMER, circumstances=facts)
    if in_time:
        assert do(at).progress.review_due == DAY + timedelta(days=30)
    else:
        with pytest.raises(ReviewTooLate):
            do(at)


def test_a_review_needs_a_reply_on_record() -> None:
    at = situation(
        standing_in(S.NOTIFIED), E.REVIEW_REQUESTED, CUSTOMER, circumstances=Circumstances()
    )
    with pytest.raises(NoReplyYet):
        do(at)


# --- merging: article 18 paragraph 3 --------------------------------------------------------


@pytest.mark.parametrize(
    ("other", "is_related", "refusal"),
    [
        (None, True, InvalidRequest),
        (standing_in(S.NOTIFIED), True, NotReady),
        (standing_in(S.WITHDRAWN), True, NotReady),
        (standing_in(S.INVESTIGATING), False, NotReady),
    ],
)
def test_a_case_is_merged_into_an_open_one_of_the_same_matter(
    other: CaseStanding | None, is_related: bool, refusal: type[Refused]
) -> None:
    facts = Circumstances(other=other, is_related=is_related)
    with pytest.raises(refusal):
        do(situation(standing_in(S.REGISTERED), E.MERGED, LI, circumstances=facts))


def test_a_case_is_not_merged_into_itself() -> None:
    with pytest.raises(InvalidRequest):
        do(situation(standing_in(S.REGISTERED), E.MERGED, LI, data={"into": "this"}))


def test_a_merged_case_is_settled_and_says_where_it_went() -> None:
    after = do(situation(standing_in(S.REGISTERED), E.MERGED, LI))
    assert (after.progress.settled_on, after.handling.merged_into) == (DAY, "other")


# --- what else acts change ------------------------------------------------------------------


def test_grade_priority_and_flags_are_set_together() -> None:
    handling = do(situation(standing_in(S.ASSIGNED), E.GRADED, LI)).handling
    assert handling.grade is Grade.MAJOR
    assert handling.priority is Priority.URGENT
    assert handling.flags == {Flag.MEDIA, Flag.GROUP}


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        (E.GRADED, {"grade": "huge", "priority": "normal"}, "grade"),
        (E.GRADED, {"grade": "major", "priority": "normal", "flags": "blue"}, "flags"),
        (E.GRADED, {"grade": "major"}, "priority"),
        (E.REGIME_SET, {"regime": "none"}, "regime"),
        (E.CLASSIFIED, {"business": "借记卡", "reason": " "}, "reason"),
        (E.ACCUSED_SET, {}, "accused"),
        (E.ASSIGNED, {}, "assignee"),
        (E.MEDIATION_STARTED, {}, "body"),
    ],
)
def test_data_that_means_nothing_is_named(
    kind: EventKind, data: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        do(situation(standing_in(S.INVESTIGATING), kind, ZHAO, data=data))
    assert set(caught.value.fields) == {field}


def test_a_confirmed_class_says_who_and_when() -> None:
    confirmed = do(situation(standing_in(S.CLOSED), E.CLASSIFIED, LI)).handling.confirmed
    assert confirmed is not None
    assert (confirmed.channel, confirmed.by, confirmed.at) == ("营业现场", "li", NOW)


def test_an_assignment_names_the_unit_or_takes_the_assignees_own() -> None:
    facts = Circumstances(assignee_unit="B02")
    case = standing_in(S.REGISTERED)
    own = do(situation(case, E.ASSIGNED, ZHAO, circumstances=facts))
    named = do(
        situation(
            case, E.ASSIGNED, ZHAO, circumstances=facts, data={"assignee": "li", "unit": "B09"}
        )
    )
    assert (own.handling.unit, named.handling.unit) == ("B02", "B09")


def test_who_may_not_have_a_case_is_not_given_it() -> None:
    facts = Circumstances(assignee_problem="被投诉的是您本人")
    with pytest.raises(InvalidRequest, match="assignee"):
        do(situation(standing_in(S.REGISTERED), E.ASSIGNED, ZHAO, circumstances=facts))


def test_a_change_raises_the_version_a_note_does_not() -> None:
    case = standing_in(S.INVESTIGATING)
    assert do(situation(case, E.GRADED, LI)).handling.version == 2
    assert do(situation(case, E.SUPPLEMENTED, CUSTOMER)).handling.version == 2
    for aside in (E.NOTED, E.CHECKED, E.REVEALED, E.TASK_OPENED):
        assert do(situation(case, aside, ZHAO)).handling.version == 1


def test_a_legal_hold_is_set_once_and_lifted_once() -> None:
    held = do(situation(standing_in(S.CLOSED), E.HELD, ZHAO))
    assert held.handling.is_held
    for kind in (E.HELD, E.ERASED):
        with pytest.raises(WrongState):
            do(situation(held, kind))
    assert not do(situation(held, E.RELEASED, ZHAO)).handling.is_held


# --- what pages may offer -------------------------------------------------------------------


def test_a_page_offers_what_state_post_and_person_allow() -> None:
    case = standing_in(S.INVESTIGATING)
    mine = allowed_acts(case, LI, NOW)
    assert {E.REPLY_SUBMITTED, E.MEDIATION_STARTED, E.NOTED} <= set(mine)
    assert not {E.EXTENDED, E.DECIDED, E.ASSIGNED, E.CLOSED, E.WARNED} & set(mine)
    assert E.REPLY_SUBMITTED not in allowed_acts(case, WANG, NOW)
    assert {E.EXTENDED, E.DECIDED, E.ASSIGNED} <= set(allowed_acts(case, ZHAO, NOW))
    assert E.EXTENDED not in allowed_acts(extended_case(1), ZHAO, NOW)
    assert E.EXTENDED in allowed_acts(extended_case(1), SUN, NOW)
    assert allowed_acts(case, Officer("nobody", "无"), NOW) == ()


@pytest.mark.parametrize("state", CaseState, ids=lambda state: state.value)
def test_a_page_never_offers_what_the_table_refuses(state: CaseState) -> None:
    for officer in (LI, WANG, ZHAO, SUN, CLERK, AUDITOR):
        for kind in allowed_acts(standing_in(state), officer, NOW):
            rule = rule_for(kind, state)
            check_officer(rule, situation(standing_in(state), kind, officer))


def test_every_refusal_by_state_is_one_of_the_tree() -> None:
    for state in CaseState:
        with pytest.raises(NotInThisState):
            rule_for(E.REGISTERED, state)
