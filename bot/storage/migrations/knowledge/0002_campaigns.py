"""Of what nobody could answer: in which campaign it was asked, and a name of who asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_campaigns"
down_revision = "0001_feedback"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("miss") as table:
        table.add_column(sa.Column("campaign", sa.String(64)))
        table.add_column(sa.Column("asker", sa.String(24)))
    op.create_index("ix_miss_campaign", "miss", ["campaign", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_miss_campaign", "miss")
    with op.batch_alter_table("miss") as table:
        table.drop_column("asker")
        table.drop_column("campaign")
