"""What the use cases need from the outside. ``casestore.storage`` implements the storage ports.

A transaction rolls back unless ``commit`` was called. Every method may raise StoreUnavailable.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from casestore.domain.case import Case, CaseEvent, CaseStanding, CaseSummary
from casestore.domain.staff import Account, Session

Clock = Callable[[], datetime]
NewToken = Callable[[], str]


class Cases(Protocol):
    """Cases and what happened to them."""

    def add(self, case: Case, fingerprint: str) -> bool:
        """Write a new case; False, and nothing written, if its reference exists."""

    def record(self, event: CaseEvent) -> None:
        """Append to the history of an existing case."""

    def standing(self, reference: str) -> CaseStanding | None:
        """Where a case stands; None if unknown."""

    def has_fingerprint(self, reference: str, fingerprint: str) -> bool:
        """Whether the case was filed with this fingerprint."""

    def has_phone_tail(self, reference: str, tail: str) -> bool:
        """Whether the complainant's phone ends so; constant time, False if unknown."""

    def get(self, reference: str) -> Case | None:
        """The whole case; None if unknown. Raises FieldUnreadable."""

    def page(self, after: str | None, size: int) -> Sequence[CaseSummary]:
        """Up to ``size`` cases, newest first, following the case ``after`` (from the newest if
        None; empty if unknown). Raises FieldUnreadable."""

    def events(self, reference: str) -> Sequence[CaseEvent]:
        """The history of a case, oldest first."""


class Clients(Protocol):
    """Programs that may call the API."""

    def put(self, name: str, token_hash: str) -> None:
        """Create a client, or give it a new token."""

    def name_for(self, token_hash: str) -> str | None:
        """The client with this token."""


class Staff(Protocol):
    """Console accounts and sessions."""

    def any_account(self) -> bool:
        """Whether the console has at least one account."""

    def add_account(self, account: Account, created_at: datetime) -> bool:
        """Create an account; False if the name is taken."""

    def account(self, username: str) -> Account | None:
        """The account of that name."""

    def put_session(self, session: Session) -> None:
        """Create a session, or note that it was seen."""

    def session(self, token_hash: str) -> Session | None:
        """A stored session, live or not."""

    def drop_session(self, token_hash: str) -> None:
        """End a session; no error if there is none."""

    def drop_sessions_before(self, seen_before: datetime, started_before: datetime) -> None:
        """Delete sessions last seen or started before these moments."""


class Attempts(Protocol):
    """Remembered wrong guesses per subject."""

    def lock(self, subject: str) -> tuple[datetime, ...]:
        """The remembered failures; nobody else reads or changes them until the transaction ends."""

    def save(self, subject: str, failures: Sequence[datetime], forget_at: datetime) -> None:
        """Remember failures of a locked subject; they may be deleted after ``forget_at``."""

    def forget(self, subject: str) -> None:
        """Forget the failures of a subject."""

    def forget_before(self, moment: datetime) -> None:
        """Delete what may be deleted at that moment, skipping what others have locked."""


class Transaction(Protocol):
    """One transaction on the store."""

    cases: Cases
    clients: Clients
    staff: Staff
    attempts: Attempts

    def commit(self) -> None:
        """Make everything written durable."""


class Store(Protocol):
    """The way to a transaction."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction that rolls back unless committed."""


class Passwords(Protocol):
    """Slow password hashing."""

    def hash(self, password: str) -> str:
        """A salted hash of the password."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; takes as long, and is False, if there is no hash."""
