"""Talks and promised calls over the API, as the assistant calls it."""

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest

from casestore.api.chat_routes import LONGEST_WAIT
from casestore.domain.callback import TryResult
from casestore.domain.staff import SYSTEM, Officer, StaffRole
from casestore.edge.services import Services
from tests.contract.casestore.chat_kit import CHAT, HANDED_OVER, WORDS, chat_id, make_callback
from tests.contract.casestore.kit import NOW, Clock, TestClient, make_id

DESK = "/api/v1/chats/desk"
EVENTS = "/api/v1/chats/events"
ADDRESS = f"/api/v1/chats/{CHAT}"
CALL = f"/api/v1/callbacks/{make_id(8_001)}"
CALL_BODY: dict[str, Any] = {
    "channel": "web",
    "asked_at": NOW.isoformat(),
    "promised_by": (NOW + timedelta(hours=4)).isoformat(),
    "phone": "13800001234",
    "name": "欧阳小雨",
    "topic": "手续费争议",
    "preferred": "下午三点以后",
    "chat": CHAT,
}


@pytest.fixture
def handler(officer: Any) -> Officer:
    found: Officer = officer(StaffRole.HANDLER, username="wang", name="王敏")
    return found


def put(bot: TestClient, address: str = ADDRESS, **changes: Any) -> Any:
    return bot.put(address, json={**HANDED_OVER, **changes})


def say(bot: TestClient, number: int, text: str, address: str = ADDRESS) -> Any:
    message = {"id": f"c{number}", "author": "customer", "text": text, "at": NOW.isoformat()}
    return bot.post(f"{address}/messages", json={"messages": [message]})


def news(bot: TestClient, after: int = 0) -> list[Mapping[str, Any]]:
    return list(bot.get(EVENTS, params={"after": after}).json()["events"])


def test_the_desk_is_open_in_office_hours_while_somebody_on_duty_has_room(
    bot: TestClient, services: Services, handler: Officer, clock: Clock
) -> None:
    assert bot.get(DESK).json() == {"open": False, "on_duty": 0, "waiting": 0}
    services.duty.begin(handler)
    assert bot.get(DESK).json() == {"open": True, "on_duty": 1, "waiting": 0}
    for number in (1, 2, 3):
        put(bot, f"/api/v1/chats/{chat_id(number)}")
        services.chat_desk.take(chat_id(number), handler)
    put(bot, f"/api/v1/chats/{chat_id(4)}")
    assert bot.get(DESK).json() == {"open": False, "on_duty": 1, "waiting": 1}
    clock.forward(minutes=3)
    assert bot.get(DESK).json() == {"open": False, "on_duty": 0, "waiting": 1}


def test_nobody_is_expected_outside_office_hours(
    bot: TestClient, services: Services, handler: Officer, clock: Clock
) -> None:
    clock.forward(hours=6)
    services.duty.begin(handler)
    assert bot.get(DESK).json()["open"] is False


def test_a_talk_handed_over_twice_waits_once(bot: TestClient, services: Services) -> None:
    first = put(bot)
    assert (first.status_code, first.json()) == (
        201,
        {"id": CHAT, "state": "waiting", "position": 1},
    )
    more = {"id": "m3", "author": "customer", "text": "在吗", "at": NOW.isoformat()}
    again = put(bot, messages=[*HANDED_OVER["messages"], more])
    assert (again.status_code, again.json()["position"]) == (200, 1)
    admin = Officer("admin", "admin", frozenset(StaffRole))
    texts = [each.text for each in services.chats.open(CHAT, admin).messages]
    assert texts == [WORDS, "好的，帮您转。", "在吗"]


def test_another_talk_under_the_same_id_is_a_conflict(bot: TestClient) -> None:
    put(bot)
    for changes in ({"why": "risk"}, {"channel": "web"}):
        answer = put(bot, **changes)
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "idempotency_conflict"


def test_danger_goes_to_the_head_of_the_queue(bot: TestClient, clock: Clock) -> None:
    for number, why in ((1, "word"), (2, "misses"), (3, "risk")):
        place = put(bot, f"/api/v1/chats/{chat_id(number)}", why=why).json()["position"]
        clock.forward(seconds=1)
    assert place == 1


