"""What became of the notices a client was given for its customers."""

from datetime import datetime
from enum import Enum
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import Field, StrictStr, validator

from casestore.api.auth import client_name
from casestore.api.bodies import Body, read_moment
from casestore.api.described import FILING, Reach, error_answer, guarded_router
from casestore.domain.notice import LONGEST_FAILURE
from casestore.service.notices import Receipt

router = guarded_router("与机器人互通")

# What ``notice`` of an event looks like; anything else names no notice.
_LONGEST_ID = 64


class ReceiptStatus(str, Enum):
    """What became of a notice."""

    DELIVERED = "delivered"
    FAILED = "failed"


class ReceiptIn(Body):
    """Whether the customer has the notice: put into the conversation, or why it could not be."""

    status: ReceiptStatus = Field(description="delivered 已放进客户的对话；failed 送不到")
    at: datetime = Field(description="送到或放弃的时刻，须带时区")
    error: StrictStr | None = Field(None, max_length=LONGEST_FAILURE, description="送不到的原因")

    _aware = validator("at", pre=True, allow_reuse=True)(read_moment)

    def to_domain(self) -> Receipt:
        """The receipt as the service takes it."""
        return Receipt(self.status is ReceiptStatus.DELIVERED, self.at, self.error)


@router.put(
    "/notices/{notice}",
    summary="回执：告知是否送到客户的对话",
    operation_id="confirmNotice",
    status_code=204,
    response_description="已记下；送到以后再报的不改变什么",
    responses={
        **FILING,
        400: error_answer("内容无法读取"),
        404: error_answer("没有这条告知（notice_not_found）"),
        422: error_answer("内容不正确，fields 逐项说明"),
    },
)
def confirm(
    notice: Annotated[str, Path(description="事件里的 notice", max_length=_LONGEST_ID)],
    body: ReceiptIn,
    request: Request,
    reach: Reach,
) -> Response:
    """What could not be delivered comes back to the officers; so does what nobody confirms."""
    reach.notices.confirm(client_name(request), notice, body.to_domain())
    return Response(status_code=204)
