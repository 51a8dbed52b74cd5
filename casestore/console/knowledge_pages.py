"""Pages of what customers asked in vain and of the answers that are due for review."""

import logging
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.export import CSV_TYPE, as_csv
from casestore.console.forms import PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.knowledge_view import (
    answer_lines,
    owners,
    question_lines,
    question_rows,
    report_lines,
    themes,
)
from casestore.domain.errors import InvalidRequest
from casestore.domain.knowledge import QuestionKind
from casestore.domain.staff import Officer, Right
from casestore.domain.texts import text_problem
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.knowledge import LONGEST_DEPARTMENT, Asked, QuestionFilter

_KINDS = {kind.value: kind for kind in QuestionKind}
_MARKED = {"yes": True, "no": False}
_LONGEST_THEME = 100

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]


@router.get("/questions")
def show_questions(request: Request, reach: Reach, officer: Reader) -> HTMLResponse:
    """Unanswered questions, the most frequent first, by kind, theme and whether handed on."""
    return _questions(request, reach, officer, _choice(request.query_params), {})


@router.post("/questions/mark", dependencies=[OwnForm])
def mark_question(request: Request, reach: Reach, officer: Reader, form: PostedForm) -> Response:
    """Note to which department a question was handed; an empty name takes the note back."""
    chosen = _choice({name: form.get(name) for name in ("kind", "theme", "marked")})
    try:
        reach.knowledge.mark(form.get("key"), form.get("department"), officer)
    except InvalidRequest as exc:
        typed = {"key": form.get("key"), **exc.fields, "typed": form.shown().get("department", "")}
        return _questions(request, reach, officer, chosen, typed)
    _log.info("question_marked user=%s", officer.username)
    return RedirectResponse(f"/questions?{urlencode(chosen)}", status_code=303)


@router.get("/questions.csv")
def download_questions(request: Request, reach: Reach, officer: Reader) -> Response:
    """The questions a query string asks for, as a file; an audited act."""
    chosen = _choice(request.query_params)
    reach.audit.note(officer, "exported", "questions", _words(chosen))
    lines = question_lines(_chosen(reach, chosen))
    content = "".join(as_csv(question_rows(lines, _words(chosen), reach.now())))
    headers = {"Content-Disposition": 'attachment; filename="questions.csv"'}
    return Response(content, media_type=CSV_TYPE, headers=headers)


@router.get("/knowledge")
def show_knowledge(
    request: Request, reach: Reach, officer: Reader, owner: str = ""
) -> HTMLResponse:
    """Answers due for review, the oldest date first, of one owner or all."""
    reports, now = reach.knowledge.reports(), reach.now()
    values = {
        "reports": report_lines(reports, now),
        "answers": answer_lines(reach.knowledge.due(owner or None), now),
        "owners": owners(reports),
        "owner": owner,
        "drafts_are_answered": reach.drafts_are_answered,
    }
    return page("knowledge.html", {**values, **page_values(request, officer)})


def _questions(
    request: Request,
    reach: Services,
    officer: Officer,
    chosen: dict[str, str],
    problem: dict[str, str],
) -> HTMLResponse:
    reports = reach.knowledge.reports()
    values: dict[str, Any] = {
        "reports": report_lines(reports, reach.now()),
        "questions": question_lines(_chosen(reach, chosen)),
        "kinds": list(QuestionKind),
        "themes": themes(reports),
        "chosen": {name: chosen.get(name, "") for name in ("kind", "theme", "marked")},
        "may_mark": officer.may(Right.HANDLE),
        "longest": LONGEST_DEPARTMENT,
        "problem": problem,
        "download": f"/questions.csv?{urlencode(chosen)}",
    }
    status = 422 if problem else 200
    return page("questions.html", {**values, **page_values(request, officer)}, status)


def _choice(given: Mapping[str, str]) -> dict[str, str]:
    """What was chosen to filter by, without what means nothing."""
    kind, theme, marked = (given.get(name, "") for name in ("kind", "theme", "marked"))
    found = {
        "kind": kind if kind in _KINDS else "",
        "theme": "" if text_problem(theme) or len(theme) > _LONGEST_THEME else theme,
        "marked": marked if marked in _MARKED else "",
    }
    return {name: value for name, value in found.items() if value}


def _words(chosen: Mapping[str, str]) -> str:
    """What was chosen, for the file and the audit log."""
    kind, marked = _KINDS.get(chosen.get("kind", "")), chosen.get("marked", "")
    words = [
        kind.label if kind else "",
        chosen.get("theme", ""),
        {"yes": "已交归口部门", "no": "还没有交归口部门"}.get(marked, ""),
    ]
    return "；".join(filter(None, words)) or "全部"


def _chosen(reach: Services, chosen: Mapping[str, str]) -> list[Asked]:
    """The questions that were chosen."""
    wanted = QuestionFilter(
        kind=_KINDS.get(chosen.get("kind", "")),
        theme=chosen.get("theme") or None,
        is_marked=_MARKED.get(chosen.get("marked", "")),
    )
    return list(reach.knowledge.unanswered(wanted))
