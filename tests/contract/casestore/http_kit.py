"""The API's calls as the tests make them."""

import hashlib
from typing import Any
from urllib.parse import quote

from tests.contract.casestore.kit import TAIL, TestClient, make_id, make_payload, make_reference

PATH = "/api/v1/complaints"
EVENTS = "/api/v1/events"
BACKLOG = "/api/v1/backlog"
SUBMITTED = "2026-11-23T08:30:00+00:00"
PNG = b"\x89PNG\r\n\x1a\n picture"
REFERENCE = make_reference()
RECEIPT = {
    "reference": REFERENCE,
    "state": "registered",
    "state_label": "已登记",
    "received_at": "2026-11-23T08:00:00+00:00",
    "promise_due": "2026-11-25",
    "complex_due": "2026-11-30",
    "legal_due": "2026-12-08",
    "due_provisional": False,
    "review_due": None,
    "ended_on": None,
    "clock_stopped_on": None,
}


def file(client: TestClient, payload: dict[str, Any] | None = None, key: str | None = None) -> Any:
    body = make_payload() if payload is None else payload
    return client.post(
        PATH, json=body, headers={"Idempotency-Key": key or body.get("reference", REFERENCE)}
    )


def post_raw(client: TestClient, content: bytes, media_type: str = "application/json") -> Any:
    headers = {"Idempotency-Key": REFERENCE, "Content-Type": media_type}
    return client.post(PATH, content=content, headers=headers)


def make_act(number: int = 1, **fields: Any) -> dict[str, Any]:
    """The body of a later act under the id of this number."""
    return {"id": make_id(number), "submitted_at": SUBMITTED, **fields}


def act(
    client: TestClient, call: str, body: dict[str, Any], reference: str = REFERENCE, **headers: str
) -> Any:
    sent = {"Idempotency-Key": str(body.get("id")), **headers}
    return client.post(f"{PATH}/{reference}/{call}", json=body, headers=sent)


def supplement(client: TestClient, text: str = "还有一笔", number: int = 1) -> Any:
    return act(client, "supplements", make_act(number, text=text))


def withdraw(client: TestClient, reason: str | None = None, number: int = 2) -> Any:
    return act(client, "withdrawal", make_act(number, reason=reason))


def rate(client: TestClient, rating: int = 4, comment: str | None = None, number: int = 3) -> Any:
    return act(client, "satisfaction", make_act(number, rating=rating, comment=comment))


def request_review(
    client: TestClient, reason: str = "不同意", number: int = 4, submitted_at: str = SUBMITTED
) -> Any:
    body = {**make_act(number, reason=reason), "submitted_at": submitted_at}
    return act(client, "review-request", body)


def put_attachment(
    client: TestClient,
    content: bytes = PNG,
    attachment_id: str = "att-1",
    reference: str = REFERENCE,
    **changes: str | None,
) -> Any:
    """``changes`` replace headers (``_`` for ``-``); None leaves one out."""
    headers = {
        "Content_Type": "image/png",
        "X_Filename": quote("小票.png"),
        "X_Content_SHA256": hashlib.sha256(content).hexdigest(),
        **changes,
    }
    sent = {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
    url = f"{PATH}/{reference}/attachments/{attachment_id}"
    return client.put(url, content=content, headers=sent)


def make_backlog(**changes: Any) -> dict[str, Any]:
    """A report with one parked complaint that has no case here, and one pending supplement."""
    items = [
        {
            "reference": make_reference(7),
            "kind": "complaint",
            "status": "parked",
            "attempts": 3,
            "waiting_since": "2026-11-23T06:00:00+00:00",
            "last_error": "HTTP 422 invalid_request",
        },
        {
            "reference": make_reference(8),
            "kind": "supplement",
            "status": "pending",
            "attempts": 1,
            "waiting_since": "2026-11-23T08:00:00+00:00",
            "last_error": None,
        },
    ]
    return {"pending": 1, "parked": 1, "oldest_seconds": 10_920, "items": items, **changes}


def status(client: TestClient, reference: str = REFERENCE, proof: str = TAIL) -> Any:
    return client.get(f"{PATH}/{reference}", headers={"X-Complaint-Proof": proof})


def refused(response: Any, status_code: int, code: str) -> dict[str, Any]:
    """Check the shape every error has; the error object for more."""
    assert response.status_code == status_code, response.text
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == code
    assert any("\u4e00" <= character <= "\u9fff" for character in error["message"])
    return error
