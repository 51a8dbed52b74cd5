"""What an officer is told: one line about one case, never with personal data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from casestore.domain.case import EventKind

LONGEST_REMINDER = 500


class ReminderKind(str, Enum):
    """What a reminder is about; stored as text."""

    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    MAJOR = "major"
    ESCALATED = "escalated"
    PROMISE_SOON = "promise_soon"
    PROMISE_OVERDUE = "promise_overdue"
    LEGAL_SOON = "legal_soon"
    LEGAL_OVERDUE = "legal_overdue"
    REVIEW_SOON = "review_soon"
    REVIEW_OVERDUE = "review_overdue"
    IDLE = "idle"
    TASK_OPENED = "task_opened"
    TASK_DUE = "task_due"
    TASK_RETURNED = "task_returned"
    TASK_TO_CONFIRM = "task_to_confirm"
    TO_APPROVE = "to_approve"
    SENT_BACK = "sent_back"
    UNDELIVERED = "undelivered"
    SUPPLEMENTED = "supplemented"
    ALERT = "alert"
    RETENTION = "retention"
    CHAT_WAITING = "chat_waiting"
    CHAT_RISK = "chat_risk"
    CHAT_PASSED = "chat_passed"
    CALLBACK_OVERDUE = "callback_overdue"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return _LABELS[self]

    @property
    def may_disturb(self) -> bool:
        """Whether it leaves the console outside office hours too. Of the limits, only those of major
        and emergency cases are heard of then at all (``casestore.domain.watch``)."""
        return self in _DISTURBING


_LABELS = {
    ReminderKind.ASSIGNED: "新分派给您",
    ReminderKind.UNASSIGNED: "等待分派",
    ReminderKind.MAJOR: "重大投诉",
    ReminderKind.ESCALATED: "上报给您",
    ReminderKind.PROMISE_SOON: "承诺期限将到",
    ReminderKind.PROMISE_OVERDUE: "承诺期限已过",
    ReminderKind.LEGAL_SOON: "法定期限将到",
    ReminderKind.LEGAL_OVERDUE: "法定期限已过",
    ReminderKind.REVIEW_SOON: "核查期限将到",
    ReminderKind.REVIEW_OVERDUE: "核查期限已过",
    ReminderKind.IDLE: "分派后没有办理",
    ReminderKind.TASK_OPENED: "新的整改任务",
    ReminderKind.TASK_DUE: "整改任务到期",
    ReminderKind.TASK_RETURNED: "整改任务退回",
    ReminderKind.TASK_TO_CONFIRM: "整改任务待确认",
    ReminderKind.TO_APPROVE: "答复待审批",
    ReminderKind.SENT_BACK: "答复被退回",
    ReminderKind.UNDELIVERED: "告知没有送到",
    ReminderKind.SUPPLEMENTED: "客户补充",
    ReminderKind.ALERT: "同类投诉增多",
    ReminderKind.RETENTION: "到期删除",
    ReminderKind.CHAT_WAITING: "客户在等人工",
    ReminderKind.CHAT_RISK: "紧急：客户在等人工",
    ReminderKind.CHAT_PASSED: "转给您的对话",
    ReminderKind.CALLBACK_OVERDUE: "答应的回电已过时间",
}


_DISTURBING = frozenset(
    {
        ReminderKind.MAJOR,
        ReminderKind.ALERT,
        ReminderKind.PROMISE_SOON,
        ReminderKind.PROMISE_OVERDUE,
        ReminderKind.LEGAL_SOON,
        ReminderKind.LEGAL_OVERDUE,
        ReminderKind.REVIEW_SOON,
        ReminderKind.REVIEW_OVERDUE,
        ReminderKind.IDLE,
        ReminderKind.CHAT_RISK,
    }
)


_OF_LIMITS = frozenset(
    {
        ReminderKind.PROMISE_SOON,
        ReminderKind.PROMISE_OVERDUE,
        ReminderKind.LEGAL_SOON,
        ReminderKind.LEGAL_OVERDUE,
        ReminderKind.REVIEW_SOON,
        ReminderKind.REVIEW_OVERDUE,
        ReminderKind.ESCALATED,
    }
)
_OF_WORK = frozenset(
    {
        ReminderKind.ASSIGNED,
        ReminderKind.UNASSIGNED,
        ReminderKind.IDLE,
        ReminderKind.TO_APPROVE,
        ReminderKind.SENT_BACK,
    }
)
SETTLED_BY: Mapping[EventKind, frozenset[ReminderKind]] = {
    EventKind.ASSIGNED: frozenset(
        {ReminderKind.ASSIGNED, ReminderKind.UNASSIGNED, ReminderKind.IDLE}
    ),
    EventKind.TAKEN_UP: frozenset(
        {ReminderKind.ASSIGNED, ReminderKind.UNASSIGNED, ReminderKind.IDLE}
    ),
    EventKind.REPLY_SUBMITTED: frozenset({ReminderKind.SENT_BACK}),
    EventKind.REPLY_RETURNED: frozenset({ReminderKind.TO_APPROVE}),
    EventKind.DECIDED: frozenset({ReminderKind.TO_APPROVE}),
    EventKind.REPLIED: _OF_LIMITS | _OF_WORK,
    EventKind.WITHDRAWN: _OF_LIMITS | _OF_WORK,
    EventKind.MERGED: _OF_LIMITS | _OF_WORK,
}
"""What nobody needs to be reminded of once the act is done, whoever did it."""


@dataclass(frozen=True)
class Reminder:
    """One line for one officer; ``reference`` is the case to open, None if it is about no case."""

    id: str
    username: str
    kind: ReminderKind
    reference: str | None
    text: str
    made_at: datetime
    read_at: datetime | None = None
