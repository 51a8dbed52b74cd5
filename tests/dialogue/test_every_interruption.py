"""Every form, every field, every interruption: afterwards the next answer lands in its field.

Generated from the tables below, run with the real servers. Rasa's own forms lose the answer
after a digression in several ways; this is what keeps ours from doing so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from bot.intake.reference import mint
from tests.dialogue.kit import PNG, arrived, asked, draft, reply_of_the_bank, says
from tests.fakes import NOW
from tests.stack import Chat, Stack

Interruption = Callable[[Chat], list[str]]

STRANGER = mint(NOW.date(), lambda _: "7")
COMPLAINT: Mapping[str, str] = {
    "consent": "同意",
    "complaint_detail": "柜员态度很差，当众骂了我",
    "complaint_business": "信用卡",
    "complaint_branch": "人民路支行",
    "complaint_date": "昨天下午",
    "complaint_request": "赔礼道歉",
    "complainant_name": "赵敏",
    "complainant_phone": "13812340003",
}
"""What is asked, in its order, and a plain answer to it."""
STORED: Mapping[str, Callable[[Any], bool]] = {
    "consent": lambda value: value["version"] != "",
    "complaint_date": lambda value: value["text"] == "昨天下午",
    "complainant_phone": lambda value: value["shown"] == "138****0003",
    "case_proof": lambda value: value == {"by": "tail", "checked": True},
    "callback_phone": lambda value: value["shown"] == "138****0003",
}
"""How the answer looks on disk where it is not the words themselves."""


def said(*texts: str) -> Interruption:
    """Says one thing after the other; a text with # presses the button of that title."""

    def interrupt(chat: Chat) -> list[str]:
        replies: list[str] = []
        for text in texts:
            replies = chat.press(text[1:]) if text.startswith("#") else chat.say(text)
        return replies

    return interrupt


INTERRUPTIONS: Mapping[str, Interruption] = {
    "side question": said("存款保险最多赔多少钱？"),
    "banking operation": said("帮我查一下卡里余额还有多少？"),
    "why": said("为什么要问这个"),
    "repeat": said("再说一遍"),
    "a person": said("转人工"),
    "thanks": said("谢谢"),
    "nonsense": said("？！"),
    "cancel taken back": said("取消"),
    "emergency": said("骗子正在转走我卡里的钱，怎么办", "继续填写"),
    "a life in danger": said("我不想活了", "继续填写"),
    "status inquiry": said("我的投诉办到哪一步了"),
    "what is kept about me": said("看看我的信息"),
    "another device": said("换个手机继续填"),
    "a call": said("给我回个电话", "取消", "#不用了"),
    "another complaint": said("我还要投诉另外一件事", "取消", "#确定取消"),
    "later act": said(f"我要撤回投诉 {STRANGER}", "取消", "#不办了"),
    "a picture": lambda chat: chat.send_file("凭证.png", PNG),
    "a campaign's code": lambda chat: chat.scan("315-2027-renmin-hall"),
    "a code nobody knows": lambda chat: chat.scan("nowhere"),
    "the campaign": said("看看活动"),
}
ANSWERS: Mapping[str, set[str]] = {"a call": {"complaint_request", "contact_preference"}}
"""Interruptions that are plain answers in some fields: a call may be all that somebody wants."""
KEPT = {"complaint": "继续填写", "case": "接着办", "callback": "接着约"}


SUPPLEMENT = said(f"我要给 {STRANGER} 补充材料", "取消", "#不办了")


def interruptions_of(field: str) -> list[str]:
    """What interrupts the question for `field`."""
    return [name for name in INTERRUPTIONS if field not in ANSWERS.get(name, ())]


def interrupted(chat: Chat, interruption: str, form: str) -> list[str]:
    if interruption == "cancel taken back":
        return said("取消", f"#{KEPT[form]}")(chat)
    return INTERRUPTIONS[interruption](chat)


def landed(stack: Stack, chat: Chat, field: str, answer: str) -> bool:
    value = draft(stack, chat).get(field)
    return STORED.get(field, lambda stored: stored == answer)(value)


@pytest.mark.parametrize("field", COMPLAINT)
def test_in_the_complaint_form(stack: Stack, field: str) -> None:
    chat = stack.chat()
    replies = chat.say("我要投诉")
    for name, answer in COMPLAINT.items():
        if name == field:
            break
        replies = chat.say(answer)
    for interruption in interruptions_of(field):
        assert asked(replies) == field, (interruption, replies)
        back = interrupted(chat, interruption, "complaint")
        assert asked(back) == field, (interruption, back)
        if field == "consent":
            replies = back
            continue
        chat.say(COMPLAINT[field])
        assert landed(stack, chat, field, COMPLAINT[field]), (interruption, field)
        replies = chat.say("上一步")
    assert asked(chat.say(COMPLAINT[field])) != field
    assert landed(stack, chat, field, COMPLAINT[field])


