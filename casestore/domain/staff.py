"""Console accounts and sessions."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

# OWASP ASVS 5.0, 7.3.1 and 7.3.2: an idle and an absolute limit.
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=8)

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{0,49}")


@dataclass(frozen=True)
class Account:
    """A person who may use the console; ``password_hash`` is argon2id."""

    username: str
    password_hash: str


@dataclass(frozen=True)
class Session:
    """A signed-in console session; ``token_hash`` is the SHA-256 of the cookie's value."""

    token_hash: str
    username: str
    started_at: datetime
    seen_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Whether neither the idle nor the absolute limit has passed."""
        return now - self.seen_at < IDLE_LIMIT and now - self.started_at < ABSOLUTE_LIMIT


def is_username(text: str) -> bool:
    """Whether an account could have this name at all."""
    return _USERNAME.fullmatch(text) is not None
