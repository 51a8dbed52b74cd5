"""Facts: what campaigns achieved, without personal data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0001_facts"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("person", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("campaign", sa.String(64), nullable=False),
        sa.Column("scene", sa.String(64), nullable=False),
        sa.Column("topic", sa.String(100)),
        sa.Column("outcome", sa.String(16)),
        sa.Column("question", sa.String(64)),
        sa.Column("level", sa.String(16)),
        sa.Column("number", sa.Integer),
    )
    op.create_index("ix_fact_campaign", "fact", ["campaign", "day"])


def downgrade() -> None:
    op.drop_table("fact")
