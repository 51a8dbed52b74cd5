"""Quota, tokens, a platform that is busy: nothing is lost, nothing comes twice."""

from __future__ import annotations

from datetime import timedelta

import requests

from bot.channels.transcript import Reply
from tests.channels.wechat.kit import Town, moved
from tests.stack import wait_until

SEND = "message/custom/send"


def push(bank: Town, *said: str) -> None:
    """Says something unasked, all of it at one moment: nothing is sent while some is still missing."""
    line, ahead = bank.line, timedelta(minutes=2)
    moment = line.now() + ahead
    for text in said:
        line.running().transcript.push(line.sender(), f"push/{text}", Reply(text), moment)
    moved(bank, ahead)


def states(bank: Town) -> dict[str, int]:
    """Outbound messages by state, as an operator sees them."""
    return dict(requests.get(bank.line.url + "health", timeout=10).json()["outbound"])


def test_more_than_the_platform_takes_waits_for_the_customer(bank: Town) -> None:
    person = bank.person()
    person.say("你好")
    push(bank, *[f"通知{number}" for number in range(7)])
    wait_until(lambda: states(bank)["parked"] == 3, 30, "what has to wait")
    (*told, hint) = person.received("service")
    assert told == [f"通知{number}" for number in range(4)]
    assert "回复“继续”查看" in hint
    (shown,) = person.say("继续")
    assert shown.text == "通知4\n\n通知5\n\n通知6"
    assert person.say("继续")[0].text == "收到：继续"


def test_any_message_allows_again_what_had_to_wait(bank: Town) -> None:
    person = bank.person()
    person.say("你好")
    bank.sim.faults.exhausted = True
    push(bank, "有答复了")
    wait_until(lambda: states(bank)["parked"], 30, "what has to wait")
    bank.sim.faults.exhausted = False
    person.voice("")
    wait_until(lambda: "有答复了" in person.received("service"), 30, "the message")


def test_what_was_parked_follows_the_next_answer(bank: Town) -> None:
    person = bank.person()
    person.say("你好")
    bank.sim.faults.exhausted = True
    push(bank, "有答复了")
    wait_until(lambda: states(bank)["parked"], 30, "what has to wait")
    bank.sim.faults.exhausted = False
    person.say("在吗")
    moved(bank, timedelta(seconds=7))
    wait_until(lambda: "有答复了" in person.received("service"), 30, "the message")
    assert person.received() == ["收到：你好", "收到：在吗", "有答复了"]


def test_a_token_that_ends_in_mid_send_is_replaced_and_nothing_comes_twice(bank: Town) -> None:
    bank.person().say("你好")
    push(bank, "第一条")
    wait_until(lambda: bank.person().received("service"), 30, "the first")
    bank.sim.platform.tokens.expire()
    push(bank, "第二条")
    wait_until(lambda: len(bank.person().received("service")) == 2, 30, "the second")
    assert bank.person().received("service") == ["第一条", "第二条"]


def test_a_busy_platform_is_asked_again(bank: Town) -> None:
    bank.person().say("你好")
    bank.sim.faults.refuse(SEND, -1)
    push(bank, "有答复了")
    wait_until(lambda: bank.sim.journal.calls("custom/send"), 30, "the first attempt")
    moved(bank, timedelta(minutes=1))
    wait_until(lambda: bank.person().received("service") == ["有答复了"], 30, "the message")


def test_health_says_what_waits_and_whether_the_platform_knows_us(bank: Town) -> None:
    report = requests.get(bank.line.url + "health", timeout=10)
    assert report.status_code == 200
    assert report.json()["checks"] == {"access_token": "ok", "outbound": "ok"}
    bank.sim.platform.tokens.expire()
    bank.sim.faults.refuse("stable_token", 40164, times=9)
    moved(bank, timedelta(hours=3))
    broken = requests.get(bank.line.url + "health", timeout=10)
    assert broken.status_code == 503
    assert "40164" in broken.json()["checks"]["access_token"]


def test_an_account_without_messages_of_its_own_needs_no_token(quiet_bank: Town) -> None:
    report = requests.get(quiet_bank.line.url + "health", timeout=10)
    assert report.status_code == 200
    assert quiet_bank.sim.journal.calls("stable_token") == []
