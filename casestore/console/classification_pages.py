"""Confirming classes: the form of a case, the page of what is left, the download to learn from."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from casestore.console.classification_view import ClassForm, classification_panel
from casestore.console.forms import Posted, PostedForm, is_form_id
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.refusals import note_refusal
from casestore.domain.case import Case, EventKind
from casestore.domain.errors import InvalidRequest, Refused
from casestore.domain.staff import Officer, Right
from casestore.domain.taxonomy import Dimension
from casestore.edge.failures import failure_of
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.classification import MOST_COUNTED

_QUEUE, _CASE = "queue", "case"

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Handler = Annotated[Officer, Depends(require(Right.HANDLE))]
Reporter = Annotated[Officer, Depends(require(Right.REPORT))]


@dataclass(frozen=True)
class _Shown:
    """What the page shows: a case or none, which one was passed over before it, where to go on,
    and a form that was refused with the reason."""

    case: Case | None
    after: str = ""
    then: str = _QUEUE
    typed: ClassForm | None = None
    message: str = ""
    status: int = 200


@router.get("/classification")
def next_case(request: Request, reach: Reach, officer: Handler, after: str = "") -> HTMLResponse:
    """The case that has waited longest for its classes; ``after`` is one that was passed over."""
    case = reach.classification.next_unconfirmed(officer, after or None)
    return _page(request, reach, officer, _Shown(case, after=after))


@router.post("/cases/{reference}/classification", dependencies=[OwnForm])
def confirm(
    request: Request, reach: Reach, officer: Handler, reference: str, form: PostedForm
) -> Response:
    """Confirm the three names; a form that is refused comes back as it was filled in."""
    try:
        reach.classification.confirm(
            reference,
            form.get("business"),
            form.get("reason"),
            form.get("channel"),
            form.version,
            officer,
            _act_id(form),
        )
    except Refused as exc:
        return _again(request, reach, officer, reference, form, exc)
    _log.info("classified reference=%s user=%s", reference, officer.username)
    is_queue = form.get("then") == _QUEUE
    done = f"/cases/{reference}?done={EventKind.CLASSIFIED.value}"
    return RedirectResponse("/classification" if is_queue else done, status_code=303)


@router.get("/classification/corrections.jsonl")
def download(reach: Reach, officer: Reporter) -> Response:
    """What people confirmed, one JSON object a line; an audited act."""
    reach.audit.note(officer, "exported", "corrections")
    headers = {"Content-Disposition": 'attachment; filename="corrections.jsonl"'}
    return StreamingResponse(
        _lines(reach, officer), media_type="application/x-ndjson", headers=headers
    )


def _lines(reach: Services, officer: Officer) -> Iterator[str]:
    for correction in reach.corrections.all(officer):
        yield f"{json.dumps(correction.as_json(), ensure_ascii=False)}\n"


def _act_id(form: Posted) -> str | None:
    """The id that makes sending the form twice harmless; None for one that is not ours."""
    text = form.get("act_id")
    return text if is_form_id(text) else None


def _again(
    request: Request,
    reach: Services,
    officer: Officer,
    reference: str,
    form: Posted,
    refusal: Refused,
) -> HTMLResponse:
    """The form as it was sent, on the case as it is now. Raises what stands in the way of that."""
    note_refusal(request, refusal)
    case = reach.desk.open_case(reference, officer).case
    shown = form.shown()
    values = {dimension.value: shown.get(dimension.value, "") for dimension in Dimension}
    problems = refusal.fields if isinstance(refusal, InvalidRequest) else {}
    failure = failure_of(refusal)
    again = _Shown(
        case,
        then=_QUEUE if form.get("then") == _QUEUE else _CASE,
        typed=ClassForm(values, problems),
        message="" if problems else failure.message,
        status=failure.status,
    )
    return _page(request, reach, officer, again)


def _page(request: Request, reach: Services, officer: Officer, shown: _Shown) -> HTMLResponse:
    waiting = reach.classification.count_unconfirmed(officer)
    panel = shown.case and classification_panel(
        shown.case,
        officer,
        reach.new_id(),
        reach.classification.codes,
        reach.reception.directory(),
        shown.typed,
    )
    values = {
        "case": shown.case,
        "after": shown.after,
        "then": shown.then,
        "message": shown.message,
        "classification": panel,
        "waiting": waiting,
        "is_capped": waiting >= MOST_COUNTED,
        "may_download": officer.may(Right.REPORT),
        **page_values(request, officer),
    }
    return page("classification_queue.html", values, shown.status)
