"""What may be done with a case in which state, and how that leaves the case.

Source: 《银行业保险业消费投诉处理管理办法》（银保监会令2020年第3号）. Article 15: a complaint may be
withdrawn; the procedure ends on the day the withdrawal is received. Article 20: who disagrees with
the decision may apply for a review (核查) within 30 days of receiving it; the review is decided
within 30 days of the application. Days are calendar days, and a limit includes its last day
(article 43).
"""

from collections.abc import Mapping
from datetime import date, timedelta

from casestore.domain.case import CaseState, EventKind, Progress
from casestore.domain.deadlines import REVIEW_CALENDAR_DAYS
from casestore.domain.errors import CaseWithdrawn, NoReplyYet, NotInThisState, ReviewTooLate

REVIEW_APPLICATION_DAYS = 30

_Outcome = CaseState | type[NotInThisState]

# The state each act leads to, or why it is refused.
TRANSITIONS: Mapping[CaseState, Mapping[EventKind, _Outcome]] = {
    CaseState.REGISTERED: {
        EventKind.SUPPLEMENTED: CaseState.REGISTERED,
        EventKind.ATTACHED: CaseState.REGISTERED,
        EventKind.REPLIED: CaseState.NOTIFIED,
        EventKind.RATED: NoReplyYet,
        EventKind.REVIEW_REQUESTED: NoReplyYet,  # article 20: there must be a decision
        EventKind.WITHDRAWN: CaseState.WITHDRAWN,  # article 15
    },
    CaseState.NOTIFIED: {
        EventKind.SUPPLEMENTED: CaseState.NOTIFIED,
        EventKind.ATTACHED: CaseState.NOTIFIED,
        EventKind.REPLIED: CaseState.NOTIFIED,
        EventKind.RATED: CaseState.NOTIFIED,
        EventKind.REVIEW_REQUESTED: CaseState.UNDER_REVIEW,  # article 20
        EventKind.WITHDRAWN: CaseState.WITHDRAWN,  # article 15
    },
    CaseState.UNDER_REVIEW: {
        EventKind.SUPPLEMENTED: CaseState.UNDER_REVIEW,
        EventKind.ATTACHED: CaseState.UNDER_REVIEW,
        EventKind.REPLIED: CaseState.NOTIFIED,  # article 20: the review decision is told
        EventKind.RATED: CaseState.UNDER_REVIEW,
        EventKind.REVIEW_REQUESTED: CaseState.UNDER_REVIEW,  # more reasons, the same review
        EventKind.WITHDRAWN: CaseState.WITHDRAWN,  # article 15
    },
    CaseState.WITHDRAWN: {
        EventKind.SUPPLEMENTED: CaseWithdrawn,
        EventKind.ATTACHED: CaseWithdrawn,
        EventKind.REPLIED: CaseWithdrawn,
        EventKind.RATED: CaseWithdrawn,
        EventKind.REVIEW_REQUESTED: CaseWithdrawn,
        EventKind.WITHDRAWN: CaseState.WITHDRAWN,  # ended already: nothing changes
    },
}


def progress_after(
    progress: Progress, kind: EventKind, day: date, replied_on: date | None
) -> Progress:
    """How an act on a day (China local) leaves a case last replied to on ``replied_on``.

    Raises CaseWithdrawn, NoReplyYet, ReviewTooLate. Sources: see the module.
    """
    outcome = TRANSITIONS[progress.state][kind]
    if not isinstance(outcome, CaseState):
        raise outcome
    if kind is EventKind.REVIEW_REQUESTED:
        _check_in_time(day, replied_on)
    return Progress(
        state=outcome,
        review_due=_review_due(progress, day) if outcome is CaseState.UNDER_REVIEW else None,
        ended_on=_ended_on(progress, day) if outcome is CaseState.WITHDRAWN else None,
    )


def changes_nothing(progress: Progress, kind: EventKind) -> bool:
    """Whether the act was done before, by whatever id: what is withdrawn stays so."""
    return progress.state is CaseState.WITHDRAWN and kind is EventKind.WITHDRAWN


def _check_in_time(day: date, replied_on: date | None) -> None:
    if replied_on is None:
        raise NoReplyYet
    if day - replied_on > timedelta(days=REVIEW_APPLICATION_DAYS):
        raise ReviewTooLate


def _review_due(progress: Progress, day: date) -> date:
    """More reasons for a review under way do not move its end."""
    return progress.review_due or day + timedelta(days=REVIEW_CALENDAR_DAYS)


def _ended_on(progress: Progress, day: date) -> date:
    return progress.ended_on or day
