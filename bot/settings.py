"""One settings object, read once from the environment and `.env`.

Secrets have no default: `python -m bot run` generates them for a first local run.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values
from pydantic import BaseModel, Field, SecretStr, ValidationError, validator
from pydantic.fields import ModelField

from bot.errors import ConfigurationError
from bot.secret_files import with_files

ROOT = Path(__file__).resolve().parent.parent
ENV_FILE = Path(os.environ.get("XIAOBAO_ENV_FILE", ROOT / ".env"))

GENERATED: dict[str, Callable[[], str]] = {
    "WEB_SESSION_SECRET": lambda: secrets.token_urlsafe(32),
    "ANALYTICS_SECRET": lambda: secrets.token_urlsafe(32),
    "FIELD_KEYS": lambda: Fernet.generate_key().decode(),
    "CASE_STORE_TOKEN": lambda: secrets.token_urlsafe(32),
    "CASE_STORE_FIELD_KEYS": lambda: Fernet.generate_key().decode(),
}
"""Secrets of a local run and how each is made. The console's are read by `casestore`, not here."""

IN_FILES = (
    *GENERATED,
    *("JOURNAL_URL", "CHANNEL_URL", "KNOWLEDGE_URL", "TRACKER_URL", "ANALYTICS_URL"),
    *("ANALYTICS_BROKER", "SMS_TOKEN", "DATABASE_URL", "STAFF_WEBHOOK_URL"),
    *("WECHAT_APP_SECRET", "WECHAT_TOKEN", "WECHAT_AES_KEY", "WECHAT_PREVIOUS_AES_KEY"),
)
"""What may be given as `<NAME>_FILE`: secrets, and addresses that hold a password. The case
store's are among them: `environment` hands them on."""

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
_ORIGIN = r" *https?://[A-Za-z0-9.-]+(?::[0-9]+)?"
_PERIOD = rf" *{_TIME}-{_TIME}"
_BROKER = r"amqps?://\S+|kafka://[\w.-]+:[0-9]+(?:,[\w.-]+:[0-9]+)*(?:/[\w.-]+)?"
_PRIVATE_URL = r"(?:https://[A-Za-z0-9.-]+|http://(?:127\.0\.0\.1|localhost))(?::[0-9]+)?(?:/\S*)?"


