"""How an act leaves a case: its dates, its clock, its grade and who has it. Pure.

``data`` of an act, by kind: ASSIGNED assignee, unit (else the assignee's branch) · GRADED grade,
priority, flags (values joined by commas) · CLASSIFIED business, reason, channel · ACCUSED_SET
accused · REGIME_SET regime · RESTARTED since (day the new facts came in; else today) · LINKED
other · MERGED into · RATED rating (1 to 5) · MEDIATION_* and APPRAISAL_* body · NOTICE_LOGGED
kind, sent_on (day the notice was sent; for the kind ``reply`` that is the day of the answer:
投诉办法 article 21).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from enum import Enum
from typing import TypeVar

from casestore.domain import clock
from casestore.domain.case import (
    ENDED,
    CaseStanding,
    CaseState,
    ClockTerms,
    Confirmed,
    EventKind,
    Flag,
    Grade,
    Handling,
    Priority,
    Progress,
    Regime,
)
from casestore.domain.errors import InvalidRequest
from casestore.domain.guards import Situation
from casestore.domain.handling import ASIDE, Rule, state_after

_STOPPED = frozenset({CaseState.IN_MEDIATION, CaseState.IN_APPRAISAL})
_SETTLING = frozenset({EventKind.REPLIED, EventKind.WITHDRAWN, EventKind.MERGED, EventKind.CLOSED})
_ENDING_REVIEW = _SETTLING | {EventKind.REOPENED}
_UNKNOWN = "不在可选范围内"

Choice = TypeVar("Choice", bound=Enum)


def outcome(rule: Rule, at: Situation) -> CaseStanding:
    """Where the act leaves the case. Raises InvalidRequest for data that means nothing."""
    standing = at.standing
    progress = _progress(rule, at)
    handling = _HANDLING.get(at.kind, _as_it_was)(at)
    if at.kind not in ASIDE:
        handling = replace(handling, version=handling.version + 1)
    due = standing.due
    if progress.terms != standing.progress.terms:
        due = clock.due_dates(progress.terms)
    return replace(standing, progress=progress, handling=handling, due=due)


def _progress(rule: Rule, at: Situation) -> Progress:
    before, state = at.standing.progress, state_after(rule, at.standing.progress)
    progress = replace(
        before,
        state=state,
        review_due=_review_due(at, state),
        ended_on=(before.ended_on or at.day) if state is CaseState.WITHDRAWN else None,
        settled_on=_settled_on(at),
        closed_on=(before.closed_on or at.day) if state in ENDED else None,
        terms=_terms(at, state),
    )
    if at.kind is EventKind.REPLIED:
        return replace(progress, answered_on=before.answered_on or at.day)
    return _with_day_of_sending(progress, at) if _tells_the_answer(at) else progress


def _review_due(at: Situation, state: CaseState) -> date | None:
    """More reasons for a review under way do not move its end."""
    due = at.standing.progress.review_due
    if at.kind in _ENDING_REVIEW:
        return None
    if at.kind is EventKind.REVIEW_REQUESTED and state is CaseState.UNDER_REVIEW:
        return due or at.day + timedelta(days=clock.REVIEW_CALENDAR_DAYS)
    return due


def _settled_on(at: Situation) -> date | None:
    """A review does not make a settled complaint pending again, reopening does."""
    before = at.standing.progress.settled_on
    if at.kind is EventKind.REOPENED:
        return None
    return before or at.day if at.kind in _SETTLING else before


def _tells_the_answer(at: Situation) -> bool:
    return at.kind is EventKind.NOTICE_LOGGED and at.data.get("kind") == "reply"


def _with_day_of_sending(progress: Progress, at: Situation) -> Progress:
    """Released on one day, sent on another: the sending counts. A later round is only settled
    anew, it was answered before."""
    if progress.settled_on is None or "sent_on" not in at.data:
        return progress
    sent_on = _day(at, "sent_on")
    is_first = progress.answered_on == progress.settled_on
    answered_on = sent_on if is_first else progress.answered_on
    return replace(progress, answered_on=answered_on, settled_on=sent_on)


def _terms(at: Situation, state: CaseState) -> ClockTerms:
    terms = _CLOCK.get(at.kind, _as_the_clock_ran)(at, at.standing.progress.terms)
    if state in _STOPPED:
        return clock.stopped(terms, at.day)
    return clock.resumed(terms, at.day) if clock.is_stopped(terms) else terms


def _as_the_clock_ran(_at: Situation, terms: ClockTerms) -> ClockTerms:
    return terms


def _restarted(at: Situation, terms: ClockTerms) -> ClockTerms:
    since = _day(at, "since") if "since" in at.data else at.day
    if since > at.day:
        raise InvalidRequest({"since": "不能晚于今天"})
    return clock.restarted(terms, since)


_CLOCK: Mapping[EventKind, Callable[[Situation, ClockTerms], ClockTerms]] = {
    EventKind.EXTENDED: lambda _at, terms: clock.extended(terms),
    EventKind.RESTARTED: _restarted,
    # Handled anew from here: what was decided and told is behind.
    EventKind.REOPENED: lambda at, terms: clock.restarted(terms, at.day),
    EventKind.REGIME_SET: lambda at, terms: clock.under(terms, _choice(at, "regime", Regime)),
}


def _as_it_was(at: Situation) -> Handling:
    return at.standing.handling


def _assigned(at: Situation) -> Handling:
    unit = at.data.get("unit") or at.circumstances.assignee_unit
    return replace(at.standing.handling, assignee=at.data["assignee"], unit=unit)


def _taken_up(at: Situation) -> Handling:
    handling = at.standing.handling
    if handling.assignee is not None or at.officer is None:
        return handling
    return replace(handling, assignee=at.officer.username, unit=at.officer.branch)


def _graded(at: Situation) -> Handling:
    return replace(
        at.standing.handling,
        grade=_choice(at, "grade", Grade),
        priority=_choice(at, "priority", Priority),
        flags=_flags(at),
    )


def _classified(at: Situation) -> Handling:
    confirmed = Confirmed(
        business=_required(at, "business"),
        reason=_required(at, "reason"),
        channel=_required(at, "channel"),
        by=at.username,
        at=at.now,
    )
    return replace(at.standing.handling, confirmed=confirmed)


_HANDLING: Mapping[EventKind, Callable[[Situation], Handling]] = {
    EventKind.ASSIGNED: _assigned,
    EventKind.TAKEN_UP: _taken_up,
    EventKind.GRADED: _graded,
    EventKind.CLASSIFIED: _classified,
    EventKind.ACCUSED_SET: lambda at: replace(
        at.standing.handling, accused=_required(at, "accused")
    ),
    EventKind.MERGED: lambda at: replace(at.standing.handling, merged_into=_required(at, "into")),
    EventKind.RATED: lambda at: replace(at.standing.handling, rating=at.rating),
    EventKind.ESCALATED: lambda at: replace(
        at.standing.handling, escalation=at.standing.handling.escalation + 1
    ),
    EventKind.HELD: lambda at: replace(at.standing.handling, is_held=True),
    EventKind.RELEASED: lambda at: replace(at.standing.handling, is_held=False),
}


def _required(at: Situation, name: str) -> str:
    value = at.data.get(name, "").strip()
    if not value:
        raise InvalidRequest({name: "必填"})
    return value


def _choice(at: Situation, name: str, kind: type[Choice]) -> Choice:
    try:
        return kind(at.data.get(name))
    except ValueError as exc:
        raise InvalidRequest({name: _UNKNOWN}) from exc


def _flags(at: Situation) -> frozenset[Flag]:
    named = filter(None, at.data.get("flags", "").split(","))
    try:
        return frozenset(Flag(name) for name in named)
    except ValueError as exc:
        raise InvalidRequest({"flags": _UNKNOWN}) from exc


def _day(at: Situation, name: str) -> date:
    try:
        return date.fromisoformat(at.data[name])
    except ValueError as exc:
        raise InvalidRequest({name: "应为日期，例如 2026-11-18"}) from exc
