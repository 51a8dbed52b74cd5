"""The composition root: settings to engine, engine to services, services to an application."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from secrets import token_bytes
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy.engine import Engine
from starlette.middleware import Middleware

from casestore.api import (
    act_routes,
    attachment_routes,
    campaign_routes,
    chat_routes,
    exchange_routes,
    knowledge_routes,
    notice_routes,
    operations,
)
from casestore.api import routes as api_routes
from casestore.console import (
    alert_pages,
    assignment_pages,
    audit_pages,
    branch_pages,
    callback_pages,
    campaign_pages,
    case_acts,
    case_files,
    case_list,
    case_page,
    chat_acts,
    chat_pages,
    classification_pages,
    deliveries,
    expired,
    frozen_report_pages,
    knowledge_pages,
    notice_pages,
    own_account,
    refusals,
    register,
    reminder_pages,
    reply_pages,
    report_pages,
    setup,
    task_routes,
    user_pages,
    work,
)
from casestore.console import entrance as console_entrance
from casestore.domain.audit import ChainReport, Head
from casestore.domain.deadlines import ServicePromise, calendar_end, local_date
from casestore.domain.errors import (
    ConfigurationError,
    FieldUnreadable,
    ForgedRequest,
    NotAllowed,
    Recused,
    SecondFactorNeeded,
    SignInNeeded,
    StoreTooNew,
    StoreUnavailable,
)
from casestore.domain.office_hours import OfficeHours
from casestore.domain.staff import StaffRole
from casestore.edge.assets import Assets
from casestore.edge.failures import install_failures
from casestore.edge.messenger import WebhookMessenger
from casestore.edge.metrics import Metrics
from casestore.edge.middleware import (
    BodyLimit,
    ErrorBoundary,
    RequestIds,
    RequestTimer,
    SecurityHeaders,
)
from casestore.edge.services import Services
from casestore.jobs import all_jobs
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
from casestore.service.desk import ComplaintDesk, RandomBytes
from casestore.service.directory import Reception
from casestore.service.duty import DutyRoster
from casestore.service.entrance import StaffEntrance
from casestore.service.exchange import Exchange
from casestore.service.indexing import index_case
from casestore.service.invitations import Code, ServerInvitations
from casestore.service.jobs import JobRunner, job_warnings, jobs_worked
from casestore.service.knowledge import KnowledgeBook
from casestore.service.listing import Listing
from casestore.service.notices import NoticeDesk
from casestore.service.own_account import OwnAccount
from casestore.service.ports import Clock, Files, NewId, NewToken, Passwords
from casestore.service.presence import Presence
from casestore.service.reminders import ReminderDesk
from casestore.service.replies import ReplyDesk
from casestore.service.reports import Reports
from casestore.service.retention import Retention
from casestore.service.saved_views import SavedViewBook
from casestore.service.tasks import TaskRoom
from casestore.service.tokens import new_code, new_secret, new_token
from casestore.service.watch import Watch
from casestore.settings import DatabaseSettings, Settings
from casestore.storage import schema
from casestore.storage.checklist_file import read_checklists
from casestore.storage.codes_file import load_codes
from casestore.storage.customers_file import load_customers
from casestore.storage.engine import build_engine
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.reply_templates import reply_templates
from casestore.storage.store import SqlStore

BOT_CLIENT = "bot"
CALENDAR_WARNING = timedelta(days=60)

_NOT_MIGRATED = "数据库还没有升级到当前版本，请先运行 python -m casestore migrate。"
_TOO_NEW = (
    "数据库的表结构比这个程序新。请换回升级它的那个版本的受理系统（接口不变，别的进程可以是旧的），"
    "见 docs/deploy.md 的“退回”；这个版本的 migrate 不用运行。"
)
_NO_DATABASE = "连不上数据库，请检查 DATABASE_URL 和数据库是否在运行。"
_WRONG_KEYS = "CASE_STORE_FIELD_KEYS 打不开已有投诉的加密信息，请换回原来的密钥或把它加到列表里。"
_ABOUT = (
    "登记消费投诉、补充和撤回、查询办理状态。机器人与个案库之间的约定。"
    "请求可以带 X-Request-Id（16 位十六进制），只写进日志，用来对照两边的记录；不认识的照常处理。"
)
_CALENDAR_ENDS = (
    "节假日表只到 {end}：跨年的承诺日期先按周一至周五计算，标“暂定”。国务院公布次年放假安排以后，"
    "请系统管理员升级 chinesecalendar（做法见 docs/operations.md）。"
)
_FILES_NOT_WRITABLE = (
    "附件目录不能写入，客户的附件会收不进来：请检查 CASE_STORE_FILES_DIR 指的目录、权限和磁盘。"
)


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(timezone.utc)


def new_id() -> str:
    """A random UUID as text."""
    return str(uuid4())


@dataclass(frozen=True)
class Parts:
    """What tests replace."""

    now: Clock = utc_now
    new_token: NewToken = new_token
    new_code: NewToken = new_code
    new_secret: NewToken = new_secret
    new_id: NewId = new_id
    random_bytes: RandomBytes = token_bytes
    passwords: Passwords | None = None


def build_services(engine: Engine, settings: Settings, parts: Parts = Parts()) -> Services:
    """Everything the routes work with. Raises ConfigurationError for a malformed field key and a
    folder for attachments that cannot be made."""
    keyring = Keyring(settings.field_keys)
    store = SqlStore(engine, keyring)
    files = SealedFiles(Path(settings.case_store_files_dir), keyring)
    passwords = parts.passwords or Argon2Passwords()
    own_account = OwnAccount(store, passwords, parts.now, parts.new_token)
    codes = load_codes(settings.classification_codes_file)
    hours = OfficeHours.parse(settings.office_hours)
    promise = ServicePromise(settings.promise_working_days, settings.complex_working_days)
    return Services(
        desk=ComplaintDesk(store, parts.now, promise, parts.random_bytes, hooks=[index_case]),
        casework=Casework(store, parts.now),
        attachments=AttachmentRoom(store, files, parts.now),
        exchange=Exchange(store, parts.now),
        clients=ClientRegister(store, parts.now),
        entrance=StaffEntrance(store, passwords, parts.now, parts.new_token),
        admission=Admission(store, passwords, parts.now, parts.new_token, parts.new_secret),
        authenticators=Authenticators(
            store, own_account, parts.now, parts.new_token, parts.new_secret
        ),
        own_account=own_account,
        accounts=AccountOffice(store, parts.now, parts.new_code),
        branches=BranchOffice(store, parts.now),
        audit=AuditRoom(store, parts.now),
        classification=ClassificationDesk(store, parts.now, parts.new_id, codes),
        corrections=CorrectionBook(store),
        knowledge=KnowledgeBook(store, parts.now),
        campaigns=CampaignBook(store, parts.now),
        presence=Presence(store, parts.now),
        saved_views=SavedViewBook(store, parts.new_id),
        listing=Listing(store, parts.now),
        reception=Reception(store),
        replies=ReplyDesk(store, parts.now, parts.new_id, reply_templates()),
        notices=NoticeDesk(store, parts.now),
        assignment=Assignment(store, parts.now, parts.new_id, settings.auto_assign),
        watch=Watch(store, parts.now, hours),
        reminders=ReminderDesk(store, parts.now, hours, _messenger(settings)),
        tasks=TaskRoom(store, parts.now, parts.new_id, hours),
        checklist=ChecklistRoom(store, parts.now, read_checklists()),
        retention=Retention(store, files, parts.now, settings.retention_years),
        reports=Reports(store, parts.now, codes, load_customers(settings.report_customers_file)),
        alerts=AlertRoom(store, parts.now, parts.new_id),
        chats=ChatBoard(store, parts.now),
        chat_desk=ChatDesk(store, parts.now, parts.new_id, settings.chats_per_officer),
        chat_intake=ChatIntake(store, parts.now, hours, settings.chats_per_officer),
        chat_watch=ChatWatch(store, parts.now, parts.new_id, settings.chat_days),
        callbacks=CallbackBook(store, parts.now),
        duty=DutyRoster(store, parts.now),
        readiness=lambda: readiness(engine),
        warnings=lambda: [*warnings(files, parts.now()), *_job_warnings(store, parts.now())],
        jobs_worked=lambda: jobs_worked(store),
        metrics=Metrics(),
        now=parts.now,
        new_id=parts.new_id,
        drafts_are_answered=not settings.answers_approved_only,
    )


_ROUTERS = (
    report_pages.router,
    frozen_report_pages.router,
    alert_pages.router,
    api_routes.router,
    act_routes.router,
    attachment_routes.router,
    exchange_routes.router,
    notice_routes.router,
    chat_routes.router,
    knowledge_routes.router,
    campaign_routes.router,
    operations.router,
    work.router,
    case_list.router,
    register.router,
    case_page.router,
    case_acts.router,
    case_files.router,
    reply_pages.router,
    notice_pages.router,
    chat_pages.router,
    chat_acts.router,
    callback_pages.router,
    classification_pages.router,
    deliveries.router,
    knowledge_pages.router,
    campaign_pages.router,
    console_entrance.router,
    setup.router,
    own_account.router,
    expired.router,
    user_pages.router,
    branch_pages.router,
    audit_pages.router,
    reminder_pages.router,
    assignment_pages.router,
    task_routes.router,
)


def build_app(services: Services | None = None) -> FastAPI:
    """The application; without services it can only describe itself."""
    app = FastAPI(
        title="小保投诉个案库",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(RequestIds),
            Middleware(RequestTimer),
            Middleware(ErrorBoundary),
            Middleware(BodyLimit),
        ],
    )
    app.state.services = services
    app.state.is_stopping = lambda: False
    for router in _ROUTERS:
        app.include_router(router)
    app.mount("/static", Assets(), name="static")
    install_failures(app)
    app.add_exception_handler(SignInNeeded, expired.to_sign_in)
    app.add_exception_handler(SecondFactorNeeded, expired.to_second_factor)
    app.add_exception_handler(ForgedRequest, refusals.on_forged_form)
    for refusal in (NotAllowed, Recused):
        app.add_exception_handler(refusal, refusals.on_not_allowed)
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the API; needs neither settings nor a database."""
    return build_app().openapi()