def test_at_the_recap(stack: Stack) -> None:
    chat = stack.chat()
    replies = chat.say("我要投诉")
    for answer in COMPLAINT.values():
        replies = chat.say(answer)
    for interruption in INTERRUPTIONS:
        assert asked(replies) == "complaint_confirmed", (interruption, replies)
        replies = interrupted(chat, interruption, "complaint")
    assert asked(replies) == "complaint_confirmed", replies
    assert draft(stack, chat)["complaint_confirmed"] is None


PUT_UP: Mapping[str, tuple[str, str]] = {
    "complaint_reason": ("投诉原因改一下", "其他（原因）"),
    "complaint_staff": ("涉及人员改一下", "大堂经理刘梅"),
    "complaint_amount": ("涉及金额改一下", "300元"),
    "complainant_role": ("投诉身份改一下", "代理人"),
    "contact_preference": ("联系方式偏好改一下", "发短信"),
}
"""Fields that are asked only when somebody puts them up for correction: how, and an answer."""


@pytest.mark.parametrize("field", PUT_UP)
def test_in_a_field_put_up_for_correction(stack: Stack, field: str) -> None:
    chat = stack.chat()
    chat.say("我要投诉")
    for answer in COMPLAINT.values():
        chat.say(answer)
    put_up, answer = PUT_UP[field]
    replies = chat.say(put_up)
    for interruption in interruptions_of(field):
        assert asked(replies) == field, (interruption, replies)
        replies = interrupted(chat, interruption, "complaint")
    assert asked(replies) == field, replies
    recap = chat.say(answer)
    assert asked(recap) == "complaint_confirmed"
    assert f"：{answer}" in recap[-1]


@pytest.fixture(scope="module")
def filed(stack: Stack) -> str:
    """A complaint of somebody else's conversation; its phone ends in 4321."""
    reference = stack.chat().file_complaint("13987654321")
    arrived(stack, reference, "4321")
    return reference


@pytest.mark.parametrize("field", ["case_reference", "case_proof", "case_text"])
def test_in_a_supplement(stack: Stack, filed: str, field: str) -> None:
    answers = {"case_reference": filed, "case_proof": "4321", "case_text": "柜员的工号是07号"}
    chat = stack.chat()
    replies = chat.say("我要补充材料")
    for name, answer in answers.items():
        if name == field:
            break
        replies = chat.say(answer)
    for interruption in INTERRUPTIONS:
        assert asked(replies) == field, (interruption, replies)
        replies = interrupted(chat, interruption, "case")
    assert asked(replies) == field, replies
    after = chat.say(answers[field])
    if field == "case_text":
        assert says("utter_case_form_supplement") in after[-1]
    else:
        assert landed(stack, chat, field, answers[field])


def test_before_a_withdrawal_is_confirmed(stack: Stack, filed: str) -> None:
    chat = stack.chat()
    chat.say(f"我要撤回投诉 {filed}")
    replies = chat.say("4321")
    for interruption in INTERRUPTIONS:
        assert asked(replies) == "case_confirmed", (interruption, replies)
        own_act = interruption == "later act"
        replies = SUPPLEMENT(chat) if own_act else interrupted(chat, interruption, "case")
    assert asked(replies) == "case_confirmed", replies
    assert says("utter_case_form_cancelled") in chat.press("不撤回")[-1]


@pytest.mark.parametrize(
    ("opening", "field", "answer", "done"),
    [
        ("我要评价", "case_rating", "不满意", "utter_case_form_dissatisfied"),
        ("我要申请核查", "case_text", "没有查录像", "utter_ask_case_confirmed_review_request"),
    ],
)
def test_after_the_reply(stack: Stack, opening: str, field: str, answer: str, done: str) -> None:
    chat = stack.chat()
    reference = chat.file_complaint("13955554444")
    arrived(stack, reference, "4444")
    reply_of_the_bank(stack, reference, "已经提醒柜员注意态度。")
    replies = chat.say(opening)
    for interruption in INTERRUPTIONS:
        assert asked(replies) == field, (interruption, replies)
        own_act = interruption == "later act"
        replies = SUPPLEMENT(chat) if own_act else interrupted(chat, interruption, "case")
    assert asked(replies) == field, replies
    assert says(done) in chat.say(answer)[-1]


CALLBACK: Mapping[str, str] = {
    "callback_phone": "13812340003",
    "callback_topic": "理财赎回的钱没到账",
    "callback_time": "明天上午",
    "callback_confirmed": "确认",
}
"""What is asked, in its order, and a plain answer to it."""


@pytest.mark.parametrize("field", CALLBACK)
def test_in_a_call_back(stack: Stack, field: str) -> None:
    chat = stack.chat()
    replies = chat.say("给我回个电话")
    for name, answer in CALLBACK.items():
        if name == field:
            break
        replies = chat.say(answer)
    for interruption in INTERRUPTIONS:
        assert asked(replies) == field, (interruption, replies)
        itself = interruption == "a call"
        replies = (
            chat.say("给我回个电话") if itself else interrupted(chat, interruption, "callback")
        )
    assert asked(replies) == field, replies
    after = chat.say(CALLBACK[field])
    if field == "callback_confirmed":
        assert after[-1].startswith(says("utter_callback_recorded"))
    else:
        assert landed(stack, chat, field, CALLBACK[field])
