"""What accounts, sessions and branches need of the storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casestore.domain.staff import Account, Branch, Session


@dataclass(frozen=True)
class Invitation:
    """A one-time code, stored as its SHA-256, by which a person takes over an account."""

    code_hash: str
    username: str
    made_by: str
    expires_at: datetime
    used_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be used."""
        return self.used_at is None and now < self.expires_at


class Staff(Protocol):
    """Console accounts, their sessions and invitations."""

    def has_administrator(self) -> bool:
        """Whether anybody can sign in and keep accounts; opens no sealed field."""

    def has_anybody(self) -> bool:
        """Whether anybody can sign in at all; opens no sealed field."""

    def add_account(self, account: Account, created_at: datetime) -> bool:
        """Create an account; False if the name is taken."""

    def account(self, username: str) -> Account | None:
        """The account of that name. Raises FieldUnreadable."""

    def lock_account(self, username: str) -> Account | None:
        """The same; nobody else changes it until the transaction ends."""

    def lock_accounts(self) -> Sequence[Account]:
        """All accounts by name; nobody else changes any until the transaction ends."""

    def accounts(self) -> Sequence[Account]:
        """All accounts by name. Raises FieldUnreadable."""

    def put_account(self, account: Account) -> None:
        """Change an existing account."""

    def put_session(self, session: Session) -> None:
        """Create a session, or note that it was seen."""

    def session(self, token_hash: str) -> Session | None:
        """A stored session, live or not, with its officer; None if the account is disabled."""

    def sessions(self, username: str) -> Sequence[Session]:
        """The stored sessions of a person, newest first."""

    def drop_session(self, token_hash: str) -> None:
        """End a session; no error if there is none."""

    def drop_sessions_of(self, username: str, keep: str | None = None) -> int:
        """End all sessions of a person but that with the token hash ``keep``; how many."""

    def drop_sessions_before(self, seen_before: datetime, started_before: datetime) -> None:
        """Delete sessions last seen or started before these moments."""

    def put_invitation(self, invitation: Invitation) -> None:
        """Create an invitation, or note that it was used."""

    def invitation(self, code_hash: str) -> Invitation | None:
        """The invitation with this code, open or not."""

    def close_invitations(self, username: str, now: datetime) -> None:
        """Make every open invitation of a person useless."""


class Branches(Protocol):
    """The bank's institutions."""

    def all(self) -> Sequence[Branch]:
        """Every branch by code."""

    def get(self, code: str) -> Branch | None:
        """The branch with this code."""

    def put(self, branch: Branch) -> None:
        """Create a branch, or give it another name, which no other may have, or superior."""
