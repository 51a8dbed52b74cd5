"""Registering a complaint that came by phone, at the counter, by letter or from a regulator."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from casestore.console.chat_view import customer_words
from casestore.console.filter_form import grouped
from casestore.console.forms import Posted, PostedForm
from casestore.console.guard import OwnForm, Reach, page_values, require
from casestore.console.list_views import CaseLine, case_line
from casestore.console.registration_form import (
    OFFICER_SOURCES,
    Registration,
    defaults,
    phone_of,
    read,
)
from casestore.domain.case import Complaint, EventKind, Role, Source
from casestore.domain.chat import ChatChannel
from casestore.domain.errors import CaseStoreError, InvalidRequest, Refused
from casestore.domain.filters import CaseFilter, Sort
from casestore.domain.staff import Officer, Right
from casestore.domain.taxonomy import Dimension
from casestore.edge.failures import failure_of
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.acting import Deed

NEW_CASE = "new"
"""The answer to “same matter?” that makes a case of its own."""

_MOST_EARLIER = 5
_LONGEST_STORY = 5_000
_BY_CHANNEL = {ChatChannel.WEB: Source.WEB_CHAT, ChatChannel.WECHAT: Source.WECHAT_CHAT}
_LABELS = {
    "same": "同一客户的投诉",
    "source": "来源",
    "received_at": "收到时间",
    "late_reason": "为什么现在才登记",
    "forwarded_number": "转办单编号",
    "forwarded_due": "转办要求的期限",
    "name": "姓名",
    "phone": "联系电话",
    "role": "身份",
    "contact": "希望怎样联系",
    "id_number": "证件号码",
    "detail": "经过",
    "request": "客户要求",
    "business": "业务类别",
    "reason": "投诉原因",
    "branch": "网点或渠道",
    "staff": "涉及人员",
    "incident_on": "发生日期",
    "incident_text": "发生时间",
    "amount": "涉及金额",
    "group_size": "共同投诉人数",
    "group_text": "共同投诉说明",
}

_log = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

Registrar = Annotated[Officer, Depends(require(Right.REGISTER))]


@dataclass(frozen=True)
class _Sheet:
    """The form as it stands on the page, with the customer's earlier cases if they were asked for."""

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    earlier: Sequence[CaseLine] = ()


@router.get("/cases/new")
def empty_form(request: Request, reach: Reach, officer: Registrar, chat: str = "") -> Response:
    """The form, set for a phone call that came just now, or for what a customer said in a talk."""
    values = {
        **defaults(reach.now()),
        **(_from_chat(reach, officer, chat) if chat else {}),
        "registration_id": reach.new_id(),
    }
    return _page(request, reach, officer, _Sheet(values))


@router.post("/cases/new", dependencies=[OwnForm])
def register(request: Request, reach: Reach, officer: Registrar, form: PostedForm) -> Response:
    """Register, once for each form; or supplement an earlier case if the officer says so."""
    values, now = form.shown(), reach.now()
    form.form_id("registration_id")
    try:
        registration = read(dict(form.items), now)
    except InvalidRequest as exc:
        earlier = _earlier(reach, officer, values, now)
        return _page(request, reach, officer, _Sheet(values, exc.fields, earlier))
    same = form.get("same")
    earlier = _earlier(reach, officer, values, now)
    if earlier and not same:
        problems = {"same": "请选择：补充到原投诉，还是另立一件"}
        return _page(request, reach, officer, _Sheet(values, problems, earlier))
    carry_out = _file if same in {"", NEW_CASE} else _supplement
    try:
        return carry_out(reach, officer, form, registration)
    except Refused as exc:
        problems = {"same" if earlier else "detail": failure_of(exc).message}
        sheet = _Sheet({**values, "registration_id": reach.new_id()}, problems, earlier)
        return _page(request, reach, officer, sheet)


