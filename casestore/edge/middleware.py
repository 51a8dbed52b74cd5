"""ASGI wrappers around the whole application, outermost first as listed in ``bootstrap``."""

import logging
import re
from collections.abc import Callable
from time import perf_counter
from traceback import extract_tb

from fastapi import HTTPException
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casestore.domain.attachment import LARGEST_ATTACHMENT, MOST_AT_ONCE
from casestore.edge import correlation
from casestore.edge.correlation import HEADER
from casestore.edge.failures import INTERNAL, respond
from casestore.edge.metrics import Metrics

BODY_LIMIT = 256 * 1024
FIGURES_LIMIT = 2 * 1024 * 1024
"""Of a campaign with hundreds of scenes."""

LARGEST_UPLOAD = MOST_AT_ONCE * LARGEST_ATTACHMENT + BODY_LIMIT
"""A form with files, in bytes."""

# Where much arrives at once; who may send it is checked before it is read.
_LARGER = (
    ("PUT", re.compile(r"/api/v1/complaints/[^/]+/attachments/[^/]+"), LARGEST_ATTACHMENT),
    ("POST", re.compile(r"/cases/[^/]+/attachments"), LARGEST_UPLOAD),
    ("PUT", re.compile(r"/api/v1/campaigns/[^/]+/figures"), FIGURES_LIMIT),
)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_HTTPS_ONLY = "max-age=31536000; includeSubDomains"
_STATIC = "/static/"

_log = logging.getLogger(__name__)


class SecurityHeaders:
    """Adds the headers every answer carries; only the style sheet and icon may be cached.

    An answer may bring a stricter Content-Security-Policy of its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cache = "no-cache" if scope["path"].startswith(_STATIC) else "no-store"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers["Cache-Control"] = cache
                if scope["scheme"] == "https":
                    headers["Strict-Transport-Security"] = _HTTPS_ONLY
            await send(message)

        await self._app(scope, receive, send_with_headers)


class RequestIds:
    """Takes the id a client gives its request along, and logs how each such request ended.

    The log names the route's template, which holds no reference.
    """

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = perf_counter) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token, begun = correlation.begin(Headers(scope=scope).get(HEADER, "")), self._clock()
        status = INTERNAL.status

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            if correlation.current():
                ms = (self._clock() - begun) * 1000
                about = (_method(scope), _route(scope), status, ms)
                _log.info("answered method=%s route=%s status=%d ms=%.1f", *about)
            correlation.end(token)


class RequestTimer:
    """Observes how long each route takes to answer, in seconds."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float] = perf_counter) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        metrics: Metrics = scope["app"].state.services.metrics
        begun = self._clock()

        async def send_and_observe(message: Message) -> None:
            if message["type"] == "http.response.start":
                labels = (_method(scope), _route(scope), str(message["status"]))
                metrics.requests.labels(*labels).observe(self._clock() - begun)
            await send(message)

        await self._app(scope, receive, send_and_observe)


class ErrorBoundary:
    """Turns whatever nobody expected into a plain 500; logs where, never the message's words."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as exc:
            _log.error("unexpected_error route=%s %s", _route(scope), describe(exc))
            if not started:
                await respond(Request(scope), INTERNAL)(scope, receive, send)


class BodyLimit:
    """Refuses bodies over ``BODY_LIMIT`` bytes (attachments: ``LARGEST_ATTACHMENT``, the console's
    form for them ``LARGEST_UPLOAD``, a campaign's figures: ``FIGURES_LIMIT``), whether announced or
    counted while reading."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, limit = 0, _limit(scope)

        async def limited_receive() -> Message:
            nonlocal seen
            if _announced(scope) > limit:
                raise HTTPException(413)
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413)
            return message

        await self._app(scope, limited_receive, send)


def describe(exc: BaseException) -> str:
    """An error for the log: its types and places, without messages, which may quote data."""
    parts = []
    cause: BaseException | None = exc
    while cause is not None:
        places = [f"{frame.name}:{frame.lineno}" for frame in extract_tb(cause.__traceback__)[-3:]]
        parts.append(f"error={type(cause).__name__} at={'>'.join(places)}")
        cause = cause.__cause__
    return " ".join(parts)


def _limit(scope: Scope) -> int:
    for method, path, limit in _LARGER:
        if scope["method"] == method and path.fullmatch(scope["path"]):
            return limit
    return BODY_LIMIT


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 20 else 0


def _method(scope: Scope) -> str:
    """Only methods some route knows become a label, so strangers cannot invent new ones."""
    method = str(scope["method"])
    return method if method in {"GET", "HEAD", "POST", "PUT"} else "other"


def _route(scope: Scope) -> str:
    """The route's template, not the path: that one may hold a reference."""
    return str(getattr(scope.get("route"), "path", "none"))
