"""Tasks of cases and ticked items of checklists in SQL."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.deadlines import midnight
from casestore.domain.figures import EVERYTHING, Scope
from casestore.domain.task import CauseCount, RootCause, Task, TaskStatus
from casestore.service.task_ports import Check, TaskView
from casestore.storage.facts import live_facts
from casestore.storage.statements import insert_once, upsert
from casestore.storage.tables import checks, tasks

_OPEN = tasks.c.status == TaskStatus.OPEN.value


class SqlTasks:
    """Implements ``service.task_ports.Tasks`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, task: Task) -> None:
        """See the port."""
        row = {
            "id": task.id,
            "reference": task.reference,
            "category": task.category.value,
            "root_cause": task.root_cause,
            "measure": task.measure,
            "owner": task.owner,
            "unit": task.unit,
            "due_on": task.due_on,
            "status": task.status.value,
            "opened_by": task.opened_by,
            "opened_at": task.opened_at,
            "done_at": task.done_at,
            "result": task.result,
            "checked_by": task.checked_by,
            "checked_at": task.checked_at,
            "check_note": task.check_note,
        }
        upsert(self._connection, tasks, row)

    def get(self, task_id: str) -> Task | None:
        """See the port."""
        return self._one(select(tasks).where(tasks.c.id == task_id))

    def lock(self, task_id: str) -> Task | None:
        """See the port. SQLite's BEGIN IMMEDIATE has locked everything already."""
        return self._one(select(tasks).where(tasks.c.id == task_id).with_for_update())

    def of(self, reference: str) -> Sequence[Task]:
        """See the port."""
        query = select(tasks).where(tasks.c.reference == reference)
        return self._all(query.order_by(tasks.c.opened_at, tasks.c.id))

    def listed(
        self, view: TaskView, username: str, branch: str | None, today: date, limit: int
    ) -> Sequence[Task]:
        """See the port."""
        query = select(tasks).where(_in_view(view, username, today))
        if branch is not None:
            own = or_(tasks.c.owner == username, tasks.c.opened_by == username)
            query = query.where(or_(own, tasks.c.unit == branch))
        is_over = case((tasks.c.status == TaskStatus.CONFIRMED.value, 1), else_=0)
        return self._all(query.order_by(is_over, tasks.c.due_on, tasks.c.id).limit(limit))

    def due(self, until: date) -> Sequence[Task]:
        """See the port."""
        query = select(tasks).where(_OPEN, tasks.c.due_on <= until)
        return self._all(query.order_by(tasks.c.due_on, tasks.c.id))

    def summary(self, first: date, last: date, scope: Scope = EVERYTHING) -> Sequence[CauseCount]:
        """See the port."""
        count = func.count()
        is_confirmed = tasks.c.status == TaskStatus.CONFIRMED.value
        is_overdue = and_(_OPEN, tasks.c.due_on < last)
        query = select(
            tasks.c.category,
            count.label("opened"),
            _number_of(is_confirmed).label("confirmed"),
            _number_of(is_overdue).label("overdue"),
        ).where(
            tasks.c.opened_at >= midnight(first),
            tasks.c.opened_at < midnight(last + timedelta(days=1)),
            tasks.c.reference.in_(select(live_facts(scope).c.reference)),
        )
        grouped = query.group_by(tasks.c.category).order_by(count.desc(), tasks.c.category)
        return [
            CauseCount(RootCause(row.category), row.opened, int(row.confirmed), int(row.overdue))
            for row in self._connection.execute(grouped)
        ]

    def _one(self, query: Any) -> Task | None:
        row = self._connection.execute(query).one_or_none()
        return _read(row) if row else None

    def _all(self, query: Any) -> Sequence[Task]:
        return [_read(row) for row in self._connection.execute(query)]


class SqlChecks:
    """Implements ``service.task_ports.Checks`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def tick(self, reference: str, check: Check) -> bool:
        """See the port: the primary key decides."""
        row = {
            "reference": reference,
            "item": check.item,
            "done_by": check.done_by,
            "done_at": check.done_at,
        }
        return insert_once(self._connection, checks, row)

    def of(self, reference: str) -> Sequence[Check]:
        """See the port."""
        query = select(checks).where(checks.c.reference == reference).order_by(checks.c.done_at)
        rows = self._connection.execute(query)
        return [Check(row.item, row.done_by, row.done_at) for row in rows]


def _in_view(view: TaskView, username: str, today: date) -> Any:
    if view is TaskView.MINE:
        return and_(tasks.c.owner == username, tasks.c.status != TaskStatus.CONFIRMED.value)
    if view is TaskView.OVERDUE:
        return and_(_OPEN, tasks.c.due_on < today)
    if view is TaskView.TO_CONFIRM:
        return tasks.c.status == TaskStatus.DONE.value
    return tasks.c.id.is_not(None)


def _number_of(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _read(row: Any) -> Task:
    return Task(
        id=row.id,
        reference=row.reference,
        category=RootCause(row.category),
        root_cause=row.root_cause,
        measure=row.measure,
        owner=row.owner,
        unit=row.unit,
        due_on=row.due_on,
        status=TaskStatus(row.status),
        opened_by=row.opened_by,
        opened_at=row.opened_at,
        done_at=row.done_at,
        result=row.result,
        checked_by=row.checked_by,
        checked_at=row.checked_at,
        check_note=row.check_note,
    )
