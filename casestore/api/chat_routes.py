"""Talks handed over to officers, what officers do in them, and promised calls."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from casestore.api.auth import client_name
from casestore.api.chat_schemas import (
    CallbackCancelIn,
    CallbackIn,
    CallbackOut,
    ChatEndIn,
    ChatEventsOut,
    ChatIn,
    ChatOut,
    DeskOut,
    MessagesIn,
    OpenedOut,
    chat_events,
)
from casestore.api.described import COMMON, FILING, Reach, error_answer, guarded_router
from casestore.domain.chat import ChatEvent
from casestore.edge.services import Services

LONGEST_WAIT = 20
"""Seconds a client may wait for news in one request."""
_LOOK_EVERY = 0.5
_LARGEST_CURSOR = 2**31 - 1
_BODY = {
    **FILING,
    400: error_answer("内容无法读取"),
    422: error_answer("内容不正确，fields 逐项说明"),
}
_CONFLICT = "内容不正确，或同一编号已用于另一个（idempotency_conflict）"
_NO_CHAT = error_answer("没有这个对话（chat_not_found）")

_log = logging.getLogger(__name__)

router = guarded_router("人工对话和回电")

ChatId = Annotated[UUID, Path(description="对话的编号（UUID）")]
CallbackId = Annotated[UUID, Path(description="回电的编号（UUID）")]


@router.get(
    "/chats/desk",
    summary="现在有没有人接待",
    operation_id="chatDesk",
    response_description="接待情况",
    response_model=DeskOut,
    responses=COMMON,
)
def desk(reach: Reach) -> DeskOut:
    """Asked before a customer is told that somebody will come."""
    return DeskOut.of(reach.chat_intake.standing())


@router.get(
    "/chats/events",
    summary="工作人员在对话里做的事，按次序",
    operation_id="chatEvents",
    response_description="after 之后的事；cursor 用作下一次的 after",
    response_model=ChatEventsOut,
    responses=COMMON,
)
async def events(
    request: Request,
    reach: Reach,
    after: Annotated[int, Query(ge=0, le=_LARGEST_CURSOR, description="上次的 cursor")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="最多几件")] = 100,
    wait: Annotated[int, Query(ge=0, le=LONGEST_WAIT, description="没有时最多等几秒")] = 0,
) -> ChatEventsOut:
    """News for the calling client; with ``wait`` the answer comes as soon as there is some."""
    client = client_name(request)
    found = await _news(request, reach, client, after, limit, wait)
    return ChatEventsOut(**chat_events(list(found), after))


@router.put(
    "/chats/{chat_id}",
    summary="把对话交给工作人员",
    operation_id="openChat",
    status_code=201,
    response_description="已排队，或已接通工作人员发起的对话",
    response_model=OpenedOut,
    responses={
        **_BODY,
        200: {"model": OpenedOut, "description": "已经交过"},
        422: error_answer(_CONFLICT),
    },
)
def open_chat(
    chat_id: ChatId, body: ChatIn, request: Request, response: Response, reach: Reach
) -> OpenedOut:
    """201 the first time, 200 for every repeat; messages that are new are added."""
    opened = reach.chat_intake.open(client_name(request), str(chat_id), body.to_domain())
    _log.info("chat_%s chat=%s", "opened" if opened.created else "repeated", chat_id)
    response.status_code = 201 if opened.created else 200
    return OpenedOut.opened(opened)


@router.post(
    "/chats/{chat_id}/messages",
    summary="对话里又说了什么",
    operation_id="addChatMessages",
    response_description="已记下；重复的 id 不再记",
    response_model=ChatOut,
    responses={**_BODY, 404: _NO_CHAT, 409: error_answer("对话已经结束（chat_closed）")},
)
def add_messages(chat_id: ChatId, body: MessagesIn, request: Request, reach: Reach) -> ChatOut:
    """What the customer and the assistant said since."""
    said = [each.to_domain() for each in body.messages]
    return ChatOut.of(reach.chat_intake.add(client_name(request), str(chat_id), said))


@router.post(
    "/chats/{chat_id}/close",
    summary="结束对话",
    operation_id="closeChat",
    response_description="已结束；重复时以第一次为准",
    response_model=ChatOut,
    responses={**_BODY, 404: _NO_CHAT},
)
def close(chat_id: ChatId, body: ChatEndIn, request: Request, reach: Reach) -> ChatOut:
    """The customer wants no person any more, or nobody came in time."""
    chat = reach.chat_intake.close(client_name(request), str(chat_id), body.by, body.at)
    _log.info("chat_closed chat=%s by=%s", chat_id, body.by.value)
    return ChatOut.of(chat)


@router.put(
    "/callbacks/{callback_id}",
    summary="登记回电",
    operation_id="askCallback",
    status_code=201,
    response_description="已登记",
    response_model=CallbackOut,
    responses={
        **_BODY,
        200: {"model": CallbackOut, "description": "同一编号、同一内容已登记过"},
        422: error_answer(_CONFLICT),
    },
)
def ask_callback(
    callback_id: CallbackId, body: CallbackIn, request: Request, response: Response, reach: Reach
) -> CallbackOut:
    """201 the first time, 200 for every repeat."""
    wish = body.to_domain(str(callback_id), client_name(request))
    callback, created = reach.callbacks.ask(wish)
    _log.info("callback_%s callback=%s", "asked" if created else "repeated", callback_id)
    response.status_code = 201 if created else 200
    return CallbackOut(id=callback.id, state=callback.state)


@router.post(
    "/callbacks/{callback_id}/cancel",
    summary="客户取消回电",
    operation_id="cancelCallback",
    response_description="state 是现在的状态：已取消；已经办完的不变，以先到的为准",
    response_model=CallbackOut,
    responses={**_BODY, 404: error_answer("没有这条回电（callback_not_found）")},
)
def cancel_callback(
    callback_id: CallbackId, body: CallbackCancelIn, request: Request, reach: Reach
) -> CallbackOut:
    """Once is enough, repeats change nothing; a call already made stays made."""
    callback = reach.callbacks.cancel(client_name(request), str(callback_id), body.at)
    _log.info("callback_cancelled callback=%s state=%s", callback_id, callback.state.value)
    return CallbackOut(id=callback.id, state=callback.state)


async def _news(
    request: Request, reach: Services, client: str, after: int, limit: int, wait: int
) -> Sequence[ChatEvent]:
    """Looks again and again in short transactions; no thread is held while there is nothing. Ends
    early when the client has gone or the service is to stop."""
    clock = asyncio.get_running_loop().time
    until = clock() + wait
    while True:
        found = await run_in_threadpool(reach.chat_intake.events, client, after, limit)
        left = until - clock()
        if found or left <= 0 or request.app.state.is_stopping():
            return found
        if await request.is_disconnected():
            return found
        await asyncio.sleep(min(_LOOK_EVERY, left))
