"""Who comes in: a page that may ask, a session that counts, and no more than is allowed."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sanic.request import Request

from bot.channels import texts
from bot.channels.web.limits import Limits, network_of
from bot.channels.web.origins import Origins
from bot.channels.web.session import Session, Sessions, no_session
from bot.channels.web.session_store import SessionStore
from bot.errors import ChannelError
from bot.nlu.emergency import danger_by_rule
from bot.storage.brief import briefly


class Gate:
    """Checks requests of the web channel. `steady`: seconds of a clock that never steps back."""

    def __init__(
        self,
        sessions: Sessions,
        store: SessionStore,
        origins: Origins,
        limits: Limits,
        *,
        hotline: str,
        now: Callable[[], datetime],
        steady: Callable[[], float],
    ) -> None:
        self._sessions = sessions
        self._store = store
        self._origins = origins
        self._limits = limits
        self._hotline = hotline
        self._now = now
        self._steady = steady

    def check_origin(self, request: Request) -> None:
        """Raises ChannelError (403) when a page of somebody else asks."""
        self._origins.check(request.headers.get("origin"), request.host)

    async def session(self, request: Request) -> Session:
        """The session of a request. Raises ChannelError (401, 403) and StorageError."""
        self.check_origin(request)
        now = self._now()
        session = self._sessions.read(request.headers.get("authorization"), now)
        if not await briefly(self._store.counts, session, now):
            raise no_session()
        return session

    async def sender(self, request: Request) -> str:
        """The sender id of a request. Raises as `session` does."""
        return (await self.session(request)).sender_id

    def open_session(self, request: Request) -> tuple[str, str, datetime]:
        """A new session: its sender, its token and when that expires.

        Raises ChannelError (403, 429).
        """
        self.check_origin(request)
        wait = self._limits.session(_address(request), self._steady())
        if wait:
            raise self._too_many(wait)
        session = self._sessions.open(self._now())
        return (session.sender_id, *self._sessions.token(session))

    async def renew_session(self, request: Request) -> tuple[str, datetime]:
        """A new token for the session of a request; the one before ends two minutes later.

        Asked twice, the same token comes back. Raises ChannelError: 401, 403, 429.
        """
        session = self._sessions.renew(await self.session(request), self._now())
        self.admit_look(request, session.sender_id)
        renewed = await asyncio.to_thread(self._store.renewed, session)
        if renewed is None:
            raise no_session()
        return self._sessions.token(renewed)

    def admit(self, request: Request, sender: str, text: str = "") -> None:
        """Raises ChannelError (429) for a message too many; danger in `text` always gets through
        as often as an ordinary message would."""
        in_danger = danger_by_rule(text) is not None
        wait = self._limits.message(sender, _address(request), self._steady(), in_danger=in_danger)
        if wait:
            raise self._too_many(wait)

    def admit_look(self, request: Request, sender: str) -> None:
        """Raises ChannelError (429) for a look for news too many."""
        wait = self._limits.look(sender, _address(request), self._steady())
        if wait:
            raise self._too_many(wait)

    def poll(self, sender: str) -> AbstractContextManager[bool]:
        """While a poll lasts: whether it may wait, or is one of too many at once."""
        return self._limits.poll(sender)

    def _too_many(self, wait: float) -> ChannelError:
        seconds = max(1, math.ceil(wait))
        message = texts.TOO_MANY.format(wait=_in_words(seconds), hotline=self._hotline)
        return ChannelError(429, "too_many_requests", message, seconds)


def _address(request: Request) -> str:
    """Where a request comes from; behind proxies as Sanic reads it (PROXIES_COUNT)."""
    return network_of(request.remote_addr or request.ip)


def _in_words(seconds: int) -> str:
    return f"{seconds}秒" if seconds < 60 else f"{math.ceil(seconds / 60)}分钟"
