"""access_token: the two interfaces that give one, and its checking.

/cgi-bin/token gives a new token each time; the one before works for another five minutes
(获取 Access token). /cgi-bin/stable_token keeps giving the same token until five minutes before
its end, then a new one while the old one runs out; `force_refresh` replaces it at once, at most
20 times a day and not within 30 seconds (获取稳定版接口调用凭据). The two do not touch each other.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wechatsim import errors
from wechatsim.clock import Clock
from wechatsim.errors import ApiError

LIFE = timedelta(seconds=7200)
OVERLAP = timedelta(minutes=5)
_FORCED_A_DAY = 20
_FORCED_APART = timedelta(seconds=30)


@dataclass
class _Token:
    value: str
    until: datetime
    replaced: bool = False


def _random() -> str:
    return secrets.token_urlsafe(96)


class Tokens:
    """The tokens of one account."""

    def __init__(
        self, clock: Clock, life: timedelta = LIFE, random: Callable[[], str] = _random
    ) -> None:
        self.life = life
        self._clock = clock
        self._random = random
        self._known: dict[str, _Token] = {}
        self._plain: _Token | None = None
        self._stable: _Token | None = None
        self._forced: list[datetime] = []

    def plain(self) -> tuple[str, int]:
        """A new token and its life in seconds."""
        if self._plain is not None:
            self._replace(self._plain, self._clock.now() + OVERLAP)
        self._plain = self._new()
        return self._told(self._plain)

    def stable(self, force_refresh: bool = False) -> tuple[str, int]:
        """The token in use and the rest of its life in seconds; raises ApiError 45009."""
        now = self._clock.now()
        if self._stable is None or self._stable.until - min(OVERLAP, self.life / 2) <= now:
            self._stable = self._new()
        elif force_refresh and self._may_force(now):
            self._replace(self._stable, now)
            self._stable = self._new()
        return self._told(self._stable)

    def check(self, value: str | None) -> None:
        """Raises ApiError 41001, 40001 or 42001 for a token that does not work."""
        if not value:
            raise ApiError(errors.TOKEN_MISSING)
        token = self._known.get(value)
        if token is None:
            raise ApiError(errors.INVALID_CREDENTIAL)
        if token.until <= self._clock.now():
            raise ApiError(errors.INVALID_CREDENTIAL if token.replaced else errors.TOKEN_EXPIRED)

    def expire(self) -> None:
        """Every token ends now: 42001 from here on, the next call gives a new one."""
        for token in self._known.values():
            token.until = min(token.until, self._clock.now())

    def _may_force(self, now: datetime) -> bool:
        if self._forced and now - self._forced[-1] < _FORCED_APART:
            return False
        if self._forced_on(now.date()) >= _FORCED_A_DAY:
            raise ApiError(errors.RATE_LIMIT)
        self._forced.append(now)
        return True

    def _forced_on(self, day: date) -> int:
        return sum(at.date() == day for at in self._forced)

    def _new(self) -> _Token:
        token = _Token(self._random(), self._clock.now() + self.life)
        self._known[token.value] = token
        return token

    @staticmethod
    def _replace(token: _Token, until: datetime) -> None:
        token.until = min(token.until, until)
        token.replaced = True

    def _told(self, token: _Token) -> tuple[str, int]:
        return token.value, round((token.until - self._clock.now()).total_seconds())
