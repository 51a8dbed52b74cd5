"""The case store's client against a real HTTP server that answers whatever a test needs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from bot.errors import CaseStoreError, NotFound, Permanent, Retryable, TooManyAttempts
from bot.intake.case_store import HttpCaseStore
from tests.ports import free_ports

REFERENCE = "TS20261123-7K3QF8K"
PAYLOAD = {"reference": REFERENCE, "complaint_detail": "柜员态度差"}
STANDING = {
    "reference": REFERENCE,
    "state": "registered",
    "state_label": "已登记",
    "received_at": "2026-11-23T01:00:00+00:00",
    "promise_due": "2026-11-25",
    "legal_due": "2026-12-08",
    "due_provisional": False,
}


class Bank(ThreadingHTTPServer):
    """Answers every request with `status` and `body`, and remembers what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.body = 200, json.dumps(STANDING).encode()
        self.location: str | None = None
        self.answers = threading.Event()
        self.answers.set()
        self.requests: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, status: int, body: Any = None) -> None:
        self.status, self.body = status, json.dumps(body).encode()


class _Handler(BaseHTTPRequestHandler):
    server: Bank

    def _respond(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        seen = {"method": self.command, "path": self.path, "headers": self.headers, "body": body}
        self.server.requests.append(seen)
        self.server.answers.wait(10)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # who timed out has hung up
            self.wfile.write(self.server.body)

    do_GET = do_POST = _respond

    def log_message(self, format: str, *args: Any) -> None:
        """Tests stay quiet."""


@pytest.fixture
def bank() -> Iterator[Bank]:
    with Bank() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.answers.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def client(bank: Bank) -> HttpCaseStore:
    return HttpCaseStore(bank.url + "/", "the-token", 1.0, 1.0)


def test_a_complaint_is_filed_under_its_reference(bank: Bank, client: HttpCaseStore) -> None:
    bank.answer(201, STANDING)
    assert client.file(PAYLOAD) == STANDING
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("POST", "/api/v1/complaints")
    assert request["headers"]["Idempotency-Key"] == REFERENCE
    assert request["headers"]["Authorization"] == "Bearer the-token"
    assert json.loads(request["body"]) == PAYLOAD


def test_a_repeat_is_as_good_as_the_first_time(client: HttpCaseStore) -> None:
    assert client.file(PAYLOAD) == STANDING


@pytest.mark.parametrize("status", [400, 405, 410, 413, 415, 422])
def test_what_is_wrong_with_the_content_is_permanent(
    bank: Bank, client: HttpCaseStore, status: int
) -> None:
    bank.answer(status, {"error": {"code": "idempotency_conflict", "message": "不同的内容"}})
    with pytest.raises(Permanent, match=f"HTTP {status} idempotency_conflict"):
        client.file(PAYLOAD)


@pytest.mark.parametrize(
    "status", [202, 204, 302, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504]
)
def test_what_the_operator_or_time_can_mend_is_tried_again(
    bank: Bank, client: HttpCaseStore, status: int
) -> None:
    bank.answer(status, {"error": {"code": "unauthorized", "message": "令牌无效"}})
    if status == 204:
        bank.body = b""
    with pytest.raises(Retryable, match=f"HTTP {status}"):
        client.file(PAYLOAD)


def test_a_redirect_is_not_followed_with_the_complaint(bank: Bank, client: HttpCaseStore) -> None:
    bank.answer(307)
    bank.location = "/elsewhere"
    with pytest.raises(Retryable):
        client.file(PAYLOAD)
    assert len(bank.requests) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>proxy</html>", b"[1, 2]", b"null", b'"text"', b"7", b"{}", b"\xff\xfe"]
)
@pytest.mark.parametrize("status", [200, 201])
def test_a_success_that_says_nothing_is_no_success(
    bank: Bank, client: HttpCaseStore, status: int, body: bytes
) -> None:
    bank.status, bank.body = status, body
    with pytest.raises(Retryable):
        client.file(PAYLOAD)


@pytest.mark.parametrize(
    "body", [b"", b"gateway", b"[]", b"null", b'{"error": "text"}', b'{"a": 1}']
)
def test_an_error_without_a_code_is_still_an_error(
    bank: Bank, client: HttpCaseStore, body: bytes
) -> None:
    bank.status, bank.body = 422, body
    with pytest.raises(Permanent, match="HTTP 422 no_error_code"):
        client.file(PAYLOAD)


def test_the_message_of_an_error_holds_nothing_of_the_complaint(
    bank: Bank, client: HttpCaseStore
) -> None:
    bank.answer(422, {"error": {"code": "invalid_request", "message": PAYLOAD["complaint_detail"]}})
    with pytest.raises(Permanent) as caught:
        client.file(PAYLOAD)
    assert PAYLOAD["complaint_detail"] not in caught.value.message


def test_silence_is_a_time_out_that_is_tried_again(bank: Bank) -> None:
    bank.answers.clear()
    with pytest.raises(Retryable, match="ReadTimeout"):
        HttpCaseStore(bank.url, "t", 1.0, 0.05).file(PAYLOAD)
    with pytest.raises(Retryable):
        HttpCaseStore(bank.url, "t", 1.0, 0.05).status(REFERENCE, "8000")


def test_nobody_there_is_tried_again() -> None:
    (port,) = free_ports(1)
    with pytest.raises(Retryable, match="ConnectionError"):
        HttpCaseStore(f"http://127.0.0.1:{port}", "t", 0.5, 0.5).file(PAYLOAD)


def test_the_proof_travels_in_a_header(bank: Bank, client: HttpCaseStore) -> None:
    assert client.status(REFERENCE, "8000") == STANDING
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("GET", f"/api/v1/complaints/{REFERENCE}")
    assert request["headers"]["X-Complaint-Proof"] == "8000"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, NotFound),
        (429, TooManyAttempts),
        (401, Retryable),
        (503, Retryable),
        (422, Permanent),
    ],
)
def test_failures_of_a_status_inquiry(
    bank: Bank, client: HttpCaseStore, status: int, expected: type[CaseStoreError]
) -> None:
    bank.answer(status, {"error": {"code": "x", "message": "y"}})
    with pytest.raises(expected):
        client.status(REFERENCE, "8000")


@pytest.mark.parametrize("body", [b"no json", b"[]", b'{"reference": "TS"}'])
def test_an_incomplete_status_is_tried_again(
    bank: Bank, client: HttpCaseStore, body: bytes
) -> None:
    bank.body = body
    with pytest.raises(Retryable):
        client.status(REFERENCE, "8000")


def test_a_proxy_of_the_environment_never_sees_a_complaint(
    bank: Bank, client: HttpCaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (port,) = free_ports(1)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    assert client.file(PAYLOAD) == STANDING
    assert len(bank.requests) == 1
