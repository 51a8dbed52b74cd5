"""Later acts, attachments, news for clients, their backlog; groups, links, complex promise."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from casestore.domain.deadlines import local_date, working_days_after
from casestore.storage.tables import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = ("backlogs", "feed", "attachments")
_CASE_COLUMNS = (
    "complex_due",
    "review_due",
    "ended_on",
    "amount_text",
    "group_size",
    "group_text",
    "linked_to",
)
_EVENT_COLUMNS = ("act_id", "submitted_at", "text", "rating", "state", "review_due", "ended_on")

# What the bank promises for complex complaints by default; these cases were promised nothing else.
_COMPLEX_WORKING_DAYS = 5


def upgrade() -> None:
    _extend_cases()
    _extend_events()
    _create_attachments()
    _create_feed()
    _create_backlogs()
    _promise_old_cases()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)
    op.drop_index("ix_case_events_act", "case_events")
    op.drop_index("ix_cases_linked_to", "cases")
    for column in _EVENT_COLUMNS:
        op.drop_column("case_events", column)
    for column in _CASE_COLUMNS:
        op.drop_column("cases", column)


def _extend_cases() -> None:
    # Nullable, because SQLite adds no other columns to a table that others refer to.
    op.add_column("cases", sa.Column("complex_due", sa.Date))
    op.add_column("cases", sa.Column("review_due", sa.Date))
    op.add_column("cases", sa.Column("ended_on", sa.Date))
    op.add_column("cases", sa.Column("amount_text", sa.String(100)))
    op.add_column("cases", sa.Column("group_size", sa.Integer))
    op.add_column("cases", sa.Column("group_text", sa.String(200)))
    op.add_column("cases", sa.Column("linked_to", sa.String(18)))
    op.create_index("ix_cases_linked_to", "cases", ["linked_to"])


def _extend_events() -> None:
    op.add_column("case_events", sa.Column("act_id", sa.String(64)))
    op.add_column("case_events", sa.Column("submitted_at", _MOMENT))
    op.add_column("case_events", sa.Column("text", sa.Text))
    op.add_column("case_events", sa.Column("rating", sa.Integer))
    op.add_column("case_events", sa.Column("state", sa.String(30)))
    op.add_column("case_events", sa.Column("review_due", sa.Date))
    op.add_column("case_events", sa.Column("ended_on", sa.Date))
    op.create_index("ix_case_events_act", "case_events", ["act_id"], unique=True)


def _create_attachments() -> None:
    case = sa.ForeignKey("cases.reference")
    op.create_table(
        "attachments",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(18), case, nullable=False),
        sa.Column("filename_sealed", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(50), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_attachments_reference", "attachments", ["reference"])


def _create_feed() -> None:
    op.create_table(
        "feed",
        sa.Column("cursor", sa.Integer, primary_key=True),
        sa.Column("client", sa.String(50), nullable=False),
        sa.Column("reference", sa.String(18), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_feed_client", "feed", ["client", "cursor"])


def _create_backlogs() -> None:
    op.create_table(
        "backlogs",
        sa.Column("client", sa.String(50), primary_key=True),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("pending", sa.Integer, nullable=False),
        sa.Column("parked", sa.Integer, nullable=False),
        sa.Column("oldest_seconds", sa.Integer, nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
    )


def _promise_old_cases() -> None:
    cases = sa.table(
        "cases",
        sa.column("reference", sa.String),
        sa.column("received_at", UtcDateTime),
        sa.column("promise_due", sa.Date),
        sa.column("complex_due", sa.Date),
    )
    connection = op.get_bind()
    columns = (cases.c.reference, cases.c.received_at, cases.c.promise_due)
    for row in connection.execute(sa.select(*columns)).all():
        due = _complex_due(local_date(row.received_at), row.promise_due)
        mine = cases.c.reference == row.reference
        connection.execute(sa.update(cases).where(mine).values(complex_due=due))


def _complex_due(received: date, promise: date) -> date:
    """Never before what was promised for ordinary complaints."""
    return max(promise, working_days_after(received, _COMPLEX_WORKING_DAYS))
