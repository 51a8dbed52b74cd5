"""How often the platform has delivered a message: up to three times, to whichever process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, transaction

MOST_DELIVERIES = 3
GAP = timedelta(seconds=5)
"""The platform repeats what got no answer within five seconds, three times in all
(公众平台「被动回复用户消息」)."""
KEPT = timedelta(days=1)
"""How long it is remembered; no repeat comes that late."""

_delivery = sa.Table(
    "wechat_delivery",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("key", sa.String(128), primary_key=True),
    sa.Column("times", sa.Integer, nullable=False),
    sa.Column("first_at", UtcDateTime, nullable=False),
    sa.Column("answer", sa.Text),
)
OLD_DELIVERIES = Aged(_delivery, lambda before: _delivery.c.first_at < before)


@dataclass(frozen=True)
class Delivery:
    """The how-manieth delivery of a message this is; `answer` is what an earlier one was given."""

    times: int
    first_at: datetime
    answer: str | None

    def is_last(self, now: datetime) -> bool:
        """Whether the platform will not repeat the message, even if a delivery never got here."""
        return self.times >= MOST_DELIVERIES or now - self.first_at >= (MOST_DELIVERIES - 1) * GAP


class Deliveries:
    """Counts on SQLite or PostgreSQL. Every method blocks and raises StorageError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def claim(self, sender_id: str, key: str, now: datetime) -> Delivery:
        """Counts a delivery of the message `key`."""
        try:
            return self._claim(sender_id, key, now)
        except IntegrityError:  # another process counted the first one in between
            return self._claim(sender_id, key, now)

    def _claim(self, sender_id: str, key: str, now: datetime) -> Delivery:
        wanted = sa.and_(_delivery.c.sender_id == sender_id, _delivery.c.key == key)
        with transaction(self._engine, StorageError) as tx:
            counted = _delivery.update().where(wanted).values(times=_delivery.c.times + 1)
            if not tx.execute(counted).rowcount:
                _insert(tx, sender_id, key, now)
            row = tx.execute(sa.select(_delivery).where(wanted)).one()
        return Delivery(row.times, row.first_at, row.answer)

    def keep_answer(self, sender_id: str, key: str, text: str) -> None:
        """Remembers what message `key` was answered, for its repeats."""
        wanted = sa.and_(_delivery.c.sender_id == sender_id, _delivery.c.key == key)
        with transaction(self._engine, StorageError) as tx:
            tx.execute(_delivery.update().where(wanted).values(answer=text))


def _insert(tx: Connection, sender_id: str, key: str, now: datetime) -> None:
    ids = {"sender_id": sender_id, "key": key}
    tx.execute(_delivery.insert().values(**ids, times=1, first_at=now))