def readiness(engine: Engine) -> Mapping[str, str]:
    """``database`` and ``schema``: ok, or what is wrong."""
    try:
        if schema.is_current(engine):
            return {"database": "ok", "schema": "ok"}
        wrong = _TOO_NEW if schema.is_newer(engine) else _NOT_MIGRATED
    except StoreUnavailable:
        return {"database": _NO_DATABASE}
    return {"database": "ok", "schema": wrong}


def warnings(files: Files, now: datetime) -> Sequence[str]:
    """What will go wrong unless somebody does something about it; empty if nothing."""
    end = calendar_end()
    found = []
    if end - local_date(now) <= CALENDAR_WARNING:
        found.append(_CALENDAR_ENDS.format(end=end))
    if not files.is_writable():
        found.append(_FILES_NOT_WRITABLE)
    return found


def _job_warnings(store: SqlStore, now: datetime) -> Sequence[str]:
    try:
        return job_warnings(store, now)
    except StoreUnavailable:
        return []  # the check of the database says so already


def _messenger(settings: Settings) -> WebhookMessenger | None:
    url = settings.staff_webhook_url.get_secret_value()
    return WebhookMessenger(url) if url else None


def build_jobs(engine: Engine, settings: Settings, services: Services) -> JobRunner:
    """The background jobs on the same database, under a name of this process's own."""
    store = SqlStore(engine, Keyring(settings.field_keys))
    jobs, metrics = all_jobs(services), services.metrics
    metrics.expect_jobs({job.name: job.every for job in jobs}, services.now())
    return JobRunner(store, services.now, new_id(), jobs, metrics.job_ended)


