"""What officers do with their own account: the password, the sessions."""

from collections.abc import Sequence
from dataclasses import replace

from casestore.domain.errors import InvalidRequest, SignInFailed, SignInNeeded
from casestore.domain.passwords import password_problem
from casestore.domain.staff import Account, Session
from casestore.service import limits
from casestore.service.ports import Clock, NewToken, Passwords, Store
from casestore.service.sessions import full_session, note, open_session
from casestore.service.tokens import token_hash


class OwnAccount:
    """One's own account. Every method may raise SignInNeeded and StoreUnavailable."""

    def __init__(self, store: Store, passwords: Passwords, now: Clock, new_token: NewToken) -> None:
        self._store = store
        self._passwords = passwords
        self._now = now
        self._new_token = new_token

    def show(self, token: str) -> tuple[Account, Sequence[Session]]:
        """The account of a full session and its live sessions, the last seen first."""
        now = self._now()
        with self._store.transaction() as tx:
            session = full_session(tx, token, now)
            account = tx.staff.account(session.username)
            sessions = tx.staff.sessions(session.username)
        if account is None:
            raise SignInNeeded
        return account, [session for session in sessions if session.is_live(now)]

    def is_own(self, token: str, session: Session) -> bool:
        """Whether the session is the token's."""
        return session.token_hash == token_hash(token)

    def end_others(self, token: str, password: str, address: str) -> int:
        """End every other session of the person; how many there were.

        Raises SignInFailed for a wrong password, TooManyAttempts.
        """
        self.prove(token, password, address)
        now = self._now()
        with self._store.transaction() as tx:
            session = full_session(tx, token, now)
            ended = tx.staff.drop_sessions_of(session.username, keep=session.token_hash)
            note(tx, session.username, "sessions_ended", str(ended), now)
            tx.commit()
        return ended

    def change_password(self, token: str, old: str, new: str, address: str) -> str:
        """Choose another password; every session of the person ends.

        Returns the token of a new one. Raises SignInFailed for a wrong old password,
        InvalidRequest (field ``password``) for a bad new one, TooManyAttempts.
        """
        account = self.prove(token, old, address)
        if problem := password_problem(new, (account.username, account.name)):
            raise InvalidRequest({"password": problem})
        hashed, now = self._passwords.hash(new), self._now()
        with self._store.transaction() as tx:
            full_session(tx, token, now)
            current = tx.staff.lock_account(account.username)
            if current is None:
                raise SignInNeeded
            tx.staff.put_account(replace(current, password_hash=hashed))
            tx.staff.drop_sessions_of(account.username)
            renewed = open_session(tx, current, now, self._new_token)
            note(tx, account.username, "password_set", address, now)
            tx.commit()
        return renewed

    def prove(self, token: str, password: str, address: str) -> Account:
        """The account of a full session whose owner has given the password once more.

        Raises SignInFailed for a wrong one, TooManyAttempts.
        """
        now = self._now()
        with self._store.transaction() as tx:
            username = full_session(tx, token, now).username
            tried = limits.password_try(username, address)
            limits.claim(tx, tried, now)
            account = tx.staff.account(username)
            tx.commit()
        fits = self._passwords.verify(account.password_hash if account else None, password)
        with self._store.transaction() as tx:
            if account is None or not fits:
                note(tx, username, "password_refused", address, now)
                tx.commit()
                raise SignInFailed
            limits.succeed(tx, tried, now)
            tx.commit()
        return account
