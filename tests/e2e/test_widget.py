"""The chat on a page of the bank, at another origin and under the strictest policy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.bank_page import BankSite, Widget, open_bank
from tests.e2e.conftest import NewVisitor
from tests.e2e.conversation import Conversation
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE, Visitor
from tests.stack import Stack

SIZES = (SMALL_PHONE, PHONE, DESKTOP)
FOCUSED = "() => document.activeElement.tagName"


@pytest.fixture(scope="module")
def bank() -> Iterator[BankSite]:
    with open_bank() as site:
        yield site


@pytest.fixture(scope="module")
def widget_stack(tmp_path_factory: pytest.TempPathFactory, bank: BankSite) -> Iterator[Stack]:
    """The product of a bank that has named its site; without complaints it needs no case store."""
    running = Stack(tmp_path_factory.mktemp("widget"), {"WEB_ORIGINS": bank.origin})
    try:
        yield running.start("actions", "rasa")
    finally:
        running.stop()


@pytest.fixture(autouse=True)
def plain_page(bank: BankSite, widget_stack: Stack) -> None:
    """The page with nothing but the tag."""
    bank.chat, bank.head, bank.body = widget_stack.web, "", ""


@pytest.fixture
def customer(new_visitor: NewVisitor, widget_stack: Stack, bank: BankSite) -> Visitor:
    visitor = new_visitor(widget_stack)
    visitor.welcome(bank.origin)
    return visitor


@pytest.fixture
def widget(customer: Visitor, bank: BankSite) -> Widget:
    """The bank's page on a desktop, freshly opened."""
    return _widget(customer, bank)


def _widget(customer: Visitor, bank: BankSite) -> Widget:
    widget = Widget(customer.context.new_page())
    widget.listen()
    widget.page.goto(bank.origin)
    expect(widget.launcher).to_be_visible()
    return widget


def test_a_question_is_answered_without_a_breach_of_the_banks_policy(widget: Widget) -> None:
    widget.open()
    expect(widget.say("怎么辨别假币").first).to_contain_text("水印")


def test_nothing_of_the_chat_is_loaded_before_it_is_wanted(widget: Widget) -> None:
    assert len(widget.page.frames) == 1
    widget.open()
    assert len(widget.page.frames) == 2


