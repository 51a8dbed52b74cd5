"""Promised calls in the console: whom to call by when, phone in clear once, what came of it."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.chat_view import FormView
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, ShortText, page_values, require
from casestore.console.refusals import note_refusal
from casestore.console.views import duration, minute
from casestore.domain.callback import CallbackState, TryResult
from casestore.domain.directory import Directory
from casestore.domain.errors import CallbackNotFound, InvalidRequest, NotAllowed, Refused
from casestore.domain.masking import mask_name, mask_phone
from casestore.domain.staff import Officer, Right
from casestore.edge.failures import failure_of
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.callbacks import CalledBack

_FIELDS = {"phone": "电话", "name": "姓名"}

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]
Handler = Annotated[Officer, Depends(require(Right.HANDLE))]
Revealer = Annotated[Officer, Depends(require(Right.REVEAL))]

RESULTS = [("", [(result.value, result.label) for result in TryResult])]
"""How a call may go, for ``parts.html``'s select."""


@dataclass(frozen=True)
class CallLine:
    """A promised call; ``urgency`` names a mark of the style sheet, ``mark`` says it in words,
    ``last`` is the last of ``tries``, ``ended`` when it was over (empty before)."""

    id: str
    name: str
    phone: str
    topic: str
    channel: str
    preferred: str
    asked: str
    promised: str
    urgency: str
    mark: str
    state: str
    ended: str
    chat_id: str
    is_cancelled: bool = False
    tries: list[str] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether somebody is still to call."""
        return not self.ended

    @property
    def last(self) -> str:
        """The last call that was made; empty before the first."""
        return self.tries[-1] if self.tries else ""


@router.get("/callbacks")
def show_callbacks(request: Request, reach: Reach, officer: Reader, view: str = "") -> HTMLResponse:
    """What is to be called, the earliest promise first; with ``view=ended`` what is over."""
    is_ended = view == "ended"
    found = reach.callbacks.ended(officer) if is_ended else reach.callbacks.open(officer)
    directory, now = reach.reception.directory(), reach.now()
    values = {
        "lines": [_line(each, directory, now) for each in found],
        "is_ended": is_ended,
        **page_values(request, officer),
    }
    return page("callbacks.html", values)


@router.get("/callbacks/{callback_id}")
def show_callback(
    request: Request, reach: Reach, officer: Reader, callback_id: str
) -> HTMLResponse:
    """One promised call; phone and name masked."""
    return _callback_page(request, reach, officer, callback_id)


@router.post("/callbacks/{callback_id}/reveal", dependencies=[OwnForm])
def reveal(
    request: Request,
    reach: Reach,
    officer: Revealer,
    callback_id: str,
    field: ShortText = "",
) -> HTMLResponse:
    """Phone or name in clear, this once; the audit log notes it."""
    value = reach.callbacks.reveal(callback_id, field, officer)
    _log.info("callback_revealed field=%s user=%s", field, officer.username)
    revealed = {_FIELDS[field]: value or "未登记"}
    return _callback_page(request, reach, officer, callback_id, revealed=revealed)


@router.post("/callbacks/{callback_id}/tries", dependencies=[OwnForm])
def log(
    request: Request, reach: Reach, officer: Handler, callback_id: str, form: PostedForm
) -> Response:
    """Note a call that was made and what came of it."""
    try:
        result, try_id = _result(form), form.form_id("try_id")
        reach.callbacks.log(callback_id, result, form.get("note"), officer, try_id)
    except (CallbackNotFound, NotAllowed):
        raise
    except Refused as exc:
        note_refusal(request, exc)
        fields = exc.fields if isinstance(exc, InvalidRequest) else {}
        again = FormView(form.shown(), fields or {"form": failure_of(exc).message})
        status = failure_of(exc).status
        return _callback_page(request, reach, officer, callback_id, again, status=status)
    _log.info("callback_tried callback=%s user=%s", callback_id, officer.username)
    path = f"/callbacks/{callback_id}" if result is TryResult.NO_ANSWER else "/callbacks"
    return RedirectResponse(path, status_code=303)


def _callback_page(
    request: Request,
    reach: Services,
    officer: Officer,
    callback_id: str,
    form: FormView | None = None,
    revealed: Mapping[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    found = reach.callbacks.one(callback_id, officer)
    line = _line(found, reach.reception.directory(), reach.now())
    has_name = found.callback.name is not None
    fields = {name: label for name, label in _FIELDS.items() if name != "name" or has_name}
    values = {
        "line": line,
        "form": form or FormView(),
        "results": RESULTS,
        "revealed": revealed or {},
        "reveals": fields if officer.may(Right.REVEAL) else {},
        "try_id": reach.new_id(),
        "may_log": officer.may(Right.HANDLE) and line.is_open,
        **page_values(request, officer),
    }
    return page("callback.html", values, status)


def _line(found: CalledBack, directory: Directory, now: datetime) -> CallLine:
    callback = found.callback
    is_overdue, is_due = callback.is_overdue(now), callback.is_due(now)
    late = duration(int((now - callback.promised_by).total_seconds())) if is_overdue else ""
    return CallLine(
        id=callback.id,
        name=mask_name(callback.name) if callback.name else "未留姓名",
        phone=mask_phone(callback.phone),
        topic=callback.topic or "未说明",
        channel=callback.channel.label,
        preferred=callback.preferred or "",
        asked=minute(callback.asked_at),
        promised=minute(callback.promised_by),
        urgency="overdue" if is_overdue else "soon" if is_due else "on_time",
        mark=f"已过 {late}" if is_overdue else "该打了" if is_due else "",
        state=callback.state.label,
        ended=minute(callback.ended_at) if callback.ended_at else "",
        chat_id=(callback.chat_id or "") if found.has_chat else "",
        is_cancelled=callback.state is CallbackState.CANCELLED,
        tries=[
            f"{minute(each.at)}，{directory.person(each.made_by)}：{each.result.label}"
            + (f"。{each.note}" if each.note else "")
            for each in found.tries
        ],
    )


def _result(form: Posted) -> TryResult:
    """Raises InvalidRequest for a result that is none."""
    results = {result.value: result for result in TryResult}
    if form.get("result") not in results:
        raise InvalidRequest({"result": "请选择通话结果"})
    return results[form.get("result")]
