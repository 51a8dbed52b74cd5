"""Refuses strangers, and bodies of another kind, before anything of a request is parsed."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from casestore.domain.attachment import MediaType
from casestore.domain.errors import Unauthorized, UnsupportedAttachment, UnsupportedMediaType
from casestore.edge.services import services_of

# Only describes the scheme in the OpenAPI document; GuardedRoute does the checking.
bearer_scheme = HTTPBearer(
    auto_error=False, scheme_name="clientToken", description="每个接入系统一个令牌"
)

_SCHEME = "bearer "
_JSON = "application/json"
_ATTACHMENTS = frozenset(kind.value for kind in MediaType)


class GuardedRoute(APIRoute):
    """A route for known clients; leaves the client's name in ``request.state.client``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The usual handler behind the checks."""
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            register = services_of(request).clients
            request.state.client = await run_in_threadpool(register.identify, _token(request))
            if request.method in {"POST", "PUT"}:
                self.check_media_type(media_type(request))
            return await handle(request)

        return guarded

    def check_media_type(self, declared: str) -> None:
        """Raises UnsupportedMediaType for a body that is not JSON."""
        if declared != _JSON:
            raise UnsupportedMediaType


class GuardedUpload(GuardedRoute):
    """A route for known clients that takes a file."""

    def check_media_type(self, declared: str) -> None:
        """Raises UnsupportedAttachment for a file we do not keep."""
        if declared not in _ATTACHMENTS:
            raise UnsupportedAttachment


def media_type(request: Request) -> str:
    """What the body is declared as, without parameters; empty if it is not."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def client_name(request: Request) -> str:
    """The client a GuardedRoute has identified."""
    name: str = request.state.client
    return name


def _token(request: Request) -> str:
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_SCHEME):
        raise Unauthorized
    return header[len(_SCHEME) :].strip()
