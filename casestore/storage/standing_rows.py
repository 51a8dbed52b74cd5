"""Where a case stands, as columns of ``cases`` and back."""

from typing import Any

from casestore.domain.case import (
    CaseStanding,
    CaseState,
    ClockTerms,
    Confirmed,
    Flag,
    Grade,
    Handling,
    Priority,
    Progress,
    Regime,
)
from casestore.domain.deadlines import DueDates


def standing_columns(standing: CaseStanding) -> dict[str, Any]:
    """Everything an act may change."""
    return {
        **progress_columns(standing.progress),
        "answered_on": standing.progress.answered_on,
        "settled_on": standing.progress.settled_on,
        "closed_on": standing.progress.closed_on,
        **_clock_columns(standing.progress.terms),
        **_due_columns(standing.due),
        **_handling_columns(standing.handling),
    }


def progress_columns(progress: Progress) -> dict[str, Any]:
    """What ``cases`` and ``case_events`` both hold."""
    return {
        "state": progress.state.value,
        "review_due": progress.review_due,
        "ended_on": progress.ended_on,
    }


def read_standing(row: Any) -> CaseStanding:
    """A row of ``cases`` to where the case stands."""
    return CaseStanding(
        reference=row.reference,
        progress=_read_progress(row),
        received_at=row.received_at,
        due=DueDates(row.promise_due, row.complex_due, row.legal_due, row.due_provisional),
        handling=_read_handling(row),
    )


def read_event_progress(row: Any) -> Progress | None:
    """A row of ``case_events`` to how the act left the case: state, review and end only."""
    if row.state is None:
        return None
    return Progress(CaseState(row.state), row.review_due, row.ended_on)


def _clock_columns(terms: ClockTerms) -> dict[str, Any]:
    return {
        "regime": terms.regime.value,
        "clock_started_on": terms.started_on,
        "extensions": terms.extensions,
        "stopped_days": terms.stopped_days,
        "stopped_working_days": terms.stopped_working_days,
        "stopped_on": terms.stopped_on,
        "forwarded_due": terms.forwarded_due,
        "promise_days": terms.promise_days,
        "complex_days": terms.complex_days,
    }


def _due_columns(due: DueDates) -> dict[str, Any]:
    return {
        "promise_due": due.promise,
        "complex_due": due.complex,
        "legal_due": due.legal,
        "due_provisional": due.provisional,
    }


def _handling_columns(handling: Handling) -> dict[str, Any]:
    return {
        "version": handling.version,
        "grade": handling.grade.value,
        "priority": handling.priority.value,
        "flags": sorted(flag.value for flag in handling.flags),
        "assignee": handling.assignee,
        "unit": handling.unit,
        "accused": handling.accused,
        **_confirmed_columns(handling.confirmed),
        "merged_into": handling.merged_into,
        "repeat_of": handling.repeat_of,
        "rating": handling.rating,
        "escalation": handling.escalation,
        "is_held": handling.is_held,
    }


def _confirmed_columns(confirmed: Confirmed | None) -> dict[str, Any]:
    return {
        "confirmed_business": confirmed and confirmed.business,
        "confirmed_reason": confirmed and confirmed.reason,
        "confirmed_channel": confirmed and confirmed.channel,
        "confirmed_by": confirmed and confirmed.by,
        "confirmed_at": confirmed and confirmed.at,
    }


def _read_progress(row: Any) -> Progress:
    return Progress(
        state=CaseState(row.state),
        review_due=row.review_due,
        ended_on=row.ended_on,
        answered_on=row.answered_on,
        settled_on=row.settled_on,
        closed_on=row.closed_on,
        terms=_read_terms(row),
    )


def _read_terms(row: Any) -> ClockTerms:
    return ClockTerms(
        regime=Regime(row.regime),
        started_on=row.clock_started_on,
        extensions=row.extensions,
        stopped_days=row.stopped_days,
        stopped_on=row.stopped_on,
        forwarded_due=row.forwarded_due,
        promise_days=row.promise_days,
        complex_days=row.complex_days,
        stopped_working_days=row.stopped_working_days,
    )


def _read_handling(row: Any) -> Handling:
    return Handling(
        version=row.version,
        grade=Grade(row.grade),
        priority=Priority(row.priority),
        flags=frozenset(Flag(flag) for flag in row.flags or ()),
        assignee=row.assignee,
        unit=row.unit,
        accused=row.accused,
        confirmed=_read_confirmed(row),
        merged_into=row.merged_into,
        repeat_of=row.repeat_of,
        rating=row.rating,
        escalation=row.escalation,
        is_held=row.is_held,
    )


def _read_confirmed(row: Any) -> Confirmed | None:
    if row.confirmed_by is None:
        return None
    return Confirmed(
        business=row.confirmed_business,
        reason=row.confirmed_reason,
        channel=row.confirmed_channel,
        by=row.confirmed_by,
        at=row.confirmed_at,
    )
