"""Overrides how Rasa reaches the action server: over connections that stay open.

Rasa opens a session and a connection for each call of an action (rasa/utils/endpoints.py, `request`),
two and more in each turn of a form. Here its session is made once. A kept connection may break in the
moment it is used, because the server ends; the call is made again then, over a new one, and so is one
that found no server. Actions stand that: the message of a failed turn is run again, too.
"""

from __future__ import annotations

import functools
from contextlib import nullcontext
from typing import Any

from aiohttp import ClientOSError, ClientSession, ServerDisconnectedError
from rasa.utils.endpoints import EndpointConfig


def keep_connected(endpoint: EndpointConfig) -> ClientSession:
    """Gives the calls to `endpoint` one session; close it when no more are made.

    Within the event loop that makes the calls.
    """
    session: ClientSession = endpoint.session()
    request = endpoint.request

    @functools.wraps(request)
    async def once_more_if_broken(*args: Any, **kwargs: Any) -> Any:
        try:
            return await request(*args, **kwargs)
        except (ServerDisconnectedError, ClientOSError):
            return await request(*args, **kwargs)

    endpoint.session = lambda: nullcontext(session)
    endpoint.request = once_more_if_broken
    return session
