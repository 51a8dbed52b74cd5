"""What operators and developers look at: readiness, metrics, the description of the API."""

from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from casestore.api.reference_page import describe_operations
from casestore.api.schemas import Error, Health
from casestore.domain.errors import StoreUnavailable
from casestore.edge.failures import UNAVAILABLE, failure_body
from casestore.edge.pages import page
from casestore.edge.services import Services, services

_PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"
_OK = "ok"

router = APIRouter(tags=["运行"])

Reach = Annotated[Services, Depends(services)]


class _Unready(Health, Error):
    """503: the checks, and the error object like everywhere."""


@router.get(
    "/health",
    summary="是否可以工作",
    operation_id="health",
    response_description="可以工作",
    response_model=Health,
    responses={503: {"model": _Unready, "description": "不能工作，checks 说明原因"}},
)
def health(reach: Reach) -> Response:
    """200 when every check is ok, else 503 with the reasons."""
    checks = dict(reach.readiness())
    found: dict[str, Any] = {"checks": checks, "warnings": list(reach.warnings())}
    if all(result == _OK for result in checks.values()):
        return JSONResponse({"status": _OK, **found})
    body = {"status": "unavailable", **found, **failure_body(UNAVAILABLE)}
    return JSONResponse(body, UNAVAILABLE.status)


@router.get(
    "/metrics",
    summary="Prometheus 指标",
    operation_id="metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "计数、耗时、积压和临近的期限"}},
)
def metrics(reach: Reach) -> Response:
    """Counters, latencies, the clients' backlog and limits at risk in Prometheus text."""
    try:
        reports = reach.exchange.reports()
    except StoreUnavailable:
        reports = []  # the other figures are wanted all the more
    reach.metrics.show_backlogs(reports, reach.now())
    try:
        reach.metrics.show_limits(reach.watch.limits())
    except StoreUnavailable:
        reach.metrics.hide_limits()
    with suppress(StoreUnavailable):  # what was known stays, and gets older
        reach.metrics.show_jobs(reach.jobs_worked())
    return Response(reach.metrics.text(), media_type=_PROMETHEUS)


@router.get("/docs", include_in_schema=False)
def docs(request: Request) -> HTMLResponse:
    """Every operation of the OpenAPI document on one page, without scripts or foreign hosts."""
    schema = request.app.openapi()
    return page("docs.html", {"info": schema["info"], "operations": describe_operations(schema)})
