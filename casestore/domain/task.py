"""溯源整改: what a complaint showed to be wrong is put right by somebody until a day.

投诉办法（《银行业保险业消费投诉处理管理办法》, 银保监会令2020年第3号）article 9 and article 26. A task
is opened from a case, done by its owner and confirmed by another person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from casestore.domain.errors import NeedsAnother, WrongState

LONGEST_TASK_TEXT = 2000


class RootCause(str, Enum):
    """Where the cause lies, so that causes can be counted; stored as text."""

    RULES = "rules"
    SYSTEM = "system"
    CONDUCT = "conduct"
    SKILL = "skill"
    DISCLOSURE = "disclosure"
    PRODUCT = "product"
    PRICING = "pricing"
    PARTNER = "partner"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return _CAUSE_LABELS[self]


_CAUSE_LABELS = {
    RootCause.RULES: "制度流程",
    RootCause.SYSTEM: "系统设备",
    RootCause.CONDUCT: "服务态度",
    RootCause.SKILL: "业务差错",
    RootCause.DISCLOSURE: "告知不充分",
    RootCause.PRODUCT: "产品设计",
    RootCause.PRICING: "收费管理",
    RootCause.PARTNER: "合作机构",
    RootCause.OTHER: "其他",
}


@dataclass(frozen=True)
class CauseCount:
    """Tasks opened about one kind of root cause, and how many of them are confirmed or overdue."""

    category: RootCause
    opened: int
    confirmed: int
    overdue: int


class TaskStatus(str, Enum):
    """How far a task is; stored as text. One sent back is open again."""

    OPEN = "open"
    DONE = "done"
    CONFIRMED = "confirmed"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return {"open": "整改中", "done": "待确认", "confirmed": "已完成"}[self.value]


@dataclass(frozen=True)
class TaskDraft:
    """A task as somebody wants to open it; ``owner`` is a username, ``unit`` a branch code."""

    category: RootCause
    root_cause: str
    measure: str
    owner: str
    unit: str | None
    due_on: date


@dataclass(frozen=True)
class Task:
    """A task; people are usernames. ``check_note`` says why it was sent back or what was found."""

    id: str
    reference: str
    category: RootCause
    root_cause: str
    measure: str
    owner: str
    unit: str | None
    due_on: date
    status: TaskStatus
    opened_by: str
    opened_at: datetime
    done_at: datetime | None = None
    result: str | None = None
    checked_by: str | None = None
    checked_at: datetime | None = None
    check_note: str | None = None

    def is_overdue(self, today: date) -> bool:
        """Whether the owner has not done it in time."""
        return self.status is TaskStatus.OPEN and today > self.due_on

    def done(self, result: str, now: datetime) -> "Task":
        """As the owner leaves it. Raises WrongState unless it is open."""
        if self.status is not TaskStatus.OPEN:
            raise WrongState
        return replace(self, status=TaskStatus.DONE, done_at=now, result=result)

    def confirmed(self, username: str, note: str, now: datetime) -> "Task":
        """As done for good. Raises WrongState unless it is done, NeedsAnother for the owner."""
        return self._checked(TaskStatus.CONFIRMED, username, note, now)

    def sent_back(self, username: str, note: str, now: datetime) -> "Task":
        """As open again; what was done stays readable. Raises as ``confirmed``."""
        return self._checked(TaskStatus.OPEN, username, note, now)

    def _checked(self, status: TaskStatus, username: str, note: str, now: datetime) -> "Task":
        if self.status is not TaskStatus.DONE:
            raise WrongState
        if username == self.owner:
            raise NeedsAnother("整改由您完成，要由另一个人确认。")
        return replace(
            self, status=status, checked_by=username, checked_at=now, check_note=note or None
        )


def draft_problems(draft: TaskDraft, today: date) -> Mapping[str, str]:
    """What is wrong with a draft, by field, in Chinese; empty if nothing."""
    problems = {}
    for field, words in (("root_cause", draft.root_cause), ("measure", draft.measure)):
        if problem := text_problem(words):
            problems[field] = problem
    if draft.due_on < today:
        problems["due_on"] = "不能早于今天"
    return problems


def text_problem(words: str) -> str | None:
    """Why a text cannot be taken, in Chinese; None if it can."""
    if not words.strip():
        return "请填写"
    if len(words) > LONGEST_TASK_TEXT:
        return f"最多 {LONGEST_TASK_TEXT} 字"
    return None
