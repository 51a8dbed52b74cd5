"""The HTTP contract as a client sees it."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.edge.middleware import BODY_LIMIT
from casestore.edge.services import Services
from tests.contract.casestore.kit import (
    TAIL,
    Clock,
    TestClient,
    make_payload,
    make_reference,
)

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


# Filing


def test_the_first_filing_is_registered(bot: TestClient) -> None:
    response = file(bot)
    assert response.status_code == 201
    assert response.json() == RECEIPT


def test_a_repeat_gets_the_same_answer(bot: TestClient, clock: Clock) -> None:
    first = file(bot)
    clock.forward(days=3)
    repeat = file(bot)
    assert (repeat.status_code, repeat.json()) == (200, first.json())


def test_the_same_content_written_differently_is_a_repeat(bot: TestClient) -> None:
    file(bot)
    other = make_payload(submitted_at="2026-11-23T16:00:00+08:00", complaint_amount=12.50)
    assert file(bot, dict(reversed(other.items()))).status_code == 200


def test_the_same_reference_with_other_content_conflicts(bot: TestClient) -> None:
    file(bot)
    refused(file(bot, make_payload(complaint_request="别的")), 422, "idempotency_conflict")
    assert file(bot).status_code == 200


def test_many_identical_filings_at_once_make_one_case(bot: TestClient) -> None:
    with ThreadPoolExecutor(8) as threads:
        codes = list(threads.map(lambda _: file(bot).status_code, range(8)))
    assert sorted(codes) == [200] * 7 + [201]


def test_a_case_has_its_event(bot: TestClient, services: Services, clock: Clock) -> None:
    file(bot)
    (event,) = services.desk.open_case(REFERENCE).events
    assert (event.kind.value, event.actor, event.happened_at) == (
        "registered",
        "client:bot",
        clock.moment,
    )


def test_received_is_when_the_customer_confirmed_not_when_it_arrived(
    bot: TestClient, clock: Clock
) -> None:
    clock.forward(days=10)
    assert file(bot).json() == RECEIPT


def test_a_key_is_needed(bot: TestClient) -> None:
    refused(bot.post(PATH, json=make_payload()), 400, "idempotency_key_missing")


def test_the_key_must_be_the_reference(bot: TestClient) -> None:
    refused(file(bot, key=make_reference(1)), 422, "idempotency_key_mismatch")


def test_a_confirmation_in_the_future_is_refused(bot: TestClient) -> None:
    assert file(bot, make_payload(submitted_at="2026-11-23T09:05:00Z")).status_code == 201
    late = make_payload(submitted_at="2026-11-23T09:05:01Z", reference=make_reference(1))
    assert "submitted_at" in refused(file(bot, late), 422, "invalid_request")["fields"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reference", "TS20261123-7K3QF9X"),
        ("reference", REFERENCE.lower()),
        ("submitted_at", "2026-11-23T08:00:00"),
        ("submitted_at", "0001-01-01T00:00:00+14:00"),
        ("submitted_at", 1795420800),
        ("submitted_at", "2026-13-45T08:00:00Z"),
        ("submitted_at", None),
        ("source", "telex"),
        ("complaint_detail", ""),
        ("complaint_detail", " \n"),
        ("complaint_detail", "长" * 5001),
        ("complaint_detail", "空\0字符"),
        ("complaint_detail", 5),
        ("complaint_detail", None),
        ("complaint_branch", "长" * 201),
        ("complaint_staff", "空\0字符"),
        ("complaint_amount", -0.01),
        ("complaint_amount", 1.005),
        ("complaint_amount", "12"),
        ("complaint_amount", True),
        ("complaint_amount", 10**13),
        ("complaint_request", "长" * 1001),
        ("complainant_name", "长" * 51),
        ("complainant_phone", "123456"),
        ("complainant_phone", "1" * 21),
        ("complainant_phone", "138 0000 1234"),
        ("complainant_phone", "１３８００００１２３４"),
        ("complainant_phone", "13800001234\n"),
        ("complainant_role", "邻居"),
        ("contact_preference", ""),
        ("attachments", ["a"] * 21),
        ("attachments", "a"),
        ("unexpected", "x"),
        ("unex\udcffpected", "x"),
    ],
)
def test_a_wrong_field_is_named(bot: TestClient, field: str, value: Any) -> None:
    content = json.dumps(make_payload(**{field: value})).encode()
    error = refused(post_raw(bot, content), 422, "invalid_request")
    name = field.encode("utf-8", "replace").decode()
    assert list(error["fields"]) == [name]


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("classification", {"business": None}, "classification.reason"),
        (
            "classification",
            {"business": {"proposed": "储蓄", "confidence": 1.1}, "reason": None},
            "classification.business.confidence",
        ),
        ("classification", [["business", None], ["reason", None]], "classification"),
        ("complaint_date", {"text": "", "start": 20261118, "end": None}, "complaint_date.start"),
        (
            "complaint_date",
            {"text": "", "start": "2026-11-19", "end": "2026-11-18"},
            "complaint_date.__root__",
        ),
        ("attachments", ["a", "b\0"], "attachments.1"),
        ("attachments", ["a", "b" * 201], "attachments.1"),
        ("consent", {"version": "1", "given_at": "gestern"}, "consent.given_at"),
    ],
)
def test_a_wrong_inner_field_is_named(bot: TestClient, field: str, value: Any, path: str) -> None:
    error = refused(file(bot, make_payload(**{field: value})), 422, "invalid_request")
    assert list(error["fields"]) == [path]


@pytest.mark.parametrize("field", sorted(make_payload()))
def test_no_field_may_be_missing(bot: TestClient, field: str) -> None:
    payload = make_payload()
    del payload[field]
    error = refused(file(bot, payload), 422, "invalid_request")
    assert error["fields"] == {field: "必填"}


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e400"])
def test_an_amount_is_a_finite_number(bot: TestClient, number: bytes) -> None:
    content = json.dumps(make_payload(complaint_amount="?")).encode().replace(b'"?"', number)
    assert "complaint_amount" in refused(post_raw(bot, content), 422, "invalid_request")["fields"]


def test_half_a_character_is_refused(bot: TestClient) -> None:
    content = json.dumps(make_payload(complaint_detail="?")).encode().replace(b"?", b"\\ud83d")
    assert "complaint_detail" in refused(post_raw(bot, content), 422, "invalid_request")["fields"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'"text"', b"1"])
def test_a_body_that_is_no_object_is_refused(bot: TestClient, content: bytes) -> None:
    assert list(refused(post_raw(bot, content), 422, "invalid_request")["fields"]) == ["body"]


@pytest.mark.parametrize("content", [b'{"a": "\xff"}', b"[" * 100_000])
def test_a_body_that_cannot_be_read_is_refused(bot: TestClient, content: bytes) -> None:
    refused(post_raw(bot, content), 400, "malformed_request")


def test_only_json_is_accepted(bot: TestClient) -> None:
    content = json.dumps(make_payload()).encode()
    refused(post_raw(bot, content, "text/plain"), 415, "unsupported_media_type")
    assert post_raw(bot, content, "application/json; charset=utf-8").status_code == 201


def test_a_body_too_large_is_refused(bot: TestClient) -> None:
    refused(post_raw(bot, b" " * (BODY_LIMIT + 1)), 413, "body_too_large")


def test_a_body_too_large_is_refused_without_an_announced_length(bot: TestClient) -> None:
    chunks = (b" " * 1024 for _ in range(BODY_LIMIT // 1024 + 1))
    response = bot.post(PATH, content=chunks, headers={"Content-Type": "application/json"})
    refused(response, 413, "body_too_large")


# Who may call


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic dGVzdA==", "Bearer é"])
def test_strangers_are_refused_before_anything_is_read(anonymous: TestClient, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    for response in (
        anonymous.post(PATH, content=b"{", headers=headers),
        anonymous.get(f"{PATH}/{REFERENCE}", headers=headers),
    ):
        refused(response, 401, "unauthorized")
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_replaced_token_no_longer_works(bot: TestClient, services: Services) -> None:
    services.clients.admit("bot", "another-token")
    refused(status(bot), 401, "unauthorized")


# Status


def test_the_proof_opens_the_status(bot: TestClient) -> None:
    file(bot)
    response = status(bot)
    assert response.status_code == 200
    assert response.json() == {**RECEIPT, "last_message": None}


def test_wrong_proof_and_unknown_reference_look_the_same(bot: TestClient) -> None:
    file(bot)
    wrong, unknown = status(bot, proof="0000"), status(bot, make_reference(5))
    malformed = status(bot, "TS20261123-0000000")
    refused(wrong, 404, "not_found")
    assert wrong.json() == unknown.json() == malformed.json()


@pytest.mark.parametrize("reference", [REFERENCE, make_reference(5)])
def test_guessing_is_stopped_for_an_hour(bot: TestClient, clock: Clock, reference: str) -> None:
    file(bot)
    for _ in range(5):
        refused(status(bot, reference, "0000"), 404, "not_found")
        clock.forward(minutes=1)
    response = status(bot, reference)
    refused(response, 429, "too_many_attempts")
    assert response.headers["Retry-After"] == str(55 * 60)
    clock.forward(minutes=55)
    assert status(bot, reference).status_code in {200, 404}


def test_one_case_locked_leaves_the_others_open(bot: TestClient) -> None:
    other = make_reference(1)
    file(bot)
    file(bot, make_payload(reference=other))
    for _ in range(6):
        status(bot, proof="0000")
    assert status(bot, other).status_code == 200


def test_a_proof_is_needed(bot: TestClient) -> None:
    error = refused(bot.get(f"{PATH}/{REFERENCE}"), 422, "invalid_request")
    assert error["fields"] == {"X-Complaint-Proof": "必填"}


# Everything else


def test_health_is_ok(anonymous: TestClient) -> None:
    response = anonymous.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "schema": "ok"}}


def test_health_says_what_is_wrong(anonymous: TestClient, sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        connection.execute(text("DELETE FROM alembic_version"))
    response = anonymous.get("/health")
    refused(response, 503, "unavailable")
    assert "migrate" in response.json()["checks"]["schema"]


def test_metrics_count_without_naming_anybody(bot: TestClient) -> None:
    file(bot)
    file(bot)
    file(bot, make_payload(complaint_request="别的"))
    status(bot, proof="0000")
    exposed = bot.get("/metrics").text
    for line in (
        "casestore_filings_total 1.0",
        "casestore_filing_repeats_total 1.0",
        "casestore_filing_conflicts_total 1.0",
        "casestore_proof_failures_total 1.0",
        'route="/api/v1/complaints/{reference}",status="404"} 1.0',
    ):
        assert line in exposed
    assert REFERENCE not in exposed


def test_unknown_addresses_and_methods_answer_in_the_contract_s_words(bot: TestClient) -> None:
    refused(bot.get("/api/v1/nothing"), 404, "not_found")
    refused(bot.get("/nothing"), 404, "not_found")
    refused(bot.get("/static/nothing"), 404, "not_found")
    response = bot.delete(PATH)
    refused(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "POST"


def test_a_lost_database_is_a_503(bot: TestClient, sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        connection.execute(text("DROP TABLE attempts"))
    response = status(bot)
    refused(response, 503, "unavailable")
    assert response.headers["Retry-After"] == "5"


def test_the_unexpected_is_a_plain_500_and_the_log_quotes_nothing(
    bot: TestClient, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError("13800001234")

    services.desk.status = burst  # type: ignore[method-assign]  # the fault to inject
    refused(status(bot), 500, "internal_error")
    assert "RuntimeError" in caplog.text
    assert "burst" in caplog.text
    assert "13800001234" not in caplog.text


def test_the_log_of_a_filing_has_no_personal_data(
    bot: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "casestore")
    file(bot)
    assert f"filed reference={REFERENCE} client=bot" in caplog.text
    for personal in ("欧阳", "13800001234", "手续费"):
        assert personal not in caplog.text


def test_every_answer_carries_the_headers(bot: TestClient) -> None:
    for path in ("/health", "/api/v1/nothing", "/login", "/docs", "/static/casestore.css"):
        headers = bot.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == (
            "no-cache" if path.startswith("/static/") else "no-store"
        )


def test_the_reference_page_lists_every_operation(anonymous: TestClient) -> None:
    response = anonymous.get("/docs")
    assert response.status_code == 200
    document = anonymous.get("/openapi.json").json()
    for path, methods in document["paths"].items():
        assert path in response.text
        for operation in methods.values():
            assert operation["summary"] in response.text
    assert "complaint_date.start" in response.text
    assert "<script" not in response.text
    assert "https://" not in response.text
