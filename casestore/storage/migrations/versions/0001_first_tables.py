"""Cases with their history, API clients, console accounts and sessions, failed attempts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_cases()
    _create_case_events()
    _create_people()
    _create_attempts()


def downgrade() -> None:
    for table in ("attempts", "sessions", "accounts", "clients", "case_events", "cases"):
        op.drop_table(table)


def _create_cases() -> None:
    op.create_table(
        "cases",
        sa.Column("reference", sa.String(18), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("client", sa.String(50), nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("recorded_at", _MOMENT, nullable=False),
        sa.Column("promise_due", sa.Date, nullable=False),
        sa.Column("legal_due", sa.Date, nullable=False),
        sa.Column("due_provisional", sa.Boolean, nullable=False),
        *_complaint_columns(),
        *_complainant_columns(),
    )
    op.create_index("ix_cases_newest", "cases", ["received_at", "reference"])


def _complaint_columns() -> list[sa.Column]:
    return [
        sa.Column("source", sa.String(30), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("business", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("proposed_business", sa.String(100)),
        sa.Column("proposed_business_confidence", sa.Float),
        sa.Column("proposed_reason", sa.String(100)),
        sa.Column("proposed_reason_confidence", sa.Float),
        sa.Column("branch", sa.String(200), nullable=False),
        sa.Column("staff", sa.String(200)),
        sa.Column("incident_text", sa.String(200), nullable=False),
        sa.Column("incident_start", sa.Date),
        sa.Column("incident_end", sa.Date),
        sa.Column("amount_fen", sa.BigInteger),
        sa.Column("request", sa.Text, nullable=False),
    ]


def _complainant_columns() -> list[sa.Column]:
    return [
        sa.Column("name_sealed", sa.Text, nullable=False),
        sa.Column("phone_sealed", sa.Text, nullable=False),
        sa.Column("phone_tail_mac", sa.String(64), nullable=False),
        sa.Column("role", sa.String(10), nullable=False),
        sa.Column("contact_preference", sa.String(50), nullable=False),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("consent_version", sa.String(50), nullable=False),
        sa.Column("consent_given_at", _MOMENT, nullable=False),
    ]


def _create_case_events() -> None:
    op.create_table(
        "case_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("reference", sa.String(18), sa.ForeignKey("cases.reference"), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_case_events_reference", "case_events", ["reference"])


def _create_people() -> None:
    op.create_table(
        "clients",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    )
    op.create_table(
        "accounts",
        sa.Column("username", sa.String(50), primary_key=True),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
    )
    account = sa.ForeignKey("accounts.username", ondelete="CASCADE")
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(50), account, nullable=False),
        sa.Column("started_at", _MOMENT, nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
    )


def _create_attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("subject", sa.String(100), primary_key=True),
        sa.Column("failures", sa.JSON, nullable=False),
        sa.Column("forget_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_attempts_forget_at", "attempts", ["forget_at"])