@pytest.mark.parametrize("size", SIZES)
def test_the_window_fits_every_screen(widget: Widget, size: tuple[int, int]) -> None:
    width, height = size
    widget.page.set_viewport_size({"width": width, "height": height})
    layout.picture(widget.page, "widget-closed")
    chat = widget.open()
    expect(chat.get_by_role("heading", name="您好，我是小保。")).to_be_visible()
    layout.picture(widget.page, "widget-open")
    box = widget.window.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["y"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["y"] + box["height"] <= height
    is_sheet = (box["width"], box["height"]) == (width, height)
    assert is_sheet == (width <= 480)


def test_the_widget_is_used_with_the_keyboard_alone(widget: Widget) -> None:
    keys = widget.page.keyboard
    for _ in range(3):
        keys.press("Tab")
        if widget.page.evaluate(FOCUSED) == "XIAOBAO-WIDGET":
            break
    expect(widget.launcher).to_be_focused()
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")
    keys.press("Enter")
    expect(widget.launcher).to_have_attribute("aria-expanded", "true")
    expect(widget.chat.get_by_role("textbox")).to_be_focused()
    keys.insert_text("怎么辨别假币")
    keys.press("Enter")
    expect(widget.chat.locator(".message-bot").first).to_contain_text("水印")
    keys.press("Escape")
    expect(widget.window).to_be_hidden()
    expect(widget.launcher).to_be_focused()


def test_escape_closes_a_question_of_the_chat_before_it_closes_the_window(widget: Widget) -> None:
    chat = widget.open()
    chat.get_by_role("button", name="清除对话").click()
    widget.page.keyboard.press("Escape")
    expect(chat.get_by_role("dialog")).to_be_hidden()
    expect(widget.window).to_be_visible()


def test_the_close_button_of_the_chat_leads_back_to_the_page(widget: Widget) -> None:
    chat = widget.open()
    chat.get_by_role("button", name="关闭窗口").click()
    expect(widget.window).to_be_hidden()
    expect(widget.launcher).to_be_focused()


def test_what_arrives_while_the_window_is_closed_is_counted_and_marked(
    widget: Widget, widget_stack: Stack
) -> None:
    chat = widget.open()
    widget.say("你好")
    conversation = Conversation(widget_stack, chat)
    chat.get_by_role("button", name="关闭窗口").click()
    expect(widget.window).to_be_hidden()  # the button's page asks the bank's page to close it
    conversation.hear("您的材料收到了。", by="工作人员 王敏")
    expect(widget.launcher).to_have_accessible_name("咨询投诉，有 1 条新消息")
    layout.picture(widget.page, "widget-unread")
    widget.launcher.click()
    expect(widget.launcher).to_have_accessible_name("咨询投诉")
    expect(chat.locator(".fresh")).to_contain_text("您的材料收到了。")
    widget.say("谢谢")
    expect(chat.get_by_text("新消息", exact=True)).to_have_count(0)


def test_news_is_counted_on_the_next_page_of_the_bank_before_anybody_opens_the_chat(
    widget: Widget, widget_stack: Stack
) -> None:
    chat = widget.open()
    widget.say("你好")
    conversation = Conversation(widget_stack, chat)
    widget.page.goto(f"{widget.page.url}#end")
    widget.page.goto("about:blank")
    conversation.hear("您的材料收到了。")
    widget.page.go_back()
    expect(widget.launcher).to_have_accessible_name("咨询投诉，有 1 条新消息")


def test_the_banks_page_hears_what_happens_and_never_what_is_said(widget: Widget) -> None:
    chat = widget.open()
    widget.say("怎么辨别假币")
    expect(chat.locator(".message-bot")).not_to_have_count(0)
    chat.get_by_role("button", name="有帮助").click()
    expect(chat.locator(".message-customer[data-state=sent]")).to_have_count(2)
    chat.get_by_role("button", name="关闭窗口").click()
    expect(widget.window).to_be_hidden()
    heard = widget.heard()
    names = [name for name, _ in heard]
    assert set(names) == {
        "chatWidgetOpened",
        "chatSessionStarted",
        "chatWidgetSentMessage",
        "chatWidgetReceivedMessage",
        "chatWidgetQuickReply",
        "chatWidgetClosed",
    }
    assert (names[0], names[-1]) == ("chatWidgetOpened", "chatWidgetClosed")
    assert names.count("chatWidgetSentMessage") == 2
    assert names.count("chatWidgetQuickReply") == 1
    assert {str(detail) for _, detail in heard} == {"None", "{'sender': 'bot'}"}


def test_the_banks_page_can_open_the_chat_with_a_question(widget: Widget) -> None:
    widget.page.evaluate("document.querySelector('xiaobao-widget').send('怎么辨别假币')")
    expect(widget.chat.locator(".message-bot").first).to_contain_text("水印")
    expect(widget.chat.locator(".message-customer")).to_have_count(1)


def test_a_message_of_another_page_does_nothing(widget: Widget) -> None:
    chat = widget.open()
    chat.evaluate("""() => dispatchEvent(new MessageEvent("message", {
        data: { xiaobao: "send", text: "转账" }, origin: "http://evil.example", source: parent }))""")
    widget.page.evaluate("postMessage({ xiaobao: 'close' }, '*')")
    widget.say("你好")
    expect(chat.locator(".message-customer")).to_have_count(1)
    expect(widget.window).to_be_visible()


def test_the_tag_may_stand_on_the_page_twice(customer: Visitor, bank: BankSite) -> None:
    bank.body = bank.tag()
    widget = _widget(customer, bank)
    expect(widget.page.locator("xiaobao-widget")).to_have_count(1)
    widget.open()
    assert len(widget.page.frames) == 2


def test_a_page_made_for_rasas_own_widget_only_changes_the_script(
    customer: Visitor, bank: BankSite
) -> None:
    server = bank.chat.removesuffix("/webhooks/web/")
    bank.body = f'<rasa-chatbot-widget server-url="{server}" widget-title="问小保" auto-open>'
    bank.body += "</rasa-chatbot-widget>"
    widget = _widget(customer, bank)
    expect(widget.page.get_by_role("dialog", name="问小保")).to_be_visible()
    expect(widget.say("怎么辨别假币").first).to_contain_text("水印")


@pytest.mark.parametrize(
    ("color", "ink"), [("#ffd54f", "rgb(0, 0, 0)"), ("#102a43", "rgb(255, 255, 255)")]
)
def test_the_button_can_be_read_in_the_banks_colour(
    customer: Visitor, bank: BankSite, color: str, ink: str
) -> None:
    bank.head = bank.tag(f'data-color="{color}" data-position="left" data-widget-title="问小保"')
    widget = _widget(customer, bank)
    expect(widget.launcher).to_have_css("color", ink)
    box = widget.launcher.bounding_box()
    assert box is not None
    assert box["x"] < 40
    assert violations(widget.page) == []


def test_a_site_the_bank_has_not_named_is_told_that_the_chat_does_not_open(
    new_visitor: NewVisitor, widget_stack: Stack
) -> None:
    customer = new_visitor(widget_stack)
    customer.expect_trouble("frame-ancestors|chrome-error|ERR_BLOCKED")
    with open_bank() as stranger:
        stranger.chat = widget_stack.web
        customer.welcome(stranger.origin)
        widget = Widget(customer.context.new_page())
        widget.page.clock.install()
        widget.page.goto(stranger.origin)
        widget.launcher.click()
        expect(widget.window).to_contain_text("正在打开小保…")
        widget.page.clock.fast_forward(11_000)
        expect(widget.window).to_contain_text("暂时打不开")
        widget.window.get_by_role("button", name="关闭").click()
        expect(widget.launcher).to_be_focused()


@pytest.mark.parametrize(("size", "colours"), [(SMALL_PHONE, "dark"), (DESKTOP, "light")])
def test_page_and_widget_are_usable_by_everybody(
    new_visitor: NewVisitor,
    widget_stack: Stack,
    bank: BankSite,
    size: tuple[int, int],
    colours: str,
) -> None:
    customer = new_visitor(widget_stack, size, color_scheme=colours, reduced_motion="reduce")
    customer.welcome(bank.origin)
    widget = _widget(customer, bank)
    assert violations(widget.page) == []
    widget.open()
    assert violations(widget.page) == []
    framed = customer.open(f"{widget_stack.web}?embed=1")
    expect(framed.get_by_text("在线", exact=True)).to_be_visible()
    assert violations(framed) == []
    assert layout.defects(framed) == []


def test_the_button_is_not_printed(widget: Widget) -> None:
    widget.page.emulate_media(media="print")
    expect(widget.launcher).to_be_hidden()


def test_the_smallest_window_holds_the_whole_chat(
    new_visitor: NewVisitor, widget_stack: Stack
) -> None:
    page = new_visitor(widget_stack, (320, 480)).open(f"{widget_stack.web}?embed=1")
    expect(page.get_by_text("在线", exact=True)).to_be_visible()
    layout.picture(page, "embedded")
    assert layout.defects(page) == []
    expect(page.get_by_role("textbox")).to_be_in_viewport(ratio=1)
