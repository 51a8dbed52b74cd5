"""What the API's routes share: who may call, keys, and how that stands in the OpenAPI document."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header

from casestore.api.auth import GuardedRoute, bearer_scheme
from casestore.api.schemas import Error
from casestore.domain.errors import IdempotencyKeyMismatch, IdempotencyKeyMissing
from casestore.edge.services import Services, services

Answers = dict[int | str, dict[str, Any]]

Reach = Annotated[Services, Depends(services)]

# Required by the contract, but what is said about a missing one is not what FastAPI would say.
OptionalHeader = Annotated[str | None, Header(include_in_schema=False)]

IDEMPOTENCY_KEY = "Idempotency-Key"


def error_answer(description: str) -> dict[str, Any]:
    """An answer with the error object."""
    return {"model": Error, "description": description}


COMMON: Answers = {
    401: error_answer("令牌缺失或无效"),
    422: error_answer("内容不正确，fields 逐项说明"),
    503: error_answer("暂时无法读写数据，稍后重试"),
}
FILING: Answers = {
    **COMMON,
    400: error_answer("缺少 Idempotency-Key，或内容无法读取"),
    413: error_answer("内容超过 256 KB"),
    415: error_answer("不是 application/json"),
    422: error_answer("内容不正确，或同一编号内容不同（idempotency_conflict）"),
}


def guarded_router(tag: str, route_class: type[GuardedRoute] = GuardedRoute) -> APIRouter:
    """A router below ``/api/v1`` that lets in known clients only."""
    return APIRouter(
        prefix="/api/v1",
        tags=[tag],
        route_class=route_class,
        dependencies=[Depends(bearer_scheme)],
    )


def required_headers(headers: Mapping[str, str]) -> dict[str, Any]:
    """Header parameters (name to description) for the OpenAPI document."""
    schema = {"type": "string"}
    return {
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "schema": schema,
                "description": description,
            }
            for name, description in headers.items()
        ]
    }


def key_header(field: str) -> dict[str, Any]:
    """The Idempotency-Key parameter, which repeats a field of the body."""
    return required_headers({IDEMPOTENCY_KEY: f"等于 {field}"})


def require_key(key: str | None, expected: str) -> None:
    """Raises IdempotencyKeyMissing, IdempotencyKeyMismatch."""
    if key is None:
        raise IdempotencyKeyMissing
    if key != expected:
        raise IdempotencyKeyMismatch
