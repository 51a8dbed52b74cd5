"""An officer signs in, reads a case, signs out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console_page import ConsolePage
from tests.e2e.visitor import Visitor
from tests.stack import Stack, wait_until

PHONE, MASKED = "13800130301", "138****0301"


@pytest.fixture
def reference(stack: Stack) -> str:
    """A case that has reached the case store."""
    chat = stack.chat()
    filed = chat.file_complaint(PHONE)
    wait_until(lambda: "已送达" in str(chat.history()), 15, f"{filed} in the case store")
    return filed


def test_an_officer_reads_a_filed_case_masked(
    visitor: Visitor, stack: Stack, reference: str
) -> None:
    console = ConsolePage.signed_in(visitor, stack)
    row = console.cases_of(MASKED).filter(has_text=reference)
    expect(row).to_contain_text("已登记")
    expect(row).to_contain_text("李**")
    console.open_case(reference)
    assert console.fact("网点") == "人民路支行"
    assert console.fact("来源") == "网站对话"
    expect(console.page.get_by_text("排了两个小时队")).to_be_visible()
    assert PHONE not in console.page.content()
    assert "李建国" not in console.page.content()


def test_after_signing_out_nothing_can_be_read(
    visitor: Visitor, stack: Stack, reference: str
) -> None:
    console = ConsolePage.signed_in(visitor, stack)
    console.cases_of(MASKED)
    console.open_case(reference)
    console.page.get_by_role("button", name="退出").click()
    expect(console.heading("登录")).to_be_visible()
    console.page.go_back()
    expect(console.heading("登录")).to_be_visible()
    console.page.goto(f"{stack.store}/cases/{reference}")
    expect(console.heading("登录")).to_be_visible()


def test_a_wrong_password_is_told_and_lets_nobody_in(visitor: Visitor, stack: Stack) -> None:
    visitor.expect_trouble(r"status of 40[13]")
    console = ConsolePage(visitor.open(stack.store), stack.store)
    console.sign_in("not-the-password")
    expect(console.page.get_by_role("alert")).to_be_visible()
    expect(console.heading("登录")).to_be_visible()


@pytest.mark.parametrize("place", ["chat", "console"])
def test_a_page_lets_no_foreign_content_in(visitor: Visitor, stack: Stack, place: str) -> None:
    """Also shows that the other tests would notice a violation of the content policy."""
    visitor.expect_trouble(
        r"Content Security Policy|^console: CSP img-src|^request: https://foreign.invalid/"
    )
    page = visitor.open(stack.web if place == "chat" else stack.store)
    assert _loads_foreign_picture(page) is False
    assert any(trouble.startswith("console: CSP img-src") for trouble in visitor.troubles)


def _loads_foreign_picture(page: Page) -> bool:
    loaded = page.evaluate(
        """() => new Promise(done => {
             const picture = new Image();
             picture.onload = () => done(true);
             picture.onerror = () => done(false);
             picture.src = "https://foreign.invalid/picture.png";
           })"""
    )
    return bool(loaded)
