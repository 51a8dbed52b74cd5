"""The composition root: settings to engine, engine to services, services to an application."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from cryptography.fernet import Fernet
from fastapi import FastAPI
from sqlalchemy.engine import Engine
from starlette.middleware import Middleware

from casestore.api import operations
from casestore.api import routes as api_routes
from casestore.console import entrance as console_entrance
from casestore.console import routes as console_routes
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
from casestore.service.clients import ClientRegister
from casestore.service.desk import ComplaintDesk
from casestore.service.entrance import StaffEntrance
from casestore.service.ports import Clock, NewToken, Passwords
from casestore.service.tokens import new_token
from casestore.settings import DatabaseSettings, Settings
from casestore.storage import schema
from casestore.storage.engine import build_engine
from casestore.storage.keyring import Keyring
from casestore.storage.passwords import Argon2Passwords
from casestore.storage.store import SqlStore

BOT_CLIENT = "bot"

_NOT_MIGRATED = "数据库还没有升级到当前版本，请先运行 python -m casestore migrate。"
_NO_DATABASE = "连不上数据库，请检查 DATABASE_URL 和数据库是否在运行。"
_WRONG_KEYS = "CASE_STORE_FIELD_KEYS 打不开已有投诉的加密信息，请换回原来的密钥或把它加到列表里。"


def utc_now() -> datetime:
    """The moment, aware."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Parts:
    """What tests replace."""

    now: Clock = utc_now
    new_token: NewToken = new_token
    passwords: Passwords | None = None


def build_services(engine: Engine, settings: Settings, parts: Parts = Parts()) -> Services:
    """Everything the routes work with. Raises ConfigurationError for a malformed field key."""
    store = SqlStore(engine, Keyring(settings.field_keys))
    passwords = parts.passwords or Argon2Passwords()
    return Services(
        desk=ComplaintDesk(store, parts.now, settings.promise_working_days),
        clients=ClientRegister(store),
        entrance=StaffEntrance(store, passwords, parts.now, parts.new_token),
        readiness=lambda: readiness(engine),
        metrics=Metrics(),
        now=parts.now,
        drafts_are_answered=not settings.answers_approved_only,
    )


def build_app(services: Services | None = None) -> FastAPI:
    """The application; without services it can only describe itself."""
    app = FastAPI(
        title="小保投诉个案库",
        version="1",
        description="登记消费投诉、查询办理状态。机器人与个案库之间的约定。",
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
    for module in (api_routes, operations, console_routes, console_entrance):
        app.include_router(module.router)
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
