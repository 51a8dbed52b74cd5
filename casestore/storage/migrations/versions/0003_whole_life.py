"""The whole life of a case: clocks, grades, assignment, replies, notices, tasks, reports, audit."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from casestore.domain.deadlines import local_date, working_days_between
from casestore.storage.tables import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    "leases",
    "question_marks",
    "knowledge",
    "report_cases",
    "reports",
    "audit",
    "reminders",
    "alerts",
    "tasks",
    "saved_views",
    "viewers",
    "checks",
    "notices",
    "replies",
    "points",
    "routes",
    "branches",
    "invitations",
)


def _case_columns() -> Sequence[Any]:
    return (
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("received_on", sa.Date),
        sa.Column("answered_on", sa.Date),
        sa.Column("settled_on", sa.Date),
        sa.Column("closed_on", sa.Date),
        sa.Column("regime", sa.String(30), nullable=False, server_default="general"),
        sa.Column("clock_started_on", sa.Date),
        sa.Column("extensions", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stopped_days", sa.Integer, nullable=False, server_default="0"),
        sa.Column("stopped_on", sa.Date),
        sa.Column("stopped_working_days", sa.Integer, nullable=False, server_default="0"),
        sa.Column("promise_days", sa.Integer, nullable=False, server_default="2"),
        sa.Column("complex_days", sa.Integer, nullable=False, server_default="5"),
        sa.Column("forwarded_number", sa.String(100)),
        sa.Column("forwarded_due", sa.Date),
        sa.Column("grade", sa.String(20), nullable=False, server_default="ordinary"),
        sa.Column("priority", sa.String(20), nullable=False, server_default="normal"),
        sa.Column("flags", sa.JSON),
        sa.Column("assignee", sa.String(50)),
        sa.Column("unit", sa.String(20)),
        sa.Column("accused", sa.String(20)),
        sa.Column("confirmed_business", sa.String(50)),
        sa.Column("confirmed_reason", sa.String(100)),
        sa.Column("confirmed_channel", sa.String(50)),
        sa.Column("confirmed_by", sa.String(50)),
        sa.Column("confirmed_at", _MOMENT),
        sa.Column("merged_into", sa.String(18)),
        sa.Column("repeat_of", sa.String(18)),
        sa.Column("rating", sa.Integer),
        sa.Column("escalation", sa.Integer, nullable=False, server_default="0"),
        sa.Column("is_held", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("id_number_sealed", sa.Text),
        sa.Column("phone_mac", sa.String(64)),
        sa.Column("erased_at", _MOMENT),
    )


_CASE_INDEXES = {
    "ix_cases_state_due": (
        "state",
        "legal_due",
    ),
    "ix_cases_assignee": (
        "assignee",
        "state",
    ),
    "ix_cases_report": ("received_on", "settled_on"),
    "ix_cases_settled_on": ("settled_on",),
    "ix_cases_phone": ("phone_mac",),
    "ix_cases_closed_on": ("closed_on",),
    "ix_cases_confirmed_business": ("confirmed_business",),
    "ix_cases_confirmed_reason": ("confirmed_reason",),
    "ix_cases_confirmed_channel": ("confirmed_channel",),
    "ix_cases_source": ("source",),
    "ix_cases_grade": ("grade",),
    "ix_cases_priority": ("priority",),
    "ix_cases_accused": ("accused",),
    "ix_cases_unit": ("unit",),
}
# Reports count from the index alone: a million cases in a second instead of three.
_COVERED = {
    "ix_cases_report": [
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
    ]
}


def _account_columns() -> Sequence[Any]:
    return (
        sa.Column("name", sa.String(50), nullable=False, server_default=""),
        sa.Column("roles", sa.JSON),
        sa.Column("branch", sa.String(20)),
        sa.Column("businesses", sa.JSON),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("totp_sealed", sa.Text),
        sa.Column("totp_step", sa.Integer, nullable=False, server_default="0"),
    )


# What happened is never changed. A case whose time of keeping is over is emptied, and then its
# history may go; nothing else may.
_GUARDED = ("case_events", "audit", "reports", "report_cases")


def upgrade() -> None:
    for column in _case_columns():
        op.add_column("cases", column)
    for name, columns in _CASE_INDEXES.items():
        covered = _COVERED.get(name, [])
        op.create_index(name, "cases", list(columns), postgresql_include=covered)
    _index_unconfirmed()
    _index_pending()
    _index_registered()
    op.add_column("case_events", sa.Column("data", sa.JSON))
    for column in _account_columns():
        op.add_column("accounts", column)
    op.add_column(
        "sessions", sa.Column("is_full", sa.Boolean, nullable=False, server_default=sa.true())
    )
    op.add_column("sessions", sa.Column("pending_totp_sealed", sa.Text))
    _create_invitations()
    _create_branches()
    _create_routes()
    _create_points()
    _create_replies()
    _create_notices()
    _create_checks()
    _create_viewers()
    _create_saved_views()
    _create_tasks()
    _create_alerts()
    _create_reminders()
    _create_audit()
    _create_reports()
    _create_report_cases()
    _create_knowledge()
    _create_question_marks()
    _create_leases()
    _create_search()
    _fill_old_cases()
    _fill_old_accounts()
    _guard_history()


def downgrade() -> None:
    _unguard_history()
    op.execute("DROP TABLE case_search")
    for table in _TABLES:
        op.drop_table(table)
    op.drop_column("sessions", "pending_totp_sealed")
    op.drop_column("sessions", "is_full")
    for column in _account_columns():
        op.drop_column("accounts", column.name)
    op.drop_index("ix_case_events_registered", "case_events")
    op.drop_column("case_events", "data")
    op.drop_index("ix_cases_unconfirmed", "cases")
    op.drop_index("ix_cases_pending", "cases")
    for name in _CASE_INDEXES:
        op.drop_index(name, "cases")
    for column in _case_columns():
        op.drop_column("cases", column.name)


def _index_unconfirmed() -> None:
    """Few cases wait for their classes to be confirmed, so the index stays small."""
    waiting = sa.text("confirmed_at IS NULL")
    op.create_index(
        "ix_cases_unconfirmed",
        "cases",
        ["received_at", "reference"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )


def _index_pending() -> None:
    """Lists by due date begin with what is pending, which is little of what there is."""
    pending = sa.text("settled_on IS NULL")
    op.create_index(
        "ix_cases_pending",
        "cases",
        ["legal_due", "reference"],
        postgresql_where=pending,
        sqlite_where=pending,
    )


def _index_registered() -> None:
    """Officers see what they registered themselves, wherever it is handled."""
    registered = sa.text("kind = 'registered'")
    op.create_index(
        "ix_case_events_registered",
        "case_events",
        ["actor", "reference"],
        postgresql_where=registered,
        sqlite_where=registered,
    )


def _create_search() -> None:
    """The full-text index (``casestore.storage.search``); ``casestore reindex`` fills in the cases
    of before, because the keys that are needed for masking are not known here."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE case_search USING fts5(reference UNINDEXED, grams)")
        return
    op.execute(
        "CREATE TABLE case_search (reference VARCHAR(18) PRIMARY KEY REFERENCES cases (reference), "
        "grams INTEGER[] NOT NULL)"
    )
    op.execute("CREATE INDEX ix_case_search_grams ON case_search USING gin (grams)")


