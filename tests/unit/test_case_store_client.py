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
from bot.intake.case_store import Document, Event, Events, HttpCaseStore
from tests.fakes import NOW
from tests.ports import free_ports

REFERENCE = "TS20261123-7K3QF8K"
PATIENCE = 60.0
"""Seconds nobody waits here: the answer comes at once, on whatever machine."""
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
        self.server.answers.wait(PATIENCE)
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # who timed out has hung up
            self.wfile.write(self.server.body)

    do_GET = do_POST = do_PUT = _respond

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
    return HttpCaseStore(bank.url + "/", "the-token", PATIENCE, PATIENCE)


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
        HttpCaseStore(bank.url, "t", PATIENCE, 0.05).file(PAYLOAD)
    with pytest.raises(Retryable):
        HttpCaseStore(bank.url, "t", PATIENCE, 0.05).status(REFERENCE, "8000")


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


ACT = {"id": "0b9ad1f0-3c3f-4d4e-8f5e-2f8f5f0a9c11", "submitted_at": "x", "text": "还有一位保安"}
ACTED = {**STANDING, "id": ACT["id"], "review_due": None, "ended_on": None}
DOCUMENT = Document(
    "455378b7-5749-4d1e-a9c4-7385151dce4c",
    "转账 凭证/1.pdf",
    "application/pdf",
    "5d62",
    b"%PDF\x00",
)


@pytest.mark.parametrize(
    ("kind", "last"),
    [
        ("supplement", "supplements"),
        ("withdrawal", "withdrawal"),
        ("satisfaction", "satisfaction"),
        ("review_request", "review-request"),
    ],
)
def test_an_act_goes_to_its_address_under_its_id(
    bank: Bank, client: HttpCaseStore, kind: str, last: str
) -> None:
    bank.answer(200, ACTED)
    assert client.act(kind, REFERENCE, ACT) == ACTED
    (request,) = bank.requests
    expected = ("POST", f"/api/v1/complaints/{REFERENCE}/{last}")
    assert (request["method"], request["path"]) == expected
    assert request["headers"]["Idempotency-Key"] == ACT["id"]
    assert json.loads(request["body"]) == ACT


@pytest.mark.parametrize(
    "code",
    [
        "case_closed",
        "case_merged",
        "case_withdrawn",
        "no_reply_yet",
        "review_too_late",
        "wrong_state",
    ],
)
def test_what_the_state_of_the_case_refuses_is_refused_for_good(
    bank: Bank, client: HttpCaseStore, code: str
) -> None:
    bank.answer(409, {"error": {"code": code, "message": "不行"}})
    with pytest.raises(Permanent, match=f"HTTP 409 {code}"):
        client.act("review_request", REFERENCE, ACT)
    with pytest.raises(Permanent, match=f"HTTP 409 {code}"):
        client.attach(REFERENCE, DOCUMENT)


@pytest.mark.parametrize("status", [404, 409, 429, 500, 503])
def test_what_may_change_is_tried_again(bank: Bank, client: HttpCaseStore, status: int) -> None:
    bank.answer(status, {"error": {"code": "busy", "message": "稍后"}})
    for call in (
        lambda: client.act("supplement", REFERENCE, ACT),
        lambda: client.attach(REFERENCE, DOCUMENT),
        lambda: client.events(0, 10),
        lambda: client.report({}),
        lambda: client.confirm("n-1", NOW, None),
        lambda: client.report_knowledge({}),
        lambda: client.report_campaign("315-2027", {}),
        lambda: client.campaign_report_file("315-2027", "docx"),
    ):
        with pytest.raises(Retryable, match=f"HTTP {status} busy"):
            call()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"reference": "TS", "id": "x"}'])
def test_an_act_without_an_answer_is_not_taken_for_done(
    bank: Bank, client: HttpCaseStore, body: bytes
) -> None:
    bank.body = body
    with pytest.raises(Retryable):
        client.act("supplement", REFERENCE, ACT)


@pytest.mark.parametrize("status", [200, 201])
def test_a_document_goes_as_it_is_with_name_and_checksum(
    bank: Bank, client: HttpCaseStore, status: int
) -> None:
    bank.answer(status)
    client.attach(REFERENCE, DOCUMENT)
    (request,) = bank.requests
    assert request["method"] == "PUT"
    assert request["path"] == f"/api/v1/complaints/{REFERENCE}/attachments/{DOCUMENT.id}"
    assert request["body"] == DOCUMENT.content
    headers = request["headers"]
    assert headers["Content-Type"] == "application/pdf"
    assert headers["X-Content-SHA256"] == "5d62"
    assert headers["X-Filename"] == "%E8%BD%AC%E8%B4%A6%20%E5%87%AD%E8%AF%81%2F1.pdf"


