"""What officers do in talks by the forms of their pages."""

import logging
import re
from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.chat_pages import Handler, chat_response
from casestore.console.chat_view import FormView
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach
from casestore.console.refusals import note_refusal
from casestore.domain.chat import Outcome
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.errors import (
    CaseNotFound,
    ChatNotFound,
    InvalidRequest,
    NotAllowed,
    Recused,
    Refused,
)
from casestore.domain.staff import Officer
from casestore.edge.failures import failure_of
from casestore.edge.services import Services
from casestore.service.chat_desk import CallWish, Conclusion

_LOCAL_MINUTE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")
_PHONE = re.compile(r"\+?[0-9]{7,20}")
_BLANKS = str.maketrans("", "", " -－　()（）")

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)


@router.post("/chats/{chat_id}/take", dependencies=[OwnForm])
def take(
    request: Request, reach: Reach, officer: Handler, chat_id: str, form: PostedForm
) -> Response:
    """Lead the talk from now on."""
    return _do(request, reach, officer, chat_id, form, _taken)


@router.post("/chats/{chat_id}/messages", dependencies=[OwnForm])
def say(
    request: Request, reach: Reach, officer: Handler, chat_id: str, form: PostedForm
) -> Response:
    """Say something to the customer."""
    return _do(request, reach, officer, chat_id, form, _said)


@router.post("/chats/{chat_id}/pass", dependencies=[OwnForm])
def pass_on(
    request: Request, reach: Reach, officer: Handler, chat_id: str, form: PostedForm
) -> Response:
    """Hand the talk to a colleague, or put it back into the queue if nobody is named."""
    return _do(request, reach, officer, chat_id, form, _passed)


@router.post("/chats/{chat_id}/close", dependencies=[OwnForm])
def close(
    request: Request, reach: Reach, officer: Handler, chat_id: str, form: PostedForm
) -> Response:
    """End the talk and say what came of it."""
    return _do(request, reach, officer, chat_id, form, _closed)


@router.post("/chats/{chat_id}/cases", dependencies=[OwnForm])
def link(
    request: Request, reach: Reach, officer: Handler, chat_id: str, form: PostedForm
) -> Response:
    """Note that the talk is about a case."""
    return _do(request, reach, officer, chat_id, form, _linked)


@router.post("/cases/{reference}/chat", dependencies=[OwnForm])
def invite(reach: Reach, officer: Handler, reference: str) -> Response:
    """Ask the assistant to connect the customer of a case."""
    chat = reach.chat_desk.invite(reference, officer)
    _log.info("chat_invited chat=%s user=%s", chat.id, officer.username)
    return RedirectResponse(f"/chats/{chat.id}", status_code=303)


def _do(
    request: Request,
    reach: Services,
    officer: Officer,
    chat_id: str,
    form: Posted,
    act: Callable[[Services, str, Posted, Officer], str],
) -> Response:
    """Do one act; what is refused comes back with the reason and everything that was typed."""
    try:
        path = act(reach, chat_id, form, officer)
    except (CaseNotFound, ChatNotFound, NotAllowed, Recused):
        raise
    except Refused as exc:
        note_refusal(request, exc)
        fields = exc.fields if isinstance(exc, InvalidRequest) else {}
        problems = fields or {"form": failure_of(exc).message}
        again = FormView(form.shown(), problems)
        status = failure_of(exc).status
        return chat_response(request, reach, officer, chat_id, again, status=status)
    _log.info("chat_%s chat=%s user=%s", act.__name__.strip("_"), chat_id, officer.username)
    return RedirectResponse(path, status_code=303)


def _taken(reach: Services, chat_id: str, _form: Posted, officer: Officer) -> str:
    reach.chat_desk.take(chat_id, officer)
    return f"/chats/{chat_id}"


def _said(reach: Services, chat_id: str, form: Posted, officer: Officer) -> str:
    reach.chat_desk.say(chat_id, form.get("text"), officer, form.form_id("message_id"))
    return f"/chats/{chat_id}#reply"


def _passed(reach: Services, chat_id: str, form: Posted, officer: Officer) -> str:
    if colleague := form.get("to"):
        reach.chat_desk.pass_on(chat_id, colleague, officer)
    else:
        reach.chat_desk.give_back(chat_id, officer)
    return "/chats"


def _closed(reach: Services, chat_id: str, form: Posted, officer: Officer) -> str:
    reach.chat_desk.close(chat_id, _conclusion(form), officer)
    return "/chats"


def _linked(reach: Services, chat_id: str, form: Posted, officer: Officer) -> str:
    reach.chat_desk.link(chat_id, form.get("reference").upper(), officer)
    return f"/chats/{chat_id}?done=linked"


def _conclusion(form: Posted) -> Conclusion:
    """Raises InvalidRequest for an outcome, a phone or a moment that is none."""
    outcomes = {outcome.value: outcome for outcome in Outcome}
    outcome = outcomes.get(form.get("outcome"))
    if outcome is None:
        raise InvalidRequest({"outcome": "请选择结果"})
    call = _call(form) if outcome is Outcome.CALLBACK else None
    return Conclusion(outcome, form.get("note"), call)


def _call(form: Posted) -> CallWish:
    phone = form.get("phone").translate(_BLANKS)
    promised_by = _moment(form.get("promised_by"))
    wrong = {}
    if not _PHONE.fullmatch(phone):
        wrong["phone"] = "请填写客户的电话，7 到 20 位数字"
    if promised_by is None:
        wrong["promised_by"] = "请填写答应客户最晚什么时候回电"
    if wrong or promised_by is None:
        raise InvalidRequest(wrong)
    return CallWish(phone, promised_by)


def _moment(text: str) -> datetime | None:
    """A minute in China time as the browser's field gives it."""
    if not _LOCAL_MINUTE.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME)
    except ValueError:
        return None
