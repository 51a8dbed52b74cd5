"""One-time codes by which people take over accounts, and those made at the server itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from casestore.domain.audit import account_subject
from casestore.domain.errors import InvalidRequest
from casestore.domain.staff import Account, StaffRole, forgotten, is_username, role_names
from casestore.service.people_ports import Invitation
from casestore.service.ports import Clock, NewToken, Store, Transaction
from casestore.service.tokens import code_hash

FIRST_ACCOUNT = "admin"
INVITATION_LIFE = timedelta(hours=24)
COMMAND_LINE = "system:command-line"
"""Who acts where somebody used the server's command line."""


@dataclass(frozen=True)
class Code:
    """A one-time code in clear, which is shown once and stored nowhere."""

    username: str
    code: str
    expires_at: datetime


def invite(tx: Transaction, username: str, made_by: str, now: datetime, code: str) -> Code:
    """Note a code in the caller's transaction; the person's earlier ones become useless."""
    tx.staff.close_invitations(username, now)
    invitation = Invitation(code_hash(code), username, made_by, now + INVITATION_LIFE)
    tx.staff.put_invitation(invitation)
    return Code(username, code, invitation.expires_at)


class ServerInvitations:
    """What whoever has the server in hand may do: let somebody in. May raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock, new_code: NewToken) -> None:
        self._store = store
        self._now = now
        self._new_code = new_code

    def open_first(self) -> Code | None:
        """A code for the first administrator, as long as no administrator can sign in.

        Each call makes the codes before it useless. None once there is an administrator.
        """
        with self._store.transaction() as tx:
            if tx.staff.has_administrator():
                return None
            code = self._invite(tx, FIRST_ACCOUNT, frozenset({StaffRole.ADMIN}))
            tx.commit()
        return code

    def invite(self, username: str, roles: frozenset[StaffRole]) -> Code:
        """A code for anybody; the account is made if need be.

        ``roles`` are added to those of an account that exists, which is enabled and has to be set
        up anew. Raises InvalidRequest (fields ``username``, ``roles``).
        """
        if not is_username(username):
            raise InvalidRequest({"username": "格式不对"})
        with self._store.transaction() as tx:
            if not roles and tx.staff.account(username) is None:
                raise InvalidRequest({"roles": "新账号要有角色"})
            code = self._invite(tx, username, roles)
            tx.commit()
        return code

    def _invite(self, tx: Transaction, username: str, roles: frozenset[StaffRole]) -> Code:
        now = self._now()
        tx.staff.add_account(Account(username, None), now)
        account = tx.staff.lock_account(username) or Account(username, None)
        renewed = replace(forgotten(account), roles=account.roles | roles, is_active=True)
        tx.staff.put_account(renewed)
        tx.staff.drop_sessions_of(username)
        code = invite(tx, username, COMMAND_LINE, now, self._new_code())
        detail = role_names(renewed.roles)
        tx.audit.append(COMMAND_LINE, "invited", account_subject(username), detail, now)
        return code
