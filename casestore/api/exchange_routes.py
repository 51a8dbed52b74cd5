"""What a client is told, and what it reports as undelivered."""

from typing import Annotated

from fastapi import Query, Request, Response

from casestore.api.auth import client_name
from casestore.api.described import COMMON, FILING, Reach, error_answer, guarded_router
from casestore.api.schemas import BacklogIn, Event, Events, event_fields

_LARGEST_CURSOR = 2**31 - 1

router = guarded_router("与机器人互通")


@router.get(
    "/events",
    summary="要告诉客户的事，按次序",
    operation_id="events",
    response_description="after 之后的事；cursor 用作下一次的 after",
    response_model=Events,
    responses=COMMON,
)
def events(
    request: Request,
    reach: Reach,
    after: Annotated[int, Query(ge=0, le=_LARGEST_CURSOR, description="上次的 cursor")] = 0,
    limit: Annotated[int, Query(ge=1, le=500, description="最多几件")] = 100,
) -> Events:
    """News for the calling client; read and lost on the way it can be read again."""
    found = reach.exchange.news(client_name(request), after, limit)
    last = found[-1].cursor if found else after
    return Events(events=[Event(**event_fields(entry)) for entry in found], cursor=last)


@router.put(
    "/backlog",
    summary="报告还没送到的",
    operation_id="reportBacklog",
    status_code=204,
    response_description="已记下，代替上一次的报告",
    responses={
        **FILING,
        400: error_answer("内容无法读取"),
        422: error_answer("内容不正确，fields 逐项说明"),
    },
)
def report_backlog(body: BacklogIn, request: Request, reach: Reach) -> Response:
    """Shown in the console; silence for five minutes is shown too."""
    reach.exchange.report(client_name(request), body.to_domain())
    return Response(status_code=204)
