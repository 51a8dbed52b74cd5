"""The store on a SQL database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from casestore.domain.errors import StoreUnavailable
from casestore.service.assignment_ports import Caseload, Routes
from casestore.service.audit_ports import Audit
from casestore.service.campaign_ports import CampaignReports
from casestore.service.chat_ports import Callbacks, Chats, Duties
from casestore.service.classification_ports import ClassBook
from casestore.service.job_ports import Leases
from casestore.service.knowledge_ports import KnowledgeReports
from casestore.service.listing_ports import Listings, Search
from casestore.service.people_ports import Branches, Staff
from casestore.service.ports import (
    Attachments,
    Attempts,
    Backlogs,
    Cases,
    Clients,
    Feed,
)
from casestore.service.presence_ports import SavedViews, Viewers
from casestore.service.reminder_ports import Reminders
from casestore.service.reply_ports import Notices, Replies
from casestore.service.report_ports import Alerts, Reports
from casestore.service.retention_ports import Archive
from casestore.service.task_ports import Checks, Tasks
from casestore.storage.alert_tables import SqlAlerts
from casestore.storage.archive_tables import SqlArchive
from casestore.storage.assignment_tables import SqlCaseload, SqlRoutes
from casestore.storage.audit_tables import SqlAudit
from casestore.storage.callback_tables import SqlCallbacks
from casestore.storage.campaign_tables import SqlCampaigns
from casestore.storage.case_tables import SqlAttachments, SqlCases
from casestore.storage.chat_tables import SqlChats
from casestore.storage.classification_tables import SqlClasses
from casestore.storage.duty_tables import SqlDuties
from casestore.storage.exchange_tables import SqlBacklogs, SqlFeed
from casestore.storage.keyring import Keyring
from casestore.storage.knowledge_tables import SqlKnowledge
from casestore.storage.lease_tables import SqlLeases
from casestore.storage.listing import SqlListings
from casestore.storage.notice_tables import SqlNotices
from casestore.storage.people_tables import SqlAttempts, SqlBranches, SqlClients, SqlStaff
from casestore.storage.presence_tables import SqlSavedViews, SqlViewers
from casestore.storage.reminder_tables import SqlReminders
from casestore.storage.reply_tables import SqlReplies
from casestore.storage.report_tables import SqlReports
from casestore.storage.search import SqlSearch
from casestore.storage.task_tables import SqlChecks, SqlTasks


class SqlTransaction:
    """Implements ``service.ports.Transaction`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self.cases: Cases = SqlCases(connection, keyring)
        self.attachments: Attachments = SqlAttachments(connection, keyring)
        self.feed: Feed = SqlFeed(connection)
        self.backlogs: Backlogs = SqlBacklogs(connection)
        self.clients: Clients = SqlClients(connection)
        self.staff: Staff = SqlStaff(connection, keyring)
        self.attempts: Attempts = SqlAttempts(connection)
        self.branches: Branches = SqlBranches(connection)
        self.audit: Audit = SqlAudit(connection)
        self.reports: Reports = SqlReports(connection)
        self.alerts: Alerts = SqlAlerts(connection)
        self.replies: Replies = SqlReplies(connection)
        self.notices: Notices = SqlNotices(connection)
        self.reminders: Reminders = SqlReminders(connection)
        self.routes: Routes = SqlRoutes(connection)
        self.caseload: Caseload = SqlCaseload(connection)
        self.tasks: Tasks = SqlTasks(connection)
        self.checks: Checks = SqlChecks(connection)
        self.leases: Leases = SqlLeases(connection)
        self.archive: Archive = SqlArchive(connection, keyring)
        self.classes: ClassBook = SqlClasses(connection, keyring)
        self.knowledge: KnowledgeReports = SqlKnowledge(connection)
        self.campaigns: CampaignReports = SqlCampaigns(connection)
        self.viewers: Viewers = SqlViewers(connection)
        self.listings: Listings = SqlListings(connection, keyring)
        self.search: Search = SqlSearch(connection)
        self.saved_views: SavedViews = SqlSavedViews(connection)
        self.chats: Chats = SqlChats(connection)
        self.duties: Duties = SqlDuties(connection)
        self.callbacks: Callbacks = SqlCallbacks(connection, keyring)

    def commit(self) -> None:
        """See the port."""
        self._connection.commit()


class SqlStore:
    """Implements ``service.ports.Store``."""

    def __init__(self, engine: Engine, keyring: Keyring) -> None:
        self._engine = engine
        self._keyring = keyring

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """See the port. Every database error leaves as StoreUnavailable."""
        try:
            # Closing the connection without a commit rolls back.
            with self._engine.connect() as connection:
                yield SqlTransaction(connection, self._keyring)
        except SQLAlchemyError as exc:
            raise StoreUnavailable from exc
