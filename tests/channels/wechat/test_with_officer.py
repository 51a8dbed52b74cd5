"""While a person is talking the assistant is silent, and what the person says arrives."""

from __future__ import annotations

from bot.channels.transcript import Reply
from bot.handover.talk import File, Why, talk_id
from tests.channels.wechat.kit import Town
from tests.stack import wait_until

OFFICER = "工作人员 王敏"


def test_messages_to_a_person_run_no_turn_and_get_silence(bank: Town) -> None:
    bank.person().say("转人工")
    hand_over(bank)
    assert bank.person().say("有人吗") == []
    assert bank.assistant.heard() == ["转人工"]
    assert [m.text for m in bank.line.history()][-1] == "有人吗"


def test_what_a_person_says_arrives_under_their_name(bank: Town) -> None:
    bank.person().say("转人工")
    hand_over(bank)
    says(bank, "您好，我在看您的投诉。")
    (said,) = wait_until(lambda: bank.person().received("service"), 30, "the officer's words")
    assert said == f"{OFFICER}：\n您好，我在看您的投诉。"


def test_without_messages_of_our_own_the_next_message_takes_them_along(quiet_bank: Town) -> None:
    person = quiet_bank.person()
    person.say("转人工")
    hand_over(quiet_bank)
    says(quiet_bank, "您好，我在看您的投诉。")
    (shown,) = person.say("有人吗")
    assert shown.text == f"{OFFICER}：\n您好，我在看您的投诉。"
    assert person.say("好的") == []
    assert quiet_bank.assistant.heard() == ["转人工"]


def test_the_customer_ends_the_talk_by_saying_so(bank: Town) -> None:
    bank.person().say("转人工")
    hand_over(bank)
    bank.person().say("结束人工")
    assert bank.line.running().handovers.of(bank.line.sender()) is None
    assert bank.person().say("你好")[-1].text == "收到：你好"


def hand_over(bank: Town) -> None:
    """An officer takes the conversation."""
    line = bank.line
    handovers, sender = line.running().handovers, line.sender()
    talk = handovers.open(
        talk_id(sender, "1"), sender, "wechat", Why.WORD, File("投诉"), line.now()
    )
    assert handovers.take(talk.id, OFFICER, line.now())


def says(bank: Town, text: str) -> None:
    line = bank.line
    line.running().transcript.push(line.sender(), "desk/1", Reply(text, by=OFFICER), line.now())
