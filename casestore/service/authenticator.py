"""Setting up the authenticator app: at admission, and again with another phone."""

from dataclasses import dataclass, replace

from casestore.domain.errors import SignInFailed, SignInNeeded
from casestore.domain.one_time import enrolment_uri, new_step
from casestore.service import limits
from casestore.service.own_account import OwnAccount
from casestore.service.ports import Clock, NewToken, Store
from casestore.service.sessions import full_session, live_session, note, open_session


@dataclass(frozen=True)
class Offer:
    """What goes into an authenticator app: by hand ``secret`` (base32), as a QR code ``uri``."""

    username: str
    secret: str
    uri: str


class Authenticators:
    """The second factor. Every method may raise SignInNeeded and StoreUnavailable."""

    def __init__(
        self,
        store: Store,
        own_account: OwnAccount,
        now: Clock,
        new_token: NewToken,
        new_secret: NewToken,
    ) -> None:
        self._store = store
        self._own_account = own_account
        self._now = now
        self._new_token = new_token
        self._new_secret = new_secret

    def begin(self, token: str, password: str, address: str) -> None:
        """Offer another authenticator to a full session; the old one counts meanwhile.

        Raises SignInFailed for a wrong password, TooManyAttempts.
        """
        self._own_account.prove(token, password, address)
        with self._store.transaction() as tx:
            session = full_session(tx, token, self._now())
            tx.staff.put_session(replace(session, pending_totp=self._new_secret()))
            tx.commit()

    def offer(self, token: str) -> Offer:
        """What is being set up in a session. Raises SignInNeeded if nothing is."""
        with self._store.transaction() as tx:
            session = live_session(tx, token, self._now())
        if session.pending_totp is None:
            raise SignInNeeded
        secret, username = session.pending_totp, session.username
        return Offer(username, secret, enrolment_uri(secret, username))

    def finish(self, token: str, code: str, address: str) -> str:
        """Take the offered authenticator once it has shown a right code.

        Returns the token of a new, full session; every other session of the account and its
        invitation end. Raises SignInFailed for a wrong code, TooManyAttempts.
        """
        now, offer = self._now(), self.offer(token)
        tried = limits.code_try(offer.username, address)
        step = new_step(offer.secret, code, now, last_step=0)
        with self._store.transaction() as tx:
            limits.claim(tx, tried, now)
            account = tx.staff.lock_account(offer.username)
            renewed = None
            if account is not None and step is not None:
                limits.succeed(tx, tried, now)
                account = replace(account, totp_secret=offer.secret, totp_step=step)
                tx.staff.put_account(account)
                tx.staff.close_invitations(account.username, now)
                tx.staff.drop_sessions_of(account.username)
                renewed = open_session(tx, account, now, self._new_token)
                note(tx, account.username, "authenticator_set", address, now)
            tx.commit()
        if renewed is None:
            raise SignInFailed
        return renewed
