"""The page of what clients have not delivered, and asking them to try again."""

import logging
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.backlog_view import backlog_views
from casestore.console.forms import PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Handler = Annotated[Officer, Depends(require(Right.HANDLE))]


@router.get("/deliveries")
def show_deliveries(request: Request, reach: Reach, officer: Handler) -> HTMLResponse:
    """What waits at each client, as it reported last."""
    values = {"backlogs": backlog_views(reach.exchange.waiting(), reach.now())}
    return page("deliveries.html", {**values, **page_values(request, officer)})


@router.post("/deliveries/retry", dependencies=[OwnForm])
def retry(reach: Reach, officer: Handler, form: PostedForm) -> Response:
    """Ask the client to try again what it has parked under a reference."""
    reference = form.get("reference")
    reach.exchange.retry(reference, officer.username)
    _log.info("retry_asked reference=%s user=%s", reference, officer.username)
    return RedirectResponse("/deliveries", status_code=303)
