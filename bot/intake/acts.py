"""What customers do about a filed complaint: supplement, withdraw, rate, ask for a review.

An act is committed before the customer hears that it was taken, and reaches the case store after
its complaint and in the order the acts were made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import IntegrityError

from bot.intake.amendment import amendment_text
from bot.intake.complaint import Complaint
from bot.intake.evidence import evidence
from bot.intake.intake_table import has_arrived, intake
from bot.intake.outbox import (
    PENDING,
    Outbox,
    SqlOutbox,
    log_recorded,
    metadata,
    outbox_columns,
    pending,
)
from bot.privacy.sealing import Sealer


class ActKind(str, Enum):
    """What the customer does; the values are the kinds of the contract's backlog."""

    SUPPLEMENT = "supplement"
    WITHDRAWAL = "withdrawal"
    SATISFACTION = "satisfaction"
    REVIEW_REQUEST = "review_request"


AMENDMENT = "amendment"
"""A complaint repeated with other content: kept whole, delivered as a supplement."""

act_table = sa.Table(
    "act",
    metadata,
    # In the order they were made, whatever the clock did.
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", sa.String(36), nullable=False, unique=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("reference", sa.String(32), nullable=False),
    sa.Column("sealed_payload", sa.Text, nullable=False),
    *outbox_columns(),
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Act:
    """A later act about the complaint `reference`.

    `fields` are those of the contract beside id and time: text; reason; rating and comment.
    """

    id: UUID
    kind: ActKind
    reference: str
    channel: str
    sender_id: str
    submitted_at: datetime
    fields: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The id as the contract wants it, a UUID of version 4, even when it was derived."""
        return str(UUID(int=self.id.int, version=4))

    def payload(self) -> dict[str, Any]:
        """Body of the call."""
        return {"id": self.key, "submitted_at": self.submitted_at.isoformat(), **self.fields}


class Acts(Outbox, Protocol):
    """Port of the acts. Every method raises JournalUnavailable when storage fails."""

    def record(self, act: Act, now: datetime) -> bool:
        """Commits the act; False when its id was recorded before, which changes nothing."""

    def withdrawn(self, references: Iterable[str]) -> set[str]:
        """Those of the complaints whose customer has withdrawn them here."""


class SqlActs(SqlOutbox):
    """Acts on SQLite or PostgreSQL, in the journal's database."""

    _table = act_table
    _kind = sa.case(
        (act_table.c.kind == AMENDMENT, ActKind.SUPPLEMENT.value), else_=act_table.c.kind
    )
    _order = (act_table.c.next_attempt_at, act_table.c.number)

    def __init__(
        self, engine: Engine, sealer: Sealer, first_wait: timedelta = timedelta(0)
    ) -> None:
        """`first_wait` lets the customer read the answer before the notice of delivery."""
        super().__init__(engine)
        self._sealer = sealer
        self._first_wait = first_wait

    def record(self, act: Act, now: datetime) -> bool:
        row = {
            "id": act.key,
            "kind": act.kind.value,
            "reference": act.reference,
            "channel": act.channel,
            "sender_id": act.sender_id,
            "sealed_payload": self._sealer.seal(json.dumps(act.payload(), ensure_ascii=False)),
        }
        try:
            with self._transaction() as tx:
                is_new = _insert(tx, row, now, now + self._first_wait)
        except IntegrityError:  # the same act came twice at the same moment
            return False
        log_recorded(act.kind.value, act.reference)
        return is_new

    def withdrawn(self, references: Iterable[str]) -> set[str]:
        query = sa.select(act_table.c.reference).where(
            act_table.c.reference.in_(list(references)),
            act_table.c.kind == ActKind.WITHDRAWAL.value,
        )
        with self._reading() as tx:
            return {row.reference for row in tx.execute(query)}

    def _may_go(self) -> Any:
        earlier = act_table.alias("earlier")
        # A parked one has its final answer: a refused rating must not hold up a withdrawal.
        acts_before = sa.select(earlier.c.id).where(
            earlier.c.reference == act_table.c.reference,
            earlier.c.status == PENDING,
            earlier.c.number < act_table.c.number,
        )
        # A withdrawn case takes no more documents, so those sent before go first.
        documents_before = sa.select(evidence.c.id).where(
            act_table.c.kind == ActKind.WITHDRAWAL.value,
            evidence.c.reference == act_table.c.reference,
            evidence.c.status == PENDING,
            evidence.c.created_at <= act_table.c.created_at,
        )
        return sa.and_(
            has_arrived(act_table.c.reference), ~acts_before.exists(), ~documents_before.exists()
        )

    def _content(self, row: Any) -> tuple[str, dict[str, Any]]:
        payload = json.loads(self._sealer.open(row.sealed_payload))
        if row.kind != AMENDMENT:
            return row.kind, payload
        filed = sa.select(intake.c.sealed_payload).where(intake.c.reference == row.reference)
        with self._reading() as tx:
            first = json.loads(self._sealer.open(tx.execute(filed).scalar_one()))
        return ActKind.SUPPLEMENT.value, {
            "id": row.id,
            "submitted_at": payload["submitted_at"],
            "text": amendment_text(first, payload),
        }


def insert_amendment(
    tx: Connection, complaint: Complaint, reference: str, sealed_payload: str, now: datetime
) -> None:
    """Keeps a complaint that was repeated with other content; the same content again is one."""
    row = {
        "id": amendment_id(str(complaint.intake_id), complaint.fingerprint()),
        "kind": AMENDMENT,
        "reference": reference,
        "channel": complaint.channel,
        "sender_id": complaint.sender_id,
        "sealed_payload": sealed_payload,
    }
    _insert(tx, row, now, now)


def amendment_id(intake_id: str, fingerprint: str) -> str:
    """The id under which an amendment is delivered: the same for the same content."""
    digest = hashlib.sha256(f"{intake_id}/{fingerprint}".encode()).digest()
    return str(UUID(bytes=digest[:16], version=4))


def _insert(tx: Connection, row: dict[str, Any], now: datetime, due: datetime) -> bool:
    known = sa.select(act_table.c.id).where(act_table.c.id == row["id"])
    if tx.execute(known).first() is not None:
        return False
    tx.execute(act_table.insert().values(**row, **pending(now, due)))
    return True
