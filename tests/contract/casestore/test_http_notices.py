"""Receipts for notices over HTTP, as the contract says."""

from datetime import timedelta
from typing import Any

import pytest

from casestore.domain.notice import NoticeKind, NoticeStatus
from casestore.edge.services import Services
from tests.contract.casestore.http_kit import REFERENCE, file, refused
from tests.contract.casestore.kit import Clock, TestClient, make_id
from tests.contract.casestore.reply_kit import LI


@pytest.fixture
def notice(bot: TestClient, services: Services) -> str:
    """A notice that the bot was given."""
    file(bot)
    written = services.notices.write(REFERENCE, NoticeKind.PROGRESS, "在办", LI, make_id(1))
    assert written is not None
    return written.id


def receipt(clock: Clock, **changes: Any) -> dict[str, Any]:
    said = {"status": "delivered", "at": clock().isoformat(), "error": None}
    return {**said, **changes}


def test_a_delivered_notice_is_noted_once_however_often_it_is_said(
    bot: TestClient, services: Services, clock: Clock, notice: str
) -> None:
    for _ in range(2):
        assert bot.put(f"/api/v1/notices/{notice}", json=receipt(clock)).status_code == 204
    (told,) = services.notices.of(REFERENCE)
    assert (told.status, told.sent_at) == (NoticeStatus.DELIVERED, clock())


def test_a_notice_that_failed_keeps_the_reason(
    bot: TestClient, services: Services, clock: Clock, notice: str
) -> None:
    body = receipt(clock, status="failed", error="客户已经结束对话")
    assert bot.put(f"/api/v1/notices/{notice}", json=body).status_code == 204
    (told,) = services.notices.of(REFERENCE)
    assert (told.status, told.failure) == (NoticeStatus.FAILED, "客户已经结束对话")


@pytest.mark.usefixtures("notice")
def test_an_unknown_notice_is_said_so(bot: TestClient, clock: Clock) -> None:
    response = bot.put("/api/v1/notices/unknown", json=receipt(clock))
    refused(response, 404, "notice_not_found")


def test_only_known_clients_confirm(anonymous: TestClient, clock: Clock, notice: str) -> None:
    refused(anonymous.put(f"/api/v1/notices/{notice}", json=receipt(clock)), 401, "unauthorized")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"status": "seen"}, "status"),
        ({"at": "2026-11-23"}, "at"),
        ({"at": None}, "at"),
        ({"error": "x" * 201}, "error"),
        ({"error": 7}, "error"),
        ({"more": 1}, "more"),
    ],
)
def test_a_receipt_that_says_nothing_clear_is_refused(
    bot: TestClient, clock: Clock, notice: str, changes: dict[str, Any], field: str
) -> None:
    response = bot.put(f"/api/v1/notices/{notice}", json=receipt(clock, **changes))
    refused(response, 422, "invalid_request")
    assert field in response.json()["error"]["fields"]


def test_a_receipt_from_the_future_is_refused(bot: TestClient, clock: Clock, notice: str) -> None:
    later = (clock() + timedelta(hours=1)).isoformat()
    response = bot.put(f"/api/v1/notices/{notice}", json=receipt(clock, at=later))
    refused(response, 422, "invalid_request")
