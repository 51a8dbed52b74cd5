"""What officers do to a case by the forms on its page."""

import logging

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.act_forms import WORDINGS, Typed, Wording
from casestore.console.case_page import Reader, Refusal, Shown, case_response
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach
from casestore.console.refusals import note_refusal
from casestore.domain.case import EventKind
from casestore.domain.errors import CaseNotFound, InvalidRequest, Refused, StaleCase
from casestore.edge.failures import failure_of
from casestore.service.acting import Deed

_REFERENCES = frozenset({"other", "into"})
_LARGEST_NUMBER = 10
"""Digits of a version or a count of events; no case has had more."""

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.post("/cases/{reference}/acts/{kind}", dependencies=[OwnForm])
def act(
    request: Request, reach: Reach, officer: Reader, reference: str, kind: str, form: PostedForm
) -> Response:
    """Do one act. What is refused comes back with the reason, what changed meanwhile, and
    everything that was typed."""
    act_kind = _kind(kind)
    try:
        reach.casework.do(reference, _deed(act_kind, form), officer)
    except CaseNotFound:
        raise
    except Refused as exc:
        note_refusal(request, exc)
        shown = Shown(refusal=_refusal(act_kind, form, exc))
        return case_response(request, reach, officer, reference, shown)
    _log.info("acted kind=%s reference=%s user=%s", kind, reference, officer.username)
    return RedirectResponse(f"/cases/{reference}?done={kind}", status_code=303)


def _kind(name: str) -> EventKind:
    """Raises CaseNotFound for an address that is no form of a case."""
    known = {kind.value: kind for kind in WORDINGS}
    if name not in known:
        raise CaseNotFound
    return known[name]


def _deed(kind: EventKind, form: Posted) -> Deed:
    """Raises InvalidRequest for what the form itself asks for and does not say."""
    wording, page_id = WORDINGS[kind], form.form_id("page_id")
    if problems := _missing(wording, form):
        raise InvalidRequest(problems)
    return Deed(
        kind,
        # One page, several forms: each of them may be sent once.
        f"{page_id}-{kind.value}",
        text=form.get("text") or None,
        data=_data(wording, form),
        version=form.version,
    )


def _missing(wording: Wording, form: Posted) -> dict[str, str]:
    problems = {}
    if wording.needs_text and not form.get("text"):
        problems["text"] = "请填写这一栏"
    if wording.confirmation and not form.get("confirmed"):
        problems["confirmed"] = "请核对后勾选确认"
    return problems


def _data(wording: Wording, form: Posted) -> dict[str, str]:
    found = {}
    for name in wording.fields:
        value = ",".join(form.all(name)) if name == "flags" else form.get(name)
        if value:
            found[name] = value.upper() if name in _REFERENCES else value
    return found


def _refusal(kind: EventKind, form: Posted, exc: Refused) -> Refusal:
    failure = failure_of(exc)
    problems = exc.fields if isinstance(exc, InvalidRequest) else {}
    return Refusal(
        status=failure.status,
        message=failure.message,
        typed=Typed(kind, form.shown(), frozenset(form.all("flags")), problems),
        seen=_number(form.get("seen")) if isinstance(exc, StaleCase) else None,
    )


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdecimal() and len(text) <= _LARGEST_NUMBER
    return int(text) if is_number else None
