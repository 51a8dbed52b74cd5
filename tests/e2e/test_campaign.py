"""From a poster's code to the greeting in the browser, on every kind of page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from playwright.sync_api import Frame, Page, expect

from bot.channels.texts import CAMPAIGN_OPENED
from bot.intake.calendar import BEIJING
from tests.campaigns import write_campaign
from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.bank_page import BankSite, Widget, open_bank
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import NewVisitor
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE, Visitor
from tests.stack import Stack

SCENE, OTHER, ELDER = "spring-hall", "spring-market", "autumn-hall"
WELCOME = "欢迎来到春天的活动。"
VARIANTS: tuple[tuple[tuple[int, int], Any], ...] = (
    (SMALL_PHONE, "light"),
    (PHONE, "dark"),
    (DESKTOP, "light"),
)
_YESTERDAY = """() => {
  const arrival = JSON.parse(localStorage.getItem("xiaobao.arrival"));
  const day = new Date(Date.parse(arrival.day) - 24 * 60 * 60 * 1000).toISOString().slice(0, 10);
  localStorage.setItem("xiaobao.arrival", JSON.stringify({ ...arrival, day }));
}"""


@pytest.fixture(scope="module")
def bank() -> Iterator[BankSite]:
    with open_bank() as site:
        yield site


@pytest.fixture(scope="module")
def fair(tmp_path_factory: pytest.TempPathFactory, bank: BankSite) -> Iterator[Stack]:
    """The product in the midst of two campaigns, one of them for the elderly."""
    folder = tmp_path_factory.mktemp("fair")
    campaigns, today = folder / "campaigns", datetime.now(BEIJING).date()
    # Around today on both sides: the tests may run over midnight.
    write = partial(
        write_campaign,
        campaigns,
        first_day=today - timedelta(7),
        last_day=today + timedelta(7),
        welcome=WELCOME,
    )
    write("spring", scenes=(SCENE, OTHER))
    write("autumn", audience="elderly")
    running = Stack(folder, {"WEB_ORIGINS": bank.origin, "CAMPAIGNS_DIR": str(campaigns)})
    try:
        yield running.start("actions", "rasa")
    finally:
        running.stop()


@pytest.fixture
def scanner(new_visitor: NewVisitor, fair: Stack, bank: BankSite) -> Visitor:
    visitor = new_visitor(fair)
    visitor.welcome(bank.origin)
    return visitor


def address(fair: Stack, scene: str, more: str = "") -> str:
    return f"{fair.web}?campaign={scene}{more}"


def greeted(page: Page | Frame, times: int = 1) -> None:
    """The greeting has come, and no other."""
    expect(page.locator(".message-bot").filter(has_text=WELCOME)).to_have_count(times)


def arrivals(chat: ChatPage) -> int:
    return chat.said(CAMPAIGN_OPENED)


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_a_code_opens_the_page_with_the_greeting_and_its_buttons(
    new_visitor: NewVisitor, fair: Stack, size: tuple[int, int]
) -> None:
    chat = ChatPage.at(new_visitor(fair, size).open(address(fair, SCENE)))
    greeted(chat.page)
    choices = chat.page.locator("button.choice:enabled")
    expect(choices.first).to_be_visible()
    assert any("八项权利" in title for title in choices.all_inner_texts())
    layout.picture(chat.page, "arrival-greeting")
    title = next(title for title in choices.all_inner_texts() if "八项权利" in title)
    assert chat.press(title)


def test_coming_by_a_code_looks_like_a_note_and_not_like_something_said(
    scanner: Visitor, fair: Stack
) -> None:
    chat = ChatPage.at(scanner.open(address(fair, SCENE)))
    greeted(chat.page)
    note = chat.page.locator(".message-arrival[data-state=sent]")
    expect(note).to_be_visible()  # the greeting may come ahead of it, by the poll
    expect(note).to_have_text(f"我：{CAMPAIGN_OPENED}" + note.locator(".meta").inner_text())
    expect(note.locator(".meta")).to_be_hidden()
    chat.reload()
    expect(chat.page.locator(".message-arrival .meta")).to_be_hidden()


def test_a_reload_and_a_second_tab_are_not_greeted_again(scanner: Visitor, fair: Stack) -> None:
    scanner.context.clock.set_fixed_time(datetime.now(BEIJING))  # no midnight in between
    chat = ChatPage.at(scanner.open(address(fair, SCENE)))
    greeted(chat.page)
    chat.reload()
    greeted(chat.page)
    other = ChatPage.at(scanner.open(address(fair, SCENE)))
    greeted(other.page)
    assert other.say("谢谢")
    assert arrivals(other) == 1


def test_the_same_code_on_another_day_and_another_code_are_new_arrivals(
    scanner: Visitor, fair: Stack
) -> None:
    chat = ChatPage.at(scanner.open(address(fair, SCENE)))
    greeted(chat.page)
    chat.page.evaluate(_YESTERDAY)
    chat.reload()
    greeted(chat.page, 2)
    other = ChatPage.at(scanner.open(address(fair, OTHER)))
    greeted(other.page, 3)
    assert arrivals(other) == 3


def test_a_conversation_that_is_there_goes_on(scanner: Visitor, fair: Stack) -> None:
    chat = ChatPage.at(scanner.open(fair.web))
    chat.say("怎么辨别假币")
    before = chat.history()
    chat.page.goto(address(fair, SCENE))
    chat.wait_for_connection()
    greeted(chat.page)
    assert chat.history()[: len(before)] == before
    assert chat.say("谢谢")


def test_an_arrival_the_server_was_too_busy_for_is_greeted_once(
    scanner: Visitor, fair: Stack
) -> None:
    scanner.expect_trouble("503|ERR_FAILED")
    page = scanner.context.new_page()
    calls: list[str] = []

    def lose(route: Any) -> None:
        """The first answer is lost on its way: the server has run the turn."""
        calls.append(route.request.post_data)
        if len(calls) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/campaign", lose)
    page.goto(address(fair, SCENE))
    greeted(page)
    expect(page.locator(".message-arrival[data-state=sent]")).to_have_count(1)
    assert len(calls) == 2
    assert calls[0] == calls[1], "sent again under the same id"


@pytest.mark.parametrize("scene", ["3·15", "UPPER", "a b", ""])
def test_what_is_no_code_opens_the_page_as_ever(scanner: Visitor, fair: Stack, scene: str) -> None:
    chat = ChatPage.at(scanner.open(address(fair, scene)))
    assert chat.history() == []
    assert chat.say("你好")


def test_a_code_nobody_knows_says_so_and_lets_the_customer_ask(
    scanner: Visitor, fair: Stack
) -> None:
    chat = ChatPage.at(scanner.open(address(fair, "gone-hall")))
    expect(chat.bot_messages.first).to_contain_text("码")
    expect(chat.bot_messages.filter(has_text=WELCOME)).to_have_count(0)
    assert any("水印" in answer for answer in chat.say("怎么辨别假币"))


def test_a_code_for_the_elderly_opens_in_large_type(scanner: Visitor, fair: Stack) -> None:
    chat = ChatPage.at(scanner.open(address(fair, ELDER, "&elder=1")))
    greeted(chat.page)
    expect(chat.page.get_by_role("button", name="大字")).to_have_attribute("aria-pressed", "true")
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert chat.page.locator(".message-arrival .text").evaluate(size) >= 22
    _inspect(chat.page, "arrival-elder")


def test_the_greeting_has_no_defects_for_weak_eyes_and_screen_readers(
    scanner: Visitor, fair: Stack
) -> None:
    chat = ChatPage.at(scanner.open(address(fair, SCENE)))
    greeted(chat.page)
    _inspect(chat.page, "arrival")


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_the_note_of_coming_can_be_read_while_it_is_on_its_way(
    scanner: Visitor, fair: Stack, colours: Any
) -> None:
    page = scanner.context.new_page()
    page.emulate_media(color_scheme=colours, reduced_motion="reduce")
    page.route("**/campaign", lambda _route: None)
    page.goto(address(fair, SCENE))
    expect(page.locator(".message-arrival[data-state=sending]")).to_be_visible()
    assert violations(page) == []


def _inspect(page: Page, name: str) -> None:
    for (width, height), colours in VARIANTS:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=colours, reduced_motion="reduce")
        layout.picture(page, f"{name}-{colours}")
        assert layout.defects(page) == [], (name, width, colours)
        assert violations(page) == [], (name, width, colours)


# -- on the bank's page --------------------------------------------------------------------------


def _widget(scanner: Visitor, bank: BankSite, fair: Stack, attributes: str, query: str) -> Widget:
    bank.chat, bank.body = fair.web, ""
    bank.head = bank.tag(attributes)
    widget = Widget(scanner.context.new_page())
    widget.listen()
    widget.page.goto(bank.origin + query)
    expect(widget.launcher).to_be_visible()
    return widget


@pytest.mark.parametrize(
    ("attributes", "query"), [(f'data-campaign="{SCENE}"', "/"), ("", f"/?campaign={SCENE}")]
)
def test_the_widget_greets_by_its_attribute_or_by_the_banks_own_address(
    scanner: Visitor, bank: BankSite, fair: Stack, attributes: str, query: str
) -> None:
    widget = _widget(scanner, bank, fair, attributes, query)
    greeted(widget.open())
    layout.picture(widget.page, "arrival-widget")
    assert ("chatWidgetSentMessage", None) not in widget.heard(), "the customer has said nothing"


def test_only_who_opens_the_window_has_come_by_its_campaign(
    scanner: Visitor, bank: BankSite, fair: Stack
) -> None:
    widget = _widget(scanner, bank, fair, "", "/")
    widget.open()
    widget.say("谢谢")
    widget = _widget(scanner, bank, fair, f'data-campaign="{SCENE}"', "/")
    closed = widget.page.frame_locator("iframe")
    closed.locator(".message-customer").filter(has_text="谢谢").wait_for(state="attached")
    expect(closed.locator(".message-arrival")).to_have_count(0)
    greeted(widget.open())
