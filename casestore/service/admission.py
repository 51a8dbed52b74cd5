"""Becoming an officer: with a one-time code, one takes over an account and chooses a password."""

from dataclasses import replace
from datetime import datetime

from casestore.domain.audit import ANONYMOUS
from casestore.domain.errors import InvalidRequest
from casestore.domain.passwords import password_problem
from casestore.domain.staff import Account, StaffRole, name_problem
from casestore.service import limits
from casestore.service.ports import Clock, NewToken, Passwords, Store
from casestore.service.sessions import note, open_session
from casestore.service.tokens import code_hash

ALONE = frozenset({StaffRole.SUPERVISOR, StaffRole.HANDLER})
"""What the first administrator also becomes who tries the console out alone."""

_BAD_CODE = "一次性代码不对、已经用过，或已过 24 小时；请核对，或请管理员重新发一个"


class Admission:
    """Taking over accounts. ``new_secret`` gives the base32 secret of an authenticator.

    Every method may raise StoreUnavailable.
    """

    def __init__(
        self,
        store: Store,
        passwords: Passwords,
        now: Clock,
        new_token: NewToken,
        new_secret: NewToken,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._now = now
        self._new_token = new_token
        self._new_secret = new_secret

    def is_first(self) -> bool:
        """Whether nobody can sign in yet."""
        with self._store.transaction() as tx:
            return not tx.staff.has_anybody()

    def accept(
        self, code: str, password: str, address: str, name: str = "", alone: bool = False
    ) -> str:
        """Take over the account of a one-time code with a password of one's own.

        Returns the token of a session in which an authenticator is set up; the code stays valid
        until that is done, so that an interrupted set-up can be begun again. ``name`` counts where
        nobody has given the person's yet, ``alone`` for the first administrator only.

        Raises InvalidRequest (fields ``code``, ``name``, ``password``), TooManyAttempts.
        """
        now = self._now()
        account = self._invited(code, address, now)
        if not account.name:
            account = _named(account, name.strip())
        if alone and StaffRole.ADMIN in account.roles and self.is_first():
            account = replace(account, roles=account.roles | ALONE)
        if problem := password_problem(password, (account.username, account.name)):
            raise InvalidRequest({"password": problem})
        hashed = self._passwords.hash(password)
        account = replace(account, password_hash=hashed, totp_secret=None, totp_step=0)
        with self._store.transaction() as tx:
            tx.staff.put_account(account)
            tx.staff.drop_sessions_of(account.username)
            secret = self._new_secret()
            token = open_session(tx, account, now, self._new_token, False, pending_totp=secret)
            note(tx, account.username, "password_set", address, now)
            tx.commit()
        return token

    def _invited(self, code: str, address: str, now: datetime) -> Account:
        tried = limits.invitation_try(address)
        with self._store.transaction() as tx:
            limits.claim(tx, tried, now)
            invitation = tx.staff.invitation(code_hash(code))
            account = None
            if invitation is not None and invitation.is_open(now):
                account = tx.staff.account(invitation.username)
            if account is not None and account.is_active:
                limits.succeed(tx, tried, now)
                tx.commit()
                return account
            tx.audit.append(ANONYMOUS, "invitation_refused", "", address, now)
            tx.commit()
        raise InvalidRequest({"code": _BAD_CODE})


def _named(account: Account, name: str) -> Account:
    if problem := name_problem(name):
        raise InvalidRequest({"name": problem})
    return replace(account, name=name)
