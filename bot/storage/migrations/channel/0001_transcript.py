"""The transcript: what was said in a conversation, in order, and which turns are answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0001_transcript"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("reply_to", sa.String(128)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("buttons", sa.JSON, nullable=False),
        sa.Column("answered", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.UniqueConstraint("sender_id", "key", name="uq_message_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_conversation", "message", ["sender_id", "id"])
    op.create_table(
        "ended_session",
        sa.Column("sender_id", sa.String(128), primary_key=True),
        sa.Column("ended_at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("ended_session")
    op.drop_table("message")
