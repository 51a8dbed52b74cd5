"""The bank's case store over its HTTP contract (docs/contract/case-store.openapi.json)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import quote

import requests

from bot.bank_api import BankApi, error_code, incomplete, read_object
from bot.errors import CaseStoreError, NotFound, Permanent, Retryable, TooManyAttempts

# 401, 403, 404: a wrong token or address is the operator's to mend, not the complaint's fault.
_RETRYABLE = {401, 403, 404, 408, 409, 425, 429}
# 409 says "not now" unless the state of the case refuses the act for good.
_REFUSED_BY_STATE = {
    "case_closed",
    "case_merged",
    "case_withdrawn",
    "no_reply_yet",
    "review_too_late",
    "wrong_state",
}
# 404 says "not yet" (the complaint is still on its way, the address is wrong) but for this.
_NO_SUCH_NOTICE = "notice_not_found"
_NO_SUCH_CAMPAIGN = "campaign_not_found"
_COMPLAINTS = "/complaints"
_ACTS = {
    "supplement": "supplements",
    "withdrawal": "withdrawal",
    "satisfaction": "satisfaction",
    "review_request": "review-request",
}
"""Kind of act → last part of its address."""
_FILED = {"promise_due", "legal_due"}
_STATUS = {"reference", "state_label", "received_at", "promise_due", "legal_due"}
_ACTED = {"reference", "id", "state_label"}


@dataclass(frozen=True)
class Event:
    """Something that happened to a case on the bank's side; `happened_at` is ISO 8601.

    `notice` is the id under which the bank wants to hear whether the customer was told.
    """

    cursor: int
    reference: str
    kind: str
    text: str | None
    happened_at: str
    notice: str | None = None


@dataclass(frozen=True)
class Events:
    """Events in order, and the cursor to ask after next time."""

    events: Sequence[Event]
    cursor: int


@dataclass(frozen=True)
class Document:
    """A document as it is handed over; `sha256` in hex."""

    id: str
    name: str
    media_type: str
    sha256: str
    content: bytes


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

    def act(self, kind: str, reference: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Hands over a later act (a value of `ActKind`); the same id again is the same act.

        Returns the standing of the case. Raises Retryable or Permanent.
        """

    def attach(self, reference: str, document: Document) -> None:
        """Hands over a document; the same id again is the same document.

        Raises Retryable or Permanent.
        """

    def events(self, after: int, limit: int) -> Events:
        """What happened after the cursor `after`. Raises Retryable or Permanent."""

    def confirm(self, notice: str, at: datetime, failure: str | None) -> None:
        """Tells whether the customer was told at `at`, or why not; told again, the first counts.

        Raises Retryable or Permanent.
        """

    def report(self, backlog: Mapping[str, Any]) -> None:
        """Tells what waits here; the body is that of the contract. Raises Retryable or Permanent."""

    def report_knowledge(self, knowledge: Mapping[str, Any]) -> None:
        """Tells how the answers stand; the body is that of the contract.

        Raises Retryable or Permanent.
        """

    def report_campaign(self, campaign: str, figures: Mapping[str, Any]) -> None:
        """Tells what a campaign achieved; the body is that of the contract.

        Raises Retryable or Permanent.
        """

    def campaign_report_file(self, campaign: str, suffix: str) -> bytes:
        """The report of a campaign as a file, `docx` or `xlsx`, of the figures told last.

        Raises NotFound (no figures told), Retryable or Permanent.
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
        self._api = BankApi(base_url, token, session)
        self._timeout = (connect_timeout, read_timeout)

    def file(self, payload: dict[str, Any]) -> dict[str, Any]:
        headers = {"Idempotency-Key": payload["reference"]}
        response = self._call("POST", _COMPLAINTS, json=payload, headers=headers)
        if response.status_code in (200, 201):
            return self._body(response, _FILED)
        raise self._failure(response)

    def status(self, reference: str, phone_tail: str) -> dict[str, Any]:
        headers = {"X-Complaint-Proof": phone_tail}
        response = self._call("GET", f"{_COMPLAINTS}/{reference}", headers=headers)
        if response.status_code == 200:
            return self._body(response, _STATUS)
        if response.status_code == 404:
            raise NotFound()
        if response.status_code == 429:
            raise TooManyAttempts()
        raise self._failure(response)

    def act(self, kind: str, reference: str, payload: dict[str, Any]) -> dict[str, Any]:
        response = self._call(
            "POST",
            f"{_COMPLAINTS}/{reference}/{_ACTS[kind]}",
            json=payload,
            headers={"Idempotency-Key": payload["id"]},
        )
        if response.status_code in (200, 201):
            return self._body(response, _ACTED)
        raise self._failure(response)

    def attach(self, reference: str, document: Document) -> None:
        headers = {
            "Content-Type": document.media_type,
            "X-Filename": quote(document.name, safe=""),
            "X-Content-SHA256": document.sha256,
        }
        path = f"{_COMPLAINTS}/{reference}/attachments/{document.id}"
        response = self._call("PUT", path, data=document.content, headers=headers)
        if response.status_code not in (200, 201):
            raise self._failure(response)

    def events(self, after: int, limit: int) -> Events:
        params = {"after": after, "limit": limit}
        response = self._call("GET", "/events", params=params)
        if response.status_code != 200:
            raise self._failure(response)
        body = self._body(response, {"events", "cursor"})
        try:
            return Events([_event(event) for event in body["events"]], int(body["cursor"]))
        except (KeyError, TypeError, ValueError) as exc:
            raise incomplete() from exc

    def confirm(self, notice: str, at: datetime, failure: str | None) -> None:
        status = "delivered" if failure is None else "failed"
        receipt = {"status": status, "at": at.isoformat(), "error": failure}
        self._put_report(f"notices/{quote(notice, safe='')}", receipt)

    def report(self, backlog: Mapping[str, Any]) -> None:
        self._put_report("backlog", backlog)

    def report_knowledge(self, knowledge: Mapping[str, Any]) -> None:
        self._put_report("knowledge", knowledge)

    def report_campaign(self, campaign: str, figures: Mapping[str, Any]) -> None:
        self._put_report(f"campaigns/{quote(campaign, safe='')}/figures", figures)

    def campaign_report_file(self, campaign: str, suffix: str) -> bytes:
        response = self._call("GET", f"/campaigns/{quote(campaign, safe='')}/report.{suffix}")
        if response.status_code == 200:
            return bytes(response.content)
        if error_code(response) == _NO_SUCH_CAMPAIGN:
            raise NotFound("受理系统还没有这个活动的数字。")
        raise self._failure(response)

    def _put_report(self, name: str, body: Mapping[str, Any]) -> None:
        response = self._call("PUT", f"/{name}", json=body)
        if response.status_code not in (200, 204):
            raise self._failure(response)

    def _call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return self._api.send(method, path, self._timeout, **kwargs)

    @staticmethod
    def _body(response: requests.Response, needed: set[str]) -> dict[str, Any]:
        body = read_object(response)
        if not needed <= body.keys():
            raise incomplete()
        return body

    @staticmethod
    def _failure(response: requests.Response) -> CaseStoreError:
        code = error_code(response)
        message = f"HTTP {response.status_code} {code}"
        refused = 400 <= response.status_code < 500 and response.status_code not in _RETRYABLE
        refused = refused or (response.status_code == 409 and code in _REFUSED_BY_STATE)
        refused = refused or code == _NO_SUCH_NOTICE
        return Permanent(message) if refused else Retryable(message)


def _event(body: Mapping[str, Any]) -> Event:
    text, notice = body["text"], body.get("notice")
    return Event(
        cursor=int(body["cursor"]),
        reference=str(body["reference"]),
        kind=str(body["kind"]),
        text=None if text is None else str(text),
        happened_at=str(body["happened_at"]),
        notice=None if notice is None else str(notice),
    )
