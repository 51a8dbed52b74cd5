"""The keyboard, screen readers, small screens and weak eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect

from tests.e2e import files, layout
from tests.e2e.axe import violations
from tests.e2e.chat_page import AGREE, OPENING, STORY, SUBMIT, ChatPage
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE

Variant = tuple[tuple[int, int], Literal["light", "dark"]]
VARIANTS: tuple[Variant, ...] = (
    (SMALL_PHONE, "light"),
    (PHONE, "dark"),
    (PHONE, "light"),
    (DESKTOP, "light"),
)
MOST_STOPS = 15


def _tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Presses the key until the control with this text has the focus; each stop must show it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        assert layout.focus_is_visible(page), page.evaluate("document.activeElement.outerHTML")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(f"{name} is not within {MOST_STOPS} stops")


def _inspect(page: Page, name: str) -> None:
    """Takes pictures of one screen and finds no defect, whatever the size and the colours."""
    for (width, height), colours in VARIANTS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        layout.picture(page, f"{name}-{colours}")
        assert layout.defects(page) == [], (name, width, colours)
        assert violations(page) == [], (name, width, colours)


def test_a_complaint_is_filed_with_the_keyboard_alone(chat: ChatPage) -> None:
    keys = chat.page.keyboard
    _tab_to(chat.page, "我要投诉")
    keys.press("Enter")
    chat.answers()
    _tab_to(chat.page, AGREE, "Shift+Tab")
    keys.press("Enter")
    chat.answers()
    for text in (STORY, "跳过", "人民路支行", "昨天", "退钱", "李建国 13800130201"):
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


def test_every_chat_screen_fits_and_can_be_read(chat: ChatPage) -> None:
    _inspect(chat.page, "1-welcome")
    chat.say("银行卡丢了怎么办")
    _inspect(chat.page, "2-answer")
    chat.say(OPENING)
    chat.press(AGREE)
    _inspect(chat.page, "3-question")
    chat.press("借记卡")
    chat.say("我叫李建国，电话13800130202")
    _inspect(chat.page, "4-recap")
    chat.press(SUBMIT)
    expect(chat.delivery_notice(chat.reference())).to_be_visible()
    _inspect(chat.page, "5-filed")


def test_files_in_a_conversation_fit_and_can_be_read(chat: ChatPage, tmp_path: Path) -> None:
    long_name = "人民路支行柜台排队叫号单和业务回单扫描件" * 4 + ".pdf"
    chat.attach(files.picture(tmp_path), files.document(tmp_path, long_name))
    expect(chat.page.locator(".message-customer[data-state=sent]")).to_have_count(2)
    expect(chat.page.locator("img.thumbnail")).to_be_visible()
    _inspect(chat.page, "9-files")
    chat.reload()
    expect(chat.page.locator(".file .icon")).to_have_count(2)
    _inspect(chat.page, "10-files-after-reload")
