"""Large type for weak eyes: one thing at a time, numbers, words instead of icons."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.chat_page import AGREE, OPENING, SUBMIT, ChatPage
from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import PHONE, SMALL_PHONE, Visitor
from tests.stack import Stack

VARIANTS = ((SMALL_PHONE, "light"), (PHONE, "dark"), ((1280, 800), "light"))
_SMALL_TYPE = """() => {
  const hasText = element => [...element.childNodes]
    .some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter(e => hasText(e) && e.checkVisibility() && !e.closest("noscript, .visually-hidden"))
    .filter(e => getComputedStyle(e).clipPath === "none")
    .filter(e => parseFloat(getComputedStyle(e).fontSize) < 22)
    .map(e => `${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 20)}`);
}"""
_SMALL_BUTTONS = """() => [...document.querySelectorAll("button:not(.copy-inline)")]
  .filter(e => e.checkVisibility() && e.getBoundingClientRect().width > 0)
  .filter(e => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height) < 56)
  .map(e => e.textContent.trim())"""
_SHOWN_ICONS = """() => [...document.querySelectorAll(".icon, .mark")]
  .filter(e => e.checkVisibility()).map(e => e.className)"""
_NUMBERED = """async ([text, count]) => {
  const { numbered } = await import(new URL("static/elder.js", document.baseURI));
  return numbered(text, Array.from({ length: count }, (_, index) => index + 1)) ?? null;
}"""


@pytest.fixture
def elder(visitor: Visitor, stack: Stack) -> Iterator[ChatPage]:
    """The chat page as a link for the elderly opens it."""
    yield ChatPage.at(visitor.open(f"{stack.web}?elder=1"))


def _defects(page: Page, name: str) -> list[str]:
    found: list[str] = []
    for (width, height), colours in VARIANTS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")  # type: ignore[arg-type]
        layout.picture(page, f"elder-{name}-{colours}")
        checks = (_SMALL_TYPE, _SMALL_BUTTONS, _SHOWN_ICONS)
        here = [*layout.defects(page), *(each for check in checks for each in page.evaluate(check))]
        found += [f"{width} {colours}: {each}" for each in [*here, *violations(page)]]
    return found


def test_every_screen_has_large_type_large_targets_and_words(elder: ChatPage) -> None:
    found = _defects(elder.page, "welcome")
    elder.say("银行卡丢了怎么办")
    found += _defects(elder.page, "answer")
    elder.to_recap("13800130301")
    found += _defects(elder.page, "recap")
    elder.press(SUBMIT)
    elder.reference()
    found += _defects(elder.page, "filed")
    assert found == []


def test_the_switch_is_remembered_on_the_device(chat: ChatPage) -> None:
    switch = chat.page.get_by_role("button", name="大字")
    expect(switch).to_have_attribute("aria-pressed", "false")
    switch.click()
    expect(chat.page.get_by_text("您好，我是小保。")).to_have_css("font-size", "27.5px")
    chat.reload()
    expect(switch).to_have_attribute("aria-pressed", "true")
    switch.click()
    chat.reload()
    expect(switch).to_have_attribute("aria-pressed", "false")
    expect(chat.page.get_by_text("您好，我是小保。")).to_have_css("font-size", "20px")


def test_only_the_last_exchange_is_open_and_the_rest_can_be_seen(elder: ChatPage) -> None:
    elder.say("银行卡丢了怎么办")
    elder.say("怎么辨别假币")
    first = elder.customer_messages.filter(has_text="银行卡丢了")
    expect(first).to_be_hidden()
    expect(elder.customer_messages.filter(has_text="怎么辨别假币")).to_be_visible()
    elder.page.get_by_role("button", name="看前面的话").click()
    expect(first).to_be_visible()
    elder.say("谢谢")
    expect(first).to_be_hidden()
    elder.page.get_by_role("button", name="大字").click()
    expect(first).to_be_visible()


def test_a_typed_number_is_the_choice_with_that_number(elder: ChatPage) -> None:
    elder.say("3")
    assert elder.said("我要投诉") == 1
    elder.say("①")
    assert elder.said(AGREE) == 1


def test_a_number_is_a_number_where_choices_have_none(chat: ChatPage) -> None:
    chat.say(OPENING)
    chat.say("1")
    assert chat.said("1") == 1


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("2", 2),
        (" 2 ", 2),
        ("２", 2),
        ("②", 2),
        ("2.", 2),
        ("2、", 2),
        ("第二个", 2),
        ("二", 2),
        ("第2项", 2),
        ("十", 10),
        ("12", None),
        ("0", None),
        ("2元", None),
        ("1,2", None),
        ("第二天", None),
        ("", None),
    ],
)
def test_a_number_is_read_however_it_is_written(
    chat: ChatPage, text: str, choice: int | None
) -> None:
    assert chat.page.evaluate(_NUMBERED, [text, 10]) == choice


def test_large_type_holds_in_the_frame_of_a_bank(new_visitor: NewVisitor, stack: Stack) -> None:
    page = new_visitor(stack, (320, 480)).open(f"{stack.web}?embed=1&elder=1")
    ChatPage.at(page)
    layout.picture(page, "elder-embedded")
    assert layout.overflowing(page) == []
    expect(page.get_by_role("textbox")).to_be_in_viewport(ratio=1)
