"""A customer asks to be called: promised once it is on disk, delivered to the bank."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.dialogue.kit import asked, draft, says
from tests.stack import Chat, Stack, wait_until


def at_recap(chat: Chat, phone: str = "13812348000") -> list[str]:
    chat.say("给我回个电话")
    for answer in (phone, "退货的钱没到账", "明天下午三点以后"):
        replies = chat.say(answer)
    return replies


def recorded(stack: Stack, chat: Chat) -> list[str]:
    """Delivery status of the calls this customer asked for."""
    with closing(sqlite3.connect(stack.folder / "journal.db")) as journal:
        query = "SELECT status FROM callback WHERE sender_id = ?"
        return [status for (status,) in journal.execute(query, (chat.sender_id,))]


@pytest.mark.parametrize("word", ["给我回个电话", "让你们经理给我打电话", "请安排工作人员联系我"])
def test_a_call_can_be_asked_for_in_many_words(stack: Stack, word: str) -> None:
    assert asked(stack.chat().say(word)) == "callback_phone"


def test_the_promise_names_day_and_time_and_comes_after_the_record(stack: Stack) -> None:
    chat = stack.chat()
    replies = at_recap(chat)
    assert asked(replies) == "callback_confirmed"
    assert "138****8000" in replies[-1]
    assert "明天下午三点以后" in replies[-1]
    assert "最晚" in replies[-1]
    assert recorded(stack, chat) == []
    (told,) = chat.press("确认回电")
    assert told.startswith(says("utter_callback_recorded"))
    assert "138****8000" in told
    assert len(recorded(stack, chat)) == 1
    assert draft(stack, chat) == {}


def test_the_bank_gets_it(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认回电")
    wait_until(lambda: recorded(stack, chat) == ["delivered"], 30, "delivery of the call-back")


def test_with_nobody_on_duty_a_call_takes_the_place_of_a_person(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("转人工")
    assert asked(chat.press("给我回电")) == "callback_phone"


def test_the_phone_of_the_complaint_is_offered(stack: Stack) -> None:
    chat = stack.chat()
    chat.file_complaint("13900001111")
    (question,) = chat.say("给我回个电话")
    assert "139****1111" in question
    assert asked([question]) == "callback_phone"
    assert asked(chat.press("打这个号码")) != "callback_phone"


def test_a_complaint_in_the_middle_waits_and_comes_back(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    chat.press("同意，开始登记")
    assert asked(chat.say("让你们经理给我打电话")) == "callback_phone"
    chat.say("13812348000")
    for _ in range(3):
        if "确认回电" in chat.titles():
            break
        chat.say("随便")
    told = chat.press("确认回电")
    assert told[0].startswith(says("utter_callback_recorded"))
    assert asked(told) == "complaint_detail"


def test_a_call_as_the_wish_of_a_complaint_is_the_wish(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉，昨天在人民路支行柜员骂人")
    chat.press("同意，开始登记")
    while asked_now(chat) != "complaint_request":
        chat.say("跳过")
    assert asked(chat.say("让行长给我打电话道歉")) == "complainant_name"
    assert draft(stack, chat)["complaint_request"] == "让行长给我打电话道歉"


def asked_now(chat: Chat) -> str:
    """The field asked for last."""
    return asked([chat.history()[-1]["text"]])


def test_no_under_the_recap_keeps_nothing(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    assert chat.press("不用打了") == [says("utter_callback_form_cancelled")]
    assert recorded(stack, chat) == []
    assert draft(stack, chat) == {}


def test_a_button_pressed_late_asks_for_no_second_call(stack: Stack) -> None:
    chat = stack.chat()
    at_recap(chat)
    chat.press("确认回电")
    chat.press("确认回电")
    assert len(recorded(stack, chat)) == 1
