"""The network or the server goes away: nothing typed is lost, nothing is said twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import Visitor
from tests.stack import START_SECONDS, Stack, wait_until

NO_CONNECTION = r"ERR_(CONNECTION_\w+|INTERNET_DISCONNECTED|EMPTY_RESPONSE|FAILED)"
QUESTION = "怎么辨别假币"


@pytest.fixture
def mortal_stack(tmp_path: Path) -> Iterator[Stack]:
    """A product of one's own to kill; without complaints it needs no case store."""
    running = Stack(tmp_path)
    try:
        yield running.start("actions", "rasa")
    finally:
        running.stop()


def test_a_message_sent_while_the_server_is_away_arrives_once(
    mortal_stack: Stack, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(mortal_stack)
    visitor.expect_trouble(NO_CONNECTION)
    chat = ChatPage.at(visitor.open(mortal_stack.web))
    chat.say("你好")
    mortal_stack.kill("rasa")
    chat.write(QUESTION)
    expect(chat.customer_messages.last).to_contain_text("正在重试")
    expect(_status(chat.page)).to_have_text("连接中断")
    mortal_stack.launch("rasa")
    wait_until(mortal_stack.healthy, START_SECONDS, "the assistant is back")
    _send_again_if_given_up(chat)
    assert sum("水印" in answer for answer in chat.answers()) == 1
    assert chat.said(QUESTION) == 1
    history = chat.history()
    chat.reload()
    expect(chat.page.locator(".message")).to_have_count(len(history))
    assert chat.history() == history


def test_a_message_given_up_is_kept_and_sent_on_request(chat: ChatPage, visitor: Visitor) -> None:
    visitor.expect_trouble(NO_CONNECTION)
    chat.say("你好")
    chat.page.clock.install()
    chat.page.route("**/messages", lambda route: route.abort())
    chat.write(QUESTION)
    failed = chat.page.locator(".message[data-state=failed]")
    wait_until(lambda: _tried_again(chat.page, failed), 60, "the page gives up")
    expect(failed).to_contain_text("没有发出去")
    expect(chat.page.get_by_role("alert")).to_contain_text("重新发送")
    chat.page.unroute_all()
    failed.get_by_role("button", name="重新发送").click()
    assert sum("水印" in answer for answer in chat.answers()) == 1
    assert chat.said(QUESTION) == 1
    expect(chat.page.get_by_role("alert")).to_be_hidden()


def test_a_message_given_up_is_answered_by_itself_once_the_assistant_is_back(
    mortal_stack: Stack, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(mortal_stack)
    visitor.expect_trouble(r"status of 503")
    chat = ChatPage.at(visitor.open(mortal_stack.web))
    chat.say("你好")
    mortal_stack.kill("actions")
    health = f"{mortal_stack.web}health"
    wait_until(lambda: not mortal_stack.answers(health), 30, "the assistant knows that it is away")
    chat.page.clock.install()
    chat.write(QUESTION)
    failed = chat.page.locator(".message[data-state=failed]")
    wait_until(lambda: _tried_again(chat.page, failed), 60, "the page gives up")
    mortal_stack.launch("actions")
    wait_until(mortal_stack.healthy, START_SECONDS, "the assistant is back")
    answer = chat.bot_messages.filter(has_text="水印")
    answer.wait_for(timeout=90_000)
    expect(failed).to_have_count(0)
    expect(chat.page.get_by_role("alert")).to_be_hidden()
    history = chat.history()
    chat.reload()
    expect(chat.page.locator(".message")).to_have_count(len(history))
    assert chat.history() == history


def _send_again_if_given_up(chat: ChatPage) -> None:
    """What a customer does whose page was faster to give up than the server to start."""
    settled = chat.page.locator("[data-state=sent], [data-state=failed]")
    chat.customer_messages.filter(has_text=QUESTION).and_(settled).wait_for(timeout=60_000)
    again = chat.page.get_by_role("button", name="重新发送")
    if again.count():
        again.click()


def _tried_again(page: Page, failed: Locator) -> bool:
    """Moves the page's clock over one wait; whether the page has given up."""
    page.clock.fast_forward(31_000)
    return failed.count() > 0


def _status(page: Page) -> Locator:
    return page.get_by_role("status").first