class Settings(BaseModel):
    """What an installation may change. Times are seconds unless the name says otherwise."""

    bank_name: str = "本行"
    hotline: str = "400-000-0000"
    hotline_hours: str = "每天 8:30—20:30"

    log_format: Literal["text", "json"] = "text"
    metrics_host: str = "127.0.0.1"
    """Where the three ports below are; 0: none. The Rasa server has its metrics on its own port."""
    actions_metrics_port: int = Field(5056, ge=0, le=65535)
    relay_metrics_port: int = Field(5057, ge=0, le=65535)
    counter_metrics_port: int = Field(5058, ge=0, le=65535)

    rasa_host: str = "127.0.0.1"
    rasa_port: int = Field(5005, ge=1, le=65535)
    actions_port: int = Field(5055, ge=1, le=65535)
    actions_host: str = "127.0.0.1"
    case_store_url: str = "http://127.0.0.1:8000"
    case_store_connect_timeout: float = 1.0
    case_store_read_timeout: float = 5.0

    var_dir: Path = ROOT / "var"
    models_dir: Path = ROOT / "models"
    evaluation_file: Path = ROOT / "data" / "evaluation" / "heldout.jsonl"
    """Labelled lines that no model is trained on; a new model is tried on them."""
    evidence_dir: Path = Path()
    heartbeat_dir: Path = Path()
    journal_url: str = ""
    channel_url: str = ""
    tracker_url: str = ""
    knowledge_url: str = ""
    analytics_url: str = ""
    """What campaigns achieved; with a broker, the database its consumer writes to."""
    analytics_broker: str = Field("", regex=rf"^({_BROKER})?\Z")
    """What carries facts to that database; empty: the relay writes them there itself."""
    analytics_days: int = Field(1095, ge=30)
    """How long facts are kept. They name nobody, but comparing needs no more than a few years."""
    campaigns_dir: Path = ROOT / "data" / "campaigns"

    web_session_hours: int = Field(168, ge=1)
    web_turn_timeout: float = Field(20.0, gt=0)
    web_public_url: str = ""
    """Address of the chat page as customers open it; the codes on posters lead there."""
    web_origins: str = Field("", regex=rf"^({_ORIGIN}(,{_ORIGIN})*)?\Z")
    """Pages of the bank that may show the widget; empty: only the chat page itself."""
    web_trusted_proxies: int = Field(0, ge=0, le=5)
    """Proxies in front that each add the address of whom they heard to X-Forwarded-For."""
    web_messages_per_minute: int = Field(30, ge=1)
    web_address_messages_per_minute: int = Field(600, ge=1)
    web_address_sessions_per_hour: int = Field(600, ge=1)

    handover_wait_minutes: int = Field(5, ge=1)
    callback_hours: int = Field(4, ge=1)
    """Office hours within which a call-back is promised."""

    wechat_app_id: str = Field("", regex=r"^(wx[0-9a-f]{16})?\Z")
    wechat_mode: Literal["plain", "compatible", "encrypted"] = "encrypted"
    wechat_customer_service: bool = True
    """Whether the account may send customer-service messages (a verified service account)."""
    wechat_api_url: str = Field("https://api.weixin.qq.com", regex=rf"^{_PRIVATE_URL}\Z")
    """AppSecret and messages go there: in the clear to this machine's simulator only."""
    wechat_public_url: str = ""
    wechat_template_id: str = ""
    wechat_template_field: str = Field("thing1", regex=r"^[a-z_]+[0-9]*\Z")
    """The field of that template that takes a sentence of twenty characters."""
    sms_url: str = ""
    sms_file: str = ""
    wechat_app_secret: SecretStr = SecretStr("")
    wechat_token: SecretStr = SecretStr("")
    wechat_aes_key: SecretStr = SecretStr("")
    wechat_previous_aes_key: SecretStr = SecretStr("")
    sms_token: SecretStr = SecretStr("")
    consent_version: str = "2026-11-26"
    promise_working_days: int = Field(2, ge=1)
    complex_working_days: int = Field(5, ge=1)
    office_hours: str = Field("08:30-17:30", regex=rf"^{_PERIOD}(,{_PERIOD})*\Z")
    """Grammar: `bot.intake.office_hours`, which stands above this module."""
    answers_approved_only: bool = False
    status_attempts_per_hour: int = Field(5, ge=1)
    conversation_days: int = Field(183, ge=183)
    draft_days: int = Field(7, ge=1)

    web_session_secret: SecretStr
    analytics_secret: SecretStr
    """Makes the names people have in a campaign's figures; changed, people count anew."""
    field_keys: SecretStr
    case_store_token: SecretStr

    class Config:
        allow_mutation = False

    @validator("evidence_dir", "heartbeat_dir", always=True)
    def _beside_the_databases(cls, folder: Path, values: dict[str, Any], field: ModelField) -> Path:
        beside = Path(values["var_dir"]) / field.name.removesuffix("_dir")
        return folder if folder != Path() else beside

    @validator("analytics_broker")
    def _has_a_port_if_any(cls, url: str) -> str:
        if url.startswith("amqp"):
            _ = urlsplit(url).port  # raises ValueError for one that is none
        return url

    @validator("complex_working_days")
    def _complex_takes_no_less(cls, days: int, values: dict[str, object]) -> int:
        if days < int(str(values.get("promise_working_days", days))):
            raise ValueError("shorter than the promise for ordinary complaints")
        return days

    @validator("office_hours")
    def _from_early_to_late(cls, text: str) -> str:
        times = re.findall(_TIME, text)
        if times != sorted(set(times)):
            raise ValueError("periods overlap or run backwards")
        return text

    @validator("wechat_aes_key", "wechat_previous_aes_key")
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        # EncodingAESKey: 43 letters and digits (公众平台「消息加解密说明」).
        if not re.fullmatch(r"(?:[A-Za-z0-9]{43})?", key.get_secret_value()):
            raise ValueError("not an EncodingAESKey")
        return key

    @validator("wechat_token", "wechat_aes_key", "wechat_app_secret", always=True)
    def _account_is_whole(
        cls, secret: SecretStr, values: dict[str, Any], field: ModelField
    ) -> SecretStr:
        """An account needs its token, its key unless messages come in the clear, and its secret
        to send."""
        is_needed = {
            "wechat_token": True,
            "wechat_aes_key": values.get("wechat_mode") != "plain",
            "wechat_app_secret": values.get("wechat_customer_service"),
        }[field.name]
        if values.get("wechat_app_id") and is_needed and not secret.get_secret_value():
            raise ValueError("needed for the account of WECHAT_APP_ID")
        return secret

    @property
    def origins(self) -> tuple[str, ...]:
        """The pages that may show the widget."""
        return tuple(origin.strip() for origin in self.web_origins.split(",") if origin.strip())

    @property
    def action_endpoint_url(self) -> str:
        return f"http://{self.actions_host}:{self.actions_port}/webhook"

    def database_url(self, name: str) -> str:
        """URL of the `journal`, `channel`, `tracker`, `knowledge` or `analytics` database.

        SQLite under var/ by default."""
        url: str = getattr(self, f"{name}_url")
        return url or f"sqlite:///{self.var_dir / name}.db"

    def web_secrets(self) -> list[str]:
        """Secrets of web sessions and buttons; the first one signs."""
        return self.web_session_secret.get_secret_value().split(",")

    def seal_keys(self) -> list[str]:
        return self.field_keys.get_secret_value().split(",")


def environment(env_file: Path = ENV_FILE) -> dict[str, str]:
    """The process's environment over the values of `env_file`; empty values count as missing.

    What either says lies in a file is read from there. Raises ConfigurationError as `with_files`.
    """
    of_file = with_files(dotenv_values(env_file), IN_FILES)
    return {**of_file, **with_files(os.environ, IN_FILES)}


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """Reads the environment over `env_file`.

    Raises ConfigurationError naming every setting that is missing or malformed.
    """
    try:
        values = environment(env_file).items()
        return Settings.parse_obj({name.lower(): value for name, value in values})
    except ValidationError as exc:
        names = "、".join(str(error["loc"][0]).upper() for error in exc.errors())
        raise ConfigurationError(
            f"缺少设置或设置不正确：{names}。运行 make run 会为本机生成缺少的密钥；"
            "各项说明见 .env.example。"
        ) from exc


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process."""
    return load_settings()


def generate_secrets(env_file: Path = ENV_FILE) -> list[str]:
    """Adds missing secrets to `env_file` (created with mode 600); returns the names added."""
    env_file.touch(mode=0o600, exist_ok=True)
    env_file.chmod(0o600)
    missing = [name for name in GENERATED if name not in environment(env_file)]
    text = env_file.read_text(encoding="utf-8")
    with env_file.open("a", encoding="utf-8") as file:
        file.write("" if text.endswith("\n") or not text else "\n")
        file.writelines(f"{name}={GENERATED[name]()}\n" for name in missing)
    return missing
