"""Campaigns: booked call-backs, one row a seat, and wishes to be asked a question again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0004_campaigns"
down_revision = "0003_callbacks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "booking",
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
    op.create_table(
        "quiz_reminder",
        sa.Column("sender_id", sa.String(128), primary_key=True),
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("agreed_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_quiz_reminder_due_at", "quiz_reminder", ["due_at"])


def downgrade() -> None:
    op.drop_table("quiz_reminder")
    op.drop_table("booking")