def prepare_database(
    settings: DatabaseSettings, parts: Parts = Parts(), waits: Callable[[], None] = lambda: None
) -> Code | None:
    """Migrate; ``waits`` is called before waiting for another migration. A one-time code for the
    first administrator, as long as there is none.

    Raises ConfigurationError.
    """
    with _at_the_server(settings) as (engine, store):
        schema.migrate(engine, waits)
        return ServerInvitations(store, parts.now, parts.new_code).open_first()


def invite(settings: DatabaseSettings, username: str, roles: Iterable[StaffRole]) -> Code:
    """A one-time code for anybody. Raises InvalidRequest, ConfigurationError."""
    with _at_the_server(settings) as (_engine, store):
        return ServerInvitations(store, utc_now, new_code).invite(username, frozenset(roles))


def verify_audit(settings: DatabaseSettings, expected: Head | None = None) -> ChainReport:
    """Compute the audit log's chain anew. Raises ConfigurationError."""
    with _at_the_server(settings) as (_engine, store):
        return AuditRoom(store, utc_now).verify(expected)


def open_for_business(settings: Settings) -> FastAPI:
    """The application on a checked database, with the bot let in; its background jobs, not started,
    are ``app.state.jobs``. Raises ConfigurationError."""
    engine = build_engine(settings.database_url.get_secret_value())
    for result in readiness(engine).values():
        if result != "ok":
            raise ConfigurationError(result)
    services = build_services(engine, settings)
    try:
        services.desk.page(after=None, size=1)
    except FieldUnreadable as exc:
        raise ConfigurationError(_WRONG_KEYS) from exc
    services.clients.admit(BOT_CLIENT, settings.case_store_token.get_secret_value())
    app = build_app(services)
    app.state.jobs = build_jobs(engine, settings, services)
    return app


@contextmanager
def _at_the_server(settings: DatabaseSettings) -> Iterator[tuple[Engine, SqlStore]]:
    """The bare database for a verb. Without field keys one can do what needs no sealed field."""
    engine = build_engine(settings.database_url.get_secret_value())
    keys = settings.field_keys or [Fernet.generate_key().decode()]
    try:
        yield engine, SqlStore(engine, Keyring(keys))
    except StoreUnavailable as exc:
        raise ConfigurationError(_NO_DATABASE) from exc
    except StoreTooNew as exc:
        raise ConfigurationError(_TOO_NEW) from exc
    except FieldUnreadable as exc:
        raise ConfigurationError(_WRONG_KEYS) from exc
    finally:
        engine.dispose()
