"""What the use cases need from the outside. ``casestore.storage`` implements the storage ports.

A transaction rolls back unless ``commit`` was called. Every method may raise StoreUnavailable.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from casestore.domain.attachment import Attachment
from casestore.domain.case import (
    Case,
    CaseEvent,
    CaseStanding,
    CaseSummary,
    Complaint,
    EventKind,
)
from casestore.domain.exchange import BacklogReport, FeedEntry, News
from casestore.service.assignment_ports import Caseload, Routes
from casestore.service.audit_ports import Audit
from casestore.service.campaign_ports import CampaignReports
from casestore.service.chat_ports import Callbacks, Chats, Duties
from casestore.service.classification_ports import ClassBook
from casestore.service.job_ports import Leases
from casestore.service.knowledge_ports import KnowledgeReports
from casestore.service.listing_ports import Listings, Search
from casestore.service.people_ports import Branches, Staff
from casestore.service.presence_ports import SavedViews, Viewers
from casestore.service.reminder_ports import Reminders
from casestore.service.reply_ports import Notices, Replies
from casestore.service.report_ports import Alerts, Reports
from casestore.service.retention_ports import Archive
from casestore.service.task_ports import Checks, Tasks

Clock = Callable[[], datetime]
NewToken = Callable[[], str]
NewId = Callable[[], str]


class Cases(Protocol):
    """Cases and what happened to them."""

    def add(self, case: Case, fingerprint: str) -> bool:
        """Write a new case; False, and nothing written, if its reference exists."""

    def record(self, event: CaseEvent) -> bool:
        """Append to the history of an existing case; False, and nothing written, if the id of
        its act is taken by any event of any case."""

    def standing(self, reference: str) -> CaseStanding | None:
        """Where a case stands; None if unknown."""

    def lock(self, reference: str) -> CaseStanding | None:
        """The same; nobody else moves the case until the transaction ends."""

    def move(self, standing: CaseStanding) -> None:
        """Write where a locked case stands now: progress, clock, due dates, handling."""

    def correct(self, complaint: Complaint) -> None:
        """Write the complaint of a locked case anew; it stays known by its first fingerprint."""

    def client(self, reference: str) -> str | None:
        """The client that filed the case; None if unknown."""

    def registered_by(self, reference: str) -> str | None:
        """The actor who registered the case; None if unknown."""

    def staff_named(self, reference: str) -> str | None:
        """Whom the customer complained of in person; None if nobody."""

    def same_customer(self, reference: str) -> Sequence[str]:
        """The other cases of the same phone, newest first."""

    def earlier(self, phone: str, business: str, since: datetime, than: str) -> str | None:
        """The latest case of a phone and business received at or after a moment, but not later
        than the case ``than``, and not that one itself."""

    def is_linked(self, one: str, other: str) -> bool:
        """Whether one of the two cases names the other as the same matter."""

    def event_of(self, act_id: str) -> CaseEvent | None:
        """The event of the act with this id."""

    def last_event(self, reference: str, kind: EventKind) -> CaseEvent | None:
        """The latest event of a kind."""

    def linked_from(self, reference: str) -> Sequence[str]:
        """References of the cases that name this one as the same matter, in their order."""

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


class Attachments(Protocol):
    """What is known of the files of cases; the files themselves are kept by ``Files``."""

    def add(self, attachment: Attachment) -> bool:
        """Note a file; False, and nothing written, if its id is taken."""

    def get(self, attachment_id: str) -> Attachment | None:
        """The file of that id; None if unknown. Raises FieldUnreadable."""

    def of(self, reference: str) -> Sequence[Attachment]:
        """The files of a case, oldest first. Raises FieldUnreadable."""


class Feed(Protocol):
    """News for clients, in one order that everybody sees alike."""

    def publish(self, news: News) -> int:
        """Append, and give its place. Whoever reads up to some news has read, or can still read,
        all before it."""

    def after(self, client: str, cursor: int, limit: int) -> Sequence[FeedEntry]:
        """Up to ``limit`` news for a client that follow ``cursor``, in order."""

    def retried_since(self, client: str, moment: datetime) -> frozenset[str]:
        """References this client was asked to try again at or after a moment."""


class Backlogs(Protocol):
    """The last backlog report of each client."""

    def put(self, report: BacklogReport) -> None:
        """Replace the client's report."""

    def all(self) -> Sequence[BacklogReport]:
        """The reports, by client."""


class Clients(Protocol):
    """Programs that may call the API."""

    def put(self, name: str, token_hash: str) -> None:
        """Create a client, or give it a new token."""

    def name_for(self, token_hash: str) -> str | None:
        """The client with this token."""


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
    attachments: Attachments
    feed: Feed
    backlogs: Backlogs
    clients: Clients
    staff: Staff
    attempts: Attempts
    branches: Branches
    audit: Audit
    reports: Reports
    alerts: Alerts
    replies: Replies
    notices: Notices
    reminders: Reminders
    routes: Routes
    caseload: Caseload
    tasks: Tasks
    checks: Checks
    leases: Leases
    archive: Archive
    viewers: Viewers
    classes: ClassBook
    knowledge: KnowledgeReports
    campaigns: CampaignReports
    saved_views: SavedViews
    listings: Listings
    search: Search
    chats: Chats
    duties: Duties
    callbacks: Callbacks

    def commit(self) -> None:
        """Make everything written durable."""


class Store(Protocol):
    """The way to a transaction."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """A transaction that rolls back unless committed."""


class Files(Protocol):
    """Sealed files, by name. A file no row speaks of is harmless."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a file for good; the same name again replaces it whole."""

    def get(self, name: str) -> bytes:
        """A file's content. Raises FieldUnreadable, StoreUnavailable (also if it is gone)."""

    def is_writable(self) -> bool:
        """Whether new files could be kept now."""


class Passwords(Protocol):
    """Slow password hashing."""

    def hash(self, password: str) -> str:
        """A salted hash of the password."""

    def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; takes as long, and is False, if there is no hash."""
