"""HTTP to the bank's systems: one way to send, to read an answer, and to tell what went wrong.

Which refusals are for good is for each client to say; the contract differs from path to path.
"""

from __future__ import annotations

from typing import Any

import requests

from bot.correlation import HEADER, current
from bot.errors import Retryable

Timeout = tuple[float, float]
"""Seconds to connect, and seconds to wait for the answer."""


class BankApi:
    """Blocking; every path is below `<base_url>/api/v1`."""

    def __init__(self, base_url: str, token: str, session: requests.Session | None = None) -> None:
        self._base = base_url.rstrip("/") + "/api/v1"
        self._session = session or requests.Session()
        self._session.trust_env = False  # a proxy of the environment must not see customers' words
        self._session.headers["Authorization"] = f"Bearer {token}"

    def send(self, method: str, path: str, timeout: Timeout, **kwargs: Any) -> requests.Response:
        """The answer, whatever its status. Raises Retryable when there is none.

        The message it is about, if there is one, goes along for the log of the other side.
        """
        if current():
            kwargs["headers"] = {**kwargs.get("headers", {}), HEADER: current()}
        try:
            return self._session.request(
                method, self._base + path, timeout=timeout, allow_redirects=False, **kwargs
            )
        except requests.RequestException as exc:
            raise Retryable(f"连接失败：{type(exc).__name__}") from exc


def read_object(response: requests.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises Retryable when it holds none."""
    try:
        body = response.json()
    except ValueError as exc:
        raise Retryable("返回的内容不是 JSON") from exc
    if not isinstance(body, dict):
        raise incomplete()
    return body


def incomplete() -> Retryable:
    """An answer that lacks what the contract promises."""
    return Retryable("返回的内容不完整")


def error_code(response: requests.Response) -> str:
    """The code of a refusal, `no_error_code` when it names none."""
    try:
        return str(response.json()["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return "no_error_code"
