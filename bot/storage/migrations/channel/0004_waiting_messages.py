"""Finds the messages of one customer that wait for an answer, however long the talk has become."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_waiting_messages"
down_revision = "0003_two_channels"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_message_waiting",
        "message",
        ["sender_id", "leased_until"],
        sqlite_where=sa.text("answered = 0"),
        postgresql_where=sa.text("NOT answered"),
    )


def downgrade() -> None:
    op.drop_index("ix_message_waiting", "message")
