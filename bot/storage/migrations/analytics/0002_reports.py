"""The last report made of each campaign: it outlives the campaign's file and its facts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_reports"
down_revision = "0001_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "campaign_report",
        sa.Column("campaign", sa.String(64), primary_key=True),
        sa.Column("facts", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("campaign_report")
