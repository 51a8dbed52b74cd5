"""The customer's later acts on a complaint. The client has checked who is asking."""

import logging
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Path, Request, Response

from casestore.api.auth import client_name
from casestore.api.described import (
    FILING,
    OptionalHeader,
    Reach,
    error_answer,
    guarded_router,
    key_header,
    require_key,
)
from casestore.api.schemas import (
    ActReceipt,
    ReviewRequestIn,
    SatisfactionIn,
    SupplementIn,
    WithdrawalIn,
    standing_fields,
)
from casestore.domain.case import Act, EventKind
from casestore.domain.errors import IdempotencyConflict
from casestore.edge.services import Services

_log = logging.getLogger(__name__)

router = guarded_router("后续办理")

Reference = Annotated[str, Path(description="投诉编号")]


def _described(refusals: Mapping[int, str]) -> dict[str, Any]:
    """What the four acts have in common in the OpenAPI document."""
    return {
        "status_code": 201,
        "response_description": "已记录",
        "openapi_extra": key_header("id"),
        "response_model": ActReceipt,
        "responses": {
            **FILING,
            200: {"model": ActReceipt, "description": "同一 id、同一内容已记录过"},
            404: error_answer("编号不存在"),
            **{status: error_answer(text) for status, text in refusals.items()},
        },
    }


@router.post(
    "/complaints/{reference}/supplements",
    summary="补充情况",
    operation_id="supplementComplaint",
    **_described({409: "已撤回（case_withdrawn）"}),
)
def supplement(
    reference: Reference,
    body: SupplementIn,
    request: Request,
    response: Response,
    reach: Reach,
    idempotency_key: OptionalHeader = None,
) -> ActReceipt:
    """More about the complaint, in every state but withdrawn."""
    require_key(idempotency_key, body.id)
    return _act(reach, request, response, reference, EventKind.SUPPLEMENTED, body.to_domain())


@router.post(
    "/complaints/{reference}/withdrawal",
    summary="撤回投诉；已撤回的再撤回不改变什么",
    operation_id="withdrawComplaint",
    **_described({409: "已办结（case_closed）或已并入另一件（case_merged）"}),
)
def withdraw(
    reference: Reference,
    body: WithdrawalIn,
    request: Request,
    response: Response,
    reach: Reach,
    idempotency_key: OptionalHeader = None,
) -> ActReceipt:
    """The procedure ends on the day the withdrawal was submitted (投诉办法 article 15)."""
    require_key(idempotency_key, body.id)
    return _act(reach, request, response, reference, EventKind.WITHDRAWN, body.to_domain())


@router.post(
    "/complaints/{reference}/satisfaction",
    summary="评价答复，以最后一次为准",
    operation_id="rateComplaint",
    **_described(
        {409: "还没有答复（no_reply_yet）、已撤回（case_withdrawn）或已并案（case_merged）"}
    ),
)
def rate(
    reference: Reference,
    body: SatisfactionIn,
    request: Request,
    response: Response,
    reach: Reach,
    idempotency_key: OptionalHeader = None,
) -> ActReceipt:
    """How satisfied the customer is with the reply."""
    require_key(idempotency_key, body.id)
    return _act(reach, request, response, reference, EventKind.RATED, body.to_domain())


@router.post(
    "/complaints/{reference}/review-request",
    summary="对答复有异议，申请核查",
    operation_id="requestReview",
    **_described(
        {
            409: "还没有答复（no_reply_yet）、答复超过 30 天（review_too_late）、"
            "已撤回（case_withdrawn）或已并案（case_merged）"
        }
    ),
)
def request_review(
    reference: Reference,
    body: ReviewRequestIn,
    request: Request,
    response: Response,
    reach: Reach,
    idempotency_key: OptionalHeader = None,
) -> ActReceipt:
    """The review is due 30 calendar days after it was applied for (投诉办法 article 20)."""
    require_key(idempotency_key, body.id)
    return _act(reach, request, response, reference, EventKind.REVIEW_REQUESTED, body.to_domain())


def _act(
    reach: Services, request: Request, response: Response, reference: str, kind: EventKind, act: Act
) -> ActReceipt:
    """201 the first time, 200 with the same body for every repeat."""
    client = client_name(request)
    try:
        done = reach.casework.act(reference, kind, act, f"client:{client}")
    except IdempotencyConflict:
        reach.metrics.conflicts.inc()
        _log.warning("act_conflict kind=%s id=%s client=%s", kind.value, act.id, client)
        raise
    counter = reach.metrics.acts.labels(kind.value) if done.created else reach.metrics.repeats
    counter.inc()
    outcome = "recorded" if done.created else "repeated"
    _log.info("act_%s kind=%s id=%s client=%s", outcome, kind.value, act.id, client)
    response.status_code = 201 if done.created else 200
    return ActReceipt(id=act.id, **standing_fields(done.standing))
