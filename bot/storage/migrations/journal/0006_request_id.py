"""The id under which a message is found in the logs goes with what it brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_request_id"
down_revision = "0005_cancellations"
branch_labels = None
depends_on = None

OUTBOXES = ("intake", "act", "evidence", "callback", "cancellation")


def upgrade() -> None:
    for table in OUTBOXES:
        op.add_column(table, sa.Column("request_id", sa.String(16)))


def downgrade() -> None:
    for table in OUTBOXES:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("request_id")
