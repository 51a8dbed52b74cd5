"""Confirming classes in the browser: on the page of a case, one after the other, and the export."""

import json
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from casestore.domain.staff import Officer, StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from tests.contract.casestore.browser_kit import OWN_PAGE, page
from tests.contract.casestore.http_kit import file
from tests.contract.casestore.kit import NAME, TestClient, make_payload, make_reference

QUEUE = "/classification"
FIRST, SECOND = make_reference(1), make_reference(2)
HTML = {"Accept": "text/html"}
HEAD = Officer("head", "总行", frozenset({StaffRole.SUPERVISOR}))
PROPOSED = {
    "business": {"proposed": "借记卡", "confidence": 0.91},
    "reason": {"proposed": "因定价收费引起的投诉", "confidence": 0.62},
}

pytestmark = pytest.mark.usefixtures("filed")


@pytest.fixture
def handler(browser_as: Callable[..., TestClient]) -> TestClient:
    return browser_as(StaffRole.HANDLER, username="li")


@pytest.fixture
def filed(bot: TestClient) -> None:
    """Two complaints, the first with a story that gives the channel away."""
    for number, reference in enumerate((FIRST, SECOND)):
        changes = {
            "reference": reference,
            "submitted_at": f"2026-11-23T0{number}:00:00+00:00",
            "complaint_business": "借记卡",
            "complaint_reason": "因服务态度及服务质量引起的投诉",
            "classification": PROPOSED,
        }
        assert file(bot, make_payload(**changes)).status_code == 201


def hidden(shown: str) -> dict[str, str]:
    """The fields a browser sends with the form as it stands."""
    form = shown[shown.index('class="class-form"') :]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    for name, options in re.findall(r'<select [^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = unescape(chosen.group(1)) if chosen else ""
    return fields


def send(client: TestClient, reference: str, fields: dict[str, str]) -> Any:
    path = f"/cases/{reference}/classification"
    return client.post(path, data=fields, headers={**HTML, **OWN_PAGE})


def confirmed(services: Services, reference: str) -> Any:
    return services.desk.open_case(reference, HEAD).case.standing.handling.confirmed


def test_the_case_that_waited_longest_comes_with_what_is_likely_chosen(handler: TestClient) -> None:
    shown = page(handler, QUEUE)
    assert "还有 2 件" in shown
    assert FIRST in shown
    assert SECOND not in shown
    assert "机器人建议“借记卡”，把握 91%" in shown
    assert "机器人建议“因定价收费引起的投诉”，把握 62%" in shown
    fields = hidden(shown)
    # What was registered stands before what the assistant proposed.
    assert fields["reason"] == "因服务态度及服务质量引起的投诉"
    assert (fields["business"], fields["channel"]) == ("借记卡", "营业现场")


def test_the_first_page_says_how_many_wait(handler: TestClient) -> None:
    shown = page(handler, "/")
    assert re.search(r'href="/classification"><strong>2</strong>\s*件分类待确认', shown)


def test_enter_confirms_and_the_next_case_comes(handler: TestClient, services: Services) -> None:
    shown = page(handler, QUEUE)
    assert re.search(r'<button class="button" type="submit" autofocus>', shown)
    answer = send(handler, FIRST, hidden(shown))
    assert (answer.status_code, answer.headers["location"]) == (303, QUEUE)
    assert confirmed(services, FIRST).business == "借记卡"
    assert confirmed(services, FIRST).by == "li"
    shown = page(handler, QUEUE)
    assert SECOND in shown
    send(handler, SECOND, hidden(shown))
    assert "分类都确认过了" in page(handler, QUEUE)


def test_a_case_may_be_passed_over(handler: TestClient) -> None:
    assert f'href="{QUEUE}?after={FIRST}"' in page(handler, QUEUE)
    assert SECOND in page(handler, f"{QUEUE}?after={FIRST}")
    shown = page(handler, f"{QUEUE}?after={SECOND}")
    assert "后面没有了" in shown
    assert "回到跳过的 2 件" in shown


def test_on_the_page_of_a_case_it_leads_back_there(handler: TestClient, services: Services) -> None:
    answer = send(handler, FIRST, hidden(page(handler, f"/cases/{FIRST}")))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"/cases/{FIRST}")
    shown = page(handler, f"/cases/{FIRST}")
    assert "更正分类" in shown
    assert "营业现场" in shown
    assert confirmed(services, FIRST).channel == "营业现场"


def test_a_name_left_open_is_asked_for_and_the_others_stay(
    handler: TestClient, services: Services
) -> None:
    fields = {**hidden(page(handler, QUEUE)), "business": "信用卡", "channel": ""}
    answer = send(handler, FIRST, fields)
    assert answer.status_code == 422
    assert "请选择业务办理渠道" in answer.text
    assert hidden(answer.text)["business"] == "信用卡"
    assert confirmed(services, FIRST) is None


def test_who_is_second_is_told_and_keeps_what_was_chosen(
    handler: TestClient, services: Services
) -> None:
    mine = hidden(page(handler, QUEUE))
    send(handler, FIRST, hidden(page(handler, f"/cases/{FIRST}")))
    answer = send(handler, FIRST, {**mine, "business": "信用卡"})
    assert answer.status_code == 409
    again = hidden(answer.text)
    assert again["business"] == "信用卡"
    assert confirmed(services, FIRST).business == "借记卡"
    assert send(handler, FIRST, again).status_code == 303
    assert confirmed(services, FIRST).business == "信用卡"


def test_the_form_sent_twice_is_one_confirmation(handler: TestClient, services: Services) -> None:
    fields = hidden(page(handler, QUEUE))
    assert send(handler, FIRST, fields).status_code == 303
    assert send(handler, FIRST, fields).status_code == 303
    events = [event.kind.value for event in services.desk.open_case(FIRST, HEAD).events]
    assert events.count("classified") == 1


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.AUDITOR, StaffRole.ADMIN])
def test_it_is_for_who_handles_cases(
    browser_as: Callable[..., TestClient], role: StaffRole
) -> None:
    assert browser_as(role).get(QUEUE, headers=HTML).status_code == 403


def test_a_form_of_another_site_confirms_nothing(handler: TestClient, services: Services) -> None:
    fields = hidden(page(handler, QUEUE))
    headers = {**HTML, "Sec-Fetch-Site": "cross-site"}
    sent = handler.post(f"/cases/{FIRST}/classification", data=fields, headers=headers)
    assert sent.status_code == 403
    assert confirmed(services, FIRST) is None


def test_the_export_is_for_who_reports_masked_and_noted(
    handler: TestClient,
    browser_as: Callable[..., TestClient],
    services: Services,
) -> None:
    send(handler, FIRST, hidden(page(handler, QUEUE)))
    path = f"{QUEUE}/corrections.jsonl"
    assert handler.get(path, headers=HTML).status_code == 403
    answer = browser_as(StaffRole.SUPERVISOR, username="wang").get(path)
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["dimension"] for line in lines] == ["business", "reason", "channel"]
    assert (lines[1]["proposed"], lines[1]["confirmed"]) == (
        "因定价收费引起的投诉",
        "因服务态度及服务质量引起的投诉",
    )
    assert NAME not in answer.text
    (entry,) = services.audit.page(AuditQuery(action="exported")).entries
    assert (entry.actor, entry.subject) == ("staff:wang", "corrections")
