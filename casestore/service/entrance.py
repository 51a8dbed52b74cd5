"""The console's entrance: signing in with two factors, staying in, leaving."""

from dataclasses import replace
from datetime import datetime, timedelta

from casestore.domain.audit import ANONYMOUS, account_subject
from casestore.domain.errors import SecondFactorNeeded, SignInFailed, SignInNeeded
from casestore.domain.one_time import new_step
from casestore.domain.staff import Account, Officer, Session, is_username
from casestore.service import limits
from casestore.service.ports import Clock, NewToken, Passwords, Store, Transaction
from casestore.service.sessions import live_session, note, open_session
from casestore.service.tokens import token_hash

# Seen-at is only rewritten this often: a page view should not always cost a disk write.
_TOUCH_EVERY = timedelta(minutes=1)


class StaffEntrance:
    """Console sign-in. Tokens leave this class plain and are stored hashed.

    ``address`` is where the browser is on the network, for the limit of tries and the audit log.
    Every method may raise StoreUnavailable.
    """

    def __init__(self, store: Store, passwords: Passwords, now: Clock, new_token: NewToken) -> None:
        self._store = store
        self._passwords = passwords
        self._now = now
        self._new_token = new_token

    def sign_in(self, username: str, password: str, address: str = "") -> str:
        """The first factor: the token of a session that opens nothing but the second one.

        Raises SignInFailed, also for an account that is disabled or not set up, and
        TooManyAttempts.
        """
        claimed_at = self._now()
        account = self._claim(username, address, claimed_at)
        usable = account is not None and account.is_active and account.totp_secret is not None
        stored = account.password_hash if account else None
        # The hash is computed in any case, so that every refusal takes as long.
        fits = self._passwords.verify(stored, password)
        if account is None or not usable or not fits:
            self._refuse(account, "password", address)
            raise SignInFailed
        with self._store.transaction() as tx:
            limits.succeed(tx, limits.password_try(username, address), claimed_at)
            token = open_session(tx, account, self._now(), self._new_token, is_full=False)
            tx.commit()
        return token

    def confirm(self, token: str, code: str, address: str = "") -> str:
        """The second factor: the token of a full session, which replaces the one before.

        Raises SignInNeeded, SignInFailed for a wrong code and one used before, TooManyAttempts.
        """
        claimed_at, username = self._now(), self.session(token).username
        tried = limits.code_try(username, address)
        with self._store.transaction() as tx:
            limits.claim(tx, tried, claimed_at)
            account = tx.staff.lock_account(username)
            renewed = self._renew(tx, token, account, code, claimed_at)
            if renewed is not None:
                limits.succeed(tx, tried, claimed_at)
                note(tx, username, "signed_in", address, claimed_at)
            tx.commit()
        if renewed is None:
            self._refuse(account, "code", address)
            raise SignInFailed
        return renewed

    def session(self, token: str) -> Session:
        """The live session of a token, whether full or not. Raises SignInNeeded."""
        now = self._now()
        with self._store.transaction() as tx:
            session = live_session(tx, token, now)
            if now - session.seen_at >= _TOUCH_EVERY:
                session = replace(session, seen_at=now)
                tx.staff.put_session(session)
                tx.commit()
        return session

    def officer(self, token: str) -> Officer:
        """The officer of a live, full session. Raises SignInNeeded, SecondFactorNeeded."""
        return _full(self.session(token))

    def onlooker(self, token: str) -> Officer:
        """The same for what a page asks by itself: the session grows no longer by it, so that one
        nobody sits at ends in time. Raises SignInNeeded, SecondFactorNeeded."""
        with self._store.transaction() as tx:
            return _full(live_session(tx, token, self._now()))

    def sign_out(self, token: str) -> None:
        """End a session for good; no error if it is over already."""
        with self._store.transaction() as tx:
            session = tx.staff.session(token_hash(token))
            tx.staff.drop_session(token_hash(token))
            if session is not None:
                tx.duties.drop(session.username)
                note(tx, session.username, "signed_out", "", self._now())
            tx.commit()

    def _claim(self, username: str, address: str, now: datetime) -> Account | None:
        with self._store.transaction() as tx:
            limits.claim(tx, limits.password_try(username, address), now)
            account = tx.staff.account(username) if is_username(username) else None
            tx.commit()
        return account

    def _renew(
        self, tx: Transaction, token: str, account: Account | None, code: str, now: datetime
    ) -> str | None:
        if account is None or account.totp_secret is None:
            return None
        step = new_step(account.totp_secret, code, now, account.totp_step)
        if step is None:
            return None
        account = replace(account, totp_step=step)
        tx.staff.put_account(account)
        tx.staff.drop_session(token_hash(token))
        return open_session(tx, account, now, self._new_token)

    def _refuse(self, account: Account | None, factor: str, address: str) -> None:
        """What was typed as a name is not written anywhere: it may be a password."""
        subject = account_subject(account.username) if account else ""
        with self._store.transaction() as tx:
            detail = f"{factor} {address}".strip()
            tx.audit.append(ANONYMOUS, "sign_in_refused", subject, detail, self._now())
            tx.commit()


def _full(session: Session) -> Officer:
    if not session.is_full:
        raise SecondFactorNeeded
    if session.officer is None:
        raise SignInNeeded
    return session.officer
