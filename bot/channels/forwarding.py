"""What of a conversation has reached the bank's desk, and what has come back from there."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.channels.message_table import message
from bot.channels.transcript import BOT, CUSTOMER, NOTE, OFFICER, Message, as_message
from bot.errors import StorageError
from bot.storage.engine import reading, transaction


class Forwarding:
    """The transcript's messages on their way. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def to_forward(
        self, sender_id: str, since: int, limit: int, until: datetime | None = None
    ) -> list[Message]:
        """What the customer and the assistant said after cursor `since`, and not later than `until`
        if the talk has ended, that the desk has not got, oldest first."""
        waiting = sa.and_(
            message.c.sender_id == sender_id,
            message.c.id > since,
            message.c.author.in_((CUSTOMER, BOT)),
            sa.not_(message.c.forwarded),
            message.c.created_at <= until if until is not None else sa.true(),
        )
        query = sa.select(message).where(waiting).order_by(message.c.id).limit(limit)
        with reading(self._engine, StorageError) as tx:
            return [as_message(row) for row in tx.execute(query)]

    def mark_forwarded(self, cursors: Sequence[int]) -> None:
        """The desk has these messages; those that were left to an officer are in good hands."""
        these = message.update().where(message.c.id.in_(list(cursors)))
        with self._transaction() as tx:
            tx.execute(these.values(forwarded=True))
            tx.execute(these.where(message.c.answered).values(sealed_turn=None))

    def hand_back(self, sender_id: str, now: datetime) -> int:
        """What was left to an officer and did not reach the desk is the assistant's to answer, at
        the next sweep; how many messages."""
        left = message.update().where(
            message.c.sender_id == sender_id,
            message.c.author == CUSTOMER,
            message.c.answered,
            message.c.sealed_turn.is_not(None),
            sa.not_(message.c.forwarded),
        )
        with self._transaction() as tx:
            return int(tx.execute(left.values(answered=False, next_attempt_at=now)).rowcount)

    def unheard_since(self, sender_id: str, since: int) -> datetime | None:
        """When the customer said the first thing after cursor `since` that no officer has answered;
        None when there is nothing to answer."""
        theirs = sa.and_(message.c.sender_id == sender_id, message.c.id > since)
        answered = sa.select(sa.func.coalesce(sa.func.max(message.c.id), since)).where(
            theirs, message.c.author == OFFICER
        )
        first = sa.select(sa.func.min(message.c.created_at)).where(
            theirs, message.c.author == CUSTOMER, message.c.id > answered.scalar_subquery()
        )
        with reading(self._engine, StorageError) as tx:
            found: datetime | None = tx.execute(first).scalar_one_or_none()
        return found

    def until(self, sender_id: str, cursor: int, limit: int) -> list[Message]:
        """The last `limit` things said up to `cursor`, oldest first."""
        earlier = sa.select(message).where(
            message.c.sender_id == sender_id, message.c.id <= cursor, message.c.author != NOTE
        )
        with reading(self._engine, StorageError) as tx:
            rows = tx.execute(earlier.order_by(message.c.id.desc()).limit(limit)).all()
        return [as_message(row) for row in reversed(rows)]

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)
