"""What the world is told when something is refused or fails: a code, a status, a plain text.

Details stay in the log. Programs get JSON as in the contract; browsers get a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from casestore.domain import errors
from casestore.edge.pages import page
from casestore.edge.wording import plain_fields


@dataclass(frozen=True)
class Failure:
    """One kind of refusal or failure as the world sees it."""

    status: int
    code: str
    message: str


INVALID = Failure(422, "invalid_request", "有些内容填写不正确，请按提示修改后再提交。")
MALFORMED = Failure(400, "malformed_request", "请求内容无法读取，请检查格式和编码。")
NOT_FOUND = Failure(404, "not_found", "没有找到您要的内容。")
INTERNAL = Failure(500, "internal_error", "系统出了点问题，请稍后再试。")
UNAVAILABLE = Failure(503, "unavailable", "系统暂时无法读写数据，请稍后再试。")

FAILURES: dict[type[errors.CaseStoreError], Failure] = {
    errors.Unauthorized: Failure(401, "unauthorized", "令牌缺失或无效。"),
    errors.InvalidRequest: INVALID,
    errors.IdempotencyKeyMissing: Failure(
        400, "idempotency_key_missing", "缺少请求头 Idempotency-Key。"
    ),
    errors.IdempotencyKeyMismatch: Failure(
        422, "idempotency_key_mismatch", "Idempotency-Key 与内容里的编号不一致。"
    ),
    errors.IdempotencyConflict: Failure(
        422, "idempotency_conflict", "该编号已用于另一份不同的内容，原来的内容保持不变。"
    ),
    errors.UnsupportedMediaType: Failure(
        415, "unsupported_media_type", "请用 application/json 提交。"
    ),
    errors.UnsupportedAttachment: Failure(
        415, "unsupported_media_type", "附件只收 JPG、PNG、WEBP、GIF 图片和 PDF。"
    ),
    errors.ChecksumMismatch: Failure(422, "checksum_mismatch", "附件在传送中有损坏，请重新发送。"),
    errors.CaseWithdrawn: Failure(
        409, "case_withdrawn", "这件投诉已经撤回，处理已经结束；需要时请重新提交一件投诉。"
    ),
    errors.NoReplyYet: Failure(409, "no_reply_yet", "这件投诉还没有答复，请等收到答复以后再操作。"),
    errors.ReviewTooLate: Failure(
        409, "review_too_late", "收到答复已经超过 30 天，不能再申请核查；可以补充情况或另提投诉。"
    ),
    errors.CaseNotFound: Failure(404, "not_found", "没有找到相符的投诉，请核对编号和手机尾号。"),
    errors.TooManyAttempts: Failure(429, "too_many_attempts", "尝试次数过多，请稍后再试。"),
    errors.SignInFailed: Failure(401, "sign_in_failed", "账号或密码不正确。"),
    errors.SignInNeeded: Failure(401, "sign_in_needed", "请先登录。"),
    errors.ForgedRequest: Failure(
        403, "forged_request", "无法确认这次提交来自本站页面，请刷新后重试。"
    ),
    errors.StoreUnavailable: UNAVAILABLE,
    errors.FieldUnreadable: Failure(
        503, "field_unreadable", "现有密钥无法打开加密信息，请联系管理员。"
    ),
}

_BY_STATUS = {
    400: MALFORMED,
    404: NOT_FOUND,
    405: Failure(405, "method_not_allowed", "这个地址不支持该操作。"),
    413: Failure(413, "body_too_large", "提交的内容太大：附件最多 10 MB，其他内容最多 256 KB。"),
}

_RETRY_SECONDS = "5"


def install_failures(app: FastAPI) -> None:
    """Answer every expected error of the application as described here."""
    app.add_exception_handler(errors.CaseStoreError, _on_case_store_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


def failure_body(failure: Failure, fields: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The contract's error object."""
    error: dict[str, Any] = {"code": failure.code, "message": failure.message}
    if fields is not None:
        error["fields"] = dict(fields)
    return {"error": error}


def respond(
    request: Request,
    failure: Failure,
    headers: Mapping[str, str] | None = None,
    fields: Mapping[str, str] | None = None,
) -> Response:
    """The failure as JSON, or as a page if a browser asked for one."""
    if _wants_page(request):
        return page("failure.html", {"failure": failure}, failure.status, headers)
    return JSONResponse(failure_body(failure, fields), failure.status, dict(headers or {}))


def _wants_page(request: Request) -> bool:
    accepts_html = "text/html" in request.headers.get("accept", "")
    return accepts_html and not request.url.path.startswith("/api/")


def _on_case_store_error(request: Request, exc: Exception) -> Response:
    failure = FAILURES.get(type(exc), INTERNAL)  # type: ignore[arg-type]  # handler gets our errors only
    fields = exc.fields if isinstance(exc, errors.InvalidRequest) else None
    return respond(request, failure, _headers(exc, failure), fields)


def _headers(exc: Exception, failure: Failure) -> dict[str, str]:
    if isinstance(exc, errors.TooManyAttempts):
        return {"Retry-After": str(ceil(exc.retry_after.total_seconds()))}
    if isinstance(exc, errors.Unauthorized):
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": _RETRY_SECONDS} if failure is UNAVAILABLE else {}


def _on_validation_error(request: Request, exc: Exception) -> Response:
    if not isinstance(exc, RequestValidationError):
        raise exc
    return respond(request, INVALID, fields=plain_fields(exc.errors()))


def _on_http_exception(request: Request, exc: Exception) -> Response:
    if not isinstance(exc, HTTPException):
        raise exc
    failure = _BY_STATUS.get(exc.status_code, INTERNAL)
    return respond(request, failure, exc.headers)
