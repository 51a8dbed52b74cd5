"""The bank's case store over its HTTP contract (docs/contract/case-store.openapi.json)."""

from __future__ import annotations

from typing import Any, Protocol

import requests

from bot.errors import CaseStoreError, NotFound, Permanent, Retryable, TooManyAttempts

# 401, 403, 404: a wrong token or address is the operator's to mend, not the complaint's fault.
_RETRYABLE = {401, 403, 404, 408, 409, 425, 429}
_FILED = {"promise_due", "legal_due"}
_STATUS = {"reference", "state_label", "received_at", "promise_due", "legal_due"}


class CaseStore(Protocol):
    """Port of the case store."""

    def file(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Files a complaint under its reference; the same payload again is the same case.

        Raises Retryable or Permanent.
        """

    def status(self, reference: str, phone_tail: str) -> dict[str, Any]:
        """Public status of a case.

        Raises NotFound (unknown or wrong proof), TooManyAttempts, Retryable.
        """


class HttpCaseStore:
    """Blocking client; time-outs in seconds."""

    def __init__(
        self,
        base_url: str,
        token: str,
        connect_timeout: float,
        read_timeout: float,
        session: requests.Session | None = None,
    ) -> None:
        self._url = base_url.rstrip("/") + "/api/v1/complaints"
        self._timeout = (connect_timeout, read_timeout)
        self._session = session or requests.Session()
        self._session.trust_env = False  # a proxy of the environment must not see complaints
        self._session.headers["Authorization"] = f"Bearer {token}"

    def file(self, payload: dict[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": payload["reference"]}
        response = self._call("POST", self._url, json=payload, headers=headers)
        if response.status_code in (200, 201):
            return self._body(response, _FILED)
        raise self._failure(response)

    def status(self, reference: str, phone_tail: str) -> dict[str, Any]:
        headers = {"X-Complaint-Proof": phone_tail}
        response = self._call("GET", f"{self._url}/{reference}", headers=headers)
        if response.status_code == 200:
            return self._body(response, _STATUS)
        if response.status_code == 404:
            raise NotFound()
        if response.status_code == 429:
            raise TooManyAttempts()
        raise self._failure(response)

    def _call(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        try:
            return self._session.request(
                method, url, timeout=self._timeout, allow_redirects=False, **kwargs
            )
        except requests.RequestException as exc:
            raise Retryable(f"连接失败：{type(exc).__name__}") from exc

    @staticmethod
    def _body(response: requests.Response, needed: set[str]) -> dict[str, Any]:
        try:
            body = response.json()
        except ValueError as exc:
            raise Retryable("返回的内容不是 JSON") from exc
        if not isinstance(body, dict) or not needed <= body.keys():
            raise Retryable("返回的内容不完整")
        return body

    @staticmethod
    def _failure(response: requests.Response) -> CaseStoreError:
        try:
            code = str(response.json()["error"]["code"])
        except (ValueError, KeyError, TypeError):
            code = "no_error_code"
        message = f"HTTP {response.status_code} {code}"
        refused = 400 <= response.status_code < 500 and response.status_code not in _RETRYABLE
        return Permanent(message) if refused else Retryable(message)
