"""Filing a complaint over HTTP, as the contract says."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from casestore.domain.staff import SYSTEM
from casestore.edge.middleware import BODY_LIMIT
from casestore.edge.services import Services
from tests.contract.casestore.http_kit import PATH, RECEIPT, REFERENCE, file, post_raw, refused
from tests.contract.casestore.kit import Clock, TestClient, make_payload, make_reference


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
    (event,) = services.desk.open_case(REFERENCE, SYSTEM).events
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
        ("consent", {"version": "1", "given_at": "9999-12-31T23:59:59-23:00"}, "consent.given_at"),
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
