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
    false,
    text,
    true,
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
    # Columns of 0003 are nullable where SQLite could not add them otherwise; all are written.
    Column("version", Integer, nullable=False, server_default="1"),
    Column("received_on", Date),
    Column("answered_on", Date),
    Column("settled_on", Date),
    Column("closed_on", Date),
    Column("regime", String(30), nullable=False, server_default="general"),
    Column("clock_started_on", Date),
    Column("extensions", Integer, nullable=False, server_default="0"),
    Column("stopped_days", Integer, nullable=False, server_default="0"),
    Column("stopped_on", Date),
    Column("stopped_working_days", Integer, nullable=False, server_default="0"),
    Column("promise_days", Integer, nullable=False, server_default="2"),
    Column("complex_days", Integer, nullable=False, server_default="5"),
    Column("forwarded_number", String(100)),
    Column("forwarded_due", Date),
    Column("grade", String(20), nullable=False, server_default="ordinary"),
    Column("priority", String(20), nullable=False, server_default="normal"),
    Column("flags", JSON),
    Column("assignee", String(50)),
    Column("unit", String(20)),
    Column("accused", String(20)),
    Column("confirmed_business", String(50)),
    Column("confirmed_reason", String(100)),
    Column("confirmed_channel", String(50)),
    Column("confirmed_by", String(50)),
    Column("confirmed_at", UtcDateTime),
    Column("merged_into", String(18)),
    Column("repeat_of", String(18)),
    Column("rating", Integer),
    Column("escalation", Integer, nullable=False, server_default="0"),
    Column("is_held", Boolean, nullable=False, server_default=false()),
    Column("id_number_sealed", Text),
    Column("phone_mac", String(64)),
    Column("erased_at", UtcDateTime),
    Index("ix_cases_newest", "received_at", "reference"),
    Index("ix_cases_linked_to", "linked_to"),
    Index("ix_cases_state_due", "state", "legal_due"),
    Index("ix_cases_assignee", "assignee", "state"),
    # Everything reports count, so that PostgreSQL reads no case for it (ignored by SQLite).
    Index(
        "ix_cases_report",
        "received_on",
        "settled_on",
        postgresql_include=[
            "answered_on",
            "promise_due",
            "complex_due",
            "legal_due",
            "grade",
            "confirmed_business",
            "business",
            "confirmed_reason",
            "reason",
            "confirmed_channel",
            "accused",
            "branch",
            "unit",
            "source",
            "rating",
            "repeat_of",
        ],
    ),
    Index("ix_cases_settled_on", "settled_on"),
    Index("ix_cases_phone", "phone_mac"),
    # What lists filter by. PostgreSQL joins several of these small indexes for a rare combination.
    Index("ix_cases_confirmed_business", "confirmed_business"),
    Index("ix_cases_confirmed_reason", "confirmed_reason"),
    Index("ix_cases_confirmed_channel", "confirmed_channel"),
    Index("ix_cases_source", "source"),
    Index("ix_cases_grade", "grade"),
    Index("ix_cases_priority", "priority"),
    Index("ix_cases_accused", "accused"),
    Index("ix_cases_unit", "unit"),
    Index("ix_cases_closed_on", "closed_on"),
    Index(
        "ix_cases_pending",
        "legal_due",
        "reference",
        postgresql_where=text("settled_on IS NULL"),
        sqlite_where=text("settled_on IS NULL"),
    ),
    Index(
        "ix_cases_unconfirmed",
        "received_at",
        "reference",
        postgresql_where=text("confirmed_at IS NULL"),
        sqlite_where=text("confirmed_at IS NULL"),
    ),
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
    Column("data", JSON),
    Index("ix_case_events_reference", "reference"),
    Index("ix_case_events_act", "act_id", unique=True),
    Index(
        "ix_case_events_registered",
        "actor",
        "reference",
        postgresql_where=text("kind = 'registered'"),
        sqlite_where=text("kind = 'registered'"),
    ),
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
    Column("password_hash", Text, nullable=False),  # empty until one was chosen
    Column("created_at", UtcDateTime, nullable=False),
    Column("name", String(50), nullable=False, server_default=""),
    Column("roles", JSON),
    Column("branch", String(20)),
    Column("businesses", JSON),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("totp_sealed", Text),
    Column("totp_step", Integer, nullable=False, server_default="0"),
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
    Column("is_full", Boolean, nullable=False, server_default=true()),
    Column("pending_totp_sealed", Text),
)

attempts = Table(
    "attempts",
    metadata,
    Column("subject", String(100), primary_key=True),
    Column("failures", JSON, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False),
    Index("ix_attempts_forget_at", "forget_at"),
)

