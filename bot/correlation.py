"""The id under which one message of a customer is found in the logs of every process.

It is made from the message's own key, which Rasa carries as the message id: whoever sees the key
makes the same id, and nothing more need be stored. It says nothing about the customer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256

HEADER = "X-Request-Id"
LENGTH = 16
"""Hexadecimal digits: one in a million that two of six million messages share an id."""

_KNOWN = re.compile(rf"[0-9a-f]{{{LENGTH}}}")
_current: ContextVar[str] = ContextVar("request", default="")


def request_id(key: str) -> str:
    """The id of the message `key`; empty for none. The same whenever the message comes again."""
    return sha256(f"request/{key}".encode()).hexdigest()[:LENGTH] if key else ""


def current() -> str:
    """The id of the message at work in this task or thread; empty where none is."""
    return _current.get()


@contextmanager
def carrying(request: str | None) -> Iterator[None]:
    """Everything within the block is done for the message `request`.

    Anything but an id is none: it may have come from outside.
    """
    known = request if request and _KNOWN.fullmatch(request) else ""
    token = _current.set(known)
    try:
        yield
    finally:
        _current.reset(token)
