"""A customer asks; what stands on the screen is an answer with its source."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.chat_page import ChatPage

CARD_NUMBER = "6222021234567890128"


def test_three_questions_get_answers_with_sources(chat: ChatPage) -> None:
    for question, word in (
        ("银行卡丢了怎么办", "挂失"),
        ("怎么辨别假币", "水印"),
        ("存款保险最高赔多少", "限额"),
    ):
        assert any(word in answer for answer in chat.say(question))
        source = chat.bot_messages.last.locator(".source")
        expect(source).to_contain_text("依据：")


def test_a_question_of_the_welcome_is_asked_by_a_click(chat: ChatPage) -> None:
    assert any("水印" in answer for answer in chat.press_quick("怎么辨别假币"))
    expect(chat.page.get_by_role("group", name="常见问题")).to_be_hidden()


def test_a_typed_card_number_is_masked_in_the_bubble_and_on_the_device(chat: ChatPage) -> None:
    chat.say(f"卡号 {CARD_NUMBER} 被吞了怎么办")
    bubble = chat.customer_messages.last
    expect(bubble).not_to_contain_text(CARD_NUMBER)
    expect(bubble).to_contain_text("被吞了怎么办")
    kept = chat.page.evaluate("() => JSON.stringify({...localStorage})")
    assert CARD_NUMBER not in kept
    chat.reload()
    expect(chat.customer_messages).to_have_count(1)
    assert CARD_NUMBER not in chat.page.content()


def test_markup_from_the_customer_is_shown_as_text(chat: ChatPage) -> None:
    text = "<img src=x onerror=alert(1)><b>你好</b>"
    chat.say(text)
    assert chat.said(text) == 1
    assert chat.customer_messages.locator("img, b").count() == 0


def test_enter_that_ends_a_pinyin_composition_sends_nothing(chat: ChatPage) -> None:
    chat.input.fill("wo yao tou su")
    chat.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    assert chat.customer_messages.count() == 0
    assert chat.input.input_value() == "wo yao tou su"


def test_a_draft_survives_a_reload(chat: ChatPage) -> None:
    chat.input.fill("写到一半")
    chat.reload()
    expect(chat.input).to_have_value("写到一半")


@pytest.mark.parametrize(("sure", "left"), [("取消", 2), ("清除", 0)])
def test_clearing_the_conversation_asks_first(chat: ChatPage, sure: str, left: int) -> None:
    chat.say("怎么辨别假币")
    chat.page.get_by_role("button", name="清除对话").click()
    dialog = chat.page.get_by_role("dialog", name="清除这次对话？")
    dialog.get_by_role("button", name=sure).click()
    expect(dialog).to_be_hidden()
    expect(chat.page.locator(".message")).to_have_count(left)
    chat.reload()
    expect(chat.page.locator(".message")).to_have_count(left)
