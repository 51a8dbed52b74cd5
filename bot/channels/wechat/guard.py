"""Remembers which requests were seen, so that none can be used again with another content.

In plain mode the signature does not cover the body: whoever sees one request could send any message
in its name for five minutes. The same request with the same content is a repeat of the platform's
and passes; the message's key makes it one turn.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage.engine import UtcDateTime, transaction

MEMORY = timedelta(minutes=15)
"""How long a request is remembered; by then its timestamp speaks against it (five minutes to
either side of the platform's clock and ours)."""

_nonce = sa.Table(
    "wechat_nonce",
    sa.MetaData(),
    sa.Column("digest", sa.String(64), primary_key=True),
    sa.Column("body_digest", sa.String(64), nullable=False),
    sa.Column("seen_at", UtcDateTime, nullable=False),
)


class Guard:
    """Shared by all processes on one channel database. Methods raise StorageError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._tidied_at: datetime | None = None

    def admits(self, timestamp: str, nonce: str, body: bytes, now: datetime) -> bool:
        """False when the same timestamp and nonce came before with another body."""
        seen, content = _digest(f"{timestamp}\n{nonce}".encode()), _digest(body)
        self._tidy(now)
        row = {"digest": seen, "body_digest": content, "seen_at": now}
        try:
            with transaction(self._engine, StorageError) as tx:
                tx.execute(_nonce.insert().values(row))
        except IntegrityError:
            return self._first_body(seen) in (content, None)
        return True

    def _first_body(self, seen: str) -> str | None:
        """None when it has been forgotten since."""
        query = sa.select(_nonce.c.body_digest).where(_nonce.c.digest == seen)
        with transaction(self._engine, StorageError) as tx:
            found: str | None = tx.execute(query).scalar_one_or_none()
            return found

    def _tidy(self, now: datetime) -> None:
        if self._tidied_at is not None and now - self._tidied_at < MEMORY:
            return
        self._tidied_at = now
        old = sa.select(_nonce.c.digest).where(_nonce.c.seen_at < now - MEMORY)
        # Another process that tidies at this moment is not waited for.
        unclaimed = old.with_for_update(skip_locked=True)
        with transaction(self._engine, StorageError) as tx:
            tx.execute(_nonce.delete().where(_nonce.c.digest.in_(unclaimed)))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
