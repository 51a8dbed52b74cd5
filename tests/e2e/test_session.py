"""The session in the browser: its token changes once a day, the conversation does not notice."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.chat_page import ChatPage

_STORED = "() => JSON.parse(localStorage.getItem('xiaobao.session'))"
_OUTDATE = """() => {
  const session = JSON.parse(localStorage.getItem("xiaobao.session"));
  localStorage.setItem("xiaobao.session", JSON.stringify({ ...session, since: 0 }));
}"""


def stored(page: Page) -> dict[str, Any]:
    return dict(page.evaluate(_STORED))


def test_a_token_of_yesterday_is_changed_and_the_conversation_goes_on(chat: ChatPage) -> None:
    chat.say("你好")
    before, history = stored(chat.page), chat.history()
    chat.page.evaluate(_OUTDATE)
    chat.reload()
    assert chat.history() == history
    after = stored(chat.page)
    assert after["token"] != before["token"]
    assert after["name"] == before["name"]
    assert any("水印" in answer for answer in chat.say("怎么辨别假币"))


def test_another_tab_goes_on_without_a_word_when_the_token_changes(chat: ChatPage) -> None:
    chat.say("你好")
    other = ChatPage.at(_second_tab(chat.page))
    before = stored(chat.page)["token"]
    chat.page.evaluate(_OUTDATE)
    chat.say("怎么辨别假币")
    assert stored(chat.page)["token"] != before
    expect(other.customer_messages.last).to_contain_text("怎么辨别假币")
    expect(other.page.get_by_text("上一次对话已经结束")).to_have_count(0)
    assert other.say("谢谢")


def _second_tab(page: Page) -> Page:
    tab = page.context.new_page()
    tab.goto(page.url)
    return tab
