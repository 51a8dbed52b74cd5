"""The console's cookies and the form tokens that belong to them.

A form token is an HMAC of the cookie's secret value, so it needs no storage and a page of
another site, which cannot read the cookie, cannot know it.
"""

import hmac
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response


@dataclass(frozen=True)
class SecretCookie:
    """A cookie only the server reads. Over HTTPS it is bound to the host (``__Host-``)."""

    base_name: str

    def read(self, request: Request) -> str | None:
        """The cookie's value, if the browser sent one."""
        return request.cookies.get(self._name(request)) or None

    def write(self, request: Request, response: Response, value: str) -> None:
        """Hand the cookie to the browser until it is closed."""
        response.set_cookie(
            self._name(request),
            value,
            path="/",
            secure=_is_https(request),
            httponly=True,
            samesite="strict",
        )

    def remove(self, request: Request, response: Response) -> None:
        """Take the cookie back."""
        response.delete_cookie(
            self._name(request),
            path="/",
            secure=_is_https(request),
            httponly=True,
            samesite="strict",
        )

    def _name(self, request: Request) -> str:
        return f"__Host-{self.base_name}" if _is_https(request) else self.base_name


SESSION = SecretCookie("xiaobao_session")
LOGIN_FORM = SecretCookie("xiaobao_login")


def form_token(cookie_value: str) -> str:
    """The token a form must carry that is sent together with this cookie."""
    return hmac.new(cookie_value.encode(), b"form", "sha256").hexdigest()


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"
