"""Writing, approving and releasing the reply to a complaint."""

import logging
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.case_page import viewers_words
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.refusals import note_refusal
from casestore.console.reply_form import draft_of, filled, form_of, with_blank_point
from casestore.console.reply_view import Typed, done_words, reply_page, waiting_lines
from casestore.domain.deadlines import local_date
from casestore.domain.errors import (
    CaseNotFound,
    IncompleteReply,
    InvalidRequest,
    Refused,
    StaleCase,
)
from casestore.domain.reply import PART_NAMES
from casestore.domain.staff import Officer, Right
from casestore.edge.failures import failure_of
from casestore.edge.pages import page
from casestore.edge.services import Services

_SAVE, _SUBMIT, _FILL, _ADD = "save", "submit", "fill", "add"
_RELEASE_SUFFIX = "-release"

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]
Approver = Annotated[Officer, Depends(require(Right.APPROVE))]


@dataclass(frozen=True)
class _Shown:
    """What the page says beside the reply: what was just done or refused, and what was typed."""

    done: str = ""
    message: str = ""
    typed: Typed | None = None
    note: str = ""
    status: int = 200


@router.get("/approvals")
def show_waiting(request: Request, reach: Reach, officer: Approver) -> HTMLResponse:
    """Replies of others that wait for a second person."""
    waiting, today = reach.replies.waiting(officer), local_date(reach.now())
    lines = waiting_lines(waiting, reach.reception.directory(), today)
    return page("approvals.html", {"lines": lines, **page_values(request, officer)})


@router.get("/cases/{reference}/reply")
def show_reply(
    request: Request, reach: Reach, officer: Reader, reference: str, done: str = ""
) -> HTMLResponse:
    """The reply: a form for who writes it, side by side with the complaint for who decides."""
    return _page(request, reach, officer, reference, _Shown(done=done_words(done)))


@router.post("/cases/{reference}/reply", dependencies=[OwnForm])
def send_form(
    request: Request, reach: Reach, officer: Reader, reference: str, form: PostedForm
) -> Response:
    """Keep or hand in what was written; other buttons only show the form again, changed."""
    action, draft = form.get("action"), draft_of(form, reach.new_id)
    if action in {_SAVE, _SUBMIT}:
        return _keep(request, reach, officer, reference, form)
    if action == _FILL:
        draft = filled(draft, reach.replies.template(form.get("template")))
    elif action == _ADD:
        draft = with_blank_point(draft)
    return _page(request, reach, officer, reference, _Shown(typed=Typed(draft, {})))


@router.post("/cases/{reference}/reply/approve", dependencies=[OwnForm])
def approve(
    request: Request, reach: Reach, officer: Approver, reference: str, form: PostedForm
) -> Response:
    """Take the decision, and with ``and_release`` answer the customer at once."""
    act_id, version = form.form_id("act_id"), form.version
    try:
        decided = reach.replies.approve(reference, officer, version, act_id)
        _log.info("reply_approved reference=%s user=%s", reference, officer.username)
        if not form.get("and_release"):
            return _to_page(reference, "approved")
        seen = decided.standing.handling.version if decided.created else None
        reach.replies.release(reference, officer, seen, act_id + _RELEASE_SUFFIX)
    except CaseNotFound:
        raise
    except Refused as exc:
        return _refused(request, reach, officer, reference, exc)
    _log.info("reply_released reference=%s user=%s", reference, officer.username)
    return _to_page(reference, "released")


@router.post("/cases/{reference}/reply/send-back", dependencies=[OwnForm])
def send_back(
    request: Request, reach: Reach, officer: Approver, reference: str, form: PostedForm
) -> Response:
    """Return the reply to its writer with a reason."""
    note = form.get("note")
    try:
        reach.replies.send_back(reference, note, officer, form.version, form.form_id("act_id"))
    except CaseNotFound:
        raise
    except Refused as exc:
        return _refused(request, reach, officer, reference, exc, form.shown().get("note", ""))
    _log.info("reply_returned reference=%s user=%s", reference, officer.username)
    return _to_page(reference, "returned")


@router.post("/cases/{reference}/reply/release", dependencies=[OwnForm])
def release(
    request: Request, reach: Reach, officer: Reader, reference: str, form: PostedForm
) -> Response:
    """Answer the customer with the approved reply."""
    try:
        reach.replies.release(reference, officer, form.version, form.form_id("act_id"))
    except CaseNotFound:
        raise
    except Refused as exc:
        return _refused(request, reach, officer, reference, exc)
    _log.info("reply_released reference=%s user=%s", reference, officer.username)
    return _to_page(reference, "released")


def _keep(
    request: Request, reach: Services, officer: Officer, reference: str, form: Posted
) -> Response:
    draft, act_id = draft_of(form, reach.new_id), form.form_id("act_id")
    is_submission = form.get("action") == _SUBMIT
    if is_submission and reach.replies.is_repeat(reference, draft, act_id):
        return _to_page(reference, "submitted")
    try:
        kept = reach.replies.save_draft(reference, draft, officer, form.version)
        if is_submission:
            reach.replies.submit(reference, officer, kept.handling.version, act_id)
    except CaseNotFound:
        raise
    except IncompleteReply:
        return _to_page(reference, "kept")
    except Refused as exc:
        note_refusal(request, exc)
        failure = failure_of(exc)
        problems = exc.fields if isinstance(exc, InvalidRequest) else {}
        shown = _Shown(
            message="" if problems else failure.message,
            typed=Typed(draft, problems, is_stale=isinstance(exc, StaleCase)),
            status=failure.status,
        )
        return _page(request, reach, officer, reference, shown)
    did = "submitted" if is_submission else "saved"
    _log.info("reply_%s reference=%s user=%s", did, reference, officer.username)
    return _to_page(reference, did)


def _to_page(reference: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/cases/{reference}/reply?done={done}", status_code=303)


def _refused(
    request: Request,
    reach: Services,
    officer: Officer,
    reference: str,
    refusal: Refused,
    note: str = "",
) -> HTMLResponse:
    note_refusal(request, refusal)
    failure = failure_of(refusal)
    fields = refusal.fields.values() if isinstance(refusal, InvalidRequest) else ()
    message = "；".join(fields) or failure.message
    shown = _Shown(message=message, note=note, status=failure.status)
    return _page(request, reach, officer, reference, shown)


def _page(
    request: Request, reach: Services, officer: Officer, reference: str, shown: _Shown
) -> HTMLResponse:
    sheet = reach.replies.sheet(reference, officer)
    view = reply_page(sheet, reach.reception.directory(), reach.new_id(), shown.typed)
    others = reach.presence.look(reference, officer, is_writing=view.form is not None)
    values = {
        "reply": view,
        "shown": shown,
        "viewers": viewers_words(others),
        **page_values(request, officer),
    }
    if view.form is not None:
        return page("reply.html", values, shown.status)
    if shown.typed is None:
        return page("reply_review.html", values, shown.status)
    # Nothing typed is lost, even where this officer may not write any more.
    kept = {"typed": form_of(shown.typed.draft), "part_names": PART_NAMES}
    return page("reply_kept.html", {**values, **kept}, shown.status)
