"""Calls that customers asked for: committed before one is promised, delivered by the relay."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.intake.cancellations import CALLBACK_CANCEL, Cancellation, cancel_within
from bot.intake.outbox import (
    DELIVERED,
    Outbox,
    SqlOutbox,
    log_recorded,
    metadata,
    outbox_columns,
    pending,
)
from bot.intake.seats import Seat, reserve_within
from bot.privacy.sealing import Sealer
from bot.storage.ageing import Aged

CALLBACK = "callback"
"""The kind in the contract's backlog."""

callback_table = sa.Table(
    "callback",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    # By this staff see one that is stuck, and try it again; no customer is told it.
    sa.Column("reference", sa.String(32), nullable=False, unique=True),
    sa.Column("sealed_payload", sa.Text, nullable=False),
    *outbox_columns(),
)
OLD_CALLBACKS = Aged(
    callback_table,
    lambda before: sa.and_(
        callback_table.c.status == DELIVERED, callback_table.c.delivered_at < before
    ),
)
"""The case store has them; one that has not arrived yet stays however old it is."""


@dataclass(frozen=True)
class Callback:
    """A call that a customer wants. `phone` is in clear, `preferred` a time in their words.

    `promised_by` is when the bank will have called, for a booked call the end of its time; `chat`
    the id of the talk it takes the place of.
    """

    id: UUID
    channel: str
    sender_id: str
    asked_at: datetime
    promised_by: datetime
    phone: str
    name: str | None
    topic: str
    preferred: str | None
    chat: str | None = None

    def payload(self) -> dict[str, Any]:
        """The id and the body of the call (`PUT /api/v1/callbacks/{id}`)."""
        return {
            "id": str(self.id),
            "channel": self.channel,
            "asked_at": self.asked_at.isoformat(),
            "promised_by": self.promised_by.isoformat(),
            "phone": self.phone,
            "name": self.name,
            "topic": self.topic,
            "preferred": self.preferred,
            "chat": self.chat,
        }


class Callbacks(Outbox, Protocol):
    """Port of the call-backs. Every method raises JournalUnavailable when storage fails."""

    def record(
        self,
        callback: Callback,
        now: datetime,
        seat: Seat | None = None,
        instead_of: UUID | None = None,
    ) -> datetime:
        """Commits the call-back and its seat, if it is booked, both or neither.

        `instead_of` is the booked call it takes the place of: cancelled with it, or kept with its
        seat. The promise that stands: that of the first with its id, which keeps its seat. Raises
        SlotFull, AlreadyBooked.
        """

    def of_sender(self, sender_id: str) -> list[Mapping[str, Any]]:
        """Payloads of the calls asked for in a conversation, newest first."""


class SqlCallbacks(SqlOutbox):
    """Call-backs on SQLite or PostgreSQL, in the journal's database."""

    _table = callback_table
    _kind = sa.literal(CALLBACK)
    _order = (callback_table.c.next_attempt_at, callback_table.c.created_at)

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        mint_reference: Callable[[UUID, datetime], str],
        first_wait: timedelta = timedelta(0),
    ) -> None:
        """`mint_reference` makes the same reference of the same id and time."""
        super().__init__(engine)
        self._sealer = sealer
        self._mint = mint_reference
        self._first_wait = first_wait

    def record(
        self,
        callback: Callback,
        now: datetime,
        seat: Seat | None = None,
        instead_of: UUID | None = None,
    ) -> datetime:
        try:
            return self._record(callback, now, seat, instead_of)
        except IntegrityError:  # the same one came twice at the same moment
            return self._record(callback, now, seat, instead_of)

    def _record(
        self, callback: Callback, now: datetime, seat: Seat | None, instead_of: UUID | None
    ) -> datetime:
        row = self._row(callback, now)
        cancelled = None
        with self._transaction() as tx:
            known = self._rows(tx, callback_table.c.id == str(callback.id))
            if known:
                first = json.loads(self._sealer.open(known[0].sealed_payload))
                return datetime.fromisoformat(first["promised_by"])
            tx.execute(callback_table.insert().values(row))
            if instead_of is not None:
                cancelled = self._cancel(tx, callback, instead_of, now)
            if seat is not None:
                reserve_within(
                    tx, seat, callback.id, callback.sender_id, now, ends_at=callback.promised_by
                )
        log_recorded(CALLBACK, row["reference"])
        if cancelled is not None:
            log_recorded(CALLBACK_CANCEL, cancelled)
        return callback.promised_by

    def _cancel(
        self, tx: Connection, callback: Callback, instead_of: UUID, now: datetime
    ) -> str | None:
        old = Cancellation(instead_of, callback.channel, callback.sender_id)
        return cancel_within(tx, old, self._mint, now, now + self._first_wait)

    def _row(self, callback: Callback, now: datetime) -> dict[str, Any]:
        return {
            "id": str(callback.id),
            "reference": self._mint(callback.id, callback.asked_at),
            "sealed_payload": self._sealer.seal(json.dumps(callback.payload(), ensure_ascii=False)),
            "channel": callback.channel,
            "sender_id": callback.sender_id,
            **pending(now, now + self._first_wait),
        }

    def of_sender(self, sender_id: str) -> list[Mapping[str, Any]]:
        with self._reading() as tx:
            rows = self._rows(tx, callback_table.c.sender_id == sender_id)
        return [json.loads(self._sealer.open(row.sealed_payload)) for row in rows]

    @staticmethod
    def _rows(tx: Connection, condition: Any) -> list[Any]:
        newest_first = callback_table.c.created_at.desc()
        query = sa.select(callback_table).where(condition).order_by(newest_first)
        return list(tx.execute(query))

    def _content(self, row: Any) -> tuple[str, dict[str, Any]]:
        return CALLBACK, json.loads(self._sealer.open(row.sealed_payload))