def _file(reach: Services, officer: Officer, form: Posted, registration: Registration) -> Response:
    """Make a case of its own. Raises as ``desk.register``."""
    late = registration.late_reason
    filing = reach.desk.register(
        registration.complaint,
        officer,
        form.get("registration_id"),
        f"补登原因：{late}" if late else None,
    )
    reference = filing.standing.reference
    _log.info("registered reference=%s user=%s", reference, officer.username)
    _link_chat(reach, officer, form, reference)
    _assign(reach, reference)
    return _to_case(reference, "registered")


def _from_chat(reach: Services, officer: Officer, chat_id: str) -> dict[str, str]:
    """What the form says already of a customer one talks with. Raises ChatNotFound."""
    view = reach.chats.open(chat_id, officer)
    source = _BY_CHANNEL[view.chat.channel]
    words = customer_words(view.messages)[:_LONGEST_STORY]
    return {"chat": chat_id, "source": source.value, "detail": words}


def _link_chat(reach: Services, officer: Officer, form: Posted, reference: str) -> None:
    """The talk the registration came from is about the case from now on. It is registered whatever
    happens here: the talk's page can link it, too."""
    chat_id = form.get("chat")
    if not chat_id:
        return
    try:
        reach.chat_desk.link(chat_id, reference, officer)
    except CaseStoreError as exc:
        _log.warning("not_linked reference=%s reason=%s", reference, type(exc).__name__)


def _assign(reach: Services, reference: str) -> None:
    """Give the case to its handler at once, so that the page says who that is. It is registered
    whatever happens here: the job tries again soon."""
    try:
        reach.assignment.assign_automatically(reference)
    except CaseStoreError as exc:
        _log.warning("not_assigned reference=%s reason=%s", reference, type(exc).__name__)


def _supplement(
    reach: Services, officer: Officer, form: Posted, registration: Registration
) -> Response:
    """Write the call into the earlier case. Raises as ``service.acting.perform``."""
    reference = form.get("same")
    told = _told(registration.complaint)
    deed = Deed(EventKind.SUPPLEMENTED, form.get("registration_id"), text=told)
    reach.casework.do(reference, deed, officer)
    _log.info("supplemented reference=%s user=%s", reference, officer.username)
    _link_chat(reach, officer, form, reference)
    return _to_case(reference, "supplemented")


def _told(complaint: Complaint) -> str:
    return f"（{complaint.source.label}）{complaint.detail}\n客户要求：{complaint.request}"


def _earlier(
    reach: Services, officer: Officer, values: Mapping[str, str], now: datetime
) -> list[CaseLine]:
    """The latest cases of the phone in the form that this officer may see."""
    phone = phone_of(values)
    if not phone:
        return []
    chosen = CaseFilter(phone=phone)
    found = reach.listing.page(chosen, Sort.NEWEST, None, _MOST_EARLIER, officer)
    directory = reach.reception.directory()
    return [case_line(summary, directory, now) for summary in found.items]


def _to_case(reference: str, done: str) -> Response:
    return RedirectResponse(f"/cases/{reference}?done={done}", status_code=303)


def _sources(chat_id: str) -> list[tuple[str, str]]:
    """How a complaint may have come; by a conversation only if one led to the form."""
    chats = tuple(_BY_CHANNEL.values()) if chat_id else ()
    return [(source.value, source.label) for source in (*chats, *OFFICER_SOURCES)]


def _page(request: Request, reach: Services, officer: Officer, sheet: _Sheet) -> Response:
    directory = reach.reception.directory()
    values: dict[str, Any] = {
        "form": sheet,
        "earlier": sheet.earlier,
        "labels": _LABELS,
        "late": "late_reason" in sheet.problems or bool(sheet.values.get("late_reason")),
        "sources": _sources(sheet.values.get("chat", "")),
        "roles": [(role.value, role.value) for role in Role],
        "businesses": grouped(Dimension.BUSINESS),
        "reasons": grouped(Dimension.REASON),
        "branches": [branch.name for branch in directory.branches],
    }
    status = 422 if sheet.problems else 200
    return page("register.html", {**values, **page_values(request, officer)}, status)