def test_the_assistant_hears_in_order_what_officers_do(
    bot: TestClient, services: Services, handler: Officer
) -> None:
    put(bot)
    services.chat_desk.take(CHAT, handler)
    services.chat_desk.say(CHAT, "您好，我是王敏。", handler, make_id(9_001))
    services.chat_desk.say(CHAT, "您好，我是王敏。", handler, make_id(9_001))  # pressed twice
    found = news(bot)
    assert [each["kind"] for each in found] == ["taken", "said"]
    assert {each["officer"] for each in found} == {"工作人员 王敏"}
    assert (found[1]["id"], found[1]["text"]) == (make_id(9_001), "您好，我是王敏。")
    assert {each["chat"] for each in found} == {CHAT}
    assert news(bot, found[0]["cursor"]) == found[1:]
    assert bot.get(EVENTS, params={"after": found[1]["cursor"]}).json() == {
        "events": [],
        "cursor": found[1]["cursor"],
    }


def test_what_the_customer_says_is_added_once(bot: TestClient, services: Services) -> None:
    put(bot)
    for _ in range(2):
        assert say(bot, 1, "还在等").json() == {"id": CHAT, "state": "waiting"}
    admin = Officer("admin", "admin", frozenset(StaffRole))
    assert [each.text for each in services.chats.open(CHAT, admin).messages].count("还在等") == 1


def test_a_talk_ends_once_and_takes_no_more_words(bot: TestClient) -> None:
    put(bot)
    for by in ("customer", "timeout"):
        answer = bot.post(f"{ADDRESS}/close", json={"by": by, "at": NOW.isoformat()})
        assert (answer.status_code, answer.json()["state"]) == (200, "closed")
    refused = say(bot, 1, "还在吗")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "chat_closed")
    assert put(bot).json()["state"] == "closed"


def test_unknown_talks_and_those_of_other_clients_are_not_there(
    bot: TestClient, services: Services
) -> None:
    services.clients.admit("other", "o" * 40)
    put(bot)
    bot.headers["Authorization"] = "Bearer " + "o" * 40
    for answer in (
        say(bot, 1, "在吗"),
        say(bot, 1, "在吗", f"/api/v1/chats/{chat_id(99)}"),
        bot.post(f"{ADDRESS}/close", json={"by": "customer", "at": NOW.isoformat()}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "chat_not_found")
    assert put(bot).status_code == 422
    assert news(bot) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"why": "boredom"},
        {"channel": "fax"},
        {"asked_at": "2026-11-23T08:00:00"},
        {"references": ["TS20261123-AAAAAAA"]},
        {"messages": [{"id": "", "author": "customer", "text": "x", "at": NOW.isoformat()}]},
        {"unknown": 1},
    ],
)
def test_a_talk_that_cannot_be_read_is_refused_in_chinese(
    bot: TestClient, changes: dict[str, Any]
) -> None:
    answer = put(bot, **changes)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"
    assert answer.json()["error"]["fields"]


def test_only_the_console_says_that_an_officer_ended_a_talk(bot: TestClient) -> None:
    put(bot)
    answer = bot.post(f"{ADDRESS}/close", json={"by": "officer", "at": NOW.isoformat()})
    assert answer.status_code == 422


def test_who_waits_for_news_hears_them_as_soon_as_there_are_some(
    bot: TestClient, services: Services, handler: Officer
) -> None:
    put(bot)
    taking = threading.Timer(0.2, services.chat_desk.take, (CHAT, handler))
    begun = monotonic()
    taking.start()
    found = bot.get(EVENTS, params={"wait": LONGEST_WAIT}).json()["events"]
    taking.join()
    assert [each["kind"] for each in found] == ["taken"]
    assert monotonic() - begun < LONGEST_WAIT / 2


