"""Tells officers what an act of a colleague means for them: a case given to them, a reply to look
at, a case taken up the line or graded major."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from casestore.domain.case import CaseStanding, EventKind, Grade
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Right, StaffRole, officer_of
from casestore.domain.watch import Level, line_of
from casestore.service.acting import Deed, Done
from casestore.service.ports import Transaction


def inform(tx: Transaction, done: Done, deed: Deed, now: datetime) -> None:
    """In the transaction of an act just done: one reminder for each person it concerns."""
    tell = _BY_KIND.get(deed.kind)
    if tell is None or not done.created:
        return
    kind, people, words = tell
    standing = done.standing
    text = f"{standing.reference} {words}"
    for username in people(tx, standing, deed):
        tx.reminders.put(username, kind, standing.reference, text, f"act:{deed.id}", now)


_People = Callable[[Transaction, CaseStanding, Deed], Iterable[str]]


def _assignee(_tx: Transaction, standing: CaseStanding, _deed: Deed) -> Iterable[str]:
    return [standing.handling.assignee] if standing.handling.assignee else []


def _approvers(tx: Transaction, standing: CaseStanding, _deed: Deed) -> Iterable[str]:
    """Those of the unit, else of the head office, who may approve; never who handles it."""
    accounts = [
        account
        for account in tx.staff.accounts()
        if account.is_active and officer_of(account).may(Right.APPROVE)
    ]
    for place in (standing.handling.unit, None):
        found = [account.username for account in accounts if account.branch == place]
        if others := [name for name in found if name != standing.handling.assignee]:
            return others
    return []


def _up_the_line(tx: Transaction, standing: CaseStanding, _deed: Deed) -> Iterable[str]:
    handling = standing.handling
    level = Level(min(handling.escalation, Level.EXECUTIVE))
    return line_of(level, handling.unit, handling.assignee, tx.staff.accounts(), tx.branches.all())


def _executives_if_major(tx: Transaction, standing: CaseStanding, _deed: Deed) -> Iterable[str]:
    if standing.handling.grade is not Grade.MAJOR:
        return []
    executives = (each for each in tx.staff.accounts() if StaffRole.EXECUTIVE in each.roles)
    return [account.username for account in executives if account.is_active]


_BY_KIND: Mapping[EventKind, tuple[ReminderKind, _People, str]] = {
    EventKind.ASSIGNED: (ReminderKind.ASSIGNED, _assignee, "分派给您办理。"),
    EventKind.REPLY_SUBMITTED: (ReminderKind.TO_APPROVE, _approvers, "答复已送审，请审批。"),
    EventKind.ESCALATED: (ReminderKind.ESCALATED, _up_the_line, "上报给您，请打开看要做什么。"),
    EventKind.GRADED: (ReminderKind.MAJOR, _executives_if_major, "定为重大投诉，请关注。"),
}
