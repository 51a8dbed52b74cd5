"""The durable journal: what a customer confirmed is on disk before a reference is shown.

One row is both record and outbox message (design: docs/adr/0003-journal-and-relay.md). Everything
here blocks; callers in an event loop use a thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import JournalUnavailable
from bot.intake.complaint import Complaint, Receipt
from bot.privacy.sealing import Sealer
from bot.storage.engine import UtcDateTime, transaction

PENDING, DELIVERED, PARKED = "pending", "delivered", "parked"

_metadata = sa.MetaData()
_intake = sa.Table(
    "intake",
    _metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("reference", sa.String(32), nullable=False, unique=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("sealed_payload", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", UtcDateTime, nullable=False),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("lease_owner", sa.String(64)),
    sa.Column("last_error", sa.Text),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("delivered_at", UtcDateTime),
)
_amendment = sa.Table(
    "amendment",
    _metadata,
    sa.Column("intake_id", sa.String(36), primary_key=True),
    sa.Column("fingerprint", sa.String(64), primary_key=True),
    sa.Column("sealed_payload", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """A journaled complaint as the relay and the status inquiry see it."""

    intake_id: str
    reference: str
    channel: str
    sender_id: str
    payload: dict[str, Any]
    status: str
    attempts: int
    last_error: str | None
    created_at: datetime
    lease_owner: str | None = None


@dataclass(frozen=True)
class Backlog:
    """What waits: counts, and the age of the oldest pending entry."""

    pending: int
    parked: int
    oldest_age: timedelta


class Journal(Protocol):
    """Port of the journal. Every method raises JournalUnavailable when storage fails."""

    def record(self, complaint: Complaint, now: datetime) -> Receipt:
        """Commits the complaint; a repeat of its intake id gets the first reference.

        A repeat with other content never overwrites: it is kept as an amendment.
        """

    def claim(self, owner: str, now: datetime, lease: timedelta) -> Entry | None:
        """Leases the next due entry to `owner`, or returns None when nothing is due."""

    def delivered(self, entry: Entry, now: datetime) -> None:
        """Ends the delivery of `entry`."""

    def postponed(self, entry: Entry, until: datetime, error: str) -> None:
        """Gives the lease back; the entry is due again at `until`."""

    def parked(self, entry: Entry, error: str) -> None:
        """Takes the entry out of delivery until a person tries again."""

    def try_again(self, reference: str, now: datetime) -> bool:
        """Puts a parked entry back; False when there is none of that reference."""

    def find(self, reference: str) -> Entry | None:
        """The entry of a reference."""

    def backlog(self, now: datetime) -> Backlog:
        """What has not been delivered."""

    def check_writable(self) -> None:
        """Takes and gives back a write lock; the health probe's question."""


