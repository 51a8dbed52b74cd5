"""WeChat, and a person in the same window: who speaks, what has to be brought, what was handed on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.storage.engine import UtcDateTime

revision = "0003_two_channels"
down_revision = "0002_unanswered"
branch_labels = None
depends_on = None

_IS_OPEN = sa.text("state IN ('waiting', 'active')")


def upgrade() -> None:
    op.add_column("message", sa.Column("author_name", sa.String(40)))
    op.add_column("message", sa.Column("suggestions", sa.JSON))
    op.add_column(
        "message", sa.Column("forwarded", sa.Boolean, nullable=False, server_default=sa.false())
    )
    _create_outbound()
    _create_handover()
    _create_wechat()
    op.create_table(
        "web_session",
        sa.Column("sender_id", sa.String(128), primary_key=True),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("renewed_at", UtcDateTime, nullable=False),
    )


def _create_outbound() -> None:
    op.create_table(
        "outbound",
        sa.Column("message_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rung", sa.String(16)),
        sa.Column("chars_sent", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", UtcDateTime),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("lease_owner", sa.String(64)),
        sa.Column("error_code", sa.Integer),
        sa.Column("error", sa.String(200)),
        sa.Column("proof", sa.String(80)),
        sa.Column("reference", sa.String(18)),
        sa.Column("notice", sa.String(64)),
        sa.Column("confirmed", sa.Boolean, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
    )
    op.create_index("ix_outbound_due", "outbound", ["state", "next_attempt_at"])
    op.create_index("ix_outbound_sender", "outbound", ["sender_id", "message_id"])


def _create_handover() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("since_id", sa.Integer, nullable=False),
        sa.Column("sealed_file", sa.Text, nullable=False),
        sa.Column("officer", sa.String(40)),
        sa.Column("is_known", sa.Boolean, nullable=False),
        sa.Column("closed_by", sa.String(16)),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.Column("opened_at", UtcDateTime, nullable=False),
        sa.Column("taken_at", UtcDateTime),
        sa.Column("closed_at", UtcDateTime),
    )
    # One talk with a person at a time.
    op.create_index(
        "uq_handover_open",
        "handover",
        ["sender_id"],
        unique=True,
        sqlite_where=_IS_OPEN,
        postgresql_where=_IS_OPEN,
    )
    op.create_index("ix_handover_unsettled", "handover", ["is_settled"])
    op.create_table(
        "desk_feed",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("cursor", sa.Integer, nullable=False),
    )


def _create_wechat() -> None:
    op.create_table(
        "wechat_customer",
        sa.Column("sender_id", sa.String(128), primary_key=True),
        sa.Column("sealed_openid", sa.Text, nullable=False),
        sa.Column("subscribed", sa.Boolean, nullable=False),
        sa.Column("subscription_at", UtcDateTime),
        sa.Column("scene", sa.String(64)),
        sa.Column("first_seen_at", UtcDateTime, nullable=False),
        sa.Column("last_spoke_at", UtcDateTime),
        sa.Column("nudged_at", UtcDateTime),
    )
    op.create_table(
        "wechat_grant",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("sender_id", sa.String(128), nullable=False),
        sa.Column("key", sa.String(128), nullable=False),
        sa.Column("occasion", sa.String(16), nullable=False),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("valid_until", UtcDateTime, nullable=False),
        sa.UniqueConstraint("sender_id", "key", name="uq_wechat_grant"),
    )
    op.create_table(
        "wechat_delivery",
        sa.Column("sender_id", sa.String(128), primary_key=True),
        sa.Column("key", sa.String(128), primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("first_at", UtcDateTime, nullable=False),
        sa.Column("answer", sa.Text),
    )
    op.create_table(
        "wechat_nonce",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("body_digest", sa.String(64), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_wechat_nonce_seen", "wechat_nonce", ["seen_at"])
    op.create_table(
        "wechat_token",
        sa.Column("app_id", sa.String(32), primary_key=True),
        sa.Column("sealed_token", sa.Text),
        sa.Column("fetched_at", UtcDateTime),
        sa.Column("valid_until", UtcDateTime),
        sa.Column("forced_at", UtcDateTime),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("lease_owner", sa.String(64)),
    )


def downgrade() -> None:
    for table in (
        "web_session",
        "wechat_token",
        "wechat_nonce",
        "wechat_delivery",
        "wechat_grant",
        "wechat_customer",
        "desk_feed",
        "handover",
        "outbound",
    ):
        op.drop_table(table)
    with op.batch_alter_table("message") as batch:
        for name in ("author_name", "suggestions", "forwarded"):
            batch.drop_column(name)
