"""What needs a warning at a moment, and how far up the line it goes. Pure.

逐级上报: the handler, the supervisor of the unit, the head office's supervisor, the executive.
Limits: ``casestore.domain.clock``. How early is the bank's own choice: the promise one working day
before, the legal limit and the review three days before (``casestore.domain.deadlines``), and on
the last working day before that where it falls on a day of rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum

from casestore.domain.assignment import upwards
from casestore.domain.case import CaseStanding, CaseState, Grade, Priority
from casestore.domain.clock import next_limit
from casestore.domain.deadlines import (
    LEGAL_SOON_DAYS,
    PROMISE_SOON_DAYS,
    REVIEW_SOON_DAYS,
    local_date,
    working_days_after,
)
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Account, Branch, StaffRole

IDLE_WORKING_DAYS = 2
TASK_SOON_DAYS = 3
_URGENT_DAYS = 1
_ONE_DAY = timedelta(days=1)


class Level(IntEnum):
    """How far up the line a case has gone; the number in ``Handling.escalation``."""

    HANDLER = 0
    UNIT = 1
    HEAD_OFFICE = 2
    EXECUTIVE = 3

    @property
    def label(self) -> str:
        """Who stands there, in the words of the bank."""
        return ("经办人", "经办机构主管", "总行主管", "分管高管")[self]


@dataclass(frozen=True)
class Watched:
    """A case under way; ``touched_at`` is when somebody last did something about it."""

    standing: CaseStanding
    touched_at: datetime


@dataclass(frozen=True)
class Warned:
    """One warning about one case; ``due`` is the day it is about."""

    kind: ReminderKind
    level: Level
    due: date

    @property
    def key(self) -> str:
        """The same for the same warning, another one once the day has moved or more have to know;
        at most 30 characters."""
        return f"{self.kind.value}:{self.level.value}:{self.due:%Y%m%d}"


def warnings(watched: Watched, now: datetime) -> Sequence[Warned]:
    """Every warning due for a case; those given before are among them."""
    today = local_date(now)
    return [*_of_the_clock(watched.standing, today), *_of_idleness(watched, today)]


def horizon(today: date) -> date:
    """The last day that a warning could be about today."""
    return working_days_after(today, PROMISE_SOON_DAYS) + LEGAL_SOON_DAYS * _ONE_DAY


def soon_until(kind: ReminderKind, today: date) -> date:
    """The last day of a limit of which a warning of this kind (``…_SOON``) is due today."""
    if kind is ReminderKind.PROMISE_SOON:
        return working_days_after(today, PROMISE_SOON_DAYS)
    days = LEGAL_SOON_DAYS if kind is ReminderKind.LEGAL_SOON else REVIEW_SOON_DAYS
    return _last_within(today, days)


def is_told_at_once(standing: CaseStanding) -> bool:
    """Whether a case does not wait for office hours: major (article 29 投诉办法) or emergency."""
    handling = standing.handling
    return handling.grade is Grade.MAJOR or handling.priority is Priority.EMERGENCY


def line_of(
    level: Level,
    unit: str | None,
    assignee: str | None,
    accounts: Sequence[Account],
    branches: Sequence[Branch],
) -> Sequence[str]:
    """Usernames to tell at a level. Where a level has nobody, the next one up has to hear it."""
    for step in Level:
        if step >= level and (found := _people(step, unit, assignee, accounts, branches)):
            return found
    return []


def task_warning(due_on: date, today: date) -> str | None:
    """What to say about an open task (in Chinese); None if it is not due soon."""
    if today > due_on:
        return f"整改任务已过期限 {due_on}，请尽快完成并填写结果。"
    if due_on - today <= TASK_SOON_DAYS * _ONE_DAY:
        return f"整改任务 {due_on} 到期，请完成并填写结果。"
    return None


def text_of(warned: Warned, standing: CaseStanding) -> str:
    """The warning in words, without personal data."""
    extended = "（已延长）" if standing.progress.terms.extensions else ""
    way_out = _MAY_EXTEND if next_limit(standing.progress.terms) else _MAY_NOT_EXTEND
    return _TEXTS[warned.kind].format(due=warned.due, extended=extended, way_out=way_out)


_MAY_EXTEND = "不能按时作出决定的，请在到期以前上报，申请延长。"
_MAY_NOT_EXTEND = "这个期限不能再延长，请按时作出决定并告知客户。"
_TEXTS: Mapping[ReminderKind, str] = {
    ReminderKind.PROMISE_SOON: "承诺答复日是 {due}，请尽快答复客户。",
    ReminderKind.PROMISE_OVERDUE: "承诺答复日 {due} 已过，请先联系客户说明进展，并尽快答复。",
    ReminderKind.LEGAL_SOON: "法定期限{extended}是 {due}。{way_out}",
    ReminderKind.LEGAL_OVERDUE: "法定期限{extended} {due} 已过，请立即作出决定并告知客户。",
    ReminderKind.REVIEW_SOON: "核查决定的期限是 {due}，不能延长，请按时作出决定并告知客户。",
    ReminderKind.REVIEW_OVERDUE: "核查决定的期限 {due} 已过，请立即作出决定并告知客户。",
    ReminderKind.IDLE: "分派以后，到 {due} 还没有开始办理。",
}


def _of_the_clock(standing: CaseStanding, today: date) -> Iterator[Warned]:
    progress = standing.progress
    if progress.state is CaseState.UNDER_REVIEW or progress.review_due is not None:
        yield from _review(progress.review_due, today)
    elif standing.awaits_reply and progress.terms.stopped_on is None:
        # A second answer, after reopening, was never promised.
        if progress.answered_on is None:
            yield from _promise(standing, today)
        yield from _legal(standing.due.legal, today)


def _promise(standing: CaseStanding, today: date) -> Iterator[Warned]:
    due = (
        standing.due.promise if standing.handling.grade is Grade.ORDINARY else standing.due.complex
    )
    if today > due:
        yield Warned(ReminderKind.PROMISE_OVERDUE, Level.UNIT, due)
    elif due <= soon_until(ReminderKind.PROMISE_SOON, today):
        yield Warned(ReminderKind.PROMISE_SOON, Level.HANDLER, due)


def _legal(due: date, today: date) -> Iterator[Warned]:
    if today > due:
        yield Warned(ReminderKind.LEGAL_OVERDUE, Level.EXECUTIVE, due)
    elif _is_within(due, today, LEGAL_SOON_DAYS):
        is_urgent = _is_within(due, today, _URGENT_DAYS)
        level = Level.HEAD_OFFICE if is_urgent else Level.UNIT
        yield Warned(ReminderKind.LEGAL_SOON, level, due)


def _review(due: date | None, today: date) -> Iterator[Warned]:
    if due is None:
        return
    if today > due:
        yield Warned(ReminderKind.REVIEW_OVERDUE, Level.EXECUTIVE, due)
    elif _is_within(due, today, REVIEW_SOON_DAYS):
        yield Warned(ReminderKind.REVIEW_SOON, Level.UNIT, due)


def _is_within(due: date, today: date, days: int) -> bool:
    return due <= _last_within(today, days)


def _last_within(today: date, days: int) -> date:
    """The last day that is at most so far off, or will be over a weekend or holiday that begins
    tomorrow: nobody reads a warning then."""
    following = working_days_after(today, 1)
    if following - today > _ONE_DAY:
        return max(today + days * _ONE_DAY, following + (days - 1) * _ONE_DAY)
    return today + days * _ONE_DAY


def _of_idleness(watched: Watched, today: date) -> Iterator[Warned]:
    if watched.standing.progress.state is not CaseState.ASSIGNED:
        return
    last = working_days_after(local_date(watched.touched_at), IDLE_WORKING_DAYS)
    if today > last:
        yield Warned(ReminderKind.IDLE, Level.UNIT, last)


def _people(
    step: Level,
    unit: str | None,
    assignee: str | None,
    accounts: Sequence[Account],
    branches: Sequence[Branch],
) -> Sequence[str]:
    active = [account for account in accounts if account.is_active]
    if step is Level.HANDLER:
        return [account.username for account in active if account.username == assignee]
    if step is Level.EXECUTIVE:
        return [account.username for account in active if StaffRole.EXECUTIVE in account.roles]
    units = [None] if step is Level.HEAD_OFFICE else list(upwards(unit, branches))
    for place in units:
        found = [
            account.username
            for account in active
            if account.branch == place and StaffRole.SUPERVISOR in account.roles
        ]
        if found:
            return found
    return []
