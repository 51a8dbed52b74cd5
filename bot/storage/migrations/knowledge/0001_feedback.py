"""What the answers were worth to customers, and what nobody could answer. Masked text only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0001_feedback"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "miss",
        sa.Column("message_id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_miss_created_at", "miss", ["created_at"])
    op.create_table(
        "vote",
        sa.Column("message_id", sa.String(64), primary_key=True),
        sa.Column("answer_id", sa.String(128), nullable=False),
        sa.Column("helpful", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_vote_created_at", "vote", ["created_at"])


def downgrade() -> None:
    op.drop_table("vote")
    op.drop_table("miss")
