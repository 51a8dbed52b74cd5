"""Unanswered messages: what runs their turn again, who is running it, and when to try again.

Messages stored before this have no sealed turn: only the customer's own repetition runs them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0002_unanswered"
down_revision = "0001_transcript"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("sealed_turn", sa.Text),
        sa.Column("superseded", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("lease_owner", sa.String(64)),
    ):
        op.add_column("message", column)
    op.create_index("ix_message_unanswered", "message", ["answered", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_message_unanswered", "message")
    with op.batch_alter_table("message") as table:
        for name in ("sealed_turn", "superseded", "attempts"):
            table.drop_column(name)
        for name in ("next_attempt_at", "leased_until", "lease_owner"):
            table.drop_column(name)
