"""The console's pages of one frozen report: reading, checking, signing, taking along."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.forms import PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.report_pages import CASES_PER_PAGE, Reporter, cases_page, note_export
from casestore.console.report_view import (
    ReportLinks,
    as_file,
    as_picture,
    frozen_layout,
    pictures,
)
from casestore.console.views import minute
from casestore.domain.errors import (
    CaseStoreError,
    InvalidRequest,
    NeedsAnother,
    ReportAlreadySigned,
    ReportChanged,
)
from casestore.domain.figures import parse_selection
from casestore.domain.report import LONGEST_NOTE, Report
from casestore.domain.staff import Officer, Right
from casestore.edge.failures import FAILURES
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.reports.layout import Layout

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Signer = Annotated[Officer, Depends(require(Right.SIGN))]


@router.get("/reports/{report_id}")
def show_report(request: Request, reach: Reach, officer: Reporter, report_id: str) -> HTMLResponse:
    """A frozen report."""
    return _page(request, reach, officer, report_id)


@router.get("/reports/{report_id}/cases")
def frozen_cases(
    request: Request, reach: Reach, officer: Reporter, report_id: str, after: str | None = None
) -> HTMLResponse:
    """The cases behind a figure, as they stood when the report was frozen."""
    selection = parse_selection(request.query_params)
    found = reach.reports.frozen_behind(report_id, selection, officer, after, CASES_PER_PAGE)
    order = reach.reports.get(report_id, officer).head.order
    what = (order, _links(report_id), selection)
    return cases_page(request, officer, what, found, after is None)


@router.get("/reports/{report_id}/chart/{name}.svg")
def frozen_chart(reach: Reach, officer: Reporter, report_id: str, name: str) -> Response:
    """One chart of a frozen report."""
    return as_picture(_layout(reach, reach.reports.get(report_id, officer)), name)


@router.get("/reports/{report_id}/download/{suffix}")
def frozen_download(reach: Reach, officer: Reporter, report_id: str, suffix: str) -> Response:
    """A frozen report as a file."""
    layout = _layout(reach, reach.reports.get(report_id, officer))
    answer = as_file(layout, suffix)
    note_export(reach, officer, report_id, layout, suffix)
    return answer


@router.post("/reports/{report_id}/verification", dependencies=[OwnForm])
def verify(request: Request, reach: Reach, officer: Reporter, report_id: str) -> HTMLResponse:
    """Compute a frozen report anew from its snapshot and say whether anything differs."""
    changes = reach.reports.verify(report_id, officer)
    return _page(request, reach, officer, report_id, verified=True, problems=changes)


@router.post("/reports/{report_id}/signature", dependencies=[OwnForm])
def sign(
    request: Request, reach: Reach, officer: Signer, report_id: str, form: PostedForm
) -> Response:
    """Sign a frozen report; a note that cannot be kept comes back."""
    try:
        reach.reports.sign(report_id, form.get("note"), officer)
    except (InvalidRequest, NeedsAnother, ReportAlreadySigned, ReportChanged) as exc:
        note = form.shown().get("note", "")
        answer = _page(request, reach, officer, report_id, problems=_words(exc), note=note)
        answer.status_code = FAILURES[type(exc)].status
        return answer
    _log.info("report_signed id=%s user=%s", report_id, officer.username)
    return RedirectResponse(f"/reports/{report_id}", status_code=303)


def _page(
    request: Request,
    reach: Services,
    officer: Officer,
    report_id: str,
    verified: bool = False,
    problems: tuple[str, ...] = (),
    note: str = "",
) -> HTMLResponse:
    report = reach.reports.get(report_id, officer)
    head, directory = report.head, reach.reception.directory()
    layout = frozen_layout(reach, report, directory)
    signature = head.signature
    values = {
        "layout": layout,
        "links": _links(report_id),
        "pictures": pictures(layout),
        "head": head,
        "digest": report.digest,
        "maker": directory.person(head.made_by),
        "signer": directory.person(signature.by) if signature else "",
        "signed_at": minute(signature.at) if signature else "",
        "may_sign": _may_sign(officer, report),
        "is_verified": verified,
        "problems": problems,
        "note": note,
        "longest_note": LONGEST_NOTE,
    }
    return page("report.html", {**values, **page_values(request, officer)})


def _may_sign(officer: Officer, report: Report) -> bool:
    head = report.head
    is_other = head.made_by != officer.username
    return officer.may(Right.SIGN) and is_other and head.signature is None


def _words(exc: CaseStoreError) -> tuple[str, ...]:
    if isinstance(exc, InvalidRequest):
        return tuple(f"签署意见{reason}" for reason in exc.fields.values())
    return (exc.reason,) if isinstance(exc, NeedsAnother) else (FAILURES[type(exc)].message,)


def _layout(reach: Services, report: Report) -> Layout:
    return frozen_layout(reach, report, reach.reception.directory())


def _links(report_id: str) -> ReportLinks:
    return ReportLinks(f"/reports/{report_id}", {})
