"""The durable journal: what a customer confirmed is on disk before a reference is shown.

One row is both record and outbox message (design: docs/adr/0003-journal-and-relay.md). Everything
here blocks; callers in an event loop use a thread.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.errors import JournalUnavailable, StorageError
from bot.intake.acts import insert_amendment
from bot.intake.complaint import Complaint, Receipt
from bot.intake.evidence import attach_within
from bot.intake.fields import PHONE
from bot.intake.intake_table import COMPLAINT, intake
from bot.intake.outbox import (
    DELIVERED,
    PARKED,
    PENDING,
    Backlog,
    Entry,
    Outbox,
    SqlOutbox,
    Waiting,
    log_recorded,
    pending,
)
from bot.privacy.sealing import Sealer

__all__ = [
    "DELIVERED",
    "PARKED",
    "PENDING",
    "Backlog",
    "Entry",
    "Journal",
    "SqlJournal",
    "Waiting",
]

PHONE_MAC = "phone of an intake"
"""Purpose of the keyed digest in `phone_mac`."""


class Journal(Outbox, Protocol):
    """Port of the journal. Every method raises JournalUnavailable when storage fails."""

    def record(self, complaint: Complaint, now: datetime) -> Receipt:
        """Commits the complaint and the documents it names; a repeat gets the first reference.

        A repeat with other content never overwrites: it becomes an act that tells the case store
        what changed.
        """

    def find(self, reference: str) -> Entry | None:
        """The entry of a reference."""

    def sender_of(self, reference: str) -> str | None:
        """The conversation a complaint was made in."""

    def phone_of(self, reference: str) -> str | None:
        """The phone the customer named in a complaint; None when it cannot be opened any more."""

    def of_sender(self, sender_id: str) -> list[Entry]:
        """The complaints made in a conversation, newest first."""

    def recent_of_phone(self, phone: str, since: datetime) -> list[Entry]:
        """The complaints recorded from `since` on that name this phone, newest first."""

    def check_writable(self) -> None:
        """Takes and gives back a write lock; the health probe's question."""


class SqlJournal(SqlOutbox):
    """The journal on SQLite or PostgreSQL."""

    _table = intake
    _kind = sa.literal(COMPLAINT)
    _order = (intake.c.next_attempt_at, intake.c.created_at)

    def __init__(
        self,
        engine: Engine,
        sealer: Sealer,
        mint_reference: Callable[[Complaint, int], str],
        first_wait: timedelta = timedelta(0),
    ) -> None:
        """`mint_reference` is asked again, with 1 and 2, when a reference is taken already.

        `first_wait` lets the customer read the receipt before the notice of delivery.
        """
        super().__init__(engine)
        self._sealer = sealer
        self._mint = mint_reference
        self._first_wait = first_wait

    def record(self, complaint: Complaint, now: datetime) -> Receipt:
        for attempt in range(3):  # a reference drawn twice on one day: one in a thousand million
            try:
                with self._transaction() as tx:
                    receipt = self._record(tx, complaint, attempt, now)
            except IntegrityError:
                continue
            log_recorded(COMPLAINT, receipt.reference)
            return receipt
        raise JournalUnavailable()

    def _record(self, tx: Connection, complaint: Complaint, attempt: int, now: datetime) -> Receipt:
        intake_id = str(complaint.intake_id)
        known = tx.execute(sa.select(intake).where(intake.c.id == intake_id)).one_or_none()
        reference = self._mint(complaint, attempt) if known is None else known.reference
        if known is None:
            tx.execute(intake.insert().values(self._row(complaint, reference, now)))
        elif known.fingerprint != complaint.fingerprint():
            insert_amendment(tx, complaint, reference, self._seal(complaint, reference), now)
        attach_within(tx, complaint.fields["attachments"], reference, now + self._first_wait)
        return Receipt(reference, first_time=known is None)

    def _row(self, complaint: Complaint, reference: str, now: datetime) -> dict[str, Any]:
        return {
            "id": str(complaint.intake_id),
            "reference": reference,
            "channel": complaint.channel,
            "sender_id": complaint.sender_id,
            "sealed_payload": self._seal(complaint, reference),
            "fingerprint": complaint.fingerprint(),
            "phone_mac": self._sealer.mac(PHONE_MAC, str(complaint.fields["complainant_phone"])),
            **pending(now, now + self._first_wait),
        }

    def _seal(self, complaint: Complaint, reference: str) -> str:
        return self._sealer.seal(json.dumps(complaint.payload(reference), ensure_ascii=False))

    def find(self, reference: str) -> Entry | None:
        row = next(iter(self._rows(intake.c.reference == reference)), None)
        return None if row is None else self._entry(row)

    def sender_of(self, reference: str) -> str | None:
        query = sa.select(intake.c.sender_id).where(intake.c.reference == reference)
        with self._reading() as tx:
            row = tx.execute(query).one_or_none()
        return None if row is None else str(row.sender_id)

    def phone_of(self, reference: str) -> str | None:
        found = self._readable(intake.c.reference == reference)
        return str(found[0].payload[PHONE]) if found else None

    def of_sender(self, sender_id: str) -> list[Entry]:
        return self._readable(intake.c.sender_id == sender_id)

    def recent_of_phone(self, phone: str, since: datetime) -> list[Entry]:
        # Rows from before the digest existed have none; they are opened and looked at.
        likely = sa.or_(
            intake.c.phone_mac.in_(self._sealer.macs(PHONE_MAC, phone)),
            intake.c.phone_mac.is_(None),
        )
        found = self._readable(sa.and_(likely, intake.c.created_at >= since))
        return [entry for entry in found if entry.payload["complainant_phone"] == phone]

    def _readable(self, condition: Any) -> list[Entry]:
        """The entries of these rows; one whose key was thrown away hides no other."""
        entries = []
        for row in self._rows(condition):
            with suppress(StorageError):
                entries.append(self._entry(row))
        return entries

    def _rows(self, condition: Any) -> list[Any]:
        query = sa.select(intake).where(condition).order_by(intake.c.created_at.desc())
        with self._reading() as tx:
            return list(tx.execute(query))

    def _content(self, row: Any) -> tuple[str, dict[str, Any]]:
        return COMPLAINT, json.loads(self._sealer.open(row.sealed_payload))
