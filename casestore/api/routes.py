"""Filing a complaint and asking where it stands."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response

from casestore.api.auth import GuardedRoute, bearer_scheme, client_name
from casestore.api.schemas import ComplaintIn, Error, Receipt, Status, standing_fields
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    IdempotencyKeyMismatch,
    IdempotencyKeyMissing,
    InvalidRequest,
    TooManyAttempts,
)
from casestore.edge.services import Services, services

_PROOF_HEADER = "X-Complaint-Proof"

_log = logging.getLogger(__name__)


def _error(description: str) -> dict[str, Any]:
    return {"model": Error, "description": description}


_COMMON: dict[int | str, dict[str, Any]] = {
    401: _error("令牌缺失或无效"),
    422: _error("内容不正确，fields 逐项说明"),
    503: _error("暂时无法读写数据，稍后重试"),
}

router = APIRouter(
    prefix="/api/v1",
    tags=["投诉"],
    route_class=GuardedRoute,
    dependencies=[Depends(bearer_scheme)],
)

Reach = Annotated[Services, Depends(services)]

# Required by the contract, but what is said about a missing one is not what FastAPI would say.
OptionalHeader = Annotated[str | None, Header(include_in_schema=False)]


def _required_header(name: str, description: str) -> dict[str, Any]:
    """A header parameter for the OpenAPI document."""
    schema = {"type": "string"}
    header = {"name": name, "in": "header", "required": True, "schema": schema}
    return {"parameters": [{**header, "description": description}]}


@router.post(
    "/complaints",
    summary="登记一件投诉",
    operation_id="fileComplaint",
    status_code=201,
    response_description="已登记",
    openapi_extra=_required_header("Idempotency-Key", "等于 reference"),
    response_model=Receipt,
    responses={
        **_COMMON,
        200: {"model": Receipt, "description": "同一编号、同一内容已登记过"},
        400: _error("缺少 Idempotency-Key，或内容无法读取"),
        413: _error("内容超过 256 KB"),
        415: _error("不是 application/json"),
        422: _error("内容不正确，或同一编号内容不同（idempotency_conflict）"),
    },
)
def file_complaint(
    body: ComplaintIn,
    request: Request,
    response: Response,
    reach: Reach,
    idempotency_key: OptionalHeader = None,
) -> Receipt:
    """201 the first time, 200 with the same body for every repeat."""
    if idempotency_key is None:
        raise IdempotencyKeyMissing
    if idempotency_key != body.reference:
        raise IdempotencyKeyMismatch
    client = client_name(request)
    try:
        filing = reach.desk.file(body.to_domain(), client)
    except IdempotencyConflict:
        reach.metrics.conflicts.inc()
        _log.warning("filing_conflict reference=%s client=%s", body.reference, client)
        raise
    counter = reach.metrics.filings if filing.created else reach.metrics.repeats
    counter.inc()
    outcome = "filed" if filing.created else "filing_repeated"
    _log.info("%s reference=%s client=%s", outcome, body.reference, client)
    response.status_code = 201 if filing.created else 200
    return Receipt(**standing_fields(filing.standing))


@router.get(
    "/complaints/{reference}",
    summary="查询投诉办理状态",
    operation_id="complaintStatus",
    response_description="办理状态",
    openapi_extra=_required_header(_PROOF_HEADER, "投诉人手机号后 4 位；不得放在网址里"),
    response_model=Status,
    responses={
        **_COMMON,
        404: _error("编号不存在或手机尾号不符，不作区分"),
        429: _error("一小时内尾号错误 5 次，见 Retry-After"),
    },
)
def complaint_status(
    reach: Reach,
    reference: Annotated[str, Path(description="投诉编号")],
    x_complaint_proof: OptionalHeader = None,
) -> Status:
    """The same 404 for an unknown reference and a wrong proof."""
    if x_complaint_proof is None:
        raise InvalidRequest({_PROOF_HEADER: "必填"})
    try:
        standing = reach.desk.status(reference, x_complaint_proof)
    except (CaseNotFound, TooManyAttempts):
        reach.metrics.proof_failures.inc()
        raise
    return Status(**standing_fields(standing))
