"""What tasks and checklists need from the store."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from casestore.domain.figures import EVERYTHING, Scope
from casestore.domain.task import CauseCount, Task


class TaskView(str, Enum):
    """A list of tasks."""

    MINE = "mine"
    OVERDUE = "overdue"
    TO_CONFIRM = "to_confirm"
    ALL = "all"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return {"mine": "我的", "overdue": "已过期", "to_confirm": "待确认", "all": "全部"}[
            self.value
        ]


class Tasks(Protocol):
    """Tasks of cases."""

    def put(self, task: Task) -> None:
        """Create a task, or replace the one with this id."""

    def get(self, task_id: str) -> Task | None:
        """The task with this id."""

    def lock(self, task_id: str) -> Task | None:
        """The same; nobody else changes it until the transaction ends."""

    def of(self, reference: str) -> Sequence[Task]:
        """The tasks of a case, oldest first."""

    def listed(
        self, view: TaskView, username: str, branch: str | None, today: date, limit: int
    ) -> Sequence[Task]:
        """Up to ``limit`` tasks, due first. With a ``branch``: the person's own and the branch's."""

    def due(self, until: date) -> Sequence[Task]:
        """Open tasks due on or before a day."""

    def summary(self, first: date, last: date, scope: Scope = EVERYTHING) -> Sequence[CauseCount]:
        """Tasks opened between two days (China local, inclusive) about the cases of a scope, by
        root cause, most first; overdue is counted as of ``last``."""


@dataclass(frozen=True)
class Check:
    """An item of a checklist that somebody ticked."""

    item: str
    done_by: str
    done_at: datetime


class Checks(Protocol):
    """Ticked items of checklists."""

    def tick(self, reference: str, check: Check) -> bool:
        """Note an item as done; False, and nothing written, if it was."""

    def of(self, reference: str) -> Sequence[Check]:
        """The ticked items of a case."""
