"""The console's entrance: signing in, staying in, leaving."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from casestore.domain.attempts import AttemptLimit
from casestore.domain.errors import SignInFailed, SignInNeeded, TooManyAttempts
from casestore.domain.staff import (
    ABSOLUTE_LIMIT,
    IDLE_LIMIT,
    Account,
    Session,
    is_username,
)
from casestore.service.ports import Clock, NewToken, Passwords, Store
from casestore.service.tokens import token_hash

FIRST_ACCOUNT = "admin"
SIGN_IN_LIMIT = AttemptLimit(allowed=5, window=timedelta(minutes=15))

# Seen-at is only rewritten this often: a page view should not always cost a disk write.
_TOUCH_EVERY = timedelta(minutes=1)


class StaffEntrance:
    """Console sign-in. Tokens leave this class plain and are stored hashed."""

    def __init__(self, store: Store, passwords: Passwords, now: Clock, new_token: NewToken) -> None:
        self._store = store
        self._passwords = passwords
        self._now = now
        self._new_token = new_token

    def open_first_account(self, password: str) -> bool:
        """Create ``admin`` if the console has no account at all; True if it was created."""
        account = Account(FIRST_ACCOUNT, self._passwords.hash(password))
        with self._store.transaction() as tx:
            if tx.staff.any_account():
                return False
            created = tx.staff.add_account(account, self._now())
            tx.commit()
        return created

    def sign_in(self, username: str, password: str) -> str:
        """A new session's token. Raises SignInFailed, TooManyAttempts, StoreUnavailable."""
        account = self._claim_attempt(username)
        stored = account.password_hash if account else None
        if not self._passwords.verify(stored, password) or account is None:
            raise SignInFailed
        return self._start_session(account)

    def session(self, token: str) -> Session:
        """The live session of a token. Raises SignInNeeded, StoreUnavailable."""
        now = self._now()
        with self._store.transaction() as tx:
            session = tx.staff.session(token_hash(token))
            if session is None or not session.is_live(now):
                raise SignInNeeded
            if now - session.seen_at >= _TOUCH_EVERY:
                session = replace(session, seen_at=now)
                tx.staff.put_session(session)
                tx.commit()
        return session

    def sign_out(self, token: str) -> None:
        """End a session for good; no error if it is over already."""
        with self._store.transaction() as tx:
            tx.staff.drop_session(token_hash(token))
            tx.commit()

    def _claim_attempt(self, username: str) -> Account | None:
        """Count the attempt as failed before the password is looked at, so that many tries at
        once cannot all slip under the limit; ``_start_session`` forgives it."""
        now, subject = self._now(), _subject(username)
        with self._store.transaction() as tx:
            failures = tx.attempts.lock(subject)
            if wait := SIGN_IN_LIMIT.wait(failures, now):
                raise TooManyAttempts(wait)
            failures = SIGN_IN_LIMIT.after_failure(failures, now)
            tx.attempts.save(subject, failures, now + SIGN_IN_LIMIT.window)
            tx.attempts.forget_before(now)
            account = tx.staff.account(username) if is_username(username) else None
            tx.commit()
        return account

    def _start_session(self, account: Account) -> str:
        now, token = self._now(), self._new_token()
        with self._store.transaction() as tx:
            tx.attempts.forget(_subject(account.username))
            tx.staff.drop_sessions_before(*_limits(now))
            tx.staff.put_session(Session(token_hash(token), account.username, now, now))
            tx.commit()
        return token


def _limits(now: datetime) -> tuple[datetime, datetime]:
    return now - IDLE_LIMIT, now - ABSOLUTE_LIMIT


def _subject(username: str) -> str:
    """Hashed, because people type passwords into the name field, and of any length."""
    digest = hashlib.sha256(username.encode("utf-8", "replace")).hexdigest()
    return f"sign-in:{digest}"
