"""The table of unfinished forms, which the documents look at as well."""

from __future__ import annotations

import sqlalchemy as sa

from bot.intake.outbox import metadata
from bot.storage.engine import UtcDateTime

draft = sa.Table(
    "draft",
    metadata,
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
