"""What customers send and what becomes of it: words, numbers, choices, and what is not taken."""

from __future__ import annotations

import pytest

from bot.channels.transcript import Button, Reply
from bot.channels.wechat import texts
from tests.channels.wechat.kit import Says, Town
from tests.stack import wait_until
from wechatsim.packets import Packet

OFFER = [Says("同意吗？", [("同意，开始登记", "/agree"), ("不同意", "/refuse")])]


def offering(bank: Town) -> None:
    """From now on every answer offers two choices."""
    bank.assistant.answer = lambda _text: OFFER


def test_buttons_are_numbered_and_a_number_is_the_button(bank: Town) -> None:
    offering(bank)
    person = bank.person()
    (shown,) = person.say("我要投诉")
    assert shown.text == "同意吗？\n1. 同意，开始登记\n2. 不同意\n\n回复数字选择"
    for number in ("2", "２", "②", "第二个", "不同意"):
        person.say(number)
    assert bank.assistant.heard() == ["我要投诉", *["/refuse"] * 5]
    assert [m.text for m in bank.line.history() if m.author == "customer"][1:] == ["不同意"] * 5


def test_a_number_out_of_range_is_just_words(bank: Town) -> None:
    offering(bank)
    bank.person().say("我要投诉")
    bank.person().say("3")
    assert bank.assistant.heard()[-1] == "3"


def test_numbers_mean_nothing_once_something_else_was_said(bank: Town) -> None:
    offering(bank)
    bank.person().say("我要投诉")
    bank.assistant.answer = lambda text: [Says(f"收到：{text}")]
    bank.person().say("等一下")
    bank.person().say("2")
    assert bank.assistant.heard()[-1] == "2"


def test_a_repeated_number_is_the_same_choice_though_the_answer_offers_others(bank: Town) -> None:
    offering(bank)
    bank.deliver(bank.text("我要投诉"))
    packet = bank.text("1")
    assert bank.deliver(packet) == bank.deliver(packet)
    assert bank.assistant.heard() == ["我要投诉", "/agree"]


def test_a_click_on_a_choice_of_a_message_sent_by_itself_is_its_button(bank: Town) -> None:
    person = bank.person()
    person.say("你好")
    push(bank, "满意吗？", Button(title="满意", payload="/satisfied"))
    (menu,) = wait_until(
        lambda: [m for m in person.messages() if m.choices], 30, "the message with choices"
    )
    person.choose(menu.choices[0].id)
    assert bank.assistant.heard()[-1] == "/satisfied"


def test_a_number_after_a_message_sent_by_itself_is_its_button(bank: Town) -> None:
    offering(bank)
    bank.person().say("我要投诉")
    push(bank, "满意吗？", Button(title="满意", payload="/satisfied"))
    bank.person().say("1")
    assert bank.assistant.heard()[-1] == "/satisfied"


@pytest.mark.parametrize("choice", ["m1.1", "m999.1", "m1.0", "nonsense", "m1.1.1"])
def test_choices_of_others_and_invented_ones_are_just_words(bank: Town, choice: str) -> None:
    offering(bank)
    bank.person("oSomebodyElse").say("我要投诉")
    packet = bank.text("同意，开始登记了")
    xml = packet.xml.replace(b"</xml>", f"<bizmsgmenuid>{choice}</bizmsgmenuid></xml>".encode())
    bank.deliver(Packet(packet.openid, xml, packet.what))
    assert bank.assistant.heard()[-1] == "同意，开始登记了"


def test_typed_slashes_do_not_reach_the_assistant_as_intents(bank: Town) -> None:
    bank.person().say("/restart")
    assert bank.assistant.heard() == ["／restart"]


def test_secrets_are_hidden_before_anything_is_stored(bank: Town) -> None:
    (shown,) = bank.person().say("我的卡号6222021234567890123密码123456")
    assert "6222021234567890123" not in shown.text
    assert "请不要在这里发送" in shown.text
    assert all("6222021234567890123" not in m.text for m in bank.line.history())


def test_emoji_come_and_go_unharmed(bank: Town) -> None:
    (shown,) = bank.person().say("太慢了😡👨‍👩‍👧🇨🇳[微笑]🫠")
    assert shown.text == "收到：太慢了😡👨‍👩‍👧🇨🇳[微笑]🫠"


def test_what_looks_like_xml_is_only_text(bank: Town) -> None:
    (shown,) = bank.person().say("<xml>]]>&amp;<![CDATA[")
    assert shown.text == "收到：<xml>]]>&amp;<![CDATA["


def test_a_voice_message_is_what_the_platform_understood(bank: Town) -> None:
    (shown,) = bank.person().voice("我要投诉。")
    assert shown.text == "收到：我要投诉。"


def test_what_cannot_be_read_is_said_so_and_runs_no_turn(bank: Town) -> None:
    person = bank.person()
    assert [m.text for m in person.voice("")] == [texts.VOICE]
    assert [m.text for m in person.video(b"mp4")] == [texts.VIDEO]
    assert [m.text for m in person.link("标题", "https://example.com/")] == [texts.LINK]
    assert person.location()[0].text.startswith("位置收到了，不过小保用不上")
    assert bank.deliver(Packet("o1", unknown(bank), "未知类型")) == texts.OTHER
    assert bank.assistant.turns == []
    assert bank.line.history() == []


def unknown(bank: Town) -> bytes:
    return bank.text("x", "o1").xml.replace(b"<![CDATA[text]]>", b"<![CDATA[hologram]]>")


def test_a_text_that_is_too_long_or_blank_is_said_so(bank: Town) -> None:
    assert (
        bank.deliver(bank.text("长" * 2001)) == "这段话太长了（最多2000个字），请分成几条发给我。"
    )
    assert bank.deliver(bank.text(" \n\u3000")) == texts.EMPTY
    assert bank.deliver(bank.text("长" * 2000)) is not None
    assert len(bank.assistant.turns) == 1


def test_customers_are_kept_apart(bank: Town) -> None:
    offering(bank)
    bank.person("oFirst").say("我要投诉")
    bank.person("oSecond").say("1")
    assert bank.assistant.heard() == ["我要投诉", "1"]
    senders = {turn.sender_id for turn in bank.assistant.turns}
    assert len(senders) == 2
    assert all(s.startswith("wechat-") and "First" not in s for s in senders)


def push(bank: Town, text: str, button: Button) -> None:
    """Says something unasked and waits until the customer has it."""
    line, person = bank.line, bank.person()
    before = len(person.received("service"))
    line.running().transcript.push(line.sender(), f"push/{text}", Reply(text, [button]), line.now())
    wait_until(lambda: len(person.received("service")) > before, 30, "the message")
