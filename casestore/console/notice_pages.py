"""Telling customers by other ways than the conversation, and logging way, time and proof."""

import logging
import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.notice_view import (
    KINDS,
    WAYS,
    FormView,
    fresh_log_form,
    notice_line,
    notice_lines,
    undelivered_lines,
)
from casestore.console.refusals import note_refusal
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.errors import CaseNotFound, InvalidRequest, NoticeNotFound, Refused
from casestore.domain.notice import NoticeKind, NoticeWay
from casestore.domain.staff import Officer, Right
from casestore.edge.failures import failure_of
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.notices import Telling

_LOCAL_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]
Handler = Annotated[Officer, Depends(require(Right.HANDLE))]


@router.get("/notices")
def show_undelivered(request: Request, reach: Reach, officer: Handler) -> HTMLResponse:
    """What has not reached customers and somebody must tell them."""
    found = reach.notices.undelivered(officer)
    lines = undelivered_lines(found, reach.reception.directory(), reach.now())
    return page("undelivered.html", {"lines": lines, **page_values(request, officer)})


@router.get("/cases/{reference}/notices")
def show_notices(
    request: Request, reach: Reach, officer: Reader, reference: str, done: str = ""
) -> HTMLResponse:
    """What the customer of a case was told, and a form to tell something more."""
    return _notices_page(request, reach, officer, reference, FormView({}), bool(done))


@router.post("/cases/{reference}/notices", dependencies=[OwnForm])
def write(
    request: Request, reach: Reach, officer: Handler, reference: str, form: PostedForm
) -> Response:
    """Tell the customer something in words of one's own."""
    try:
        kind = _kind(form)
        reach.notices.write(reference, kind, form.get("text"), officer, form.form_id("act_id"))
    except CaseNotFound:
        raise
    except Refused as exc:
        again = _again(request, form, exc)
        status = failure_of(exc).status
        return _notices_page(request, reach, officer, reference, again, status=status)
    _log.info("notice_written reference=%s user=%s", reference, officer.username)
    return RedirectResponse(f"/cases/{reference}/notices?done=1", status_code=303)


@router.get("/cases/{reference}/notices/{notice}")
def show_notice(
    request: Request, reach: Reach, officer: Reader, reference: str, notice: str
) -> HTMLResponse:
    """One notice: what to say, and the form to log that it was said."""
    return _notice_page(request, reach, officer, reference, notice)


@router.post("/cases/{reference}/notices/{notice}", dependencies=[OwnForm])
def log(
    request: Request, reach: Reach, officer: Handler, reference: str, notice: str, form: PostedForm
) -> Response:
    """Log way, time and proof (投诉办法 article 21)."""
    try:
        telling = _telling(form)
        reach.notices.log(reference, notice, telling, officer, form.form_id("act_id"))
    except (CaseNotFound, NoticeNotFound):
        raise
    except Refused as exc:
        again = _again(request, form, exc)
        status = failure_of(exc).status
        return _notice_page(request, reach, officer, reference, notice, again, status)
    _log.info("notice_logged reference=%s user=%s", reference, officer.username)
    return RedirectResponse(f"/cases/{reference}/notices?done=1", status_code=303)


def _notices_page(
    request: Request,
    reach: Services,
    officer: Officer,
    reference: str,
    form: FormView,
    is_done: bool = False,
    status: int = 200,
) -> HTMLResponse:
    notices = reach.notices.opened(reference, officer)
    values = {
        "reference": reference,
        "lines": notice_lines(notices, reach.reception.directory(), reach.now()),
        "form": form,
        "kinds": KINDS,
        "act_id": reach.new_id(),
        "is_done": is_done,
        "may_write": officer.may(Right.HANDLE),
        **page_values(request, officer),
    }
    return page("case_notices.html", values, status)


def _notice_page(
    request: Request,
    reach: Services,
    officer: Officer,
    reference: str,
    notice_id: str,
    form: FormView | None = None,
    status: int = 200,
) -> HTMLResponse:
    now = reach.now()
    found = [each for each in reach.notices.opened(reference, officer) if each.id == notice_id]
    if not found:
        raise NoticeNotFound
    (notice,) = found
    values = {
        "line": notice_line(notice, reach.reception.directory(), now),
        "form": form or fresh_log_form(notice, now),
        "ways": WAYS,
        "act_id": reach.new_id(),
        "may_log": officer.may(Right.HANDLE) and not notice.status.is_told,
        **page_values(request, officer),
    }
    return page("notice.html", values, status)


def _again(request: Request, form: Posted, refusal: Refused) -> FormView:
    """The form as it was sent, with what is wrong beside the fields."""
    note_refusal(request, refusal)
    if isinstance(refusal, InvalidRequest):
        return FormView(form.shown(), refusal.fields)
    return FormView(form.shown(), {"form": failure_of(refusal).message})


def _telling(form: Posted) -> Telling:
    """Raises InvalidRequest for a way or a moment that is none."""
    ways = {way.value: way for way in NoticeWay}
    way, sent_at = ways.get(form.get("way")), _moment(form.get("sent_at"))
    if way is None or sent_at is None:
        unclear = {"way": way is None, "sent_at": sent_at is None}
        raise InvalidRequest({name: "请填写" for name, is_wrong in unclear.items() if is_wrong})
    return Telling(way, sent_at, form.get("proof"))


def _moment(text: str) -> datetime | None:
    """A minute in China time as the browser's field gives it."""
    if not _LOCAL_MINUTE.fullmatch(text):
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return None
    return local.replace(tzinfo=CHINA_TIME)


def _kind(form: Posted) -> NoticeKind:
    kinds = {kind.value: kind for kind in NoticeKind}
    if form.get("kind") not in kinds:
        raise InvalidRequest({"kind": "请选择告知的事项"})
    return kinds[form.get("kind")]
