"""The simulator as a web application and as a server on the loopback address."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, PlainTextResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.base import RequestResponseEndpoint

from wechatsim import api, control
from wechatsim.errors import ApiError, CannotDo
from wechatsim.platform import Platform

HOST = "127.0.0.1"
PORT = 8090
_OWN_NAMES = (HOST, "localhost")
_STATIC = Path(__file__).parent / "static"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

Started = Callable[[asyncio.AbstractEventLoop], None]


def application(platform: Platform, started: Started = lambda _loop: None) -> FastAPI:
    """The page, the platform's interface and /sim; `started` hears the loop it all runs on."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        started(asyncio.get_running_loop())
        yield
        await platform.stop()

    app = FastAPI(lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(CannotDo, control.refuse)
    app.add_exception_handler(ApiError, control.refuse)
    app.add_exception_handler(HTTPException, control.refuse_form)
    app.add_exception_handler(RequestValidationError, control.refuse_form)
    app.router.routes.extend(api.routes(platform))
    app.include_router(control.router(platform))
    _add_page(app)
    return app


def _add_page(app: FastAPI) -> None:
    @app.get("/")
    async def page() -> FileResponse:
        return FileResponse(_STATIC / "index.html")

    @app.middleware("http")
    async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
        # A page elsewhere whose name was turned to this machine (DNS rebinding) names itself.
        if request.url.hostname not in _OWN_NAMES:
            return PlainTextResponse("只在本机使用", status_code=403)
        response = await call_next(request)
        if not request.url.path.startswith("/cgi-bin/"):
            response.headers.update(_HEADERS)
        return response

    app.mount("/static", StaticFiles(directory=_STATIC), name="static")


def listening_socket(port: int) -> socket.socket:
    """A bound socket; port 0: any free one. Raises OSError when the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def server(app: FastAPI) -> uvicorn.Server:
    """A server that says nothing of its own; run it with sockets."""
    # There are no web sockets here, and Rasa's pin of that library is too old for uvicorn.
    config = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
