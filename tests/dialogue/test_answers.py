"""Plain questions get the vetted answer, everything else the sentence meant for it."""

from __future__ import annotations

import pytest

from bot.knowledge.catalogue import load_catalogue
from tests.dialogue.kit import says
from tests.stack import ROOT, Chat, Stack

TITLES = {answer.title for answer in load_catalogue(ROOT / "data/nlu/faq").values()}

QUESTIONS = {
    "card_safety": "银行卡平时怎么保管才安全",
    "card_lost": "刚发现银行卡弄丢了，该怎么挂失",
    "card_fraud": "银行卡被人盗刷了怎么办",
    "card_swallowed": "ATM机吞卡了怎么办",
    "card_lending": "银行卡能借给亲戚用吗",
    "counterfeit": "我收到一张假币该怎么办",
    "torn_notes": "人民币缺了一个角能换多少",
    "fees": "小额账户管理费能不能免",
    "illegal_fundraising": "什么是非法集资",
    "telecom_fraud": "接到自称公安局的电话让我转账是骗子吗",
    "ebanking_safety": "用手机银行要注意什么安全",
    "personal_info": "个人信息被银行泄露了怎么办",
    "wealth_products": "买理财为什么要录音录像",
    "loans_credit": "征信上有错误怎么更正",
    "deposit_insurance": "存款保险最多赔多少钱",
    "consumer_rights": "金融消费者有哪些权利",
    "complaint_process": "投诉多久能有结果",
}
SMALLTALK = {
    "你好呀": "utter_greet",
    "有什么功能": "utter_help",
    "多谢": "utter_thanks",
    "拜拜": "utter_goodbye",
    "你是机器人吗": "utter_who_are_you",
    "我的余额还剩多少": "utter_account_service",
    "今天会下雨吗": "utter_out_of_scope",
    "救命，我的卡正在被盗刷": "utter_emergency",
}


@pytest.mark.parametrize("theme", QUESTIONS)
def test_each_theme_is_answered_with_its_source(stack: Stack, theme: str) -> None:
    replies = stack.chat().say(QUESTIONS[theme])
    assert len(replies) == 1
    lines = replies[0].splitlines()
    assert len(lines) > 1, "an answer, not its source alone"
    assert lines[-1].startswith("依据："), replies
    assert "{" not in replies[0], "a variable was not filled in"


@pytest.mark.parametrize("text", SMALLTALK)
def test_small_talk_gets_the_sentence_meant_for_it(stack: Stack, text: str) -> None:
    replies = stack.chat().say(text)
    wanted = says(SMALLTALK[text])
    assert wanted in "\n".join(replies)
    assert "{" not in "".join(replies)


def test_an_emergency_names_the_police_first_of_all(stack: Stack) -> None:
    chat = stack.chat()
    (reply,) = chat.say("救命，我的卡正在被盗刷")
    assert "110" in reply
    assert "400-000-0000" in reply
    assert chat.titles() == ["处理完了，登记投诉"]


def test_a_person_is_reached_by_hotline_at_its_hours(stack: Stack) -> None:
    (reply,) = stack.chat().say("找人工客服")
    assert "400-000-0000" in reply
    assert "每天 8:30—20:30" in reply


def test_the_button_of_the_greeting_starts_a_complaint(stack: Stack) -> None:
    chat = stack.chat()
    chat.say("你好呀")
    assert says("utter_ask_complaint_form_consent") in chat.press("我要投诉")[-1]


def ask_something_unclear(chat: Chat) -> None:
    """Says single words until one of them is asked back."""
    for word in ("卡", "利息", "贷款", "理财", "手续", "收费"):
        if chat.say(word) == [says("utter_clarify")]:
            return
    raise AssertionError("no single word was unclear")


def test_an_unclear_question_is_asked_back_with_few_choices(stack: Stack) -> None:
    chat = stack.chat()
    ask_something_unclear(chat)
    assert 2 <= len(chat.titles()) <= 4
    assert len(set(chat.titles())) == len(chat.titles())
    assert chat.titles()[-1] == "都不是"


def test_the_choice_pressed_is_answered(stack: Stack) -> None:
    chat = stack.chat()
    ask_something_unclear(chat)
    titles = [title for title in chat.titles() if title in TITLES]
    (reply,) = chat.press(titles[0])
    assert reply.splitlines()[-1].startswith("依据：")


def test_none_of_the_choices_leads_to_other_ways(stack: Stack) -> None:
    chat = stack.chat()
    ask_something_unclear(chat)
    assert chat.press("都不是") == [says("utter_out_of_scope")]
    assert "转人工客服" in chat.titles()


def test_traditional_characters_are_understood(stack: Stack) -> None:
    (reply,) = stack.chat().say("銀行卡丟了怎麼掛失")
    assert reply.splitlines()[-1].startswith("依据：")


def test_the_assistants_words_never_become_a_complaint(stack: Stack) -> None:
    chat = stack.chat()
    for word in ("同意", "取消", "跳过", "重新开始", "确认提交"):
        replies = chat.say(word)
        assert replies == [says("utter_nothing_open")], word
