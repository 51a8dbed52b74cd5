"""The table of journaled complaints, which the other tables of the journal look at as well."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bot.intake.outbox import DELIVERED, metadata, outbox_columns

COMPLAINT = "complaint"

intake = sa.Table(
    "intake",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("reference", sa.String(32), nullable=False, unique=True),
    sa.Column("sealed_payload", sa.Text, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("phone_mac", sa.String(64)),
    *outbox_columns(),
)


def has_arrived(reference: Any) -> Any:
    """SQL condition: no complaint under the column `reference` still waits for its delivery."""
    waiting = sa.select(intake.c.id).where(
        intake.c.reference == reference, intake.c.status != DELIVERED
    )
    return ~waiting.exists()
