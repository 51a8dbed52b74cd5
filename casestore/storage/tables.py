"""The tables. Moments are stored in UTC; migrations must lead to exactly this."""

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
)
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator):  # type: ignore[misc]  # SQLAlchemy 1.4 ships no types
    """An aware moment; SQLite knows no time zones, so it is kept there as naive UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Aware moment to what the database stores."""
        if value is None:
            return None
        moment = value.astimezone(timezone.utc)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """What the database stores to an aware moment in UTC."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return value.replace(tzinfo=timezone.utc)
        return value.astimezone(timezone.utc)


metadata = MetaData()

cases = Table(
    "cases",
    metadata,
    Column("reference", String(18), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("client", String(50), nullable=False),
    Column("state", String(30), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("promise_due", Date, nullable=False),
    Column("legal_due", Date, nullable=False),
    Column("due_provisional", Boolean, nullable=False),
    Column("source", String(30), nullable=False),
    Column("detail", Text, nullable=False),
    Column("business", String(100), nullable=False),
    Column("reason", String(100), nullable=False),
    Column("proposed_business", String(100)),
    Column("proposed_business_confidence", Float),
    Column("proposed_reason", String(100)),
    Column("proposed_reason_confidence", Float),
    Column("branch", String(200), nullable=False),
    Column("staff", String(200)),
    Column("incident_text", String(200), nullable=False),
    Column("incident_start", Date),
    Column("incident_end", Date),
    Column("amount_fen", BigInteger),
    Column("amount_text", String(100)),
    Column("request", Text, nullable=False),
    Column("name_sealed", Text, nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("phone_tail_mac", String(64), nullable=False),
    Column("role", String(10), nullable=False),
    Column("contact_preference", String(50), nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("consent_version", String(50), nullable=False),
    Column("consent_given_at", UtcDateTime, nullable=False),
    Column("complex_due", Date),  # always written; SQLite cannot add it as "not null"
    Column("review_due", Date),
    Column("ended_on", Date),
    Column("group_size", Integer),
    Column("group_text", String(200)),
    Column("linked_to", String(18)),
    Index("ix_cases_newest", "received_at", "reference"),
    Index("ix_cases_linked_to", "linked_to"),
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("reference", String(18), ForeignKey("cases.reference"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("act_id", String(64)),
    Column("submitted_at", UtcDateTime),
    Column("text", Text),
    Column("rating", Integer),
    Column("state", String(30)),
    Column("review_due", Date),
    Column("ended_on", Date),
    Index("ix_case_events_reference", "reference"),
    Index("ix_case_events_act", "act_id", unique=True),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(18), ForeignKey("cases.reference"), nullable=False),
    Column("filename_sealed", Text, nullable=False),
    Column("media_type", String(50), nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Index("ix_attachments_reference", "reference"),
)

# No foreign key: what a client cannot deliver has no case here yet.
feed = Table(
    "feed",
    metadata,
    Column("cursor", Integer, primary_key=True),
    Column("client", String(50), nullable=False),
    Column("reference", String(18), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("text", Text),
    Column("actor", String(100), nullable=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Index("ix_feed_client", "client", "cursor"),
)

backlogs = Table(
    "backlogs",
    metadata,
    Column("client", String(50), primary_key=True),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("pending", Integer, nullable=False),
    Column("parked", Integer, nullable=False),
    Column("oldest_seconds", Integer, nullable=False),
    Column("entries", JSON, nullable=False),
)

clients = Table(
    "clients",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
)

accounts = Table(
    "accounts",
    metadata,
    Column("username", String(50), primary_key=True),
    Column("password_hash", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column(
        "username",
        String(50),
        ForeignKey("accounts.username", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("started_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(100), primary_key=True),
    Column("failures", JSON, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
    Index("ix_attempts_forget_at", "forget_at"),
)
