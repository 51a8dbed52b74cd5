"""Whose pages may use the channel: its own, and those of the bank that were named. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from bot.channels import texts
from bot.errors import ChannelError

_ALLOWED = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type",
    "Access-Control-Max-Age": "600",
}


class Origins:
    """The pages named in WEB_ORIGINS, beside the chat page itself."""

    def __init__(self, named: Collection[str]) -> None:
        self._named = frozenset(named)

    def check(self, origin: str | None, host: str) -> None:
        """Raises ChannelError (403) when a page of somebody else asks.

        A browser names the page in `Origin`; what is no browser names none, and has to have a
        token like everybody. The scheme is left aside: TLS may end at a proxy.
        """
        if origin is None or origin in self._named or _host_of(origin) == host:
            return
        raise ChannelError(403, "origin_refused", texts.ORIGIN_REFUSED)

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What lets a named page read the answer (Fetch standard, CORS)."""
        if origin not in self._named:
            return {}
        return {**_ALLOWED, "Access-Control-Allow-Origin": str(origin), "Vary": "Origin"}

    @property
    def frame_ancestors(self) -> str:
        """Source list of the CSP directive: who may show the page in a frame."""
        return " ".join(["'self'", *sorted(self._named)])


def _host_of(origin: str) -> str | None:
    """None for what is no origin; no browser sends such a thing."""
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
