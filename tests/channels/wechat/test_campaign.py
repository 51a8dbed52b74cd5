"""Coming by the code of a campaign: as a stranger who follows by it, and as a follower."""

from __future__ import annotations

from datetime import timedelta

from bot.channels.wechat import texts
from tests.channels.wechat.kit import Says, Town, moved
from tests.stack import wait_until
from wechatsim import packets

SCENE = "315-2027-hall"
OPENING = f'/campaign_open{{"scene": "{SCENE}"}}'
GREETING = "欢迎来到3·15活动。"
MENU = [("我的八项权利", "/campaign_topic"), ("小问答", "/quiz_open")]


def opened(bank: Town) -> None:
    """The code is printed, and the assistant greets whoever comes by it."""
    bank.sim.platform.scenes.add(SCENE)
    bank.assistant.answer = lambda _text: [Says(GREETING, MENU)]


def test_a_stranger_reads_first_what_is_done_with_their_data_and_then_the_greeting(
    bank: Town,
) -> None:
    opened(bank)
    (shown,) = bank.person(following=False).scan(SCENE)
    assert shown.text.startswith("您好，我是本行的消费者权益保护助手小保，是机器人。")
    assert shown.text.index("OpenID") < shown.text.index(GREETING)
    assert shown.text.endswith("1. 我的八项权利\n2. 小问答\n\n回复数字选择")
    assert bank.assistant.heard() == [OPENING]
    assert bank.line.history()[0].text == texts.SCANNED


def test_the_buttons_of_the_greeting_work(bank: Town) -> None:
    opened(bank)
    bank.person(following=False).scan(SCENE)
    bank.person().say("2")
    assert bank.assistant.heard() == [OPENING, "/quiz_open"]


def test_a_follower_hears_the_greeting_alone(bank: Town) -> None:
    opened(bank)
    (shown,) = bank.person().scan(SCENE)
    assert shown.text.startswith(GREETING)
    assert "OpenID" not in shown.text
    assert bank.assistant.heard() == [OPENING]


def test_every_scan_is_a_turn_and_a_delivery_made_again_is_not(bank: Town) -> None:
    opened(bank)
    packet = packets.subscribe(bank.sent(), SCENE, "ticket")
    assert bank.deliver(packet) == bank.deliver(packet)
    assert bank.assistant.heard() == [OPENING]
    bank.person().scan(SCENE)
    assert bank.assistant.heard() == [OPENING, OPENING]


def test_a_code_of_another_kind_is_greeted_as_ever(bank: Town) -> None:
    bank.sim.platform.scenes.add("网点1")
    (shown,) = bank.person().scan("网点1")
    assert shown.text.startswith(texts.WELCOME_BACK)
    assert bank.assistant.turns == []


def test_a_slow_greeting_is_brought_after_the_five_seconds(pressed_bank: Town) -> None:
    opened(pressed_bank)
    pressed_bank.assistant.go.clear()
    person = pressed_bank.person(following=False)
    assert person.scan(SCENE) == [], "silence in time, and no repeat"
    wait_until(pressed_bank.assistant.heard, 30, "the turn")
    pressed_bank.assistant.go.set()
    wait_until(lambda: any(GREETING in text for text in person.received("service")), 30, "greeting")
    brought = person.received("service")
    assert any("OpenID" in text for text in brought)
    assert pressed_bank.assistant.heard() == [OPENING]


def test_an_account_that_only_answers_gets_the_slow_greeting_when_asked_for(
    pressed_quiet_bank: Town,
) -> None:
    opened(pressed_quiet_bank)
    pressed_quiet_bank.assistant.go.clear()
    person = pressed_quiet_bank.person(following=False)
    (shown,) = person.scan(SCENE)
    assert shown.text == texts.STILL_WORKING
    pressed_quiet_bank.assistant.go.set()
    wait_until(lambda: len(pressed_quiet_bank.line.history()) == 3, 30, "the greeting")
    moved(pressed_quiet_bank, timedelta(seconds=7))  # nobody else is bringing it any more
    (brought,) = person.say("继续")
    assert "OpenID" in brought.text
    assert GREETING in brought.text


def test_a_stranger_is_told_about_their_data_also_while_the_assistant_is_away(bank: Town) -> None:
    opened(bank)
    bank.assistant.away = True
    person = bank.person(following=False)
    (shown,) = person.scan(SCENE)
    assert shown.text.startswith("您好，我是本行的消费者权益保护助手小保，是机器人。")
    assert "系统正忙" in shown.text
    bank.assistant.away = False
    moved(bank, timedelta(seconds=31))
    wait_until(lambda: any(GREETING in text for text in person.received()), 30, "the greeting")
