"""The console's pages for choosing, previewing and freezing reports."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.forms import PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.report_view import (
    ReportLinks,
    as_file,
    as_picture,
    case_lines,
    choices,
    head_lines,
    live_layout,
    order_of,
    pictures,
    selection_text,
)
from casestore.domain.deadlines import local_date
from casestore.domain.errors import ReportDoesNotReconcile
from casestore.domain.figures import Selection, contradictions, parse_selection
from casestore.domain.report import ReportOrder
from casestore.domain.staff import Officer, Right
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.reports.builder import scope_text
from casestore.reports.layout import Layout
from casestore.service.reports import CasesPage, within_rights

CASES_PER_PAGE = 100

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reporter = Annotated[Officer, Depends(require(Right.REPORT))]


@router.get("/reports")
def list_reports(request: Request, reach: Reach, officer: Reporter) -> HTMLResponse:
    """The frozen reports, and the forms for a new one."""
    directory = reach.reception.directory()
    names = directory.branch_names
    values = {
        **choices(local_date(reach.now()), directory),
        "own_unit": names.get(officer.branch or "", officer.branch),
        "lines": head_lines(
            reach.reports.all(officer), directory, lambda scope: scope_text(scope, names)
        ),
    }
    return page("reports.html", {**values, **page_values(request, officer)})


@router.get("/reports/preview")
def preview(request: Request, reach: Reach, officer: Reporter) -> HTMLResponse:
    """A report as it would be now."""
    return _preview(request, reach, officer, _asked(request, officer))


@router.get("/reports/preview/cases")
def preview_cases(
    request: Request, reach: Reach, officer: Reporter, after: str | None = None
) -> HTMLResponse:
    """The cases behind a figure of a preview."""
    order = _asked(request, officer)
    selection = parse_selection(request.query_params)
    found = reach.reports.behind(order, selection, officer, after, CASES_PER_PAGE)
    links = _links(order)
    return cases_page(request, officer, (order, links, selection), found, after is None)


@router.get("/reports/preview/chart/{name}.svg")
def preview_chart(request: Request, reach: Reach, officer: Reporter, name: str) -> Response:
    """One chart of a preview."""
    return as_picture(_layout(reach, officer, _asked(request, officer)), name)


@router.get("/reports/preview/download/{suffix}")
def preview_download(request: Request, reach: Reach, officer: Reporter, suffix: str) -> Response:
    """A preview as a file."""
    layout = _layout(reach, officer, _asked(request, officer))
    answer = as_file(layout, suffix)
    note_export(reach, officer, "preview", layout, suffix)
    return answer


@router.post("/reports", dependencies=[OwnForm])
def freeze(request: Request, reach: Reach, officer: Reporter, form: PostedForm) -> Response:
    """Keep a report as it is now; what does not reconcile comes back with the reasons."""
    fields = dict(form.items)
    report_id = form.form_id("id")
    order = within_rights(order_of(fields), officer)
    try:
        head = reach.reports.freeze(report_id, order, officer)
    except ReportDoesNotReconcile as exc:
        return _preview(request, reach, officer, order, exc)
    _log.info("report_frozen id=%s user=%s", head.id, officer.username)
    return RedirectResponse(f"/reports/{head.id}", status_code=303)


def cases_page(
    request: Request,
    officer: Officer,
    what: tuple[ReportOrder, ReportLinks, Selection],
    found: CasesPage,
    is_first: bool,
) -> HTMLResponse:
    """The list of the cases behind a figure."""
    order, links, selection = what
    values: dict[str, Any] = {
        "title": order.title,
        "links": links,
        "selection": selection,
        "selected": selection_text(selection),
        "lines": case_lines(found.cases),
        "following": found.following,
        "is_first": is_first,
        "may_read": officer.may(Right.READ),
    }
    return page("report_cases.html", {**values, **page_values(request, officer)})


def note_export(
    reach: Services, officer: Officer, subject: str, layout: Layout, suffix: str
) -> None:
    """Every report that leaves the console is an entry of the audit log."""
    facts = "，".join(f"{name} {words}" for name, words in layout.facts)
    reach.audit.note(officer, "report_exported", subject, f"{suffix} {layout.title}（{facts}）")


def _preview(
    request: Request,
    reach: Services,
    officer: Officer,
    order: ReportOrder,
    problem: ReportDoesNotReconcile | None = None,
) -> HTMLResponse:
    figures = reach.reports.figures(order, officer)
    layout = live_layout(reach, order, figures, reach.reception.directory())
    values = {
        "layout": layout,
        "links": _links(order),
        "pictures": pictures(layout),
        "head": None,
        "order": order.as_query(),
        "report_id": reach.new_id(),
        "contradictions": problem.problems if problem else contradictions(figures),
    }
    status = FAILURES[ReportDoesNotReconcile].status if problem else 200
    return page("report.html", {**values, **page_values(request, officer)}, status)


def _asked(request: Request, officer: Officer) -> ReportOrder:
    """What the address asks for, as the officer may have it. Raises InvalidRequest."""
    return within_rights(order_of(request.query_params), officer)


def _layout(reach: Services, officer: Officer, order: ReportOrder) -> Layout:
    figures = reach.reports.figures(order, officer)
    return live_layout(reach, order, figures, reach.reception.directory())


def _links(order: ReportOrder) -> ReportLinks:
    return ReportLinks("/reports/preview", order.as_query())
