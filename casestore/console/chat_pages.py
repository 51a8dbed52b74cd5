"""Talks in the console: the queue and one's own talks, one talk, the ended ones, being on duty."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from casestore.console.chat_view import (
    OUTCOMES,
    QUICK_REPLIES,
    FormView,
    bubbles,
    call_link,
    chat_line,
    chat_page,
    latest_suggestions,
    live_state,
)
from casestore.console.guard import OwnForm, Reach, ShortText, look_on, page_values, require
from casestore.domain.chat import LONGEST_SAID
from casestore.domain.deadlines import local_date
from casestore.domain.staff import Officer, Right
from casestore.edge.pages import page
from casestore.edge.services import Services
from casestore.service.chat_ports import ChatSearch
from casestore.service.chats import lately

router = APIRouter(include_in_schema=False)

Reader = Annotated[Officer, Depends(require(Right.READ))]
Handler = Annotated[Officer, Depends(require(Right.HANDLE))]
Onlooker = Annotated[Officer, Depends(look_on(Right.READ))]
Beating = Annotated[Officer, Depends(look_on(Right.HANDLE))]

_LAST = "X-Last-Number"
_STATE = "X-Chat-State"
_LARGEST_NUMBER = 2**31 - 1


@router.get("/chats")
def show_board(request: Request, reach: Reach, officer: Reader) -> HTMLResponse:
    """Who waits, the officer's own talks, those of colleagues."""
    reach.duty.beat(officer)
    values = {
        **_board(reach, officer),
        "may_serve": officer.may(Right.HANDLE) and officer.branch is None,
        **page_values(request, officer),
    }
    return page("chats.html", values)


@router.get("/chats/live")
def refresh_board(reach: Reach, officer: Onlooker) -> HTMLResponse:
    """The lists of the board alone, for an open page."""
    return page("chat_board.html", _board(reach, officer))


@router.get("/chats/ended")
def show_ended(
    request: Request,
    reach: Reach,
    officer: Reader,
    text: str = "",
    since: str = "",
    until: str = "",
) -> HTMLResponse:
    """Ended talks by day and words; those of the last days if nothing is asked for."""
    now, directory = reach.now(), reach.reception.directory()
    asked = ChatSearch(text.strip(), _day(since), _day(until))
    search = lately(local_date(now)) if asked == ChatSearch() else asked
    found = reach.chats.ended(search, officer)
    values = {
        "lines": [chat_line(chat, directory, now) for chat in found],
        "form": FormView({"text": text, "since": since, "until": until}),
        **page_values(request, officer),
    }
    return page("chats_ended.html", values)


@router.get("/chats/{chat_id}")
def show_chat(
    request: Request, reach: Reach, officer: Reader, chat_id: str, done: str = ""
) -> HTMLResponse:
    """One talk."""
    return chat_response(request, reach, officer, chat_id, done=done)


@router.get("/chats/{chat_id}/messages")
def new_messages(reach: Reach, officer: Onlooker, chat_id: str, after: int = 0) -> HTMLResponse:
    """What was said since, for an open page; headers tell the last number and the state."""
    after = min(max(after, 0), _LARGEST_NUMBER)
    chat, messages = reach.chats.said_after(chat_id, after, officer)
    last = messages[-1].number if messages else after
    values = {
        "bubbles": bubbles(messages, reach.now()),
        "suggestions": latest_suggestions(chat, messages),
    }
    headers = {_LAST: str(last), _STATE: live_state(chat)}
    return page("chat_news.html", values, headers=headers)


@router.post("/duty", dependencies=[OwnForm])
def switch_duty(reach: Reach, officer: Handler, on: ShortText = "") -> Response:
    """Switch 在线接待 on or off."""
    if on:
        reach.duty.begin(officer)
    else:
        reach.duty.end(officer)
    return RedirectResponse("/chats", status_code=303)


@router.post("/duty/beat", dependencies=[OwnForm])
def beat(reach: Reach, officer: Beating) -> Response:
    """A sign of life of an officer on duty."""
    reach.duty.beat(officer)
    return Response(status_code=204)


def chat_response(
    request: Request,
    reach: Services,
    officer: Officer,
    chat_id: str,
    form: FormView | None = None,
    done: str = "",
    status: int = 200,
) -> HTMLResponse:
    """The page of a talk as this officer may see it now. Raises ChatNotFound."""
    reach.duty.beat(officer)
    directory = reach.reception.directory()
    view = reach.chats.open(chat_id, officer)
    there = {duty.username for duty in reach.duty.present()} - {officer.username}
    values = {
        "shown": chat_page(view, officer.username, directory, reach.now()),
        "callbacks": [call_link(each) for each in view.callbacks],
        "form": form or FormView(),
        "done": done,
        "colleagues": [("", [(name, directory.person(name)) for name in sorted(there)])],
        "quick_replies": QUICK_REPLIES,
        "outcomes": OUTCOMES,
        "longest": LONGEST_SAID,
        "message_id": reach.new_id(),
        "may_handle": officer.may(Right.HANDLE),
        "may_register": officer.may(Right.REGISTER),
        **page_values(request, officer),
    }
    return page("chat.html", values, status)


def _board(reach: Services, officer: Officer) -> dict[str, Any]:
    now, directory, board = reach.now(), reach.reception.directory(), reach.chats.board(officer)
    mine = [chat for chat in board.led if chat.officer == officer.username]
    others = [chat for chat in board.led if chat.officer != officer.username]
    return {
        "waiting": [chat_line(chat, directory, now) for chat in board.waiting],
        "mine": [chat_line(chat, directory, now) for chat in mine],
        "others": [chat_line(chat, directory, now) for chat in others],
        "on_duty": [directory.person(duty.username) for duty in reach.duty.present()],
    }


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
