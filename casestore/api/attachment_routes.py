"""Taking in the files of a complaint."""

import logging
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Depends, HTTPException, Path, Request, Response
from starlette.requests import ClientDisconnect

from casestore.api.auth import GuardedUpload, client_name, media_type
from casestore.api.described import (
    FILING,
    OptionalHeader,
    Reach,
    error_answer,
    guarded_router,
    required_headers,
)
from casestore.api.schemas import AttachmentReceipt, attachment_fields
from casestore.domain.attachment import (
    LONGEST_FILENAME,
    MediaType,
    is_attachment_id,
    is_sha256,
)
from casestore.domain.errors import InvalidRequest
from casestore.domain.texts import text_problem
from casestore.service.attachments import Delivery

_FILENAME = "X-Filename"
_SHA256 = "X-Content-SHA256"

_log = logging.getLogger(__name__)

router = guarded_router("附件", GuardedUpload)


async def _content(request: Request) -> bytes:
    try:
        return await request.body()
    except ClientDisconnect as exc:
        raise HTTPException(400) from exc


def _described_body() -> dict[str, Any]:
    binary = {"schema": {"type": "string", "format": "binary"}}
    return {
        "requestBody": {"required": True, "content": {kind.value: binary for kind in MediaType}}
    }


@router.put(
    "/complaints/{reference}/attachments/{attachment_id}",
    summary="送来一个附件",
    operation_id="putAttachment",
    status_code=201,
    response_description="已收到",
    openapi_extra={
        **required_headers(
            {
                _FILENAME: f"文件名，UTF-8 百分号编码，解码后最多 {LONGEST_FILENAME} 字",
                _SHA256: "内容的 SHA-256，十六进制",
            }
        ),
        **_described_body(),
    },
    response_model=AttachmentReceipt,
    responses={
        **FILING,
        200: {"model": AttachmentReceipt, "description": "同一 id、同一内容已收到过"},
        400: error_answer("内容无法读取"),
        404: error_answer("编号不存在"),
        409: error_answer("已撤回（case_withdrawn）"),
        413: error_answer("超过 10 MB"),
        415: error_answer("不是 JPEG、PNG、WEBP、GIF 或 PDF"),
        422: error_answer(
            "请求头不正确，内容与 SHA-256 不符（checksum_mismatch），"
            "或同一 id 内容不同（idempotency_conflict）"
        ),
    },
)
def put_attachment(
    request: Request,
    response: Response,
    reach: Reach,
    content: Annotated[bytes, Depends(_content)],
    reference: Annotated[str, Path(description="投诉编号")],
    attachment_id: Annotated[str, Path(description="附件编号：小写字母、数字、- 和 _，最多 64 位")],
    x_filename: OptionalHeader = None,
    x_content_sha256: OptionalHeader = None,
) -> AttachmentReceipt:
    """201 the first time, 200 for every repeat."""
    client = client_name(request)
    delivery = Delivery(
        id=_checked_id(attachment_id),
        reference=reference,
        filename=_filename(x_filename),
        media_type=MediaType(media_type(request)),
        sha256=_sha256(x_content_sha256),
        content=_not_empty(content),
    )
    kept = reach.attachments.keep(delivery, client)
    outcome = "received" if kept.created else "repeated"
    _log.info("attachment_%s id=%s bytes=%d client=%s", outcome, delivery.id, len(content), client)
    response.status_code = 201 if kept.created else 200
    return AttachmentReceipt(**attachment_fields(kept.attachment))


def _checked_id(attachment_id: str) -> str:
    if not is_attachment_id(attachment_id):
        raise InvalidRequest({"attachment_id": "只能用小写字母、数字、- 和 _，最多 64 位"})
    return attachment_id


def _filename(header: str | None) -> str:
    if header is None:
        raise InvalidRequest({_FILENAME: "必填"})
    try:
        filename = unquote(header, errors="strict")
    except UnicodeDecodeError as exc:
        raise InvalidRequest({_FILENAME: "应为 UTF-8 的百分号编码"}) from exc
    if len(filename) > LONGEST_FILENAME:
        raise InvalidRequest({_FILENAME: "内容太长"})
    if problem := text_problem(filename):
        raise InvalidRequest({_FILENAME: problem})
    return filename


def _sha256(header: str | None) -> str:
    if header is None:
        raise InvalidRequest({_SHA256: "必填"})
    digest = header.strip().lower()
    if not is_sha256(digest):
        raise InvalidRequest({_SHA256: "应为 64 位十六进制"})
    return digest


def _not_empty(content: bytes) -> bytes:
    if not content:
        raise InvalidRequest({"body": "不能为空"})
    return content
