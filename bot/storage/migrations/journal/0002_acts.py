"""Later acts, documents and drafts beside the complaints; amendments become acts.

An amendment is a whole complaint, sealed, that came under the id of a filed one. It moves over as it
is, without a key: the text for the case store is made when it is delivered.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0002_acts"
down_revision = "0001_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("intake", sa.Column("phone_mac", sa.String(64)))
    op.create_index("ix_intake_phone", "intake", ["phone_mac", "created_at"])
    op.create_index("ix_intake_sender", "intake", ["sender_id"])
    act = op.create_table(
        "act",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False, unique=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reference", sa.String(32), nullable=False),
        sa.Column("sealed_payload", sa.Text, nullable=False),
        *_delivery(),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_act_due", "act", ["status", "next_attempt_at"])
    op.create_index("ix_act_reference", "act", ["reference", "number"])
    op.create_table(
        "evidence",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("reference", sa.String(32)),
        sa.Column("sealed_name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        *_delivery(),
    )
    op.create_index("ix_evidence_due", "evidence", ["status", "next_attempt_at"])
    op.create_index("ix_evidence_sender", "evidence", ["sender_id", "created_at"])
    op.create_index("ix_evidence_reference", "evidence", ["reference"])
    op.create_table(
        "draft",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("form", sa.String(64), nullable=False),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("sealed_values", sa.Text, nullable=False),
        sa.Column("requested", sa.String(64), nullable=False),
        sa.Column("interrupted_by", sa.String(64)),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.Column("code_mac", sa.String(64), unique=True),
        sa.Column("code_expires_at", UtcDateTime),
    )
    op.create_index("ix_draft_sender", "draft", ["sender_id", "updated_at"])
    op.create_table(
        "feed",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("cursor", sa.BigInteger, nullable=False),
    )
    _move_amendments(act)
    op.drop_table("amendment")


def _delivery() -> list[sa.Column]:
    return [
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
    ]


def _move_amendments(act: sa.Table) -> None:
    intake = sa.table("intake", *map(sa.column, ("id", "reference", "channel", "sender_id")))
    amendment = sa.table(
        "amendment",
        *map(sa.column, ("intake_id", "fingerprint", "sealed_payload")),
        sa.column("created_at", UtcDateTime),
    )
    together = sa.select(
        amendment, intake.c.reference, intake.c.channel, intake.c.sender_id
    ).select_from(amendment.join(intake, intake.c.id == amendment.c.intake_id))
    rows = op.get_bind().execute(together.order_by(amendment.c.created_at)).all()
    for row in rows:
        digest = hashlib.sha256(f"{row.intake_id}/{row.fingerprint}".encode()).digest()
        op.execute(
            act.insert().values(
                id=str(UUID(bytes=digest[:16], version=4)),
                kind="amendment",
                reference=row.reference,
                channel=row.channel,
                sender_id=row.sender_id,
                sealed_payload=row.sealed_payload,
                status="pending",
                attempts=0,
                next_attempt_at=row.created_at,
                created_at=row.created_at,
            )
        )


def downgrade() -> None:
    op.create_table(
        "amendment",
        sa.Column("intake_id", sa.String(36), primary_key=True),
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("sealed_payload", sa.Text, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    for table in ("feed", "draft", "evidence", "act"):
        op.drop_table(table)
    op.drop_index("ix_intake_sender", "intake")
    op.drop_index("ix_intake_phone", "intake")
    op.drop_column("intake", "phone_mac")
