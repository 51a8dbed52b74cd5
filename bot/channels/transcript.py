"""The conversation as the customer sees it, shared by all channels; only masked text comes here.

The unique key (sender, message key) is what makes a repeated message one turn. Everything blocks;
callers in an event loop use a thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import StorageError
from bot.storage.engine import UtcDateTime, transaction

CUSTOMER, BOT = "customer", "bot"
HISTORY_LIMIT = 500

_metadata = sa.MetaData()
_message = sa.Table(
    "message",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("author", sa.String(16), nullable=False),
    sa.Column("key", sa.String(128), nullable=False),
    sa.Column("reply_to", sa.String(128)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("buttons", sa.JSON, nullable=False),
    sa.Column("answered", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)
_ended = sa.Table(
    "ended_session",
    _metadata,
    sa.Column("sender_id", sa.String(128), primary_key=True),
    sa.Column("ended_at", UtcDateTime, nullable=False),
)


class Button(TypedDict):
    """A choice: what the customer reads, and the payload it stands for."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """Something the assistant says."""

    text: str
    buttons: Sequence[Button] = ()


@dataclass(frozen=True)
class Message:
    """A stored message; `cursor` grows along the conversation."""

    cursor: int
    author: str
    key: str
    text: str
    buttons: Sequence[Button]
    answered: bool
    created_at: datetime


class Transcript:
    """Messages on SQLite or PostgreSQL. Every method raises StorageError when storage fails."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, sender_id: str, key: str, text: str, now: datetime) -> Message:
        """Stores a customer's message, or returns the one already stored under `key`."""
        try:
            return self._begin(sender_id, key, text, now)
        except IntegrityError:  # another process stored it in between
            return self._begin(sender_id, key, text, now)

    def _begin(self, sender_id: str, key: str, text: str, now: datetime) -> Message:
        with self._transaction() as tx:
            known = self._by_key(tx, sender_id, key)
            if known is not None:
                return known
            row = {"author": CUSTOMER, "text": text, "buttons": [], "answered": False}
            cursor = self._insert(tx, sender_id, key, None, row, now)
            return Message(cursor, CUSTOMER, key, text, (), False, now)

    def answer(
        self, sender_id: str, key: str, replies: Sequence[Reply], now: datetime
    ) -> list[Message]:
        """Stores the replies to message `key`, marks it answered and returns the exchange."""
        with self._transaction() as tx:
            for number, reply in enumerate(replies):
                row = {"author": BOT, "text": reply.text, "buttons": list(reply.buttons)}
                self._insert(tx, sender_id, f"{key}/{number}", key, {**row, "answered": True}, now)
            asked = sa.and_(_message.c.sender_id == sender_id, _message.c.key == key)
            tx.execute(_message.update().where(asked).values(answered=True))
            return self._select(tx, _exchange(sender_id, key))

    def push(self, sender_id: str, key: str, reply: Reply, now: datetime) -> bool:
        """Stores something said unasked; False when `key` was pushed before."""
        row = {"author": BOT, "text": reply.text, "buttons": list(reply.buttons), "answered": True}
        try:
            with self._transaction() as tx:
                if self._by_key(tx, sender_id, key) is not None:
                    return False
                self._insert(tx, sender_id, key, None, row, now)
        except IntegrityError:
            return False
        return True

    def exchange(self, sender_id: str, key: str) -> list[Message]:
        """A customer's message and its replies."""
        with self._transaction() as tx:
            return self._select(tx, _exchange(sender_id, key))

    def after(self, sender_id: str, cursor: int) -> list[Message]:
        """What was said after `cursor`, oldest first."""
        later = sa.and_(_message.c.sender_id == sender_id, _message.c.id > cursor)
        with self._transaction() as tx:
            return self._select(tx, later)

    def end_session(self, sender_id: str, now: datetime) -> None:
        """Ends the session; ending it again changes nothing."""
        with suppress(IntegrityError), self._transaction() as tx:
            tx.execute(_ended.insert().values(sender_id=sender_id, ended_at=now))

    def has_ended(self, sender_id: str) -> bool:
        with self._transaction() as tx:
            found = sa.select(_ended.c.sender_id).where(_ended.c.sender_id == sender_id)
            return tx.execute(found).first() is not None

    @staticmethod
    def _select(tx: Connection, condition: Any) -> list[Message]:
        query = (
            sa.select(_message).where(condition).order_by(_message.c.id.desc()).limit(HISTORY_LIMIT)
        )
        return [_as_message(row) for row in reversed(tx.execute(query).all())]

    @staticmethod
    def _by_key(tx: Connection, sender_id: str, key: str) -> Message | None:
        wanted = sa.and_(_message.c.sender_id == sender_id, _message.c.key == key)
        row = tx.execute(sa.select(_message).where(wanted)).one_or_none()
        return None if row is None else _as_message(row)

    @staticmethod
    def _insert(
        tx: Connection,
        sender_id: str,
        key: str,
        reply_to: str | None,
        row: dict[str, Any],
        now: datetime,
    ) -> int:
        ids = {"sender_id": sender_id, "key": key, "reply_to": reply_to, "created_at": now}
        inserted = tx.execute(_message.insert().values(**ids, **row))
        return int(inserted.inserted_primary_key[0])

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, StorageError)


def _exchange(sender_id: str, key: str) -> Any:
    """Condition: the customer's message `key` and its replies."""
    belongs = sa.or_(_message.c.key == key, _message.c.reply_to == key)
    return sa.and_(_message.c.sender_id == sender_id, belongs)


def _as_message(row: Any) -> Message:
    return Message(
        cursor=row.id,
        author=row.author,
        key=row.key,
        text=row.text,
        buttons=tuple(row.buttons),
        answered=row.answered,
        created_at=row.created_at,
    )
