"""Filing a complaint and asking where it stands."""

import logging
from typing import Annotated

from fastapi import Path, Request, Response

from casestore.api.auth import client_name
from casestore.api.described import (
    COMMON,
    FILING,
    OptionalHeader,
    Reach,
    error_answer,
    guarded_router,
    key_header,
    require_key,
    required_headers,
)
from casestore.api.schemas import ComplaintIn, Receipt, Status, standing_fields, status_fields
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    TooManyAttempts,
)

_PROOF_HEADER = "X-Complaint-Proof"

_log = logging.getLogger(__name__)


router = guarded_router("投诉")


@router.post(
    "/complaints",
    summary="登记一件投诉",
    operation_id="fileComplaint",
    status_code=201,
    response_description="已登记",
    openapi_extra=key_header("reference"),
    response_model=Receipt,
    responses={
        **FILING,
        200: {"model": Receipt, "description": "同一编号、同一内容已登记过"},
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
    require_key(idempotency_key, body.reference)
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
    openapi_extra=required_headers(
        {_PROOF_HEADER: "投诉人手机号后 4 位；不得放在网址里"},
    ),
    response_model=Status,
    responses={
        **COMMON,
        404: error_answer("编号不存在或手机尾号不符，不作区分"),
        429: error_answer("一小时内尾号错误 5 次，见 Retry-After"),
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
        status = reach.desk.status(reference, x_complaint_proof)
    except (CaseNotFound, TooManyAttempts):
        reach.metrics.proof_failures.inc()
        raise
    return Status(**status_fields(status))
