"""Clients, console accounts and sessions, and remembered failures in SQL."""

from collections.abc import Sequence
from datetime import datetime, timezone

from sqlalchemy import delete, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.staff import Account, Session
from casestore.storage.statements import insert_once, upsert
from casestore.storage.tables import accounts, attempts, clients, sessions

# Only a row that was locked but never saved has it, and such a row is rolled back.
_NEVER = datetime(9999, 1, 1, tzinfo=timezone.utc)


class SqlClients:
    """Implements ``service.ports.Clients`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, name: str, token_hash: str) -> None:
        """See the port."""
        upsert(self._connection, clients, {"name": name, "token_hash": token_hash})

    def name_for(self, token_hash: str) -> str | None:
        """See the port."""
        query = select(clients.c.name).where(clients.c.token_hash == token_hash)
        name: str | None = self._connection.execute(query).scalar_one_or_none()
        return name


class SqlStaff:
    """Implements ``service.ports.Staff`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def any_account(self) -> bool:
        """See the port."""
        query = select(accounts.c.username).limit(1)
        return self._connection.execute(query).first() is not None

    def add_account(self, account: Account, created_at: datetime) -> bool:
        """See the port."""
        row = {
            "username": account.username,
            "password_hash": account.password_hash,
            "created_at": created_at,
        }
        return insert_once(self._connection, accounts, row)

    def account(self, username: str) -> Account | None:
        """See the port."""
        query = select(accounts).where(accounts.c.username == username)
        row = self._connection.execute(query).one_or_none()
        return Account(row.username, row.password_hash) if row else None

    def put_session(self, session: Session) -> None:
        """See the port."""
        row = {
            "token_hash": session.token_hash,
            "username": session.username,
            "started_at": session.started_at,
            "seen_at": session.seen_at,
        }
        upsert(self._connection, sessions, row)

    def session(self, token_hash: str) -> Session | None:
        """See the port."""
        query = select(sessions).where(sessions.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Session(row.token_hash, row.username, row.started_at, row.seen_at)

    def drop_session(self, token_hash: str) -> None:
        """See the port."""
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def drop_sessions_before(self, seen_before: datetime, started_before: datetime) -> None:
        """See the port."""
        over = or_(sessions.c.seen_at < seen_before, sessions.c.started_at < started_before)
        self._connection.execute(delete(sessions).where(over))


class SqlAttempts:
    """Implements ``service.ports.Attempts`` on one connection.

    On PostgreSQL the row is locked; SQLite's BEGIN IMMEDIATE has locked everything already.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def lock(self, subject: str) -> tuple[datetime, ...]:
        """See the port."""
        empty = {"subject": subject, "failures": [], "forget_at": _NEVER}
        insert_once(self._connection, attempts, empty)
        query = select(attempts.c.failures).where(attempts.c.subject == subject).with_for_update()
        failures = self._connection.execute(query).scalar_one_or_none() or []
        return tuple(datetime.fromisoformat(failure) for failure in failures)

    def save(self, subject: str, failures: Sequence[datetime], forget_at: datetime) -> None:
        """See the port."""
        row = {
            "subject": subject,
            "failures": [failure.isoformat() for failure in failures],
            "forget_at": forget_at,
        }
        upsert(self._connection, attempts, row)

    def forget(self, subject: str) -> None:
        """See the port."""
        self._connection.execute(delete(attempts).where(attempts.c.subject == subject))

    def forget_before(self, moment: datetime) -> None:
        """See the port."""
        over = select(attempts.c.subject).where(attempts.c.forget_at < moment)
        unlocked = over.with_for_update(skip_locked=True)
        self._connection.execute(delete(attempts).where(attempts.c.subject.in_(unlocked)))
