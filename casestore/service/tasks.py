"""溯源整改 tasks: opened from a case, done by their owner, confirmed by another person."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from casestore.domain.case import EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import InvalidRequest, NotAllowed, TaskNotFound
from casestore.domain.office_hours import OfficeHours
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Account, Officer, Right, officer_of
from casestore.domain.task import (
    LONGEST_TASK_TEXT,
    Task,
    TaskDraft,
    TaskStatus,
    draft_problems,
    text_problem,
)
from casestore.domain.watch import TASK_SOON_DAYS, Level, line_of, task_warning
from casestore.service.acting import Deed, perform
from casestore.service.ports import Clock, NewId, Store, Transaction
from casestore.service.task_ports import TaskView

_LONGEST_LIST = 500


class TaskRoom:
    """``hours`` are the office hours in which reminders of tasks are given."""

    def __init__(self, store: Store, now: Clock, new_id: NewId, hours: OfficeHours) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self._hours = hours

    def open(self, reference: str, task_id: str, draft: TaskDraft, officer: Officer) -> Task:
        """Open a task about a case; the same ``task_id`` again opens nothing.

        Raises InvalidRequest, and as ``acting.perform``.
        """
        now = self._now()
        with self._store.transaction() as tx:
            if problems := _problems(tx, draft, local_date(now)):
                raise InvalidRequest(problems)
            deed = Deed(EventKind.TASK_OPENED, task_id, data={"task": task_id})
            done = perform(tx, reference, deed, officer, now)
            if not done.created:
                return _found(tx.tasks.get(task_id))
            task = _opened(draft, task_id, reference, officer, now)
            tx.tasks.put(task)
            _tell(tx, task.owner, ReminderKind.TASK_OPENED, task, "有一项整改任务交给您。", now)
            tx.commit()
        return task

    def finish(self, task_id: str, result: str, officer: Officer) -> Task:
        """The owner says what was done. Raises TaskNotFound, InvalidRequest, WrongState,
        NotAllowed."""
        now = self._now()
        with self._store.transaction() as tx:
            task = self._visible(tx.tasks.lock(task_id), officer)
            if task.owner != officer.username:
                raise NotAllowed
            if problem := text_problem(result):
                raise InvalidRequest({"result": problem})
            task = task.done(result.strip(), now)
            tx.tasks.put(task)
            text = "整改任务已完成，请确认。"
            for username in {task.opened_by, *_supervisors(tx, task)} - {task.owner}:
                _tell(tx, username, ReminderKind.TASK_TO_CONFIRM, task, text, now)
            tx.commit()
        return task

    def confirm(self, task_id: str, note: str, officer: Officer) -> Task:
        """Another person has looked at what was done. Raises TaskNotFound, InvalidRequest,
        NotAllowed, WrongState, NeedsAnother, and as ``acting.perform``."""
        now = self._now()
        with self._store.transaction() as tx:
            task = self._checkable(tx, task_id, note, officer)
            task = task.confirmed(officer.username, note.strip(), now)
            tx.tasks.put(task)
            deed = Deed(EventKind.TASK_DONE, f"done:{task_id}", data={"task": task_id})
            perform(tx, task.reference, deed, officer, now)
            tx.commit()
        return task

    def send_back(self, task_id: str, note: str, officer: Officer) -> Task:
        """What was done is not enough; ``note`` says why. Raises as ``confirm``."""
        now = self._now()
        if not note.strip():
            raise InvalidRequest({"note": "请写明还要做什么"})
        with self._store.transaction() as tx:
            task = self._checkable(tx, task_id, note, officer)
            task = task.sent_back(officer.username, note.strip(), now)
            tx.tasks.put(task)
            _tell(tx, task.owner, ReminderKind.TASK_RETURNED, task, "整改任务被退回，请补充。", now)
            tx.commit()
        return task

    def get(self, task_id: str, officer: Officer) -> Task:
        """One task. Raises TaskNotFound, also for one of another branch."""
        with self._store.transaction() as tx:
            return self._visible(tx.tasks.get(task_id), officer)

    def listed(self, view: TaskView, officer: Officer) -> Sequence[Task]:
        """The tasks an officer may see, due first."""
        today = local_date(self._now())
        with self._store.transaction() as tx:
            return tx.tasks.listed(view, officer.username, officer.branch, today, _LONGEST_LIST)

    def of(self, reference: str) -> Sequence[Task]:
        """The tasks of a case that the caller may see, oldest first."""
        with self._store.transaction() as tx:
            return tx.tasks.of(reference)

    def owners(self) -> Sequence[Account]:
        """Whom a task can be given to."""
        with self._store.transaction() as tx:
            return [account for account in tx.staff.accounts() if _can_own(account)]

    def remind(self) -> int:
        """Remind owners of tasks due soon or overdue, once each; how many reminders that were."""
        now = self._now()
        if not self._hours.is_open(now):
            return 0
        today = local_date(now)
        count = 0
        with self._store.transaction() as tx:
            for task in tx.tasks.due(today + timedelta(days=TASK_SOON_DAYS)):
                text = task_warning(task.due_on, today) or ""
                stage = "over" if task.is_overdue(today) else "soon"
                told = {task.owner, *(_supervisors(tx, task) if stage == "over" else ())}
                for username in told:
                    count += _tell(
                        tx,
                        username,
                        ReminderKind.TASK_DUE,
                        task,
                        text,
                        now,
                        f"{stage}:{task.due_on}",
                    )
            tx.commit()
        return count

    def _visible(self, task: Task | None, officer: Officer) -> Task:
        task = _found(task)
        own = officer.username in {task.owner, task.opened_by}
        if own or officer.branch is None or officer.branch == task.unit:
            return task
        raise TaskNotFound

    def _checkable(self, tx: Transaction, task_id: str, note: str, officer: Officer) -> Task:
        task = self._visible(tx.tasks.lock(task_id), officer)
        if not officer.may(Right.ASSIGN):
            raise NotAllowed
        if len(note) > LONGEST_TASK_TEXT:
            raise InvalidRequest({"note": f"最多 {LONGEST_TASK_TEXT} 字"})
        return task


def _found(task: Task | None) -> Task:
    if task is None:
        raise TaskNotFound
    return task


def _opened(
    draft: TaskDraft, task_id: str, reference: str, officer: Officer, now: datetime
) -> Task:
    return Task(
        id=task_id,
        reference=reference,
        category=draft.category,
        root_cause=draft.root_cause.strip(),
        measure=draft.measure.strip(),
        owner=draft.owner,
        unit=draft.unit,
        due_on=draft.due_on,
        status=TaskStatus.OPEN,
        opened_by=officer.username,
        opened_at=now,
    )


def _problems(tx: Transaction, draft: TaskDraft, today: date) -> dict[str, str]:
    problems = dict(draft_problems(draft, today))
    owner = tx.staff.account(draft.owner)
    if owner is None or not _can_own(owner):
        problems["owner"] = "没有这个人，或账号已停用"
    if draft.unit is not None and tx.branches.get(draft.unit) is None:
        problems["unit"] = "没有这个机构"
    return problems


def _can_own(account: Account) -> bool:
    return account.is_active and officer_of(account).may(Right.READ)


def _supervisors(tx: Transaction, task: Task) -> Sequence[str]:
    return line_of(Level.UNIT, task.unit, None, tx.staff.accounts(), tx.branches.all())


def _tell(
    tx: Transaction,
    username: str,
    kind: ReminderKind,
    task: Task,
    text: str,
    now: datetime,
    stage: str | None = None,
) -> bool:
    # A task can be done and sent back more than once; each time is news.
    key = f"task:{task.id}:{stage or f'{kind.value}:{now:%Y%m%d%H%M%S}'}"
    return tx.reminders.put(username, kind, task.reference, f"{task.reference} {text}", key, now)
