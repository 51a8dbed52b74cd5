"""The API's calls as the tests make them."""

from typing import Any

from tests.contract.casestore.kit import TAIL, TestClient, make_payload, make_reference

PATH = "/api/v1/complaints"
REFERENCE = make_reference()
RECEIPT = {
    "reference": REFERENCE,
    "state": "registered",
    "state_label": "已登记",
    "received_at": "2026-11-23T08:00:00+00:00",
    "promise_due": "2026-11-25",
    "legal_due": "2026-12-08",
    "due_provisional": False,
}


def file(client: TestClient, payload: dict[str, Any] | None = None, key: str | None = None) -> Any:
    body = make_payload() if payload is None else payload
    return client.post(
        PATH, json=body, headers={"Idempotency-Key": key or body.get("reference", REFERENCE)}
    )


def post_raw(client: TestClient, content: bytes, media_type: str = "application/json") -> Any:
    headers = {"Idempotency-Key": REFERENCE, "Content-Type": media_type}
    return client.post(PATH, content=content, headers=headers)


def status(client: TestClient, reference: str = REFERENCE, proof: str = TAIL) -> Any:
    return client.get(f"{PATH}/{reference}", headers={"X-Complaint-Proof": proof})


def refused(response: Any, status_code: int, code: str) -> dict[str, Any]:
    """Check the shape every error has; the error object for more."""
    assert response.status_code == status_code, response.text
    error: dict[str, Any] = response.json()["error"]
    assert error["code"] == code
    assert any("\u4e00" <= character <= "\u9fff" for character in error["message"])
    return error
