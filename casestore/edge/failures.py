"""What the world is told when something is refused or fails: a code, a status, a plain text.

Details stay in the log. Programs get JSON as in the contract; browsers get a page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    errors.NotAllowed: Failure(
        403, "not_allowed", "您的岗位没有这项权限；需要办理时请联系主管或管理员。"
    ),
    errors.Recused: Failure(403, "recused", "按回避规定，这件投诉不能由您办理，请改派他人。"),
    errors.NeedsAnother: Failure(403, "needs_another", "这一步必须由另一个人办理。"),
    errors.StaleCase: Failure(
        409, "stale_case", "别人刚刚改动了这件投诉，您填写的内容还在，请核对后再提交。"
    ),
    errors.WrongState: Failure(
        409, "wrong_state", "这件投诉现在的状态不能这样办理，请刷新页面看现在的状态。"
    ),
    errors.NotReady: Failure(409, "not_ready", "还有事情没有完成，暂时不能这样办理。"),
    errors.CaseClosed: Failure(
        409, "case_closed", "这件投诉已经办结；有新情况可以补充，或请主管重新办理。"
    ),
    errors.CaseMerged: Failure(
        409, "case_merged", "这件投诉已经并入另一件投诉，请到那一件里继续办理。"
    ),
    errors.CaseWithdrawn: Failure(
        409, "case_withdrawn", "这件投诉已经撤回，处理已经结束；需要时请重新提交一件投诉。"
    ),
    errors.NoReplyYet: Failure(409, "no_reply_yet", "这件投诉还没有答复，请等收到答复以后再操作。"),
    errors.ReviewTooLate: Failure(
        409,
        "review_too_late",
        "收到答复已经超过 30 天，不能再申请核查；可以补充新情况，也可以申请调解或拨打 12378 反映。",
    ),
    errors.CaseNotFound: Failure(404, "not_found", "没有找到相符的投诉，请核对编号和手机尾号。"),
    errors.ReportNotFound: Failure(404, "report_not_found", "没有这份报告，或您无权查看。"),
    errors.ReportDoesNotReconcile: Failure(
        409,
        "report_does_not_reconcile",
        "期初未结、收到、办结与期末未结对不上，报告不能定稿。请管理员核对投诉的收到和办结日期。",
    ),
    errors.ReportAlreadySigned: Failure(
        409, "report_already_signed", "这份报告已经签署，不能再改。请刷新页面查看签署情况。"
    ),
    errors.ReportChanged: Failure(
        409,
        "report_changed",
        "这份报告的数字与定稿时不一致，不能签署。请通知管理员检查数据库，并重新定稿一份。",
    ),
    errors.AlertNotFound: Failure(404, "alert_not_found", "没有这条预警，或您无权查看。"),
    errors.ChatNotFound: Failure(404, "chat_not_found", "没有找到这个对话，或您无权查看。"),
    errors.ChatClosed: Failure(409, "chat_closed", "这个对话已经结束。"),
    errors.ChatTaken: Failure(409, "chat_taken", "这个对话由另一位同事办理。"),
    errors.CallbackNotFound: Failure(404, "callback_not_found", "没有找到这条回电，或您无权查看。"),
    errors.CampaignNotFound: Failure(
        404, "campaign_not_found", "没有这个活动的统计，请核对活动编号。"
    ),
    errors.NoticeNotFound: Failure(404, "notice_not_found", "没有这条告知记录，请刷新页面后重试。"),
    errors.IncompleteReply: Failure(
        409, "incomplete_reply", "答复还不完整，不能送审；请回到答复页面补齐所缺的内容。"
    ),
    errors.TooManyAttempts: Failure(429, "too_many_attempts", "尝试次数过多，请稍后再试。"),
    errors.TaskNotFound: Failure(404, "task_not_found", "没有找到这项整改任务，或它不归您的机构。"),
    errors.NameTaken: Failure(409, "name_taken", "这个用户名已经有人用了，请换一个。"),
    errors.AccountNotFound: Failure(404, "account_not_found", "没有这个账号，请回到用户列表核对。"),
    errors.AccountGuarded: Failure(409, "account_guarded", "这个账号不能这样改。"),
    errors.BranchNotFound: Failure(404, "branch_not_found", "没有这个机构，请回到机构列表核对。"),
    errors.SignInFailed: Failure(401, "sign_in_failed", "账号或密码不正确。"),
    errors.SignInNeeded: Failure(401, "sign_in_needed", "请先登录。"),
    errors.SecondFactorNeeded: Failure(401, "second_factor_needed", "请先输入验证器上的动态码。"),
    errors.ForgedRequest: Failure(
        403, "forged_request", "无法确认这次提交来自本站页面，请刷新后重试。"
    ),
    errors.StoreUnavailable: UNAVAILABLE,
    errors.StoreTooNew: UNAVAILABLE,
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


def failure_of(exc: Exception) -> Failure:
    """What the world is told of an error of ours; a ``reason`` it carries is the message."""
    failure = FAILURES.get(type(exc), INTERNAL)  # type: ignore[arg-type]  # others are unexpected
    reason = getattr(exc, "reason", None)
    return replace(failure, message=reason) if reason else failure


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
    failure = failure_of(exc)
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
