"""People who use the console: roles and rights, accounts, sessions, the bank's branches."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum

from casestore.domain.texts import text_problem

# OWASP ASVS 5.0, 7.3.1 and 7.3.2: an idle and an absolute limit.
IDLE_LIMIT = timedelta(minutes=15)
ABSOLUTE_LIMIT = timedelta(hours=8)

SYSTEM_NAME = "system"

_USERNAME = re.compile(r"[a-z][a-z0-9._-]{0,49}")
_LONGEST_NAME = 20


class Right(str, Enum):
    """One thing a role may do; checked on the server for every act and page."""

    REGISTER = "register"
    READ = "read"
    HANDLE = "handle"
    ASSIGN = "assign"
    APPROVE = "approve"
    EXTEND = "extend"
    EXTEND_AGAIN = "extend_again"
    REVEAL = "reveal"
    HOLD = "hold"
    REPORT = "report"
    SIGN = "sign"
    AUDIT = "audit"
    ADMINISTER = "administer"


class StaffRole(str, Enum):
    """The posts of a complaint department; one person may hold several."""

    CLERK = "clerk"
    HANDLER = "handler"
    SUPERVISOR = "supervisor"
    EXECUTIVE = "executive"
    AUDITOR = "auditor"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    StaffRole.CLERK: "登记员",
    StaffRole.HANDLER: "处理人员",
    StaffRole.SUPERVISOR: "主管",
    StaffRole.EXECUTIVE: "分管高管",
    StaffRole.AUDITOR: "审计",
    StaffRole.ADMIN: "管理员",
}

# An executive (总行高级管理人员 or the superior institution) alone grants the second extension:
# 投诉办法 article 18. An administrator manages accounts and sees no case.
RIGHTS: Mapping[StaffRole, frozenset[Right]] = {
    StaffRole.CLERK: frozenset({Right.REGISTER, Right.READ}),
    StaffRole.HANDLER: frozenset({Right.REGISTER, Right.READ, Right.HANDLE, Right.REVEAL}),
    StaffRole.SUPERVISOR: frozenset(
        {
            Right.REGISTER,
            Right.READ,
            Right.HANDLE,
            Right.ASSIGN,
            Right.APPROVE,
            Right.EXTEND,
            Right.REVEAL,
            Right.HOLD,
            Right.REPORT,
        }
    ),
    StaffRole.EXECUTIVE: frozenset(
        {
            Right.READ,
            Right.APPROVE,
            Right.EXTEND,
            Right.EXTEND_AGAIN,
            Right.REPORT,
            Right.SIGN,
        }
    ),
    StaffRole.AUDITOR: frozenset({Right.READ, Right.AUDIT, Right.REPORT}),
    StaffRole.ADMIN: frozenset({Right.ADMINISTER}),
}


@dataclass(frozen=True)
class Branch:
    """An institution of the bank; ``parent`` is the code of the superior one, None at the top."""

    code: str
    name: str
    parent: str | None = None


@dataclass(frozen=True)
class Account:
    """A person who may use the console; ``password_hash`` is argon2id, None until one was chosen.

    ``branch`` is the code of the institution they work for, None for the head office, whose people
    see every case; ``businesses`` the business categories they handle, empty for all.
    ``totp_step`` is the time step of the last one-time code used, which never counts again.
    """

    username: str
    password_hash: str | None
    name: str = ""
    roles: frozenset[StaffRole] = frozenset()
    branch: str | None = None
    businesses: frozenset[str] = frozenset()
    is_active: bool = True
    totp_secret: str | None = field(default=None, repr=False)
    totp_step: int = 0

    @property
    def is_complete(self) -> bool:
        """Whether the person can sign in: enabled, with both factors set up."""
        return self.is_active and bool(self.password_hash) and bool(self.totp_secret)

    @property
    def administers(self) -> bool:
        """Whether the person can sign in and keep accounts."""
        return self.is_complete and StaffRole.ADMIN in self.roles


@dataclass(frozen=True)
class Officer:
    """Who acts in the console, as the services need it."""

    username: str
    name: str
    roles: frozenset[StaffRole] = frozenset()
    branch: str | None = None

    @property
    def rights(self) -> frozenset[Right]:
        """Everything the roles allow together."""
        return frozenset().union(*(RIGHTS[role] for role in self.roles))

    @property
    def actor(self) -> str:
        """The officer as the actor of an event; ``system`` for what jobs do by themselves."""
        return SYSTEM_NAME if self.username == SYSTEM_NAME else f"staff:{self.username}"

    def may(self, right: Right) -> bool:
        """Whether one of the roles allows it."""
        return right in self.rights


SYSTEM = Officer(SYSTEM_NAME, "系统", roles=frozenset(StaffRole))
"""Whoever does what jobs do; rights and branches do not bind it."""


@dataclass(frozen=True)
class Session:
    """A signed-in console session; ``token_hash`` is the SHA-256 of the cookie's value.

    Before the second factor was shown (``is_full`` is False) it opens no page but that one.
    ``pending_totp`` is the secret of an authenticator that is being set up.
    """

    token_hash: str
    username: str
    started_at: datetime
    seen_at: datetime
    is_full: bool = True
    officer: Officer | None = field(default=None, compare=False)
    pending_totp: str | None = field(default=None, compare=False, repr=False)

    def is_live(self, now: datetime) -> bool:
        """Whether neither the idle nor the absolute limit has passed."""
        return now - self.seen_at < IDLE_LIMIT and now - self.started_at < ABSOLUTE_LIMIT


def officer_of(account: Account) -> Officer:
    """The account as somebody who acts."""
    return Officer(
        account.username, account.name or account.username, account.roles, account.branch
    )


def forgotten(account: Account) -> Account:
    """The account without its two factors, which have to be set up anew."""
    return replace(account, password_hash=None, totp_secret=None, totp_step=0)


def role_names(roles: Iterable[StaffRole]) -> str:
    """Roles as people read them, in the order of the posts."""
    held = set(roles)
    return "、".join(role.label for role in StaffRole if role in held)


def is_username(text: str) -> bool:
    """Whether an account could have this name at all."""
    return text != SYSTEM_NAME and _USERNAME.fullmatch(text) is not None


def name_problem(name: str) -> str | None:
    """What is wrong with a person's name, in plain Chinese; None if it can be used."""
    if len(name) > _LONGEST_NAME:
        return f"太长，最多 {_LONGEST_NAME} 个字"
    return text_problem(name)
