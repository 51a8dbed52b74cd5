"""Drafts follow the person: over a session's end, to another device, past another complaint."""

from __future__ import annotations

import re

from tests.dialogue.kit import arrived, asked, draft, recap, says, two_hours_pass
from tests.stack import Chat, Stack, reference_in

HALFWAY = ("我要投诉", "同意", "柜员态度很差，当众骂了我", "信用卡", "人民路支行")


def halfway(stack: Stack) -> Chat:
    """A customer who is asked when it happened."""
    chat = stack.chat()
    for text in HALFWAY:
        replies = chat.say(text)
    assert asked(replies) == "complaint_date"
    return chat


def code_of(chat: Chat) -> str:
    replies = chat.say("换个手机继续填")
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", replies[0])
    assert found, replies
    return found.group()


def test_every_accepted_answer_is_on_disk(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    assert draft(stack, chat) == {}, "before consent nothing is kept"
    for text in HALFWAY[1:]:
        chat.say(text)
    values = draft(stack, chat)
    assert values["complaint_detail"] == HALFWAY[2]
    assert values["complaint_branch"] == "人民路支行"


def test_nothing_of_a_draft_is_readable_on_disk(stack: Stack) -> None:
    chat = halfway(stack)
    chat.say("赵敏说是昨天")
    assert "当众骂了我".encode() not in (stack.folder / "journal.db").read_bytes()


def test_on_another_device_the_code_goes_on_where_it_stopped(stack: Stack) -> None:
    first = halfway(stack)
    code = code_of(first)
    second = stack.chat()
    replies = second.say(f"继续填写 {code.lower()}")
    assert says("utter_resumed") in replies[0]
    assert asked(replies) == "complaint_date"
    for text in ("昨天下午", "赔礼道歉", "赵敏 13812340009"):
        replies = second.say(text)
    second.insist()
    arrived(stack, reference_in(second.press("确认提交")), "0009")
    assert draft(stack, first) == {} == draft(stack, second)


def test_a_code_works_once_and_a_wrong_one_not_at_all(stack: Stack) -> None:
    code = code_of(halfway(stack))
    stack.chat().say(f"继续填写 {code}")
    thief = stack.chat()
    assert says("utter_resume_bad_code") in thief.say(f"继续填写 {code}")[0]
    replies = [thief.say(f"继续填写 7777-77{n:02}")[0] for n in range(10, 17)]
    assert says("utter_resume_too_many") in replies[-1]


def test_without_a_draft_the_way_to_a_code_is_told(stack: Stack) -> None:
    assert says("utter_resume_none") in stack.chat().say("继续填写")[0]


def test_two_hours_later_the_form_is_where_it_was(stack: Stack) -> None:
    chat = halfway(stack)
    two_hours_pass(stack, chat)
    assert asked(chat.say("昨天下午")) == "complaint_request"
    assert draft(stack, chat)["complaint_date"]["text"] == "昨天下午"


def test_another_complaint_comes_first_and_the_one_put_aside_comes_back(stack: Stack) -> None:
    chat = halfway(stack)
    replies = chat.say("我还要投诉另外一件事：昨天手机银行转账收了我15元手续费，要求退还")
    assert says("utter_put_aside") in replies[0]
    chat.press("同意，开始登记")
    chat.say("支付结算")
    chat.say("钱立 13812340010")
    replies = chat.press("确认提交")
    first = reference_in(replies)
    assert says("utter_back_to_form") in replies[-2]
    assert asked(replies) == "complaint_date"
    for text in ("昨天下午", "赔礼道歉", "赵敏"):
        replies = chat.say(text)
    shown = recap(chat.say("13812340011"))
    assert shown["事情经过"] == HALFWAY[2]
    assert "手续费" not in "".join(shown.values())
    second = reference_in(chat.say("确认提交"))
    arrived(stack, first, "0010")
    arrived(stack, second, "0011")


def test_a_later_act_in_the_middle_comes_back_to_the_form(stack: Stack) -> None:
    chat = stack.chat()
    reference = chat.file_complaint("13812340012")
    arrived(stack, reference, "0012")
    for text in HALFWAY:
        replies = chat.say(text)
    assert asked(chat.say("先给上一件补充材料")) == "case_text"
    replies = chat.say("上一件的柜员工号是0735")
    assert reference in replies[0]
    assert asked(replies) == "complaint_date"
