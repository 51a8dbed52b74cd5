"""The table of what was said, which the transcript and the way to the desk share."""

from __future__ import annotations

import sqlalchemy as sa

from bot.storage.engine import UtcDateTime

message = sa.Table(
    "message",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("sender_id", sa.String(128), nullable=False),
    sa.Column("author", sa.String(16), nullable=False),
    sa.Column("key", sa.String(128), nullable=False),
    sa.Column("reply_to", sa.String(128)),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("buttons", sa.JSON, nullable=False),
    sa.Column("answered", sa.Boolean, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    # Of a customer's message without an answer:
    sa.Column("sealed_turn", sa.Text),
    sa.Column("superseded", sa.Boolean, nullable=False, default=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_attempt_at", UtcDateTime),
    sa.Column("leased_until", UtcDateTime),
    sa.Column("lease_owner", sa.String(64)),
    # Of a talk with a person (bot/handover):
    sa.Column("author_name", sa.String(40)),
    sa.Column("suggestions", sa.JSON),
    sa.Column("forwarded", sa.Boolean, nullable=False, default=False),
)