def _create_invitations() -> None:
    op.create_table(
        "invitations",
        sa.Column("code_hash", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
    )


def _create_branches() -> None:
    op.create_table(
        "branches",
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("parent", sa.String(20)),
    )


def _create_routes() -> None:
    op.create_table(
        "routes",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("business", sa.String(50)),
        sa.Column("accused", sa.String(20)),
        sa.Column("unit", sa.String(20)),
        sa.Column("assignee", sa.String(50)),
    )


def _create_points() -> None:
    op.create_table(
        "points",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(18), sa.ForeignKey("cases.reference"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("claim", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False, server_default=""),
    )
    op.create_index("ix_points_reference", "points", ["reference"])


def _create_replies() -> None:
    op.create_table(
        "replies",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(18), sa.ForeignKey("cases.reference"), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("decision", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("remedies", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("written_by", sa.String(50), nullable=False),
        sa.Column("written_at", _MOMENT, nullable=False),
        sa.Column("reviewed_by", sa.String(50)),
        sa.Column("reviewed_at", _MOMENT),
        sa.Column("review_note", sa.Text),
        sa.Column("released_at", _MOMENT),
    )
    op.create_index("ix_replies_reference", "replies", ["reference", "round"])
    op.create_index("ix_replies_status", "replies", ["status", "written_at"])


def _create_notices() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(18), sa.ForeignKey("cases.reference"), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("way", sa.String(20), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("made_by", sa.String(100), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("sent_at", _MOMENT),
        sa.Column("proof", sa.Text),
        sa.Column("failure", sa.String(200)),
        sa.Column("cursor", sa.Integer),
    )
    op.create_index("ix_notices_reference", "notices", ["reference"])
    op.create_index("ix_notices_status", "notices", ["status", "made_at"])
    op.create_index("ix_notices_cursor", "notices", ["cursor"])


def _create_checks() -> None:
    op.create_table(
        "checks",
        sa.Column("reference", sa.String(18), sa.ForeignKey("cases.reference"), primary_key=True),
        sa.Column("item", sa.String(50), primary_key=True),
        sa.Column("done_by", sa.String(50), nullable=False),
        sa.Column("done_at", _MOMENT, nullable=False),
    )


def _create_viewers() -> None:
    op.create_table(
        "viewers",
        sa.Column("reference", sa.String(18), primary_key=True),
        sa.Column("username", sa.String(50), primary_key=True),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("is_writing", sa.Boolean, nullable=False),
    )


def _create_saved_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
    )
    op.create_index("ix_saved_views_username", "saved_views", ["username"])


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("reference", sa.String(18), sa.ForeignKey("cases.reference"), nullable=False),
        sa.Column("category", sa.String(30), nullable=False),
        sa.Column("root_cause", sa.Text, nullable=False),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("owner", sa.String(50), nullable=False),
        sa.Column("unit", sa.String(20)),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("opened_by", sa.String(50), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("done_at", _MOMENT),
        sa.Column("result", sa.Text),
        sa.Column("checked_by", sa.String(50)),
        sa.Column("checked_at", _MOMENT),
        sa.Column("check_note", sa.Text),
    )
    op.create_index("ix_tasks_reference", "tasks", ["reference"])
    op.create_index("ix_tasks_status", "tasks", ["status", "due_on"])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("business", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("branch", sa.String(200), nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("expected", sa.Float, nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("raised_at", _MOMENT, nullable=False),
        sa.Column("seen_by", sa.String(50)),
        sa.Column("seen_at", _MOMENT),
        sa.Column("note", sa.Text),
    )
    op.create_index("ix_alerts_raised_at", "alerts", ["raised_at"])


def _create_reminders() -> None:
    op.create_table(
        "reminders",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("username", sa.String(50), nullable=False),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("reference", sa.String(18)),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("read_at", _MOMENT),
        sa.Column("posted_at", _MOMENT),
        sa.Column("key", sa.String(200), nullable=False, unique=True),
    )
    op.create_index("ix_reminders_username", "reminders", ["username", "read_at"])
    op.create_index("ix_reminders_posted_at", "reminders", ["posted_at", "made_at"])
    op.create_index("ix_reminders_reference", "reminders", ["reference"])


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("happened_at", _MOMENT, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("action", sa.String(50), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_audit_actor", "audit", ["actor", "happened_at"])
    op.create_index("ix_audit_subject", "audit", ["subject"])


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("filters", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("rules", sa.String(50), nullable=False),
        sa.Column("made_by", sa.String(50), nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("signed_by", sa.String(50)),
        sa.Column("signed_at", _MOMENT),
        sa.Column("sign_note", sa.Text),
    )


def _create_report_cases() -> None:
    op.create_table(
        "report_cases",
        sa.Column(
            "report_id",
            sa.String(64),
            sa.ForeignKey("reports.id", deferrable=True, initially="DEFERRED"),
            primary_key=True,
        ),
        sa.Column("reference", sa.String(18), primary_key=True),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("answered_on", sa.Date),
        sa.Column("settled_on", sa.Date),
        sa.Column("promise_due", sa.Date, nullable=False),
        sa.Column("legal_due", sa.Date, nullable=False),
        sa.Column("state", sa.String(30), nullable=False),
        sa.Column("business", sa.String(100), nullable=False),
        sa.Column("reason", sa.String(100), nullable=False),
        sa.Column("channel", sa.String(50), nullable=False),
        sa.Column("branch", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("source", sa.String(30), nullable=False),
        sa.Column("rating", sa.Integer),
        sa.Column("repeat_of", sa.String(18)),
    )


def _create_knowledge() -> None:
    op.create_table(
        "knowledge",
        sa.Column("client", sa.String(50), primary_key=True),
        sa.Column("reported_at", _MOMENT, nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
    )


def _create_question_marks() -> None:
    op.create_table(
        "question_marks",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("department", sa.String(50), nullable=False),
        sa.Column("marked_by", sa.String(50), nullable=False),
        sa.Column("marked_at", _MOMENT, nullable=False),
    )


def _create_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(50), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.Column("ran_at", _MOMENT),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error", sa.String(100)),
    )


def _fill_old_cases() -> None:
    """Days that were not written before follow from the moments and the history."""
    cases = sa.table(
        "cases",
        sa.column("reference", sa.String),
        sa.column("state", sa.String),
        sa.column("received_at", UtcDateTime),
        sa.column("ended_on", sa.Date),
        sa.column("received_on", sa.Date),
        sa.column("clock_started_on", sa.Date),
        sa.column("answered_on", sa.Date),
        sa.column("settled_on", sa.Date),
        sa.column("closed_on", sa.Date),
        sa.column("flags", sa.JSON),
        sa.column("promise_due", sa.Date),
        sa.column("complex_due", sa.Date),
        sa.column("promise_days", sa.Integer),
        sa.column("complex_days", sa.Integer),
    )
    connection = op.get_bind()
    answered = _first_replies(connection)
    for row in connection.execute(sa.select(cases)).all():
        received = local_date(row.received_at)
        first_reply = answered.get(row.reference)
        values: dict[str, Any] = {
            "received_on": received,
            "clock_started_on": received,
            "answered_on": first_reply,
            "settled_on": first_reply or row.ended_on,
            "closed_on": row.ended_on,
            "flags": [],
            "promise_days": working_days_between(received, row.promise_due),
            "complex_days": working_days_between(received, row.complex_due),
        }
        mine = cases.c.reference == row.reference
        connection.execute(sa.update(cases).where(mine).values(**values))


def _first_replies(connection: Any) -> dict[str, date]:
    events = sa.table(
        "case_events",
        sa.column("reference", sa.String),
        sa.column("kind", sa.String),
        sa.column("happened_at", UtcDateTime),
    )
    first = sa.func.min(events.c.happened_at, type_=UtcDateTime)
    query = sa.select(events.c.reference, first).where(events.c.kind == "replied")
    rows = connection.execute(query.group_by(events.c.reference)).all()
    return {reference: local_date(moment) for reference, moment in rows}


def _fill_old_accounts() -> None:
    """The accounts of before could do everything there was."""
    accounts = sa.table("accounts", sa.column("roles", sa.JSON), sa.column("businesses", sa.JSON))
    roles = ["handler", "supervisor", "admin"]
    op.get_bind().execute(sa.update(accounts).values(roles=roles, businesses=[]))


def _guard_history() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_POSTGRESQL_GUARD)
        for table in _GUARDED:
            op.execute(
                f"CREATE TRIGGER keep_{table} BEFORE UPDATE OR DELETE ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION keep_{table}()"
            )
        return
    for table in _GUARDED:
        allowed = _CHANGEABLE.get(table, "0")
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER keep_{table}_{act.lower()} BEFORE {act} ON {table} "
                f"WHEN NOT {allowed} BEGIN SELECT RAISE(ABORT, 'history is never changed'); END"
            )


def _unguard_history() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in _GUARDED:
            op.execute(f"DROP TRIGGER keep_{table} ON {table}")
            op.execute(f"DROP FUNCTION keep_{table}()")
        return
    for table in _GUARDED:
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER keep_{table}_{act}")


_ERASED = (
    "EXISTS (SELECT 1 FROM cases "
    "WHERE cases.reference = OLD.reference AND cases.erased_at IS NOT NULL)"
)
# A report may only be changed by its signature.
_CHANGEABLE = {"case_events": _ERASED, "reports": "(OLD.signed_by IS NULL)"}
_POSTGRESQL_GUARD = f"""
CREATE FUNCTION keep_case_events() RETURNS trigger AS $$
BEGIN
    IF {_ERASED} THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history is never changed';
END $$ LANGUAGE plpgsql;
CREATE FUNCTION keep_audit() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'history is never changed';
END $$ LANGUAGE plpgsql;
CREATE FUNCTION keep_reports() RETURNS trigger AS $$
BEGIN
    IF OLD.signed_by IS NULL THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'history is never changed';
END $$ LANGUAGE plpgsql;
CREATE FUNCTION keep_report_cases() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'history is never changed';
END $$ LANGUAGE plpgsql;
"""
