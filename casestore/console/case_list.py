"""All cases: filter, sort, pages, saved views, export, and the quick search of every page."""

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from casestore.console.export import CSV_TYPE, XLSX_TYPE, as_csv, as_xlsx, rows
from casestore.console.filter_form import filter_form
from casestore.console.guard import OwnForm, Reach, ShortText, page_values, require
from casestore.console.list_views import case_line
from casestore.domain.deadlines import local_date
from casestore.domain.directory import Directory
from casestore.domain.errors import InvalidRequest
from casestore.domain.filters import NOBODY, CaseFilter, Sort, joined
from casestore.domain.presence import LONGEST_VIEW_NAME
from casestore.domain.reference import is_reference
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.listing import Page

PAGE_SIZE = 20

_NOTHING = Page(items=(), next=None, total=0, is_capped=False)
_PHONE = re.compile(r"\+?[0-9]{7,20}")
_SEPARATORS = str.maketrans("", "", " -－")
_HIDDEN = "…"
_NO_SUCH_CASE = "没有这个编号的投诉，或不在您的权限内，请核对后再查。"

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]
Query = Annotated[str, Form(max_length=2000)]


@router.get("/cases")
def list_cases(request: Request, reach: Reach, officer: Reader) -> Response:
    """Cases of the filter in the address; a filter that cannot be read comes back to be mended."""
    asked = joined(request.query_params.multi_items())
    after = asked.pop("after", None)
    try:
        chosen, sort = _read(asked)
    except InvalidRequest as exc:
        return _page(request, reach, officer, asked, _NOTHING, exc.fields)
    found = reach.listing.page(chosen, sort, after, PAGE_SIZE, officer)
    return _page(request, reach, officer, asked, found, {}, is_first=after is None)


@router.get("/cases/export.{kind}")
def export(
    request: Request, reach: Reach, officer: Reader, kind: Literal["csv", "xlsx"]
) -> Response:
    """The list as a file; who took what is noted in the audit log."""
    chosen, _ = _read(joined(request.query_params.multi_items()))
    now = reach.now()
    reach.audit.note(officer, "exported", "cases", f"{kind}：{_logged(chosen)}")
    found = reach.listing.references(chosen, officer)
    directory = reach.reception.directory()
    table = rows(found, _in_words(chosen, directory), directory, now)
    name = f"cases-{local_date(now).isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    _log.info("exported kind=%s user=%s", kind, officer.username)
    if kind == "csv":
        return StreamingResponse(as_csv(table), media_type=CSV_TYPE, headers=headers)
    return Response(as_xlsx(table), media_type=XLSX_TYPE, headers=headers)


@router.post("/find", dependencies=[OwnForm])
def find(request: Request, reach: Reach, officer: Reader, q: ShortText = "") -> Response:
    """A reference leads to its case, a phone number to the customer's cases, else it is a search.

    Sent as a form, so that no phone number gets into addresses and the browser's history.
    """
    words = q.strip()
    reference = words.upper()
    if is_reference(reference):
        return RedirectResponse(f"/cases/{reference}", status_code=303)
    phone = words.translate(_SEPARATORS)
    if _PHONE.fullmatch(phone):
        chosen = CaseFilter(phone=phone)
        found = reach.listing.page(chosen, Sort.NEWEST, None, PAGE_SIZE, officer)
        return _page(request, reach, officer, {}, found, {}, looked_for=chosen.as_text())
    if reference.startswith("TS2"):
        return _page(request, reach, officer, {}, _NOTHING, {"q": _NO_SUCH_CASE})
    return _to_list({"text": words} if words else {})


@router.post("/views", dependencies=[OwnForm])
def save_view(
    request: Request, reach: Reach, officer: Reader, name: ShortText = "", query: Query = ""
) -> Response:
    """Keep the list of an address under a name."""
    asked = _asked(query)
    try:
        reach.saved_views.save(officer, name, urlencode(asked))
    except InvalidRequest as exc:
        problems = {"view": exc.fields.get("name", "")}
        return _page(request, reach, officer, asked, _NOTHING, problems, view_name=name)
    return _to_list(asked)


@router.post("/views/{view_id}/rename", dependencies=[OwnForm])
def rename_view(
    request: Request, reach: Reach, officer: Reader, view_id: str, name: ShortText = ""
) -> Response:
    """Another name for a saved view."""
    try:
        reach.saved_views.rename(officer, view_id, name)
    except InvalidRequest as exc:
        problems = {"view": exc.fields.get("name", "")}
        return _page(request, reach, officer, {}, _NOTHING, problems, view_name=name)
    return _to_list({})


@router.post("/views/{view_id}/delete", dependencies=[OwnForm])
def delete_view(reach: Reach, officer: Reader, view_id: str) -> Response:
    """Forget a saved view."""
    reach.saved_views.delete(officer, view_id)
    return _to_list({})


def _in_words(chosen: CaseFilter, directory: Directory) -> str:
    """The filter as colleagues say it: people and branches by name."""
    assignee = chosen.assignee
    if assignee is not None and assignee != NOBODY:
        assignee = directory.person(assignee)
    unit = chosen.unit and directory.branch(chosen.unit)
    return replace(chosen, assignee=assignee, unit=unit).as_text()


def _logged(chosen: CaseFilter) -> str:
    """The filter for the audit log: words that were typed may be somebody's name."""
    text, branch = (_HIDDEN if typed else None for typed in (chosen.text, chosen.branch))
    return replace(chosen, text=text, branch=branch).as_text()


def _read(asked: Mapping[str, str]) -> tuple[CaseFilter, Sort]:
    """Raises InvalidRequest."""
    chosen = CaseFilter.parse(asked)
    try:
        return chosen, Sort(asked.get("sort") or Sort.NEWEST.value)
    except ValueError as exc:
        raise InvalidRequest({"sort": "没有这种排序"}) from exc


def _asked(query: str) -> dict[str, str]:
    """The conditions of an address; a page of it is none of them."""
    asked = joined(parse_qsl(query))
    asked.pop("after", None)
    return asked


def _to_list(asked: Mapping[str, str]) -> RedirectResponse:
    query = urlencode(asked)
    return RedirectResponse(f"/cases?{query}" if query else "/cases", status_code=303)


def _page(
    request: Request,
    reach: Services,
    officer: Officer,
    asked: Mapping[str, str],
    found: Page,
    problems: Mapping[str, str],
    *,
    is_first: bool = True,
    looked_for: str = "",
    view_name: str = "",
) -> Response:
    """The list; ``looked_for`` says what was searched where the address must not."""
    directory, now = reach.reception.directory(), reach.now()
    asked = {name: value.encode("utf-8", "replace").decode() for name, value in asked.items()}
    query = urlencode(asked)
    values: dict[str, Any] = {
        "form": filter_form(asked, problems, directory),
        "lines": [case_line(summary, directory, now) for summary in found.items],
        "found": found,
        "following": urlencode({**asked, "after": found.next}) if found.next else "",
        "query": query,
        "is_first": is_first,
        "looked_for": looked_for,
        "views": reach.saved_views.of(officer),
        "view_name": view_name,
        "longest_name": LONGEST_VIEW_NAME,
        "may_register": officer.may(Right.REGISTER),
    }
    status = 422 if problems else 200
    return page("cases.html", {**values, **page_values(request, officer)}, status)
