"""Was this form sent from our own page?

Two independent checks, both must pass. Where the request comes from: Sec-Fetch-Site (W3C Fetch
Metadata), which a page cannot forge; Origin for browsers that do not send it. And a token that
only our own page can know.
"""

import hmac

from starlette.requests import Request

from casestore.console.cookies import form_token
from casestore.domain.errors import ForgedRequest

# "none" is a user's own act, such as reloading a page that was posted.
_OWN = {"same-origin", "none"}


def require_own_form(request: Request, cookie_value: str | None, token: str) -> None:
    """Raises ForgedRequest unless the form came from the page that belongs to the cookie."""
    if not from_own_page(request) or cookie_value is None:
        raise ForgedRequest
    if not hmac.compare_digest(form_token(cookie_value).encode(), token.encode("utf-8", "replace")):
        raise ForgedRequest


def from_own_page(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent the request."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in _OWN
    # With Referrer-Policy no-referrer browsers send "Origin: null" on forms; only those without
    # Sec-Fetch-Site (plain HTTP to another machine) are refused by this.
    origin = request.headers.get("origin")
    host = request.headers.get("host", "")
    return origin is None or origin == f"{request.url.scheme}://{host}"
