"""Clients, console accounts and sessions, branches, and remembered failures in SQL."""

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.engine import Connection

from casestore.domain.staff import Account, Branch, Officer, Session, StaffRole, officer_of
from casestore.service.people_ports import Invitation
from casestore.storage.keyring import Keyring
from casestore.storage.statements import insert_once, lock_writers, upsert
from casestore.storage.tables import accounts, attempts, branches, clients, invitations, sessions

# Only a row that was locked but never saved has it, and such a row is rolled back.
_NEVER = datetime(9999, 1, 1, tzinfo=timezone.utc)

# ``Account.is_complete`` in SQL.
_COMPLETE = (
    accounts.c.is_active,
    accounts.c.password_hash != "",
    accounts.c.totp_sealed.is_not(None),
)


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
    """Implements ``service.people_ports.Staff`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def has_administrator(self) -> bool:
        """See the port."""
        held = self._connection.execute(select(accounts.c.roles).where(*_COMPLETE)).scalars()
        return any(StaffRole.ADMIN.value in (roles or []) for roles in held)

    def has_anybody(self) -> bool:
        """See the port."""
        anybody = select(accounts.c.username).where(*_COMPLETE).limit(1)
        return self._connection.execute(anybody).first() is not None

    def add_account(self, account: Account, created_at: datetime) -> bool:
        """See the port."""
        row = {**self._account_row(account), "created_at": created_at}
        return insert_once(self._connection, accounts, row)

    def account(self, username: str) -> Account | None:
        """See the port."""
        return self._one(select(accounts).where(accounts.c.username == username))

    def lock_account(self, username: str) -> Account | None:
        """See the port. SQLite's BEGIN IMMEDIATE has locked everything already."""
        mine = select(accounts).where(accounts.c.username == username)
        return self._one(mine.with_for_update())

    def lock_accounts(self) -> Sequence[Account]:
        """See the port."""
        lock_writers(self._connection, accounts)
        return self.accounts()

    def accounts(self) -> Sequence[Account]:
        """See the port."""
        rows = self._connection.execute(select(accounts).order_by(accounts.c.username))
        return [self._account(row) for row in rows]

    def put_account(self, account: Account) -> None:
        """See the port."""
        row = self._account_row(account)
        mine = accounts.c.username == row.pop("username")
        self._connection.execute(update(accounts).where(mine).values(**row))

    def put_session(self, session: Session) -> None:
        """See the port."""
        row = {
            "token_hash": session.token_hash,
            "username": session.username,
            "started_at": session.started_at,
            "seen_at": session.seen_at,
            "is_full": session.is_full,
            "pending_totp_sealed": _seal(self._keyring, session.pending_totp),
        }
        upsert(self._connection, sessions, row)

    def session(self, token_hash: str) -> Session | None:
        """See the port."""
        query = select(sessions).where(sessions.c.token_hash == token_hash)
        row = self._connection.execute(query).one_or_none()
        account = self.account(row.username) if row else None
        if account is None or not account.is_active:
            return None
        return self._session(row, officer_of(account))

    def sessions(self, username: str) -> Sequence[Session]:
        """See the port."""
        query = select(sessions).where(sessions.c.username == username)
        rows = self._connection.execute(query.order_by(sessions.c.seen_at.desc()))
        return [self._session(row) for row in rows]

    def drop_session(self, token_hash: str) -> None:
        """See the port."""
        self._connection.execute(delete(sessions).where(sessions.c.token_hash == token_hash))

    def drop_sessions_of(self, username: str, keep: str | None = None) -> int:
        """See the port."""
        mine = delete(sessions).where(sessions.c.username == username)
        if keep is not None:
            mine = mine.where(sessions.c.token_hash != keep)
        return int(self._connection.execute(mine).rowcount)

    def drop_sessions_before(self, seen_before: datetime, started_before: datetime) -> None:
        """See the port."""
        over = or_(sessions.c.seen_at < seen_before, sessions.c.started_at < started_before)
        self._connection.execute(delete(sessions).where(over))

    def put_invitation(self, invitation: Invitation) -> None:
        """See the port."""
        upsert(self._connection, invitations, vars(invitation))

    def invitation(self, code_hash: str) -> Invitation | None:
        """See the port."""
        query = select(invitations).where(invitations.c.code_hash == code_hash)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Invitation(row.code_hash, row.username, row.made_by, row.expires_at, row.used_at)

    def close_invitations(self, username: str, now: datetime) -> None:
        """See the port."""
        unused = (invitations.c.username == username) & invitations.c.used_at.is_(None)
        self._connection.execute(update(invitations).where(unused).values(used_at=now))

    def _one(self, query: Any) -> Account | None:
        row = self._connection.execute(query).one_or_none()
        return self._account(row) if row else None

    def _account(self, row: Any) -> Account:
        sealed = row.totp_sealed
        return Account(
            username=row.username,
            password_hash=row.password_hash or None,
            name=row.name,
            roles=frozenset(StaffRole(role) for role in row.roles or []),
            branch=row.branch,
            businesses=frozenset(row.businesses or []),
            is_active=row.is_active,
            totp_secret=self._keyring.open(sealed) if sealed else None,
            totp_step=row.totp_step,
        )

    def _account_row(self, account: Account) -> dict[str, Any]:
        return {
            "username": account.username,
            "password_hash": account.password_hash or "",
            "name": account.name,
            "roles": sorted(role.value for role in account.roles),
            "branch": account.branch,
            "businesses": sorted(account.businesses),
            "is_active": account.is_active,
            "totp_sealed": _seal(self._keyring, account.totp_secret),
            "totp_step": account.totp_step,
        }

    def _session(self, row: Any, officer: Officer | None = None) -> Session:
        sealed = row.pending_totp_sealed
        return Session(
            token_hash=row.token_hash,
            username=row.username,
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_full=row.is_full,
            officer=officer,
            pending_totp=self._keyring.open(sealed) if sealed else None,
        )


class SqlBranches:
    """Implements ``service.people_ports.Branches`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def all(self) -> Sequence[Branch]:
        """See the port."""
        rows = self._connection.execute(select(branches).order_by(branches.c.code))
        return [Branch(row.code, row.name, row.parent) for row in rows]

    def get(self, code: str) -> Branch | None:
        """See the port."""
        query = select(branches).where(branches.c.code == code)
        row = self._connection.execute(query).one_or_none()
        return Branch(row.code, row.name, row.parent) if row else None

    def put(self, branch: Branch) -> None:
        """See the port."""
        upsert(self._connection, branches, vars(branch))


def _seal(keyring: Keyring, text: str | None) -> str | None:
    return None if text is None else keyring.seal(text)


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
