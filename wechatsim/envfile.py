"""The WECHAT_* lines of the bot's .env: written for a new account, read back later."""

from __future__ import annotations

import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from wechatsim.account import Account, Mode

_NAMES = {
    "WECHAT_APP_ID": "app_id",
    "WECHAT_APP_SECRET": "secret",
    "WECHAT_TOKEN": "token",
    "WECHAT_AES_KEY": "aes_key",
    "WECHAT_MODE": "mode",
    "WECHAT_PUBLIC_URL": "server_url",
    "WECHAT_TEMPLATE_ID": "template_id",
    "WECHAT_CUSTOMER_SERVICE": "customer_service",
}
_API_URL = "WECHAT_API_URL"
_LOOPBACK = ("127.0.0.1", "localhost")


class ForeignAccount(Exception):
    """The file holds an account that is not the simulator's; its AppID."""


def lines(account: Account, api_url: str) -> dict[str, str]:
    """The settings that point the bot at this account and simulator."""
    named = {name: _written(getattr(account, field)) for name, field in _NAMES.items()}
    return {**named, _API_URL: api_url}


def account_in(text: str, new: Account) -> Account:
    """The account the file names, what it leaves out taken from `new`; `new` when it names none.

    Raises ForeignAccount when the bot's calls go elsewhere, ValueError for values that cannot be.
    """
    found = {name: value for name, value in _values(text).items() if value}
    app_id = found.get("WECHAT_APP_ID")
    if not app_id:
        return new
    if urlsplit(found.get(_API_URL, "")).hostname not in _LOOPBACK:
        raise ForeignAccount(app_id)
    given = {field: found[name] for name, field in _NAMES.items() if name in found}
    kept = {field: getattr(new, field) for field in _NAMES.values()}
    return Account(**{**kept, **_typed(given)})


def completed(text: str, settings: Mapping[str, str]) -> str:
    """The file with these settings: lines of the same name replaced, the others added at the end."""
    left = dict(settings)
    kept = []
    for line in text.splitlines():
        name = line.partition("=")[0].strip()
        if name not in settings:
            kept.append(line)
        elif name in left:
            kept.append(f"{name}={left.pop(name)}")
    return "\n".join([*kept, *(f"{name}={value}" for name, value in left.items())]) + "\n"


def read(path: Path) -> str:
    """The file's text; empty when it is not there."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write(path: Path, text: str) -> None:
    """Replaces the file at once; a new one is for its owner only, as it holds secrets."""
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
    beside = path.with_name(path.name + ".new")
    beside.touch(mode=0o600)
    beside.write_text(text, encoding="utf-8")
    beside.chmod(mode)
    os.replace(beside, path)


def rasa_url(text: str) -> str:
    """Where the bot listens for the platform, by the file's RASA_HOST and RASA_PORT."""
    values = _values(text)
    host, port = values.get("RASA_HOST") or "127.0.0.1", values.get("RASA_PORT") or "5005"
    return f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}/webhooks/wechat/"  # noqa: S104


def _values(text: str) -> dict[str, str | None]:
    return dotenv_values(stream=StringIO(text), interpolate=False)


def _written(value: object) -> str:
    return value.value if isinstance(value, Mode) else str(value)


def _typed(given: Mapping[str, str]) -> dict[str, Any]:
    typed: dict[str, Any] = dict(given)
    if "mode" in given:
        typed["mode"] = Mode(given["mode"])
    if "customer_service" in given:
        typed["customer_service"] = given["customer_service"].lower() in ("true", "1", "yes", "on")
    return typed
