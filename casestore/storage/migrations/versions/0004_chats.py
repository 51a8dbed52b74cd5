"""Talks of customers with officers, who is on duty for them, and promised calls."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    "callback_tries",
    "callbacks",
    "duties",
    "chat_events",
    "chat_messages",
    "chat_cases",
    "chats",
)


def upgrade() -> None:
    _create_chats()
    _create_chat_messages()
    _create_chat_events()
    _create_duties()
    _create_callbacks()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _create_chats() -> None:
    op.create_table(
        "chats",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("client", sa.String(50), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("suggestions", sa.JSON, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("queued_at", _MOMENT, nullable=False),
        sa.Column("opened_at", _MOMENT),
        sa.Column("officer", sa.String(50)),
        sa.Column("taken_at", _MOMENT),
        sa.Column("is_returned", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("customer_at", _MOMENT),
        sa.Column("officer_at", _MOMENT),
        sa.Column("closed_at", _MOMENT),
        sa.Column("closed_by", sa.String(20)),
        sa.Column("outcome", sa.String(20)),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("ix_chats_state", "chats", ["state", "queued_at"])
    op.create_index("ix_chats_officer", "chats", ["officer", "state"])
    op.create_index("ix_chats_closed_at", "chats", ["closed_at"])
    op.create_table(
        "chat_cases",
        sa.Column("chat_id", sa.String(36), sa.ForeignKey("chats.id"), primary_key=True),
        sa.Column("reference", sa.String(18), primary_key=True),
        sa.Column("linked_by", sa.String(50)),
    )
    op.create_index("ix_chat_cases_reference", "chat_cases", ["reference"])


def _create_chat_messages() -> None:
    op.create_table(
        "chat_messages",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("chat_id", sa.String(36), sa.ForeignKey("chats.id"), nullable=False),
        sa.Column("id", sa.String(160), nullable=False),
        sa.Column("author", sa.String(20), nullable=False),
        sa.Column("name", sa.String(50)),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("suggestions", sa.JSON, nullable=False),
    )
    op.create_index("ix_chat_messages_id", "chat_messages", ["chat_id", "id"], unique=True)
    op.create_index("ix_chat_messages_chat_id", "chat_messages", ["chat_id", "number"])


def _create_chat_events() -> None:
    op.create_table(
        "chat_events",
        sa.Column("cursor", sa.Integer, primary_key=True),
        sa.Column("client", sa.String(50), nullable=False),
        sa.Column("chat_id", sa.String(36), sa.ForeignKey("chats.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("officer", sa.String(50)),
        sa.Column("text", sa.Text),
        sa.Column("reference", sa.String(18)),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_chat_events_client", "chat_events", ["client", "cursor"])
    op.create_index("ix_chat_events_chat_id", "chat_events", ["chat_id"])


def _create_duties() -> None:
    op.create_table(
        "duties",
        sa.Column("username", sa.String(50), primary_key=True),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("takes_talks", sa.Boolean, nullable=False),
    )


def _create_callbacks() -> None:
    op.create_table(
        "callbacks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("client", sa.String(50), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("promised_by", _MOMENT, nullable=False),
        sa.Column("phone_sealed", sa.Text, nullable=False),
        sa.Column("name_sealed", sa.Text),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("preferred", sa.String(200)),
        sa.Column("chat_id", sa.String(36)),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ended_at", _MOMENT),
    )
    op.create_index("ix_callbacks_state", "callbacks", ["state", "promised_by"])
    op.create_index("ix_callbacks_chat_id", "callbacks", ["chat_id"])
    op.create_table(
        "callback_tries",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("callback_id", sa.String(36), sa.ForeignKey("callbacks.id"), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("made_by", sa.String(50), nullable=False),
        sa.Column("result", sa.String(20), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("ix_callback_tries_callback_id", "callback_tries", ["callback_id", "at"])
