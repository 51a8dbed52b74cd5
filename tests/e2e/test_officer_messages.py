"""A person in the same window: who writes, how it ends, what arrives while nobody looks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.chat_page import ChatPage
from tests.e2e.conversation import OFFICER, Conversation
from tests.e2e.visitor import DESKTOP, SMALL_PHONE
from tests.stack import Stack

_HIDE = """hidden => {
  Object.defineProperty(document, "visibilityState",
    { configurable: true, get: () => (hidden ? "hidden" : "visible") });
  document.dispatchEvent(new Event("visibilitychange"));
}"""

_WATCH_TYPING = """() => {
  const typing = document.querySelector("[data-part=typing]");
  window.typed = false;
  new MutationObserver(() => { window.typed ||= !typing.hidden; })
    .observe(typing, { attributes: true });
}"""


@pytest.fixture
def conversation(chat: ChatPage, stack: Stack) -> Conversation:
    """A conversation that has begun."""
    chat.say("你好")
    return Conversation(stack, chat.page)


def _strip(page: Page) -> Locator:
    return page.locator("[data-part=strip]")


def _officers(page: Page) -> Locator:
    return page.locator(".message-officer")


def test_an_officers_words_carry_their_name(chat: ChatPage, conversation: Conversation) -> None:
    conversation.hear("您好，您的事我来看一下。", by=OFFICER)
    expect(_officers(chat.page)).to_contain_text(["工作人员 王敏：您好，您的事我来看一下。"])
    chat.reload()
    expect(_officers(chat.page)).to_contain_text(["工作人员 王敏：您好，您的事我来看一下。"])


def test_the_customer_sees_that_they_wait_and_then_who_is_there(
    chat: ChatPage, conversation: Conversation
) -> None:
    strip = _strip(chat.page)
    expect(strip).to_be_hidden()
    conversation.wait_for_officer()
    conversation.hear("正在为您转接人工。")
    expect(strip).to_contain_text("正在为您转人工…")
    expect(strip.get_by_role("button", name="不等了")).to_be_visible()
    conversation.taken()
    conversation.hear("您好，我是王敏。", by=OFFICER)
    expect(strip).to_contain_text("工作人员 王敏 正在为您服务")
    expect(chat.page.locator("[data-part=said]")).to_have_text("工作人员 王敏 正在为您服务")
    conversation.closed()
    conversation.hear("人工服务已结束，小保接着为您服务。")
    expect(strip).to_be_hidden()


def test_the_assistant_shows_no_typing_while_an_officer_talks(
    chat: ChatPage, conversation: Conversation
) -> None:
    conversation.wait_for_officer()
    conversation.taken()
    conversation.hear("您好，我是王敏。", by=OFFICER)
    expect(_strip(chat.page)).to_contain_text("王敏")
    chat.page.evaluate(_WATCH_TYPING)
    assert chat.say("我的卡被扣了三百元") == []
    assert chat.page.evaluate("() => window.typed") is False


def test_the_strips_button_says_the_words_that_end_the_talk(
    chat: ChatPage, conversation: Conversation
) -> None:
    conversation.wait_for_officer()
    conversation.taken()
    conversation.hear("您好，我是王敏。", by=OFFICER)
    _strip(chat.page).get_by_role("button", name="结束人工服务").click()
    chat.answers()
    assert chat.said("结束人工") == 1


@pytest.mark.parametrize(("size", "colours"), [(SMALL_PHONE, "dark"), (DESKTOP, "light")])
def test_a_talk_with_an_officer_fits_and_can_be_read(
    chat: ChatPage, conversation: Conversation, size: tuple[int, int], colours: str
) -> None:
    width, height = size
    chat.page.set_viewport_size({"width": width, "height": height})
    chat.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
    conversation.wait_for_officer()
    conversation.taken()
    conversation.hear("您好，我是王敏。\n请把编号 TS20261123-7K3QF8K 发给我。", by=OFFICER)
    expect(_strip(chat.page)).to_be_visible()
    layout.picture(chat.page, f"officer-{colours}")
    assert layout.defects(chat.page) == []
    assert violations(chat.page) == []


def test_what_arrives_while_another_tab_is_open_is_counted_in_the_title(
    chat: ChatPage, conversation: Conversation
) -> None:
    page = chat.page
    page.evaluate(_HIDE, True)
    conversation.hear("您的材料收到了。", by=OFFICER)
    expect(page).to_have_title("(1) 小保 · 消费者权益保护助手")
    conversation.hear("正在核实。", by=OFFICER)
    expect(page).to_have_title("(2) 小保 · 消费者权益保护助手")
    page.evaluate(_HIDE, False)
    expect(page).to_have_title("小保 · 消费者权益保护助手")
    expect(page.locator(".fresh")).to_contain_text("您的材料收到了。")
    chat.say("谢谢")
    expect(page.locator(".fresh")).to_have_count(0)


def test_what_arrived_since_the_last_visit_is_marked(
    chat: ChatPage, conversation: Conversation
) -> None:
    chat.page.goto("about:blank")
    conversation.hear("您的材料收到了。", by=OFFICER)
    chat.page.go_back()
    chat.wait_for_connection()
    expect(chat.page.locator(".fresh")).to_contain_text("您的材料收到了。")
    chat.reload()
    expect(chat.page.locator(".message-officer")).to_be_visible()
    expect(chat.page.locator(".fresh")).to_have_count(0)
