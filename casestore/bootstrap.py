"""The composition root: settings to engine, engine to services, services to an application."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy.engine import Engine
from starlette.middleware import Middleware

from casestore.api import act_routes, attachment_routes, exchange_routes, operations
from casestore.api import routes as api_routes
from casestore.console import entrance as console_entrance
from casestore.console import routes as console_routes
from casestore.domain.deadlines import ServicePromise, calendar_end, local_date
from casestore.domain.errors import (
    ConfigurationError,
    FieldUnreadable,
    SignInNeeded,
    StoreUnavailable,
)
from casestore.edge.assets import Assets
from casestore.edge.failures import install_failures
from casestore.edge.metrics import Metrics
from casestore.edge.middleware import BodyLimit, ErrorBoundary, RequestTimer, SecurityHeaders
from casestore.edge.services import Services
from casestore.service.attachments import AttachmentRoom
from casestore.service.casework import Casework
from casestore.service.clients import ClientRegister
from casestore.service.desk import ComplaintDesk
from casestore.service.entrance import StaffEntrance
from casestore.service.exchange import Exchange
from casestore.service.ports import Clock, Files, NewId, NewToken, Passwords
from casestore.service.tokens import new_token
from casestore.settings import DatabaseSettings, Settings
from casestore.storage import schema
from casestore.storage.engine import build_engine
from casestore.storage.files import SealedFiles
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.store import SqlStore

BOT_CLIENT = "bot"
CALENDAR_WARNING = timedelta(days=60)

_NOT_MIGRATED = "数据库还没有升级到当前版本，请先运行 python -m casestore migrate。"
_NO_DATABASE = "连不上数据库，请检查 DATABASE_URL 和数据库是否在运行。"
_WRONG_KEYS = "CASE_STORE_FIELD_KEYS 打不开已有投诉的加密信息，请换回原来的密钥或把它加到列表里。"
_CALENDAR_ENDS = (
    "节假日表只到 {end}：国务院公布次年放假安排以后，请把 requirements.in 里的 chinesecalendar "
    "升级到含次年的版本，重新锁定、安装并重启；在此以前，跨年的承诺日期只按周一至周五计算，标“暂定”。"
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
    new_id: NewId = new_id
    passwords: Passwords | None = None


def build_services(engine: Engine, settings: Settings, parts: Parts = Parts()) -> Services:
    """Everything the routes work with. Raises ConfigurationError for a malformed field key and a
    folder for attachments that cannot be made."""
    keyring = Keyring(settings.field_keys)
    store = SqlStore(engine, keyring)
    files = SealedFiles(Path(settings.case_store_files_dir), keyring)
    passwords = parts.passwords or Argon2Passwords()
    promise = ServicePromise(settings.promise_working_days, settings.complex_working_days)
    return Services(
        desk=ComplaintDesk(store, parts.now, promise),
        casework=Casework(store, parts.now),
        attachments=AttachmentRoom(store, files, parts.now),
        exchange=Exchange(store, parts.now),
        clients=ClientRegister(store),
        entrance=StaffEntrance(store, passwords, parts.now, parts.new_token),
        readiness=lambda: readiness(engine),
        warnings=lambda: warnings(files, parts.now()),
        metrics=Metrics(),
        now=parts.now,
        new_id=parts.new_id,
        drafts_are_answered=not settings.answers_approved_only,
    )


_ROUTERS = (
    api_routes.router,
    act_routes.router,
    attachment_routes.router,
    exchange_routes.router,
    operations.router,
    console_routes.router,
    console_entrance.router,
)


def build_app(services: Services | None = None) -> FastAPI:
    """The application; without services it can only describe itself."""
    app = FastAPI(
        title="小保投诉个案库",
        version="1",
        description="登记消费投诉、补充和撤回、查询办理状态。机器人与个案库之间的约定。",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(RequestTimer),
            Middleware(ErrorBoundary),
            Middleware(BodyLimit),
        ],
    )
    app.state.services = services
    for router in _ROUTERS:
        app.include_router(router)
    app.mount("/static", Assets(), name="static")
    install_failures(app)
    app.add_exception_handler(SignInNeeded, console_entrance.to_login)
    return app


def openapi() -> dict[str, Any]:
    """The OpenAPI document of the API; needs neither settings nor a database."""
    return build_app().openapi()


def readiness(engine: Engine) -> Mapping[str, str]:
    """``database`` and ``schema``: ok, or what is wrong."""
    try:
        current = schema.is_current(engine)
    except StoreUnavailable:
        return {"database": _NO_DATABASE}
    return {"database": "ok", "schema": "ok" if current else _NOT_MIGRATED}


def warnings(files: Files, now: datetime) -> Sequence[str]:
    """What will go wrong unless somebody does something about it; empty if nothing."""
    end = calendar_end()
    found = []
    if end - local_date(now) <= CALENDAR_WARNING:
        found.append(_CALENDAR_ENDS.format(end=end))
    if not files.is_writable():
        found.append(_FILES_NOT_WRITABLE)
    return found


def prepare_database(settings: DatabaseSettings, parts: Parts = Parts()) -> bool:
    """Migrate, and create the first console account if there is none and a password is given.

    True if the account was created. Raises ConfigurationError.
    """
    engine = build_engine(settings.database_url.get_secret_value())
    try:
        schema.migrate(engine)
        password = settings.console_admin_password
        if password is None:
            return False
        entrance = _entrance_only(engine, parts)
        return entrance.open_first_account(password.get_secret_value())
    except StoreUnavailable as exc:
        raise ConfigurationError(_NO_DATABASE) from exc
    finally:
        engine.dispose()


def open_for_business(settings: Settings) -> FastAPI:
    """The application on a checked database, with the bot let in. Raises ConfigurationError."""
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
    return build_app(services)


def _entrance_only(engine: Engine, parts: Parts) -> StaffEntrance:
    """Accounts hold no encrypted fields, so a key that nobody keeps will do."""
    store = SqlStore(engine, Keyring([Fernet.generate_key().decode()]))
    passwords = parts.passwords or Argon2Passwords()
    return StaffEntrance(store, passwords, parts.now, parts.new_token)
