"""The console's pages of 溯源整改 tasks, and ticking an item of a case's checklist."""

import logging
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, ShortText, page_values, require
from casestore.console.task_view import FormState, task_line, task_page
from casestore.domain.deadlines import local_date
from casestore.domain.directory import Directory
from casestore.domain.errors import InvalidRequest, NeedsAnother, WrongState
from casestore.domain.staff import Account, Officer, Right
from casestore.domain.task import LONGEST_TASK_TEXT, RootCause, TaskDraft, draft_problems
from casestore.edge.failures import failure_of
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.task_ports import TaskView

Reader = Annotated[Officer, Depends(require(Right.READ))]

_NO_DAY = date.max  # stands for a day that could not be read, which has its own message

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.get("/tasks")
def tasks(
    request: Request, reach: Reach, officer: Reader, view: TaskView = TaskView.MINE
) -> HTMLResponse:
    """A list of the tasks an officer may see, due first."""
    directory, today = reach.reception.directory(), local_date(reach.now())
    found = reach.tasks.listed(view, officer)
    values = {
        "views": list(TaskView),
        "chosen": view,
        "lines": [task_line(task, directory, today) for task in found],
        **page_values(request, officer),
    }
    return page("tasks.html", values)


@router.get("/tasks/{task_id}")
def show_task(request: Request, reach: Reach, officer: Reader, task_id: str) -> HTMLResponse:
    """One task, with what the officer may do now."""
    return _task(request, reach, officer, task_id)


@router.post("/tasks/{task_id}/done", dependencies=[OwnForm])
def finish(
    request: Request, reach: Reach, officer: Reader, task_id: str, form: PostedForm
) -> Response:
    """The owner says what was done."""
    try:
        reach.tasks.finish(task_id, form.get("result"), officer)
    except (InvalidRequest, WrongState) as exc:
        return _task(request, reach, officer, task_id, form, exc)
    _log.info("task_done user=%s", officer.username)
    return RedirectResponse(f"/tasks/{quote(task_id)}", status_code=303)


@router.post("/tasks/{task_id}/check", dependencies=[OwnForm])
def check(
    request: Request, reach: Reach, officer: Reader, task_id: str, form: PostedForm
) -> Response:
    """Another person confirms what was done, or sends it back."""
    is_enough = form.get("verdict") == "confirm"
    decide = reach.tasks.confirm if is_enough else reach.tasks.send_back
    try:
        decide(task_id, form.get("note"), officer)
    except (InvalidRequest, WrongState, NeedsAnother) as exc:
        return _task(request, reach, officer, task_id, form, exc)
    _log.info("task_checked enough=%s user=%s", is_enough, officer.username)
    return RedirectResponse(f"/tasks/{quote(task_id)}", status_code=303)


@router.get("/cases/{reference}/tasks/new")
def new_task(request: Request, reach: Reach, officer: Reader, reference: str) -> HTMLResponse:
    """The form for a task about a case the officer may see."""
    return _form(request, reach, officer, reference, FormState({"task_id": reach.new_id()}))


@router.post("/cases/{reference}/tasks", dependencies=[OwnForm])
def open_task(
    request: Request, reach: Reach, officer: Reader, reference: str, form: PostedForm
) -> Response:
    """Open a task; a refused form comes back filled in."""
    task_id = form.form_id("task_id")
    try:
        reach.tasks.open(reference, task_id, _draft(form, local_date(reach.now())), officer)
    except InvalidRequest as exc:
        return _form(request, reach, officer, reference, FormState(form.shown(), exc.fields))
    _log.info("task_opened reference=%s user=%s", reference, officer.username)
    return RedirectResponse(f"/tasks/{quote(task_id)}", status_code=303)


@router.post("/cases/{reference}/checks", dependencies=[OwnForm])
def tick(reach: Reach, officer: Reader, reference: str, item: ShortText = "") -> Response:
    """Note an item of the case's checklist as checked."""
    reach.checklist.tick(reference, item, officer)
    return RedirectResponse(f"/cases/{quote(reference)}#checklist", status_code=303)


def _draft(form: Posted, today: date) -> TaskDraft:
    """Raises InvalidRequest with everything that is wrong, not only what cannot be read."""
    category, due_on = _category(form.get("category")), _day(form.get("due_on"))
    draft = TaskDraft(
        category=category or RootCause.OTHER,
        root_cause=form.get("root_cause"),
        measure=form.get("measure"),
        owner=form.get("owner"),
        unit=form.get("unit") or None,
        due_on=due_on or _NO_DAY,
    )
    unread = {} if category else {"category": "请选择"}
    if due_on is None:
        unread["due_on"] = "请选择日期"
    if unread:
        raise InvalidRequest({**draft_problems(draft, today), **unread})
    return draft


def _category(text: str) -> RootCause | None:
    return RootCause(text) if text in {each.value for each in RootCause} else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _form(
    request: Request,
    reach: Services,
    officer: Officer,
    reference: str,
    form: FormState,
) -> HTMLResponse:
    """Raises CaseNotFound for a case the officer may not see."""
    reach.desk.open_case(reference, officer)
    directory = reach.reception.directory()
    values: dict[str, Any] = {
        "reference": reference,
        "form": form,
        "categories": [("", [(each.value, each.label) for each in RootCause])],
        "owners": [("", _owners(reach.tasks.owners(), directory))],
        "branches": [("", [(branch.code, branch.name) for branch in directory.branches])],
        "longest": LONGEST_TASK_TEXT,
        "today": local_date(reach.now()).isoformat(),
        **page_values(request, officer),
    }
    return page("task_new.html", values, 422 if form.problems else 200)


def _owners(accounts: Sequence[Account], directory: Directory) -> list[tuple[str, str]]:
    return [
        (
            each.username,
            f"{each.name or each.username}（{directory.branch(each.branch) or '总行'}）",
        )
        for each in accounts
    ]


def _task(
    request: Request,
    reach: Services,
    officer: Officer,
    task_id: str,
    form: Posted | None = None,
    refusal: InvalidRequest | WrongState | NeedsAnother | None = None,
) -> HTMLResponse:
    task = reach.tasks.get(task_id, officer)
    shown = task_page(task, reach.reception.directory(), officer, local_date(reach.now()))
    problems = refusal.fields if isinstance(refusal, InvalidRequest) else {}
    failure = failure_of(refusal) if refusal else None
    values = {
        "shown": shown,
        "form": FormState(form.shown() if form else {}, problems),
        "message": failure.message if failure and not problems else "",
        "longest": LONGEST_TASK_TEXT,
        **page_values(request, officer),
    }
    return page("task.html", values, failure.status if failure else 200)
