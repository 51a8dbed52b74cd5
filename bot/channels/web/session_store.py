"""Which token of a session counts: ended sessions and renewals. Blocks."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.channels.web.session import Session
from bot.errors import StorageError
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction

GRACE = timedelta(minutes=2)
"""How long the token before is still taken: other tabs, and requests that are on their way."""

_metadata = sa.MetaData()
_session = sa.Table(
    "web_session",
    _metadata,
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("renewed_at", UtcDateTime, nullable=False),
)
OLD_RENEWALS = Aged(_session, lambda before: _session.c.renewed_at < before)
"""Once forgotten, a token of theirs would count again: it must be older than any may be."""
_ended = sa.Table(
    "ended_session", _metadata, sa.Column("sender_id", sa.String(128), primary_key=True)
)
_SENDER = sa.bindparam("of_sender")
_newest = sa.select(_session).where(_session.c.sender_id == _SENDER).subquery()
_STANDING = sa.select(
    sa.exists().where(_ended.c.sender_id == _SENDER).label("has_ended"),
    _newest.c.generation,
    _newest.c.renewed_at,
).select_from(sa.select(sa.literal(1)).subquery().outerjoin(_newest, sa.true()))
"""One row in any case; `generation` is null when the session was never renewed."""


class SessionStore:
    """Renewals on SQLite or PostgreSQL. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def counts(self, session: Session, now: datetime) -> bool:
        """Whether a token may still be used: not ended, and the newest one or just replaced."""
        with self._reading() as tx:
            found = tx.execute(_STANDING, {"of_sender": session.sender_id}).one()
        if found.has_ended:
            return False
        if found.generation is None or session.generation >= found.generation:
            return True
        just_now = now < found.renewed_at + GRACE
        return bool(session.generation == found.generation - 1 and just_now)

    def renewed(self, session: Session) -> Session | None:
        """Makes `session` the one that counts.

        When its predecessor was renewed already (another tab was faster, or the answer got lost on
        the way) that renewal comes back, so that asking again never costs the conversation. None:
        the predecessor is older than that.
        """
        row = {"generation": session.generation, "renewed_at": session.issued_at}
        mine = _session.c.sender_id == session.sender_id
        later = sa.and_(mine, _session.c.generation < session.generation)
        try:
            with self._transaction() as tx:
                if tx.execute(_session.update().where(later).values(row)).rowcount:
                    return session
                tx.execute(_session.insert().values(sender_id=session.sender_id, **row))
        except IntegrityError:
            return self._renewal(session)
        return session

    def _renewal(self, session: Session) -> Session | None:
        query = sa.select(_session.c.renewed_at).where(
            _session.c.sender_id == session.sender_id, _session.c.generation == session.generation
        )
        with self._reading() as tx:
            renewed_at = tx.execute(query).scalar_one_or_none()
        return replace(session, issued_at=renewed_at) if renewed_at is not None else None

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)

    def _reading(self) -> AbstractContextManager[Connection]:
        return reading(self._engine, StorageError)
