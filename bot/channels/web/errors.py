"""Errors at the edge of the Rasa server: always JSON, always Chinese, never a traceback."""

from __future__ import annotations

import logging

from sanic import Sanic, response
from sanic.exceptions import (
    MethodNotSupported,
    NotFound,
    PayloadTooLarge,
    SanicException,
    ServiceUnavailable,
)
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels import texts
from bot.channels.inbound import RETRY_AFTER_SECONDS
from bot.channels.web.headers import SECURITY_HEADERS
from bot.errors import BotError, ChannelError

logger = logging.getLogger(__name__)


def install(app: Sanic) -> None:
    """Makes `app` answer every error through `to_response`."""
    app.error_handler.add(Exception, to_response)


def to_response(request: Request, error: Exception) -> HTTPResponse:
    known = error if isinstance(error, ChannelError) else _translate(error)
    body = {"error": {"code": known.code, "message": known.message}}
    headers = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
    if known.retry_after is not None:
        headers["Retry-After"] = str(known.retry_after)
    return response.json(body, status=known.status, headers=headers, ensure_ascii=False)


def _translate(error: Exception) -> ChannelError:
    if isinstance(error, NotFound):
        return ChannelError(404, "not_found", texts.NOT_FOUND)
    if isinstance(error, MethodNotSupported):
        return ChannelError(405, "method_not_allowed", texts.NOT_ALLOWED)
    if isinstance(error, PayloadTooLarge):
        return ChannelError(413, "too_long", texts.TOO_LONG.format(limit=2000))
    if isinstance(error, SanicException) and error.status_code < 500:
        return ChannelError(error.status_code, "invalid_request", texts.BAD_JSON)
    if isinstance(error, ServiceUnavailable):
        # Sanic's word for a client that went away or a handler that took too long.
        logger.info("a request was broken off")
        return ChannelError(503, "unavailable", texts.TROUBLE)
    if isinstance(error, BotError):
        logger.error("request failed: %s", type(error).__name__)
        return ChannelError(503, "busy", texts.TROUBLE, RETRY_AFTER_SECONDS)
    logger.error("unexpected error at the edge", exc_info=error)
    return ChannelError(503, "unavailable", texts.TROUBLE)
