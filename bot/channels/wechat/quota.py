"""How many customer-service messages a follower may still be sent (公众平台「发送客服消息」, since 2023-06-12).

A message of theirs allows five within 48 hours; a click on a menu entry, following the account and
scanning a code allow three within a minute. A later message makes it five again, never ten: the
pages on mini programs say so (可发送客服消息条数不累加), those on accounts say nothing, and who
counts this way is never refused a message in the middle of an answer.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction

Occasion = Literal["message", "event"]
_ALLOWED: dict[Occasion, tuple[int, timedelta]] = {
    "message": (5, timedelta(hours=48)),
    "event": (3, timedelta(minutes=1)),
}

_grant = sa.Table(
    "wechat_grant",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("key", sa.String(128), nullable=False),
    sa.Column("occasion", sa.String(16), nullable=False),
    sa.Column("remaining", sa.Integer, nullable=False),
    sa.Column("valid_until", UtcDateTime, nullable=False),
)
OLD_GRANTS = Aged(_grant, lambda before: _grant.c.valid_until < before)
"""No repeat of their message comes any more."""


class Quota:
    """Grants on SQLite or PostgreSQL. Every method blocks and raises StorageError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def grant(self, sender_id: str, key: str, kind: Occasion, now: datetime) -> None:
        """What the message or event `key` allows; the same one again allows nothing more."""
        remaining, lasting = _ALLOWED[kind]
        row = {"remaining": remaining, "valid_until": now + lasting, "occasion": kind}
        same = sa.and_(_grant.c.sender_id == sender_id, _grant.c.occasion == kind)
        with suppress(IntegrityError), self._transaction() as tx:
            tx.execute(_grant.insert().values(sender_id=sender_id, key=key, **row))
            # Rows stay as long as a repeat may come: it must not grant again.
            tx.execute(_grant.update().where(same, _grant.c.key != key).values(remaining=0))

    def take(self, sender_id: str, now: datetime) -> bool:
        """Counts one message that was sent, against what ends first; False when none is left."""
        with self._transaction() as tx:
            open_grants = sa.select(_grant.c.id).where(_is_open(sender_id, now))
            first = open_grants.order_by(_grant.c.valid_until, _grant.c.id).with_for_update()
            row = tx.execute(first.limit(1)).first()
            if row is None:
                return False
            counted = _grant.update().where(_grant.c.id == row.id)
            tx.execute(counted.values(remaining=_grant.c.remaining - 1))
        return True

    def left(self, sender_id: str, now: datetime) -> int:
        """How many messages may be sent now."""
        total = sa.select(sa.func.coalesce(sa.func.sum(_grant.c.remaining), 0))
        with reading(self._engine, StorageError) as tx:
            return int(tx.execute(total.where(_is_open(sender_id, now))).scalar_one())

    def exhaust(self, sender_id: str, now: datetime) -> None:
        """The platform says there is nothing left (45015, 45047), whatever was counted here."""
        with self._transaction() as tx:
            tx.execute(_grant.update().where(_is_open(sender_id, now)).values(remaining=0))

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _is_open(sender_id: str, now: datetime) -> Any:
    c = _grant.c
    return sa.and_(c.sender_id == sender_id, c.remaining > 0, c.valid_until > now)
