"""Tasks and checklists as they stand on a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from casestore.console.views import minute
from casestore.domain.case import ENDED, Case
from casestore.domain.deadlines import local_date
from casestore.domain.directory import Directory
from casestore.domain.staff import Officer, Right
from casestore.domain.task import Task, TaskStatus
from casestore.edge.services import Services
from casestore.service.checklist import CheckSection

CASE_PANELS = ("checklist.html", "case_tasks.html")
"""Parts of the case's page, to be included with the values of ``case_panels``."""


@dataclass(frozen=True)
class FormState:
    """What a form is filled in with, and what is wrong with it."""

    values: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskLine:
    """One task in a list; ``urgency`` names a mark of the style sheet."""

    id: str
    reference: str
    status: str
    category: str
    root_cause: str
    measure: str
    owner: str
    unit: str
    due_on: str
    urgency: str
    mark: str


@dataclass(frozen=True)
class TaskPage:
    """One task with everything said about it and what this officer may do now."""

    line: TaskLine
    facts: Sequence[tuple[str, str]]
    may_finish: bool
    may_check: bool


@dataclass(frozen=True)
class ItemLine:
    """One item of a checklist; ``done`` is by whom and when, empty if nobody ticked it."""

    id: str
    text: str
    source: str
    done: str


@dataclass(frozen=True)
class SectionView:
    """One checklist of a case; ``count`` is how many items are ticked, of how many."""

    title: str
    count: str
    items: Sequence[ItemLine]


def task_line(task: Task, directory: Directory, today: date) -> TaskLine:
    """A task as it looks today."""
    is_overdue = task.is_overdue(today)
    return TaskLine(
        id=task.id,
        reference=task.reference,
        status=task.status.label,
        category=task.category.label,
        root_cause=task.root_cause,
        measure=task.measure,
        owner=directory.person(task.owner),
        unit=directory.branch(task.unit) or "总行",
        due_on=task.due_on.isoformat(),
        urgency="overdue" if is_overdue else "on-time",
        mark="已过期" if is_overdue else "",
    )


def task_page(task: Task, directory: Directory, officer: Officer, today: date) -> TaskPage:
    """A task's own page."""
    facts = [
        ("根源", task.category.label),
        ("问题", task.root_cause),
        ("措施", task.measure),
        ("责任人", directory.person(task.owner)),
        ("责任机构", directory.branch(task.unit) or "总行"),
        ("提出", f"{directory.person(task.opened_by)} {minute(task.opened_at)}"),
    ]
    if task.done_at is not None:
        facts.append(("整改结果", f"{task.result or ''}（{minute(task.done_at)}）"))
    if task.checked_at is not None:
        verdict = "确认" if task.status is TaskStatus.CONFIRMED else "退回"
        by = f"{directory.person(task.checked_by)} {minute(task.checked_at)}"
        facts.append((verdict, f"{by} {task.check_note or ''}".strip()))
    is_mine = task.owner == officer.username
    is_done = task.status is TaskStatus.DONE
    return TaskPage(
        line=task_line(task, directory, today),
        facts=facts,
        may_finish=is_mine and task.status is TaskStatus.OPEN,
        may_check=is_done and officer.may(Right.ASSIGN) and not is_mine,
    )


def case_panels(
    reach: Services, case: Case, officer: Officer, directory: Directory
) -> dict[str, Any]:
    """The values of the parts in ``CASE_PANELS`` for a case this officer may see."""
    reference, today = case.standing.reference, local_date(reach.now())
    is_ended = case.standing.progress.state in ENDED
    tasks = reach.tasks.of(reference)
    return {
        "panel_reference": reference,
        "checklists": [_section(each, directory) for each in reach.checklist.sections(case)],
        "may_tick": officer.may(Right.HANDLE) and not is_ended,
        "case_tasks": [task_line(task, directory, today) for task in tasks],
        "may_open_task": officer.may(Right.HANDLE) or officer.may(Right.ASSIGN),
    }


def _section(section: CheckSection, directory: Directory) -> SectionView:
    items = [
        ItemLine(
            id=line.item.id,
            text=line.item.text,
            source=line.item.source or "",
            done=f"{directory.person(line.check.done_by)} {minute(line.check.done_at)}"
            if line.check
            else "",
        )
        for line in section.lines
    ]
    ticked = sum(1 for item in items if item.done)
    return SectionView(section.title, f"{ticked}/{len(items)}", items)