# One-time codes by which a person takes over an account: the first administrator, a new colleague,
# somebody who lost password or phone.
invitations = Table(
    "invitations",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("username", String(50), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

branches = Table(
    "branches",
    metadata,
    Column("code", String(20), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("parent", String(20)),
)

routes = Table(
    "routes",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("business", String(50)),
    Column("accused", String(20)),
    Column("unit", String(20)),
    Column("assignee", String(50)),
)

points = Table(
    "points",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(18), ForeignKey("cases.reference"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("claim", Text, nullable=False),
    Column("answer", Text, nullable=False, server_default=""),
    Index("ix_points_reference", "reference"),
)

replies = Table(
    "replies",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(18), ForeignKey("cases.reference"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("status", String(20), nullable=False),
    Column("facts", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("remedies", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("written_by", String(50), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("reviewed_by", String(50)),
    Column("reviewed_at", UtcDateTime),
    Column("review_note", Text),
    Column("released_at", UtcDateTime),
    Index("ix_replies_reference", "reference", "round"),
    Index("ix_replies_status", "status", "written_at"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(18), ForeignKey("cases.reference"), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("way", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("status", String(20), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("proof", Text),
    Column("failure", String(200)),
    Column("cursor", Integer),
    Index("ix_notices_reference", "reference"),
    Index("ix_notices_status", "status", "made_at"),
    Index("ix_notices_cursor", "cursor"),
)

checks = Table(
    "checks",
    metadata,
    Column("reference", String(18), ForeignKey("cases.reference"), primary_key=True),
    Column("item", String(50), primary_key=True),
    Column("done_by", String(50), nullable=False),
    Column("done_at", UtcDateTime, nullable=False),
)

viewers = Table(
    "viewers",
    metadata,
    Column("reference", String(18), primary_key=True),
    Column("username", String(50), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("is_writing", Boolean, nullable=False),
)

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("username", String(50), nullable=False),
    Column("name", String(50), nullable=False),
    Column("query", Text, nullable=False),
    Index("ix_saved_views_username", "username"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("reference", String(18), ForeignKey("cases.reference"), nullable=False),
    Column("category", String(30), nullable=False),
    Column("root_cause", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("owner", String(50), nullable=False),
    Column("unit", String(20)),
    Column("due_on", Date, nullable=False),
    Column("status", String(20), nullable=False),
    Column("opened_by", String(50), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("result", Text),
    Column("checked_by", String(50)),
    Column("checked_at", UtcDateTime),
    Column("check_note", Text),
    Index("ix_tasks_reference", "reference"),
    Index("ix_tasks_status", "status", "due_on"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("business", String(100), nullable=False),
    Column("reason", String(100), nullable=False),
    Column("branch", String(200), nullable=False),
    Column("count", Integer, nullable=False),
    Column("expected", Float, nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("seen_by", String(50)),
    Column("seen_at", UtcDateTime),
    Column("note", Text),
    Index("ix_alerts_raised_at", "raised_at"),
)

# What officers are told: due dates, escalations, alerts, undelivered notices, replies sent back.
reminders = Table(
    "reminders",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("username", String(50), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("reference", String(18)),
    Column("text", String(500), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("read_at", UtcDateTime),
    Column("posted_at", UtcDateTime),
    Column("key", String(200), nullable=False, unique=True),
    Index("ix_reminders_username", "username", "read_at"),
    Index("ix_reminders_posted_at", "posted_at", "made_at"),
    Index("ix_reminders_reference", "reference"),
)

audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("happened_at", UtcDateTime, nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(50), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_audit_actor", "actor", "happened_at"),
    Index("ix_audit_subject", "subject"),
)

reports = Table(
    "reports",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", String(30), nullable=False),
    Column("title", String(200), nullable=False),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=False),
    Column("filters", JSON, nullable=False),
    Column("figures", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("rules", String(50), nullable=False),
    Column("made_by", String(50), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("signed_by", String(50)),
    Column("signed_at", UtcDateTime),
    Column("sign_note", Text),
)

# The cases a frozen report counted, as they were then; the same facts as ``storage.facts`` reads
# from ``cases``, so that both are counted by the same statements.
report_cases = Table(
    "report_cases",
    metadata,
    Column(
        "report_id",
        String(64),
        ForeignKey("reports.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    Column("reference", String(18), primary_key=True),
    Column("received_on", Date, nullable=False),
    Column("answered_on", Date),
    Column("settled_on", Date),
    Column("promise_due", Date, nullable=False),
    Column("legal_due", Date, nullable=False),
    Column("state", String(30), nullable=False),
    Column("business", String(100), nullable=False),
    Column("reason", String(100), nullable=False),
    Column("channel", String(50), nullable=False),
    Column("branch", String(200), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("source", String(30), nullable=False),
    Column("rating", Integer),
    Column("repeat_of", String(18)),
)

knowledge = Table(
    "knowledge",
    metadata,
    Column("client", String(50), primary_key=True),
    Column("reported_at", UtcDateTime, nullable=False),
    Column("entries", JSON, nullable=False),
)

# What officers did about questions the assistant could not answer; key: OpenQuestion.key.
question_marks = Table(
    "question_marks",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("department", String(50), nullable=False),
    Column("marked_by", String(50), nullable=False),
    Column("marked_at", UtcDateTime, nullable=False),
)

# What clients count of campaigns; the body is CampaignFigures as JSON.
campaign_report = Table(
    "campaign_report",
    metadata,
    Column("client", String(50), primary_key=True),
    Column("campaign_id", String(64), primary_key=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("body", JSON, nullable=False),
)

# Background work is done by one process at a time, whoever holds the lease.
leases = Table(
    "leases",
    metadata,
    Column("name", String(50), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("ran_at", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", String(100)),
)

# Talks of customers with people. The words are masked before they come here.
chats = Table(
    "chats",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("client", String(50), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("why", String(20), nullable=False),
    Column("state", String(20), nullable=False),
    Column("topic", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("suggestions", JSON, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("queued_at", UtcDateTime, nullable=False),
    Column("opened_at", UtcDateTime),
    Column("officer", String(50)),
    Column("taken_at", UtcDateTime),
    Column("is_returned", Boolean, nullable=False, server_default=false()),
    Column("customer_at", UtcDateTime),
    Column("officer_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(20)),
    Column("outcome", String(20)),
    Column("note", Text, nullable=False),
    Index("ix_chats_state", "state", "queued_at"),
    Index("ix_chats_officer", "officer", "state"),
    Index("ix_chats_closed_at", "closed_at"),
)

# The cases a talk is about; ``linked_by``: the officer who said so, None for the assistant.
chat_cases = Table(
    "chat_cases",
    metadata,
    Column("chat_id", String(36), ForeignKey("chats.id"), primary_key=True),
    Column("reference", String(18), primary_key=True),
    Column("linked_by", String(50)),
    Index("ix_chat_cases_reference", "reference"),
)

chat_messages = Table(
    "chat_messages",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("chat_id", String(36), ForeignKey("chats.id"), nullable=False),
    Column("id", String(160), nullable=False),
    Column("author", String(20), nullable=False),
    Column("name", String(50)),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("suggestions", JSON, nullable=False),
    Index("ix_chat_messages_id", "chat_id", "id", unique=True),
    Index("ix_chat_messages_chat_id", "chat_id", "number"),
)

# A number is never given twice, also after the last rows were deleted: clients read on from theirs.
chat_events = Table(
    "chat_events",
    metadata,
    Column("cursor", Integer, primary_key=True),
    Column("client", String(50), nullable=False),
    Column("chat_id", String(36), ForeignKey("chats.id"), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("id", String(64), nullable=False, unique=True),
    Column("officer", String(50)),
    Column("text", Text),
    Column("reference", String(18)),
    Index("ix_chat_events_client", "client", "cursor"),
    Index("ix_chat_events_chat_id", "chat_id"),
    sqlite_autoincrement=True,
)

# Who is at the console for customers; a row without signs of life is deleted.
duties = Table(
    "duties",
    metadata,
    Column("username", String(50), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("takes_talks", Boolean, nullable=False),
)

callbacks = Table(
    "callbacks",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("client", String(50), nullable=False),
    Column("channel", String(20), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("promised_by", UtcDateTime, nullable=False),
    Column("phone_sealed", Text, nullable=False),
    Column("name_sealed", Text),
    Column("topic", Text, nullable=False),
    Column("preferred", String(200)),
    Column("chat_id", String(36)),
    Column("state", String(20), nullable=False),
    Column("ended_at", UtcDateTime),
    Index("ix_callbacks_state", "state", "promised_by"),
    Index("ix_callbacks_chat_id", "chat_id"),
)

callback_tries = Table(
    "callback_tries",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("callback_id", String(36), ForeignKey("callbacks.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("made_by", String(50), nullable=False),
    Column("result", String(20), nullable=False),
    Column("note", Text, nullable=False),
    Index("ix_callback_tries_callback_id", "callback_id", "at"),
)
