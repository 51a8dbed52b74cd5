"""Keeping the accounts of the console: whom an administrator lets in, as what, and no more."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from casestore.domain.audit import account_subject
from casestore.domain.errors import AccountGuarded, AccountNotFound, InvalidRequest, NameTaken
from casestore.domain.staff import (
    Account,
    Officer,
    StaffRole,
    forgotten,
    is_username,
    name_problem,
    role_names,
)
from casestore.domain.taxonomy import Dimension, is_term
from casestore.service.invitations import Code, invite
from casestore.service.ports import Clock, NewToken, Store, Transaction

_OWN_ROLES = "不能改自己的角色；请另一名管理员来改。"
_LAST_ADMINISTRATOR = "这是最后一名能登录的管理员；请先让另一人成为管理员。"
_BAD_USERNAME = "请以小写字母开头，用小写字母、数字、点、横线或下划线，最多 50 个字符"


@dataclass(frozen=True)
class Post:
    """What an administrator decides about a person; see ``domain.staff.Account``."""

    name: str
    roles: frozenset[StaffRole]
    branch: str | None = None
    businesses: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class AccountLine:
    """An account with the number of its live sessions."""

    account: Account
    sessions: int


class AccountOffice:
    """Accounts as administrators keep them. Every method may raise StoreUnavailable.

    Names are never deleted, because the history of cases names them.
    """

    def __init__(self, store: Store, now: Clock, new_code: NewToken) -> None:
        self._store = store
        self._now = now
        self._new_code = new_code

    def all(self) -> Sequence[AccountLine]:
        """Every account by user name."""
        with self._store.transaction() as tx:
            return [self._line(tx, account) for account in tx.staff.accounts()]

    def get(self, username: str) -> AccountLine:
        """One account. Raises AccountNotFound."""
        with self._store.transaction() as tx:
            account = tx.staff.account(username) if is_username(username) else None
            if account is None:
                raise AccountNotFound
            return self._line(tx, account)

    def create(self, username: str, post: Post, admin: Officer) -> Code:
        """Make an account and the code by which its person takes it over.

        Raises InvalidRequest (fields ``username``, ``name``, ``roles``, ``branch``,
        ``businesses``), NameTaken.
        """
        if not is_username(username):
            raise InvalidRequest({"username": _BAD_USERNAME})
        now = self._now()
        with self._store.transaction() as tx:
            _require_good(tx, post)
            if not tx.staff.add_account(_with(Account(username, None), post), now):
                raise NameTaken
            code = invite(tx, username, admin.actor, now, self._new_code())
            _note(tx, admin, "account_created", username, _described(post), now)
            tx.commit()
        return code

    def change(self, username: str, post: Post, admin: Officer) -> None:
        """Give a person another name, roles, branch or businesses; it counts at once.

        Raises AccountNotFound, AccountGuarded, InvalidRequest as ``create`` does.
        """
        with self._store.transaction() as tx:
            account = _lock(tx, username)
            _require_good(tx, post)
            if username == admin.username and post.roles != account.roles:
                raise AccountGuarded(_OWN_ROLES)
            self._put(tx, _with(account, post))
            _note(tx, admin, "account_changed", username, _described(post), self._now())
            tx.commit()

    def disable(self, username: str, admin: Officer) -> None:
        """Lock a person out at once. Raises AccountNotFound, AccountGuarded."""
        now = self._now()
        with self._store.transaction() as tx:
            self._put(tx, replace(_lock(tx, username), is_active=False))
            tx.staff.drop_sessions_of(username)
            tx.staff.close_invitations(username, now)
            _note(tx, admin, "account_disabled", username, "", now)
            tx.commit()

    def enable(self, username: str, admin: Officer) -> None:
        """Let a person in again. Raises AccountNotFound."""
        with self._store.transaction() as tx:
            tx.staff.put_account(replace(_lock(tx, username), is_active=True))
            _note(tx, admin, "account_enabled", username, "", self._now())
            tx.commit()

    def reset(self, username: str, admin: Officer) -> Code:
        """Forget a person's password and authenticator, and give a code to set up new ones.

        Raises AccountNotFound, AccountGuarded.
        """
        now = self._now()
        with self._store.transaction() as tx:
            self._put(tx, forgotten(_lock(tx, username)))
            tx.staff.drop_sessions_of(username)
            code = invite(tx, username, admin.actor, now, self._new_code())
            _note(tx, admin, "account_reset", username, "", now)
            tx.commit()
        return code

    def end_sessions(self, username: str, admin: Officer) -> int:
        """Sign a person out everywhere; how many sessions ended. Raises AccountNotFound."""
        with self._store.transaction() as tx:
            _lock(tx, username)
            ended = tx.staff.drop_sessions_of(username)
            _note(tx, admin, "sessions_ended", username, str(ended), self._now())
            tx.commit()
        return ended

    def _line(self, tx: Transaction, account: Account) -> AccountLine:
        sessions = tx.staff.sessions(account.username)
        now = self._now()
        return AccountLine(account, sum(session.is_live(now) for session in sessions))

    @staticmethod
    def _put(tx: Transaction, changed: Account) -> None:
        others = [each for each in tx.staff.accounts() if each.username != changed.username]
        if not any(account.administers for account in [*others, changed]):
            raise AccountGuarded(_LAST_ADMINISTRATOR)
        tx.staff.put_account(changed)


def _lock(tx: Transaction, username: str) -> Account:
    """All accounts are locked, so that two administrators cannot shut out each other at once."""
    for account in tx.staff.lock_accounts():
        if account.username == username:
            return account
    raise AccountNotFound


def _require_good(tx: Transaction, post: Post) -> None:
    problems = {
        "name": name_problem(post.name),
        "roles": None if post.roles else "请至少选一个角色",
        "branch": _branch_problem(tx, post.branch),
        "businesses": _businesses_problem(post.businesses),
    }
    if found := {field: problem for field, problem in problems.items() if problem}:
        raise InvalidRequest(found)


def _branch_problem(tx: Transaction, code: str | None) -> str | None:
    if code is None or tx.branches.get(code) is not None:
        return None
    return "没有这个机构"


def _businesses_problem(businesses: frozenset[str]) -> str | None:
    unknown = sorted(name for name in businesses if not is_term(Dimension.BUSINESS, name))
    return f"没有这个业务类别：{'、'.join(unknown)}" if unknown else None


def _with(account: Account, post: Post) -> Account:
    return replace(
        account,
        name=post.name,
        roles=post.roles,
        branch=post.branch,
        businesses=post.businesses,
    )


def _described(post: Post) -> str:
    parts = [role_names(post.roles), post.branch or "总行", "、".join(sorted(post.businesses))]
    return "；".join(part for part in parts if part)


def _note(
    tx: Transaction, admin: Officer, action: str, username: str, detail: str, now: datetime
) -> None:
    tx.audit.append(admin.actor, action, account_subject(username), detail, now)
