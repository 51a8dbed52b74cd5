"""The keyboard, screen readers, small screens and weak eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import layout
from tests.e2e.chat_page import AGREE, OPENING, SUBMIT, ChatPage
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE
from tests.stack import Stack

SIZES = (SMALL_PHONE, PHONE, DESKTOP)
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_STOPS = 15


def _tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses the key until the control with this text has the focus; each stop must show it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        assert layout.focus_is_visible(page), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(f"{name} is not within {MOST_STOPS} stops")


def _show(page: Page, colours: str) -> Callable[[str], None]:
    """Takes a picture of the screen and finds no defect on it."""

    def show(name: str) -> None:
        layout.picture(page, f"{name}-{colours}")
        assert layout.defects(page) == [], name

    return show


def test_a_complaint_is_filed_with_the_keyboard_alone(chat: ChatPage) -> None:
    keys = chat.page.keyboard
    _tab_to(chat.page, "我要投诉")
    keys.press("Enter")
    chat.answers()
    _tab_to(chat.page, AGREE, "Shift+Tab")
    keys.press("Enter")
    chat.answers()
    for text in (OPENING, "借记卡", "李建国 13800130201"):
        expect(chat.input).to_be_focused()
        keys.insert_text(text)
        keys.press("Enter")
        chat.answers()
    _tab_to(chat.page, SUBMIT, "Shift+Tab")
    keys.press("Space")
    chat.answers()
    assert chat.reference()
    _tab_to(chat.page, "复制", "Shift+Tab")


def test_the_keyboard_leaves_the_clearing_dialog(chat: ChatPage) -> None:
    chat.say("怎么辨别假币")
    _tab_to(chat.page, "清除对话", "Shift+Tab")
    chat.page.keyboard.press("Enter")
    expect(chat.page.get_by_role("dialog")).to_be_visible()
    chat.page.keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog")).to_be_hidden()
    assert chat.bot_messages.count() == 1


def test_the_chat_page_tells_screen_readers_what_is_what(chat: ChatPage) -> None:
    page = chat.page
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_label("输入内容")).to_have_attribute(
        "aria-describedby", "composer-hint composer-counter"
    )
    log = page.get_by_role("log", name="对话记录")
    chat.press_quick("我要投诉")
    expect(log.get_by_role("group", name="可选回答")).to_have_count(1)
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).to_have_attribute("aria-busy", "false")
    assert chat.history()[0][1].startswith("我：")
    assert chat.history()[1][1].startswith("小保：")


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("size", SIZES)
def test_every_chat_screen_fits_and_can_be_read(
    new_visitor: NewVisitor,
    stack: Stack,
    size: tuple[int, int],
    colours: Literal["light", "dark"],
) -> None:
    visitor = new_visitor(stack, size, color_scheme=colours, has_touch=size != DESKTOP)
    chat = ChatPage.at(visitor.open(stack.web))
    show = _show(chat.page, colours)
    show("welcome")
    chat.say("银行卡丢了怎么办")
    show("answer")
    chat.say(OPENING)
    chat.press(AGREE)
    show("question")
    chat.press("借记卡")
    chat.say("我叫李建国，电话13800130202")
    show("recap")
    chat.press(SUBMIT)
    expect(chat.bot_messages.filter(has_text="已送达")).to_be_visible()
    show("filed")


@pytest.mark.parametrize("colours", COLOURS)
@pytest.mark.parametrize("size", SIZES)
def test_every_console_screen_fits_and_can_be_read(
    new_visitor: NewVisitor,
    stack: Stack,
    size: tuple[int, int],
    colours: Literal["light", "dark"],
) -> None:
    reference = stack.chat().file_complaint("13800130203")
    visitor = new_visitor(stack, size, color_scheme=colours)
    login = visitor.open(f"{stack.store}/login")
    _show(login, colours)("console-login")
    console = ConsolePage.signed_in(visitor, stack)
    show = _show(console.page, colours)
    expect(console.page.get_by_role("link", name=reference)).to_be_visible()
    show("console-list")
    console.open_case(reference)
    show("console-case")
