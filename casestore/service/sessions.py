"""What every use case around sessions shares."""

from dataclasses import replace
from datetime import datetime

from casestore.domain.audit import account_subject
from casestore.domain.errors import SignInNeeded
from casestore.domain.staff import ABSOLUTE_LIMIT, IDLE_LIMIT, Account, Session
from casestore.service.ports import NewToken, Transaction
from casestore.service.tokens import token_hash


def open_session(
    tx: Transaction,
    account: Account,
    now: datetime,
    new_token: NewToken,
    is_full: bool = True,
    pending_totp: str | None = None,
) -> str:
    """Start a session in the caller's transaction; returns its token."""
    token = new_token()
    session = Session(token_hash(token), account.username, now, now, is_full)
    tx.staff.drop_sessions_before(now - IDLE_LIMIT, now - ABSOLUTE_LIMIT)
    tx.staff.put_session(replace(session, pending_totp=pending_totp))
    return token


def live_session(tx: Transaction, token: str, now: datetime) -> Session:
    """The live session of a token, whether full or not. Raises SignInNeeded."""
    session = tx.staff.session(token_hash(token))
    if session is None or not session.is_live(now):
        raise SignInNeeded
    return session


def full_session(tx: Transaction, token: str, now: datetime) -> Session:
    """The same, after both factors only."""
    session = live_session(tx, token, now)
    if not session.is_full:
        raise SignInNeeded
    return session


def note(tx: Transaction, username: str, action: str, detail: str, now: datetime) -> None:
    """An audit entry of what a person did to their own account."""
    tx.audit.append(f"staff:{username}", action, account_subject(username), detail, now)
