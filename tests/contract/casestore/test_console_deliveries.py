"""The page of what the assistant has not delivered, and asking it to try again."""

from collections.abc import Callable

import pytest

from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from tests.contract.casestore.browser_kit import OWN_PAGE, form_token, page
from tests.contract.casestore.http_kit import BACKLOG, make_backlog
from tests.contract.casestore.kit import Clock, TestClient, make_reference

PARKED = make_reference(7)
DELIVERIES, RETRY = "/deliveries", "/deliveries/retry"
HTML = {"Accept": "text/html"}


@pytest.fixture
def handler(browser_as: Callable[..., TestClient]) -> TestClient:
    return browser_as(StaffRole.HANDLER)


def retry(client: TestClient, reference: str = PARKED, **headers: str) -> int:
    form = {"form_token": form_token(client, DELIVERIES), "reference": reference}
    sent = client.post(RETRY, data=form, headers={**HTML, **OWN_PAGE, **headers})
    return int(sent.status_code)


def test_without_any_report_the_page_says_so(handler: TestClient) -> None:
    assert "还没有收到过机器人的报告" in page(handler, DELIVERIES)


def test_what_waits_and_what_is_parked_is_shown(bot: TestClient, handler: TestClient) -> None:
    bot.put(BACKLOG, json=make_backlog())
    shown = page(handler, DELIVERIES)
    assert "等待 1 件，搁置 1 件" in shown
    assert PARKED in shown
    assert "HTTP 422 invalid_request" in shown
    assert shown.count('action="/deliveries/retry"') == 1


def test_silence_is_shown(bot: TestClient, handler: TestClient, clock: Clock) -> None:
    bot.put(BACKLOG, json=make_backlog())
    clock.forward(minutes=6)
    assert "已经 6 分钟没有报告" in page(handler, DELIVERIES)


def test_trying_again_is_passed_on_and_not_offered_twice(
    bot: TestClient, handler: TestClient
) -> None:
    bot.put(BACKLOG, json=make_backlog())
    assert retry(handler) == 303
    (event,) = bot.get("/api/v1/events").json()["events"]
    assert (event["kind"], event["reference"]) == ("retry", PARKED)
    shown = page(handler, DELIVERIES)
    assert "已请机器人再试" in shown
    assert RETRY not in shown


def test_what_nobody_has_parked_cannot_be_tried_again(bot: TestClient, handler: TestClient) -> None:
    bot.put(BACKLOG, json=make_backlog())
    assert retry(handler, make_reference(9)) == 404


def test_a_form_of_another_site_asks_for_nothing(
    bot: TestClient, handler: TestClient, services: Services
) -> None:
    bot.put(BACKLOG, json=make_backlog())
    assert retry(handler, **{"Sec-Fetch-Site": "cross-site"}) == 403
    assert services.exchange.news("bot", 0, 10) == []


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.ADMIN])
def test_it_is_for_who_handles_cases(
    browser_as: Callable[..., TestClient], role: StaffRole
) -> None:
    assert browser_as(role).get(DELIVERIES, headers=HTML).status_code == 403