class SqlJournal:
    """The journal on SQLite or PostgreSQL."""

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        mint_reference: Callable[[datetime], str],
        first_wait: timedelta = timedelta(0),
    ) -> None:
        """`first_wait` lets the customer read the receipt before the notice of delivery."""
        self._engine = engine
        self._sealer = sealer
        self._mint = mint_reference
        self._first_wait = first_wait

    def record(self, complaint: Complaint, now: datetime) -> Receipt:
        for _ in range(3):  # a reference drawn twice on one day: one in a thousand million
            try:
                with self._transaction() as tx:
                    return self._record(tx, complaint, now)
            except IntegrityError:
                continue
        raise JournalUnavailable()

    def _record(self, tx: Connection, complaint: Complaint, now: datetime) -> Receipt:
        intake_id = str(complaint.intake_id)
        known = tx.execute(sa.select(_intake).where(_intake.c.id == intake_id)).one_or_none()
        if known is not None:
            if known.fingerprint != complaint.fingerprint():
                self._amend(tx, complaint, known.reference, now)
            return Receipt(known.reference, first_time=False)
        reference = self._mint(complaint.submitted_at)
        tx.execute(_intake.insert().values(self._row(complaint, reference, now)))
        return Receipt(reference, first_time=True)

    def _row(self, complaint: Complaint, reference: str, now: datetime) -> dict[str, Any]:
        return {
            "id": str(complaint.intake_id),
            "reference": reference,
            "channel": complaint.channel,
            "sender_id": complaint.sender_id,
            "sealed_payload": self._seal(complaint, reference),
            "fingerprint": complaint.fingerprint(),
            "status": PENDING,
            "attempts": 0,
            "next_attempt_at": now + self._first_wait,
            "created_at": now,
        }

    def _amend(self, tx: Connection, complaint: Complaint, reference: str, now: datetime) -> None:
        key = {"intake_id": str(complaint.intake_id), "fingerprint": complaint.fingerprint()}
        known = sa.select(_amendment.c.intake_id).filter_by(**key)
        if tx.execute(known).first() is None:
            sealed = self._seal(complaint, reference)
            tx.execute(_amendment.insert().values(**key, sealed_payload=sealed, created_at=now))

    def _seal(self, complaint: Complaint, reference: str) -> str:
        return self._sealer.seal(json.dumps(complaint.payload(reference), ensure_ascii=False))

    def claim(self, owner: str, now: datetime, lease: timedelta) -> Entry | None:
        due = (
            sa.select(_intake)
            .where(_intake.c.status == PENDING, _intake.c.next_attempt_at <= now)
            .where(sa.or_(_intake.c.leased_until.is_(None), _intake.c.leased_until <= now))
            .order_by(_intake.c.next_attempt_at, _intake.c.created_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        with self._transaction() as tx:
            row = tx.execute(due).one_or_none()
            if row is None:
                return None
            tx.execute(
                _intake.update()
                .where(_intake.c.id == row.id)
                .values(attempts=row.attempts + 1, leased_until=now + lease, lease_owner=owner)
            )
        return self._entry(row, attempts=row.attempts + 1, lease_owner=owner)

    def delivered(self, entry: Entry, now: datetime) -> None:
        self._finish(entry, status=DELIVERED, delivered_at=now, last_error=None)

    def postponed(self, entry: Entry, until: datetime, error: str) -> None:
        self._finish(entry, next_attempt_at=until, last_error=error)

    def parked(self, entry: Entry, error: str) -> None:
        self._finish(entry, status=PARKED, last_error=error)

    def _finish(self, entry: Entry, **values: Any) -> None:
        # Whose lease ran out has no say any more: another relay holds the entry now.
        held = sa.and_(_intake.c.id == entry.intake_id, _intake.c.lease_owner == entry.lease_owner)
        with self._transaction() as tx:
            tx.execute(
                _intake.update().where(held).values(leased_until=None, lease_owner=None, **values)
            )

    def try_again(self, reference: str, now: datetime) -> bool:
        parked = sa.and_(_intake.c.reference == reference, _intake.c.status == PARKED)
        with self._transaction() as tx:
            changed = tx.execute(
                _intake.update().where(parked).values(status=PENDING, next_attempt_at=now)
            )
            return bool(changed.rowcount)

    def find(self, reference: str) -> Entry | None:
        with self._transaction() as tx:
            row = tx.execute(
                sa.select(_intake).where(_intake.c.reference == reference)
            ).one_or_none()
        return None if row is None else self._entry(row, row.attempts, row.lease_owner)

    def backlog(self, now: datetime) -> Backlog:
        per_status = (
            sa.select(_intake.c.status, sa.func.count(), sa.func.min(_intake.c.created_at))
            .where(_intake.c.status != DELIVERED)
            .group_by(_intake.c.status)
        )
        with self._transaction() as tx:
            rows = {row[0]: (row[1], row[2]) for row in tx.execute(per_status)}
        pending, oldest = rows.get(PENDING, (0, now))
        return Backlog(pending, rows.get(PARKED, (0, now))[0], max(now - oldest, timedelta(0)))

    def check_writable(self) -> None:
        with self._transaction() as tx:
            # PostgreSQL refuses the lock, not the reading, when it is read-only.
            tx.execute(sa.select(_intake.c.id).limit(1).with_for_update(skip_locked=True)).first()

    def _transaction(self) -> AbstractContextManager[Connection]:
        return transaction(self._engine, JournalUnavailable)

    def _entry(self, row: Any, attempts: int, lease_owner: str | None = None) -> Entry:
        return Entry(
            intake_id=row.id,
            reference=row.reference,
            channel=row.channel,
            sender_id=row.sender_id,
            payload=json.loads(self._sealer.open(row.sealed_payload)),
            status=row.status,
            attempts=attempts,
            last_error=row.last_error,
            created_at=row.created_at,
            lease_owner=lease_owner,
        )
