"""Refuses strangers, and bodies that are not JSON, before anything of a request is parsed."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from casestore.domain.errors import Unauthorized, UnsupportedMediaType
from casestore.edge.services import services

# Only describes the scheme in the OpenAPI document; GuardedRoute does the checking.
bearer_scheme = HTTPBearer(
    auto_error=False, scheme_name="clientToken", description="每个接入系统一个令牌"
)

_SCHEME = "bearer "
_JSON = "application/json"


class GuardedRoute(APIRoute):
    """A route for known clients; leaves the client's name in ``request.state.client``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler behind the checks."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            register = services(request).clients
            request.state.client = await run_in_threadpool(register.identify, _token(request))
            if request.method == "POST":
                _require_json(request)
            return await handle(request)

        return guarded


def client_name(request: Request) -> str:
    """The client a GuardedRoute has identified."""
    name: str = request.state.client
    return name


def _token(request: Request) -> str:
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise Unauthorized
    return header[len(_SCHEME) :].strip()


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _JSON:
        raise UnsupportedMediaType
