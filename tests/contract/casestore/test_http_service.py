"""Everything of the HTTP contract but filing: who may call, status, operation, failures."""

from datetime import datetime, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import Engine

from casestore.edge.services import Services
from tests.contract.casestore.http_kit import PATH, RECEIPT, REFERENCE, file, refused, status
from tests.contract.casestore.kit import Clock, TestClient, make_payload, make_reference

# Who may call


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer wrong", "Basic dGVzdA==", "Bearer é"])
def test_strangers_are_refused_before_anything_is_read(anonymous: TestClient, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    for response in (
        anonymous.post(PATH, content=b"{", headers=headers),
        anonymous.get(f"{PATH}/{REFERENCE}", headers=headers),
        anonymous.post(f"{PATH}/{REFERENCE}/withdrawal", content=b"{", headers=headers),
        anonymous.put(f"{PATH}/{REFERENCE}/attachments/a", content=b"{", headers=headers),
        anonymous.put("/api/v1/backlog", content=b"{", headers=headers),
        anonymous.get("/api/v1/events", headers=headers),
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


def test_health_is_ok(anonymous: TestClient, clock: Clock) -> None:
    clock.moment = datetime(2026, 10, 31, 15, 59, tzinfo=timezone.utc)
    response = anonymous.get("/health")
    assert response.status_code == 200
    checks = {"database": "ok", "schema": "ok"}
    assert response.json() == {"status": "ok", "checks": checks, "warnings": []}


def test_health_warns_sixty_days_before_the_known_holidays_end(
    anonymous: TestClient, clock: Clock
) -> None:
    clock.moment = datetime(2026, 10, 31, 16, 0, tzinfo=timezone.utc)  # 1 November in China
    response = anonymous.get("/health")
    assert response.status_code == 200
    (warning,) = response.json()["warnings"]
    assert "2026-12-31" in warning
    assert "chinesecalendar" in warning


def test_health_warns_of_a_folder_that_takes_no_attachments(
    anonymous: TestClient, clock: Clock, files_folder: Path
) -> None:
    clock.moment = datetime(2026, 6, 1, tzinfo=timezone.utc)
    files_folder.rmdir()
    response = anonymous.get("/health")
    assert response.status_code == 200
    (warning,) = response.json()["warnings"]
    assert "CASE_STORE_FILES_DIR" in warning


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
    refused(bot.get("/static/%00"), 404, "not_found")
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
    assert response.text.count("<script") == response.text.count('src="/static/console.js"')
    assert "https://" not in response.text
