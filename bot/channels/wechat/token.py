"""The account's access token, one for all processes, kept sealed in the channel database.

With the stable token (公众平台「获取稳定版接口调用凭据」) fetching it again is harmless: the
platform answers with the same one until five minutes before its end. Only one process at a time
asks. A token that is refused in mid-use is fetched anew; when the platform insists on the refused
one, it is made to issue another, which it does twenty times a day at most and not twice within 30
seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError, WeChatError, WeChatUnreachable
from bot.privacy.sealing import Sealer
from bot.storage.engine import UtcDateTime, reading, transaction

INVALID_CREDENTIAL = 40001
REFRESH_BEFORE = timedelta(minutes=5)
SHORTEST_USE = timedelta(seconds=30)
"""A token is used at least so long, also when the platform gives one that is about to end."""
FORCE_EVERY = timedelta(minutes=5)
LEASE = timedelta(seconds=10)
"""Longer than any fetch takes: another process asks when this one has died."""
PAUSE = 0.2
MOST_LOOKS = 15

_token = sa.Table(
    "wechat_token",
    sa.MetaData(),
    sa.Column("app_id", sa.String(32), primary_key=True),
    sa.Column("sealed_token", sa.Text),
    sa.Column("fetched_at", UtcDateTime),
    sa.Column("valid_until", UtcDateTime),
    sa.Column("forced_at", UtcDateTime),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("lease_owner", sa.String(64)),
)


@dataclass(frozen=True)
class Fetched:
    """What the platform answered: a token and how long it holds."""

    token: str
    lasting: timedelta


@dataclass(frozen=True)
class Held:
    """A token and until when it is used."""

    token: str
    fresh_until: datetime


class TokenStore:
    """The row all processes share. Every method blocks and raises StorageError."""

    def __init__(self, engine: Engine, sealer: Sealer, app_id: str, owner: str) -> None:
        self._engine = engine
        self._sealer = sealer
        self._app_id = app_id
        self._owner = owner
        self._is_mine = _token.c.app_id == app_id

    def held(self, now: datetime) -> Held | None:
        """The token there is, unless it is time for another."""
        with reading(self._engine, StorageError) as tx:
            row = tx.execute(sa.select(_token).where(self._is_mine)).one_or_none()
        if row is None or row.sealed_token is None:
            return None
        fresh_until = max(row.valid_until - REFRESH_BEFORE, row.fetched_at + SHORTEST_USE)
        fresh_until = min(fresh_until, row.valid_until)
        if fresh_until <= now:
            return None
        return Held(self._sealer.open(row.sealed_token), fresh_until)

    def begin(self, now: datetime) -> bool:
        """Takes the right to fetch; False while another process has it."""
        c = _token.c
        with suppress(IntegrityError), self._transaction() as tx:
            tx.execute(_token.insert().values(app_id=self._app_id))
        is_free = sa.or_(c.leased_until.is_(None), c.leased_until <= now)
        lease = {"leased_until": now + LEASE, "lease_owner": self._owner}
        with self._transaction() as tx:
            taken = tx.execute(_token.update().where(self._is_mine, is_free).values(**lease))
            return bool(taken.rowcount)

    def may_force(self, now: datetime) -> bool:
        """Whether the platform may be made to issue another token; counts as done."""
        c = _token.c
        is_long_ago = sa.or_(c.forced_at.is_(None), c.forced_at <= now - FORCE_EVERY)
        with self._transaction() as tx:
            forced = _token.update().where(self._is_mine, is_long_ago).values(forced_at=now)
            return bool(tx.execute(forced).rowcount)

    def keep(self, fetched: Fetched, now: datetime) -> None:
        sealed = self._sealer.seal(fetched.token)
        with self._transaction() as tx:
            tx.execute(
                _token.update()
                .where(self._is_mine)
                .values(sealed_token=sealed, fetched_at=now, valid_until=now + fetched.lasting)
            )

    def end(self) -> None:
        """Gives the right to fetch back."""
        mine = sa.and_(self._is_mine, _token.c.lease_owner == self._owner)
        free = {"leased_until": None, "lease_owner": None}
        with self._transaction() as tx:
            tx.execute(_token.update().where(mine).values(**free))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


Fetch = Callable[[bool], Awaitable[Fetched]]
"""Asks the platform; True: it shall issue another token. Raises WeChatError."""


class TokenHolder:
    """Hands the token out. Methods raise WeChatError when there is none to be had, StorageError."""

    def __init__(
        self,
        store: TokenStore,
        fetch: Fetch,
        now: Callable[[], datetime],
        pause: float = PAUSE,
    ) -> None:
        """`pause`: seconds between two looks whether another process has fetched it."""
        self._store = store
        self._fetch = fetch
        self._now = now
        self._pause = pause
        self._held: Held | None = None
        self._one_at_a_time = asyncio.Lock()

    async def token(self) -> str:
        """A token that should be valid."""
        held = self._held
        if held is not None and held.fresh_until > self._now():
            return held.token
        return await self._obtain(refused=None)

    async def another_than(self, refused: str) -> str:
        """A token instead of one the platform has just refused."""
        return await self._obtain(refused)

    async def _obtain(self, refused: str | None) -> str:
        async with self._one_at_a_time:
            for _ in range(MOST_LOOKS):
                if await self._look(refused) is not None:
                    break
                if await asyncio.to_thread(self._store.begin, self._now()):
                    await self._fetch_unless_done(refused)
                    break
                await asyncio.sleep(self._pause)
            if self._held is not None and self._held.token != refused:
                return self._held.token
        raise WeChatUnreachable(detail="another process is still fetching the access token")

    async def _look(self, refused: str | None) -> Held | None:
        """The token another process has fetched, if it is not the refused one."""
        held = await asyncio.to_thread(self._store.held, self._now())
        self._held = held if held is not None and held.token != refused else None
        return self._held

    async def _fetch_unless_done(self, refused: str | None) -> None:
        try:
            # Another process may have ended between our look and our turn.
            if await self._look(refused) is not None:
                return
            fetched = await self._fetch(False)
            if fetched.token == refused:
                fetched = await self._force(refused)
            await asyncio.to_thread(self._store.keep, fetched, self._now())
            await self._look(refused)
        finally:
            await asyncio.to_thread(self._store.end)

    async def _force(self, refused: str) -> Fetched:
        if not await asyncio.to_thread(self._store.may_force, self._now()):
            raise WeChatError(code=INVALID_CREDENTIAL, detail="a new access token was refused too")
        fetched = await self._fetch(True)
        if fetched.token == refused:
            raise WeChatError(code=INVALID_CREDENTIAL, detail="no other access token was issued")
        return fetched
