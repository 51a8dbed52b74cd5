"""The console's page of reminders: what an officer has not read, and what they read lately."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.guard import OwnForm, Reach, ShortText, SignedIn, page_values
from casestore.console.views import minute
from casestore.domain.reminder import Reminder, ReminderKind
from casestore.edge.pages import page

_PLACES = {
    ReminderKind.TASK_OPENED: "/tasks",
    ReminderKind.TASK_DUE: "/tasks",
    ReminderKind.TASK_RETURNED: "/tasks",
    ReminderKind.TASK_TO_CONFIRM: "/tasks?view=to_confirm",
    ReminderKind.ALERT: "/alerts",
    ReminderKind.CHAT_WAITING: "/chats",
    ReminderKind.CHAT_RISK: "/chats",
    ReminderKind.CHAT_PASSED: "/chats",
    ReminderKind.CALLBACK_OVERDUE: "/callbacks",
}

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class ReminderLine:
    """A reminder as it stands on the page; ``words`` do not repeat the reference, ``path`` is where
    to do something about it, empty if that is nowhere."""

    id: str
    label: str
    words: str
    reference: str | None
    path: str
    made: str


@router.get("/reminders")
def reminders(request: Request, reach: Reach, officer: SignedIn) -> HTMLResponse:
    """The officer's own reminders, newest first."""
    box = reach.reminders.for_(officer.username)
    values = {
        "waiting": _lines(box.unread),
        "seen": _lines(box.read),
        **page_values(request, officer),
    }
    return page("reminders.html", values)


@router.post("/reminders/read", dependencies=[OwnForm])
def mark_read(reach: Reach, officer: SignedIn, reminder: ShortText = "") -> Response:
    """One of the officer's own reminders is read, or all of them if none is named."""
    reach.reminders.mark_read(officer, reminder or None)
    return RedirectResponse("/reminders", status_code=303)


def _path(reminder: Reminder) -> str:
    """Who has a task need not see its case; an alert is about many."""
    case = f"/cases/{reminder.reference}" if reminder.reference else ""
    return _PLACES.get(reminder.kind, case)


def _lines(reminders: Sequence[Reminder]) -> list[ReminderLine]:
    return [
        ReminderLine(
            id=each.id,
            label=each.kind.label,
            words=each.text.removeprefix(each.reference or "").strip(),
            reference=each.reference,
            path=_path(each),
            made=minute(each.made_at),
        )
        for each in reminders
    ]
