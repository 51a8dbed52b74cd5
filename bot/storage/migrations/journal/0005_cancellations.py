"""Booked calls that customers cancelled, on their way to the bank's desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0005_cancellations"
down_revision = "0004_campaigns"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cancellation",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reference", sa.String(32), nullable=False, unique=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime, nullable=False),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("last_error", sa.Text),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("delivered_at", UtcDateTime),
    )
    op.create_index("ix_cancellation_due", "cancellation", ["status", "next_attempt_at"])


def downgrade() -> None:
    op.drop_table("cancellation")
