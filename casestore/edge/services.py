"""What the routes work with, put together by ``casestore.bootstrap``."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from casestore.edge.metrics import Metrics
from casestore.service.accounts import AccountOffice
from casestore.service.admission import Admission
from casestore.service.alerts import AlertRoom
from casestore.service.assignment import Assignment
from casestore.service.attachments import AttachmentRoom
from casestore.service.audit import AuditRoom
from casestore.service.authenticator import Authenticators
from casestore.service.branches import BranchOffice
from casestore.service.callbacks import CallbackBook
from casestore.service.campaigns import CampaignBook
from casestore.service.casework import Casework
from casestore.service.chat_desk import ChatDesk
from casestore.service.chat_intake import ChatIntake
from casestore.service.chat_watch import ChatWatch
from casestore.service.chats import ChatBoard
from casestore.service.checklist import ChecklistRoom
from casestore.service.classification import ClassificationDesk
from casestore.service.clients import ClientRegister
from casestore.service.corrections import CorrectionBook
from casestore.service.desk import ComplaintDesk
from casestore.service.directory import Reception
from casestore.service.duty import DutyRoster
from casestore.service.entrance import StaffEntrance
from casestore.service.exchange import Exchange
from casestore.service.knowledge import KnowledgeBook
from casestore.service.listing import Listing
from casestore.service.notices import NoticeDesk
from casestore.service.own_account import OwnAccount
from casestore.service.ports import Clock, NewId
from casestore.service.presence import Presence
from casestore.service.reminders import ReminderDesk
from casestore.service.replies import ReplyDesk
from casestore.service.reports import Reports
from casestore.service.retention import Retention
from casestore.service.saved_views import SavedViewBook
from casestore.service.tasks import TaskRoom
from casestore.service.watch import Watch


@dataclass(frozen=True)
class Services:
    """``readiness`` names each check and says ``ok`` or what is wrong; ``warnings`` say what is not
    wrong yet and what to do about it.

    ``drafts_are_answered`` is true while the assistant may answer with texts that the bank has not
    approved; the console says so.
    """

    desk: ComplaintDesk
    casework: Casework
    attachments: AttachmentRoom
    exchange: Exchange
    clients: ClientRegister
    entrance: StaffEntrance
    admission: Admission
    authenticators: Authenticators
    own_account: OwnAccount
    accounts: AccountOffice
    branches: BranchOffice
    audit: AuditRoom
    classification: ClassificationDesk
    corrections: CorrectionBook
    knowledge: KnowledgeBook
    campaigns: CampaignBook
    presence: Presence
    saved_views: SavedViewBook
    listing: Listing
    reception: Reception
    replies: ReplyDesk
    notices: NoticeDesk
    assignment: Assignment
    watch: Watch
    reminders: ReminderDesk
    tasks: TaskRoom
    checklist: ChecklistRoom
    retention: Retention
    reports: Reports
    alerts: AlertRoom
    chats: ChatBoard
    chat_desk: ChatDesk
    chat_intake: ChatIntake
    chat_watch: ChatWatch
    callbacks: CallbackBook
    duty: DutyRoster
    readiness: Callable[[], Mapping[str, str]]
    warnings: Callable[[], Sequence[str]]
    jobs_worked: Callable[[], Mapping[str, datetime]]
    metrics: Metrics
    now: Clock
    new_id: NewId
    drafts_are_answered: bool


async def services(request: Request) -> Services:
    """The services of the application that received the request.

    A coroutine only so that FastAPI needs no thread to look at an attribute.
    """
    return services_of(request)


def services_of(request: Request) -> Services:
    """The same for those who are no dependency."""
    found: Services = request.app.state.services
    return found
