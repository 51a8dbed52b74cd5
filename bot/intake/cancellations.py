"""Booked calls that customers cancelled: the seat is free at once, the bank hears by the relay.

Both are one transaction, so that no seat is given away of a call that still comes, and no call comes
to who was told that it will not. Everything here blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.intake.calendar import local_day
from bot.intake.outbox import (
    DELIVERED,
    Outbox,
    SqlOutbox,
    log_recorded,
    metadata,
    outbox_columns,
    pending,
)
from bot.intake.seats import release_within
from bot.storage.ageing import Aged
from bot.storage.inserting import insert_new

CALLBACK_CANCEL = "callback_cancel"
"""The kind in the contract's backlog."""

cancellation = sa.Table(
    "cancellation",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),  # of the call-back
    # That of the call-back too: by it staff see one that is stuck, and try it again.
    sa.Column("reference", sa.String(32), nullable=False, unique=True),
    *outbox_columns(),
)
OLD_CANCELLATIONS = Aged(
    cancellation,
    lambda before: sa.and_(
        cancellation.c.status == DELIVERED, cancellation.c.delivered_at < before
    ),
)
"""The case store knows of them; one that has not arrived yet stays however old it is."""
# Not `callbacks.callback_table`: that module cancels too, when a booking is moved.
_callback = sa.table("callback", sa.column("id"), sa.column("status"))


Mint = Callable[[UUID, datetime], str]
"""Makes the reference of a call-back from its id and the moment it was asked for."""


@dataclass(frozen=True)
class Cancellation:
    """A booked call that is not wanted any more; `callback` is its id."""

    callback: UUID
    channel: str
    sender_id: str


class Cancellations(Outbox, Protocol):
    """Port of the cancellations. Every method raises JournalUnavailable when storage fails."""

    def record(self, cancelled: Cancellation, now: datetime) -> bool:
        """Commits that the call is cancelled and its seat free, both or neither.

        False when its sender has no seat by this call, which changes nothing: it was cancelled
        before, or is somebody else's.
        """

    def of(self, callback_ids: Iterable[str]) -> set[str]:
        """Those of the call-backs that were cancelled here."""


class SqlCancellations(SqlOutbox):
    """Cancellations on SQLite or PostgreSQL, in the journal's database."""

    _table = cancellation
    _kind = sa.literal(CALLBACK_CANCEL)
    _order = (cancellation.c.next_attempt_at, cancellation.c.created_at)

    def __init__(
        self, engine: Engine, mint_reference: Mint, first_wait: timedelta = timedelta(0)
    ) -> None:
        """`mint_reference` must give the reference that the call-back got."""
        super().__init__(engine)
        self._mint = mint_reference
        self._first_wait = first_wait

    def record(self, cancelled: Cancellation, now: datetime) -> bool:
        with self._transaction() as tx:
            reference = cancel_within(tx, cancelled, self._mint, now, now + self._first_wait)
        if reference is None:
            return False
        log_recorded(CALLBACK_CANCEL, reference)
        return True

    def of(self, callback_ids: Iterable[str]) -> set[str]:
        query = sa.select(cancellation.c.id).where(cancellation.c.id.in_(list(callback_ids)))
        with self._reading() as tx:
            return set(tx.execute(query).scalars())

    def _may_go(self) -> Any:
        # The bank cannot cancel what it has not been asked for; a parked one waits for a person.
        on_its_way = sa.select(_callback.c.id).where(
            _callback.c.id == cancellation.c.id, _callback.c.status != DELIVERED
        )
        return ~on_its_way.exists()

    def _still_here(self, since: datetime, _now: datetime) -> Any:
        # Call-backs are deleted some days after they were delivered. The bank has one that is gone
        # only if it was asked for before it lost the rest: after `TS` the reference has that day.
        asked = sa.select(_callback.c.id).where(_callback.c.id == cancellation.c.id)
        asked_on = sa.func.substr(cancellation.c.reference, 3, 8)
        return sa.or_(asked.exists(), asked_on <= f"{local_day(since):%Y%m%d}")

    def _content(self, row: Any) -> tuple[str, dict[str, Any]]:
        return CALLBACK_CANCEL, {"id": row.id, "at": row.created_at.isoformat()}


def cancel_within(
    tx: Connection, cancelled: Cancellation, mint: Mint, now: datetime, due: datetime
) -> str | None:
    """Frees the seat and has the bank told from `due` on; the call-back's reference, None when there
    is no such seat."""
    booked_at = release_within(tx, cancelled.callback, cancelled.sender_id)
    if booked_at is None:
        return None
    reference = mint(cancelled.callback, booked_at)
    row = {
        "id": str(cancelled.callback),
        "reference": reference,
        "channel": cancelled.channel,
        "sender_id": cancelled.sender_id,
        **pending(now, due),
    }
    insert_new(tx, cancellation, [row])
    return reference