@pytest.mark.parametrize("status", [413, 415, 422])
def test_a_document_that_is_refused_is_not_sent_for_ever(
    bank: Bank, client: HttpCaseStore, status: int
) -> None:
    bank.answer(status, {"error": {"code": "x", "message": "y"}})
    with pytest.raises(Permanent):
        client.attach(REFERENCE, DOCUMENT)


def test_events_come_in_order_with_the_place_to_go_on_from(
    bank: Bank, client: HttpCaseStore
) -> None:
    event = {
        "cursor": 8,
        "reference": REFERENCE,
        "kind": "replied",
        "text": "已退款",
        "notice": "n-1",
    }
    retry = {"cursor": 9, "reference": REFERENCE, "kind": "retry", "text": None}
    when = {"happened_at": "2026-11-23T01:00:00+00:00"}
    bank.answer(200, {"events": [{**event, **when}, {**retry, **when}], "cursor": 9})
    moment = when["happened_at"]
    assert client.events(7, 50) == Events(
        [
            Event(8, REFERENCE, "replied", "已退款", moment, "n-1"),
            Event(9, REFERENCE, "retry", None, moment),
        ],
        9,
    )
    assert bank.requests[0]["path"] == "/api/v1/events?after=7&limit=50"


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        b'{"events": []}',
        b'{"events": null, "cursor": 1}',
        b'{"events": [7], "cursor": 1}',
        b'{"events": [{"cursor": 1}], "cursor": 1}',
        b'{"events": [], "cursor": "x"}',
    ],
)
def test_events_that_cannot_be_read_are_asked_for_again(
    bank: Bank, client: HttpCaseStore, body: bytes
) -> None:
    bank.body = body
    with pytest.raises(Retryable):
        client.events(0, 10)


def test_the_backlog_is_put(bank: Bank, client: HttpCaseStore) -> None:
    bank.status, bank.body = 204, b""
    report = {"pending": 1, "parked": 0, "oldest_seconds": 3, "items": []}
    client.report(report)
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("PUT", "/api/v1/backlog")
    assert json.loads(request["body"]) == report


def test_the_report_on_the_answers_is_put(bank: Bank, client: HttpCaseStore) -> None:
    bank.status, bank.body = 204, b""
    client.report_knowledge({"questions": [], "due": []})
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("PUT", "/api/v1/knowledge")
    assert json.loads(request["body"]) == {"questions": [], "due": []}


def test_the_report_on_a_campaign_is_put(bank: Bank, client: HttpCaseStore) -> None:
    bank.status, bank.body = 204, b""
    client.report_campaign("315-2027", {"total": []})
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("PUT", "/api/v1/campaigns/315-2027/figures")
    assert json.loads(request["body"]) == {"total": []}


def test_the_report_of_a_campaign_is_fetched_as_it_is(bank: Bank, client: HttpCaseStore) -> None:
    bank.body = b"PK\x03\x04 any bytes \xff"
    assert client.campaign_report_file("315-2027", "docx") == bank.body
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("GET", "/api/v1/campaigns/315-2027/report.docx")


def test_a_campaign_never_told_of_is_not_found(bank: Bank, client: HttpCaseStore) -> None:
    bank.answer(404, {"error": {"code": "campaign_not_found", "message": "没有"}})
    with pytest.raises(NotFound, match="还没有这个活动"):
        client.campaign_report_file("315-2027", "docx")


@pytest.mark.parametrize(
    ("failure", "status"), [(None, "delivered"), ("没有找到提出这件投诉的对话", "failed")]
)
def test_a_receipt_says_when_it_was_told_or_why_not(
    bank: Bank, client: HttpCaseStore, failure: str | None, status: str
) -> None:
    bank.status, bank.body = 204, b""
    client.confirm("n/1", NOW, failure)
    (request,) = bank.requests
    assert (request["method"], request["path"]) == ("PUT", "/api/v1/notices/n%2F1")
    said = {"status": status, "at": NOW.isoformat(), "error": failure}
    assert json.loads(request["body"]) == said


def test_a_notice_the_bank_does_not_know_is_not_confirmed_for_ever(
    bank: Bank, client: HttpCaseStore
) -> None:
    bank.answer(404, {"error": {"code": "notice_not_found", "message": "没有"}})
    with pytest.raises(Permanent, match="notice_not_found"):
        client.confirm("n-1", NOW, None)
