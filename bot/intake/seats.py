"""Seats of the times that calls are booked for: one row a seat, taken together with the call-back.

A seat is taken in the transaction that records the call-back, so that nobody is promised a time
without a seat and no seat is lost on a promise that failed. Everything here blocks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from bot.errors import AlreadyBooked, JournalUnavailable, SlotFull
from bot.intake.outbox import metadata
from bot.storage.ageing import Aged
from bot.storage.engine import UtcDateTime, reading, transaction
from bot.storage.inserting import insert_new

booking = sa.Table(
    "booking",
    metadata,
    sa.Column("callback_id", sa.String(36), primary_key=True),
    sa.Column("campaign", sa.String(64), nullable=False),
    sa.Column("slot", sa.String(16), nullable=False),
    sa.Column("seat", sa.Integer, nullable=False),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("booked_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("campaign", "slot", "seat", name="uq_booking_seat"),
    sa.UniqueConstraint("campaign", "sender_id", name="uq_booking_person"),
)


OLD_SEATS = Aged(booking, lambda before: booking.c.ends_at < before)


@dataclass(frozen=True)
class Seat:
    """A wish for one of the `places` of a time `slot` of a campaign."""

    campaign: str
    slot: str
    places: int


@dataclass(frozen=True)
class Booked:
    """A seat that somebody has by the call-back `callback`; moments are aware."""

    callback: UUID
    campaign: str
    slot: str
    booked_at: datetime
    ends_at: datetime


class Seats(Protocol):
    """Port of the seats. Every method raises JournalUnavailable when storage fails."""

    def taken(self, campaign: str) -> Mapping[str, int]:
        """How many seats are taken of each slot that has any."""

    def of_sender(self, sender_id: str) -> list[Booked]:
        """What was booked in a conversation, the earliest time first."""

    def forget_sender(self, sender_id: str) -> int:
        """Takes the conversation off its seats, which stay taken: the calls come all the same, and
        it books no other one with the same campaign."""


class SqlSeats:
    """Seats on SQLite or PostgreSQL, in the journal's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def taken(self, campaign: str) -> Mapping[str, int]:
        query = sa.select(booking.c.slot, sa.func.count()).where(booking.c.campaign == campaign)
        with reading(self._engine, JournalUnavailable) as tx:
            return {slot: int(count) for slot, count in tx.execute(query.group_by(booking.c.slot))}

    def of_sender(self, sender_id: str) -> list[Booked]:
        c = booking.c
        columns = (c.callback_id, c.campaign, c.slot, c.booked_at, c.ends_at)
        query = sa.select(*columns).where(c.sender_id == sender_id)
        with reading(self._engine, JournalUnavailable) as tx:
            rows = tx.execute(query.order_by(c.ends_at, c.campaign)).all()
        return [Booked(UUID(callback_id), *seat) for callback_id, *seat in rows]

    def forget_sender(self, sender_id: str) -> int:
        mine = booking.update().where(booking.c.sender_id == sender_id)
        nobody = mine.values(sender_id=_forgotten(sender_id))
        with self._transaction() as tx:
            return int(tx.execute(nobody).rowcount)

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, JournalUnavailable)


def reserve_within(
    tx: Connection, seat: Seat, callback_id: UUID, sender_id: str, now: datetime, ends_at: datetime
) -> None:
    """Takes the first free seat for a call-back. Raises SlotFull, AlreadyBooked.

    Whoever is beaten to a seat looks again: a seat lost is a seat that somebody else has, so that
    it ends after `places` rounds at the latest.
    """
    row = {
        "callback_id": str(callback_id),
        "campaign": seat.campaign,
        "slot": seat.slot,
        "sender_id": sender_id,
        "booked_at": now,
        "ends_at": ends_at,
    }
    while not insert_new(tx, booking, [{**row, "seat": _first_free(tx, seat, sender_id)}]):
        pass


def release_within(tx: Connection, callback_id: UUID, sender_id: str) -> datetime | None:
    """Frees the seat that a sender has by a call-back; when it was booked, None without one."""
    c = booking.c
    mine = sa.and_(c.callback_id == str(callback_id), c.sender_id == sender_id)
    booked_at: datetime | None = tx.execute(sa.select(c.booked_at).where(mine)).scalar()
    if not tx.execute(booking.delete().where(mine)).rowcount:
        return None  # never there, or freed by somebody else a moment before
    return booked_at


def _first_free(tx: Connection, seat: Seat, sender_id: str) -> int:
    """The number of the first free seat, from 1. Raises SlotFull, AlreadyBooked."""
    c = booking.c
    names = (sender_id, _forgotten(sender_id))
    mine = sa.select(c.callback_id).where(c.campaign == seat.campaign, c.sender_id.in_(names))
    if tx.execute(mine).first() is not None:
        raise AlreadyBooked
    query = sa.select(c.seat).where(c.campaign == seat.campaign, c.slot == seat.slot)
    taken = set(tx.execute(query).scalars())
    if len(taken) >= seat.places:  # counted, not numbered: the file may have lowered the places
        raise SlotFull
    return next(number for number in range(1, seat.places + 1) if number not in taken)


def _forgotten(sender_id: str) -> str:
    """What stands in the place of a sender id, which is too long a random number to be guessed:
    who books, has it deleted and books again would else have every seat in the end."""
    return f"forgotten-{hashlib.sha256(sender_id.encode()).hexdigest()[:32]}"
