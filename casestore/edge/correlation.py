"""The id a client gives its request, by which it is found in the logs of both sides.

It is only ever logged. What is no id of ours is none: the header may hold anything.
"""

import re
from contextvars import ContextVar, Token

HEADER = "X-Request-Id"

_KNOWN = re.compile(r"[0-9a-f]{16}")
_current: ContextVar[str] = ContextVar("request", default="")


def current() -> str:
    """The id of the request at work; empty where none was given."""
    return _current.get()


def begin(given: str) -> Token[str]:
    """From here on this request is at work; the token is for ``end``."""
    return _current.set(given if _KNOWN.fullmatch(given) else "")


def end(token: Token[str]) -> None:
    """Back to what was at work before."""
    _current.reset(token)
