"""Environment (and a file ``.env``) to one settings object, read once; no secret has a default."""

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from dotenv import dotenv_values
from pydantic import BaseModel, Field, SecretStr, ValidationError, validator

from casestore.domain.chat import SHORTEST_DAYS
from casestore.domain.errors import ConfigurationError
from casestore.domain.office_hours import OfficeHours
from casestore.domain.retention import SHORTEST_YEARS
from casestore.domain.webhook import is_webhook_url
from casestore.secret_files import with_files

SHORTEST_TOKEN = 32
IN_FILES = ("DATABASE_URL", "CASE_STORE_TOKEN", "CASE_STORE_FIELD_KEYS", "STAFF_WEBHOOK_URL")
"""What may be given as ``<NAME>_FILE``: secrets, and addresses that hold a password."""

_ENV_FILE = ".env"


class DatabaseSettings(BaseModel):
    """What ``migrate`` and other verbs at the server need."""

    database_url: SecretStr = Field(SecretStr("sqlite:///var/casestore.db"))
    case_store_field_keys: SecretStr | None = None

    class Config:
        allow_mutation = False

    @property
    def field_keys(self) -> list[str]:
        """The Fernet keys, current one first; empty if none are given."""
        return _split(self.case_store_field_keys) if self.case_store_field_keys else []


class Settings(DatabaseSettings):
    """What ``serve`` needs. ``promise_working_days`` is the bank's own service promise,
    ``complex_working_days`` the one for complex complaints."""

    case_store_token: SecretStr
    case_store_field_keys: SecretStr
    log_format: Literal["text", "json"] = "text"
    case_store_host: str = "127.0.0.1"
    case_store_port: int = Field(8000, ge=1, le=65535)
    case_store_trusted_proxies: str = "127.0.0.1"
    """Addresses and networks, comma-separated, whose word on who calls and how is believed."""
    case_store_files_dir: str = "var/casestore-files"
    promise_working_days: int = Field(2, ge=1, le=15)
    complex_working_days: int = Field(5, ge=1, le=30)
    answers_approved_only: bool = False
    classification_codes_file: str = ""
    report_customers_file: str = ""
    auto_assign: bool = True
    office_hours: str = "08:30-17:30"
    staff_webhook_url: SecretStr = SecretStr("")
    retention_years: int = Field(SHORTEST_YEARS, ge=SHORTEST_YEARS, le=30)
    chats_per_officer: int = Field(3, ge=1, le=20)
    chat_days: int = Field(SHORTEST_DAYS, ge=SHORTEST_DAYS, le=3_650)

    @validator("case_store_token")
    def _hard_to_guess(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError("too short")
        return value

    @validator("case_store_field_keys")
    def _not_empty(cls, value: SecretStr) -> SecretStr:
        if not _split(value):
            raise ValueError("empty")
        return value

    @validator("case_store_trusted_proxies")
    def _addresses(cls, value: str) -> str:
        # A single `*` would believe everybody, also who guesses passwords.
        for part in value.split(","):
            ipaddress.ip_network(part.strip())
        return value

    @validator("office_hours")
    def _readable(cls, value: str) -> str:
        OfficeHours.parse(value)
        return value

    @validator("staff_webhook_url")
    def _an_address(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and not is_webhook_url(url):
            raise ValueError("not an address")
        return value

    @validator("complex_working_days", always=True)
    def _not_sooner_than_ordinary(cls, value: int, values: dict[str, Any]) -> int:
        if value < values.get("promise_working_days", value):
            raise ValueError("sooner than ordinary complaints")
        return value


_ADVICE = {
    "database_url": "DATABASE_URL（数据库地址）",
    "case_store_token": (
        f"CASE_STORE_TOKEN（机器人的访问令牌，至少 {SHORTEST_TOKEN} 个字符，"
        "可用 openssl rand -hex 32 生成）"
    ),
    "case_store_field_keys": (
        "CASE_STORE_FIELD_KEYS（姓名和电话的加密密钥，Fernet 格式，多把用逗号分隔，第一把用于加密）"
    ),
    "case_store_port": "CASE_STORE_PORT（端口，1 到 65535）",
    "log_format": "LOG_FORMAT（日志格式，text 或 json）",
    "case_store_trusted_proxies": (
        "CASE_STORE_TRUSTED_PROXIES（前面代理的地址或网段，用逗号分隔，如 127.0.0.1,10.0.0.0/8）"
    ),
    "auto_assign": "AUTO_ASSIGN（自动分派，True 或 False）",
    "office_hours": "OFFICE_HOURS（上班时间，写成 08:30-17:30 或 08:30-12:00,13:30-17:30）",
    "staff_webhook_url": "STAFF_WEBHOOK_URL（工作群机器人的地址，以 https:// 或 http:// 开头）",
    "retention_years": f"RETENTION_YEARS（办结后保存几年，{SHORTEST_YEARS} 到 30）",
    "chats_per_officer": "CHATS_PER_OFFICER（一个人同时接待几个客户，1 到 20）",
    "chat_days": f"CHAT_DAYS（人工对话结束后保存几天，{SHORTEST_DAYS} 到 3650）",
    "answers_approved_only": "ANSWERS_APPROVED_ONLY（只答已审批的问答，True 或 False）",
    "promise_working_days": "PROMISE_WORKING_DAYS（承诺答复的工作日数，1 到 15）",
    "complex_working_days": (
        "COMPLEX_WORKING_DAYS（复杂投诉承诺答复的工作日数，1 到 30，不少于 PROMISE_WORKING_DAYS）"
    ),
}

Kind = TypeVar("Kind", bound=DatabaseSettings)


def read_environment() -> dict[str, str]:
    """The environment over a file ``.env`` in the working directory; empty counts as unset.

    What either says lies in a file is read from there. Raises ConfigurationError as ``with_files``.
    """
    of_file = with_files(dotenv_values(Path(_ENV_FILE)), IN_FILES)
    return {**of_file, **with_files(os.environ, IN_FILES)}


def load(kind: type[Kind], environment: Mapping[str, str]) -> Kind:
    """Settings of a kind. Raises ConfigurationError with one line that says what to set."""
    try:
        return kind.parse_obj({name.lower(): value for name, value in environment.items()})
    except ValidationError as exc:
        raise ConfigurationError(_line(exc.errors()[0])) from exc


def _line(problem: Mapping[str, Any]) -> str:
    name = str(problem["loc"][0])
    verb = "请设置" if problem["type"] == "value_error.missing" else "设置不正确："
    return f"无法启动，{verb} {_ADVICE.get(name, name.upper())}。"


def _split(secret: SecretStr) -> list[str]:
    parts = (part.strip() for part in secret.get_secret_value().split(","))
    return [part for part in parts if part]