def test_who_waits_for_news_is_answered_when_the_service_stops(bot: TestClient, app: Any) -> None:
    app.state.is_stopping = lambda: True
    begun = monotonic()
    try:
        assert bot.get(EVENTS, params={"wait": LONGEST_WAIT}).json() == {"events": [], "cursor": 0}
    finally:
        app.state.is_stopping = lambda: False
    assert monotonic() - begun < LONGEST_WAIT / 2


def test_a_call_asked_for_twice_is_one_call(bot: TestClient) -> None:
    first, again = bot.put(CALL, json=CALL_BODY), bot.put(CALL, json=CALL_BODY)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json() == {"id": make_id(8_001), "state": "open"}
    other = bot.put(CALL, json={**CALL_BODY, "phone": "13900001234"})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_conflict")


def cancel(bot: TestClient, address: str = CALL, **body: Any) -> Any:
    return bot.post(f"{address}/cancel", json={"at": NOW.isoformat(), **body})


def test_a_call_is_cancelled_once_however_often_it_is_said(
    bot: TestClient, services: Services, clock: Clock
) -> None:
    bot.put(CALL, json=CALL_BODY)
    for _ in range(2):
        answer = cancel(bot)
        assert answer.status_code == 200
        assert answer.json() == {"id": make_id(8_001), "state": "cancelled"}
        clock.forward(minutes=1)
    (found,) = services.callbacks.ended(SYSTEM)
    assert found.callback.ended_at == NOW
    again = bot.put(CALL, json=CALL_BODY)
    assert (again.status_code, again.json()["state"]) == (200, "cancelled")


def test_a_cancelled_call_reminds_nobody(
    bot: TestClient, services: Services, officer: Any, clock: Clock
) -> None:
    officer(StaffRole.SUPERVISOR, username="zhou")
    bot.put(CALL, json=CALL_BODY)
    cancel(bot)
    clock.forward(hours=5)
    services.chat_watch.watch()
    assert services.callbacks.open(SYSTEM) == []
    assert services.reminders.for_("zhou").unread == []


def test_a_call_already_made_stays_made(
    bot: TestClient, services: Services, handler: Officer
) -> None:
    bot.put(CALL, json={**CALL_BODY, "chat": None})
    services.callbacks.log(make_id(8_001), TryResult.REACHED, "说明了收费", handler, make_id(9_001))
    answer = cancel(bot)
    assert (answer.status_code, answer.json()["state"]) == (200, "done")


def test_a_moment_still_to_come_counts_as_now(bot: TestClient, services: Services) -> None:
    bot.put(CALL, json=CALL_BODY)
    cancel(bot, at=(NOW + timedelta(days=400)).isoformat())
    (found,) = services.callbacks.ended(SYSTEM)
    assert found.callback.ended_at == NOW


def test_a_call_nobody_asked_for_is_not_cancelled(bot: TestClient, services: Services) -> None:
    answer = cancel(bot)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "callback_not_found")
    services.callbacks.ask(replace(make_callback(), client="another"))
    assert cancel(bot).status_code == 404
    assert len(services.callbacks.open(SYSTEM)) == 1


@pytest.mark.parametrize("at", ["", "gestern", "2026-11-23T10:00:00", "x\0", 7, None])
def test_a_moment_nobody_can_read_cancels_nothing(
    bot: TestClient, services: Services, at: Any
) -> None:
    bot.put(CALL, json=CALL_BODY)
    answer = cancel(bot, at=at)
    assert answer.status_code == 422
    assert "at" in answer.json()["error"]["fields"]
    assert len(services.callbacks.open(SYSTEM)) == 1


@pytest.mark.parametrize("number", ["x", "x%00", "9" * 3000, "%ED%A0%80"])
def test_a_hostile_number_of_a_call_is_refused(bot: TestClient, number: str) -> None:
    assert 400 <= cancel(bot, f"/api/v1/callbacks/{number}").status_code < 500


@pytest.mark.parametrize("phone", ["", "abc", "1", "138000012345678901234567890"])
def test_a_phone_nobody_can_call_is_refused(bot: TestClient, phone: str) -> None:
    answer = bot.put(CALL, json={**CALL_BODY, "phone": phone})
    assert answer.status_code == 422
    assert "phone" in answer.json()["error"]["fields"]
