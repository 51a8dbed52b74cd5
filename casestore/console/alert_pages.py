"""The console's pages for early warnings."""

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.forms import PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.report_pages import Reporter
from casestore.console.report_view import case_lines
from casestore.console.views import minute
from casestore.domain.alert import EVERYWHERE, Alert
from casestore.domain.directory import Directory
from casestore.domain.errors import InvalidRequest
from casestore.domain.report import LONGEST_NOTE
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.alerts import SHOWN_CASES

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Supervisor = Annotated[Officer, Depends(require(Right.ASSIGN))]


@dataclass(frozen=True)
class AlertLine:
    """A warning as it stands on a page; ``seen`` says who saw it and when, empty if nobody did."""

    id: str
    business: str
    reason: str
    branch: str
    count: int
    expected: str
    span: str
    raised: str
    seen: str
    note: str


@router.get("/alerts")
def list_alerts(request: Request, reach: Reach, officer: Reporter) -> HTMLResponse:
    """The warnings, those nobody has seen first."""
    directory = reach.reception.directory()
    lines = [_line(alert, directory) for alert in reach.alerts.recent(officer)]
    return page("alerts.html", {"lines": lines, **page_values(request, officer)})


@router.get("/alerts/{alert_id}")
def show_alert(request: Request, reach: Reach, officer: Reporter, alert_id: str) -> HTMLResponse:
    """One warning with the cases behind it."""
    return _page(request, reach, officer, alert_id)


@router.post("/alerts/{alert_id}/seen", dependencies=[OwnForm])
def see_alert(
    request: Request, reach: Reach, officer: Supervisor, alert_id: str, form: PostedForm
) -> Response:
    """Take a warning up, with what is to be done; a missing note comes back."""
    try:
        reach.alerts.see(alert_id, form.get("note"), officer)
    except InvalidRequest as exc:
        return _page(request, reach, officer, alert_id, _words(exc), form.shown().get("note", ""))
    _log.info("alert_seen id=%s user=%s", alert_id, officer.username)
    return RedirectResponse(f"/alerts/{alert_id}", status_code=303)


def _page(
    request: Request,
    reach: Services,
    officer: Officer,
    alert_id: str,
    problem: str = "",
    note: str = "",
) -> HTMLResponse:
    alert, found = reach.alerts.open(alert_id, officer)
    line = _line(alert, reach.reception.directory())
    values = {
        "alert": line,
        "lines": case_lines(found),
        "is_cut": len(found) == SHOWN_CASES,
        "may_read": officer.may(Right.READ),
        "may_see": officer.may(Right.ASSIGN) and not line.seen,
        "problem": problem,
        "note": note,
        "longest_note": LONGEST_NOTE,
    }
    status = 422 if problem else 200
    return page("alert.html", {**values, **page_values(request, officer)}, status)


def _words(refused: InvalidRequest) -> str:
    return "；".join(refused.fields.values())


def _line(alert: Alert, directory: Directory) -> AlertLine:
    kind, seen = alert.kind, alert.seen
    return AlertLine(
        id=alert.id,
        business=kind.business,
        reason=kind.reason,
        branch="全行" if kind.branch == EVERYWHERE else kind.branch,
        count=alert.count,
        expected=f"{alert.expected:.1f}",
        span=f"{alert.first} 至 {alert.last}",
        raised=minute(alert.raised_at),
        seen=f"{directory.person(seen.by)}，{minute(seen.at)}" if seen else "",
        note=seen.note if seen else "",
    )
