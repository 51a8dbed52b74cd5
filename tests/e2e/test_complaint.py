"""A complaint from the first word in the browser to the case store: once, whatever is pressed."""

from __future__ import annotations

import requests
from playwright.sync_api import expect

from tests.e2e.chat_page import AGREE, OPENING, STORY, SUBMIT, ChatPage
from tests.e2e.console_page import ConsolePage
from tests.e2e.visitor import Visitor
from tests.stack import Stack

_PRESS_WHEN_TOLD = """title => {
  const button = [...document.querySelectorAll("button.choice:enabled")]
    .find(button => button.textContent === title);
  window.told = new BroadcastChannel("press");
  window.told.onmessage = () => button.click();
}"""
_TELL_BOTH = "() => new BroadcastChannel('press').postMessage('')"


def _registered(chat: ChatPage, stack: Stack, phone: str) -> requests.Response:
    """The case store's answer about the case on the newest receipt, once it is delivered.

    Asked once only: it takes repeated questions about an unknown case for guessing.
    """
    reference = chat.reference()
    expect(chat.delivery_notice(reference)).to_have_count(1)
    answer = stack.case(reference, phone[-4:])
    assert answer.status_code == 200, answer.text
    return answer


def _cases_in_console(visitor: Visitor, stack: Stack, phone: str) -> int:
    console = ConsolePage.signed_in(visitor, stack)
    return console.cases_of(f"{phone[:3]}****{phone[-4:]}").count()


def test_a_complaint_is_filed_by_typing_alone(
    chat: ChatPage, visitor: Visitor, stack: Stack
) -> None:
    phone = "13800130101"
    for text in ("我要投诉", "同意", STORY, "银行代理业务", "人民路支行", "昨天上午", "退钱并道歉"):
        chat.say(text)
    chat.say(f"李建国 {phone}")
    recap = chat.recap()
    assert recap["事情经过"] == STORY
    assert (recap["涉及网点或渠道"], recap["您的称呼"]) == ("人民路支行", "李建国")
    assert recap["联系电话"] == "138****0101"
    chat.say("提交")
    case = _registered(chat, stack, phone).json()
    assert case["state_label"] == "已登记"
    assert _cases_in_console(visitor, stack, phone) == 1


def test_a_complaint_is_filed_by_buttons(chat: ChatPage, visitor: Visitor, stack: Stack) -> None:
    phone = "13800130102"
    chat.press_quick("我要投诉")
    chat.press(AGREE)
    chat.say(STORY)
    chat.press("银行代理业务")
    for text in ("人民路支行", "昨天上午", "退钱并道歉", f"李建国 {phone}"):
        chat.say(text)
    chat.press("修改")
    chat.press("发生时间")
    chat.say("前天下午")
    assert chat.recap()["发生时间"].startswith("前天下午")
    chat.press(SUBMIT)
    _registered(chat, stack, phone)
    assert _cases_in_console(visitor, stack, phone) == 1


def test_the_receipt_can_be_copied(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.to_recap("13800130103")
    chat.press(SUBMIT)
    # On the receipt: the notice of the delivery, which may be there by now, has a button of its own.
    receipt = chat.page.locator(".reference")
    chat.copy_by(receipt.get_by_role("button", name="复制"))
    assert chat.page.evaluate("() => navigator.clipboard.readText()") == chat.reference()


def test_news_of_the_delivery_arrives_without_a_reload(chat: ChatPage) -> None:
    chat.page.evaluate("() => { window.sameDocument = true; }")
    chat.to_recap("13800130104")
    chat.press(SUBMIT)
    notice = chat.delivery_notice(chat.reference())
    expect(notice).to_have_count(1)
    assert chat.page.evaluate("() => window.sameDocument") is True
    chat.reload()
    expect(notice).to_have_count(1)


def test_a_form_goes_on_after_a_reload(chat: ChatPage, stack: Stack) -> None:
    phone = "13800130105"
    chat.say(OPENING)
    chat.press(AGREE)
    before = chat.history()
    chat.reload()
    expect(chat.choice("借记卡")).to_be_visible()
    assert chat.history() == before
    chat.press("借记卡")
    chat.say(f"我叫李建国，电话{phone}")
    chat.press(SUBMIT)
    _registered(chat, stack, phone)


def test_a_message_on_its_way_during_a_reload_is_said_once(chat: ChatPage) -> None:
    chat.say("你好")
    chat.write("怎么辨别假币")
    chat.reload()
    chat.answers()
    assert chat.said("怎么辨别假币") == 1
    history = chat.history()
    assert sum("水印" in text for _, text in history) == 1
    chat.reload()
    expect(chat.page.locator(".message")).to_have_count(len(history))
    assert chat.history() == history


def test_a_double_click_on_submit_files_once(
    chat: ChatPage, visitor: Visitor, stack: Stack
) -> None:
    phone = "13800130106"
    chat.to_recap(phone)
    chat.choice(SUBMIT).dblclick()
    chat.answers()
    _registered(chat, stack, phone)
    assert chat.said(SUBMIT) == 1
    assert _cases_in_console(visitor, stack, phone) == 1


def test_two_tabs_that_both_submit_file_once(
    chat: ChatPage, visitor: Visitor, stack: Stack
) -> None:
    phone = "13800130107"
    chat.to_recap(phone)
    other = ChatPage.at(visitor.open(stack.web))
    expect(other.choice(SUBMIT)).to_be_visible()
    # One after the other would be too late: the second tab hears at once that the first has filed.
    for page in (chat.page, other.page):
        page.evaluate(_PRESS_WHEN_TOLD, SUBMIT)
    chat.page.evaluate(_TELL_BOTH)
    for tab in (chat, other):
        expect(tab.customer_messages.last).to_contain_text(SUBMIT)
        tab.answers()
    _registered(chat, stack, phone)
    assert _cases_in_console(visitor, stack, phone) == 1
