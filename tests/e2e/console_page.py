"""The staff console as an officer uses it."""

from __future__ import annotations

import re
from datetime import datetime, timezone
from typing import Any

from playwright.sync_api import Locator, Page, expect

from casestore.domain.staff import StaffRole
from tests.e2e.layout import settle
from tests.e2e.visitor import Visitor
from tests.officers import EVERY_ROLE, PASSWORD, code_at
from tests.stack import Stack


class ConsolePage:
    """Reads and acts through what is on the screen only."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    @classmethod
    def signed_in(
        cls, visitor: Visitor, stack: Stack, *roles: StaffRole, **more: Any
    ) -> ConsolePage:
        """A new officer, of every role if none is named, who has passed both factors."""
        officer = stack.officers.make(roles or EVERY_ROLE, **more)
        console = cls(visitor.open(f"{stack.store}/"), f"{stack.store}/")
        console.sign_in(PASSWORD, officer.username)
        console.give_code()
        expect(console.heading("输入动态码")).not_to_be_attached()
        expect(console.page.get_by_role("link", name="小保投诉台")).to_be_visible()
        settle(console.page)
        return console

    def heading(self, text: str) -> Locator:
        return self.page.get_by_role("heading", level=1).filter(has_text=text)

    def sign_in(self, password: str, user: str = "admin") -> None:
        """Fills in the form and sends it; whether it worked is for the caller to see."""
        self.page.get_by_label("账号").fill(user)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()

    def give_code(self, code: str | None = None) -> None:
        """The second factor, by default what the authenticator shows now."""
        now = datetime.now(timezone.utc)
        self.page.get_by_label("动态码").fill(code_at(now) if code is None else code)
        self.page.get_by_role("button", name="继续").click()

    def cases_of(self, masked_phone: str) -> Locator:
        """Rows of the newest page of all cases with this phone."""
        self.page.goto(f"{self.address}cases")
        expect(self.heading("全部投诉")).to_be_visible()
        return self.page.locator("tbody tr").filter(has_text=masked_phone)

    def open_case(self, reference: str) -> None:
        self.page.get_by_role("link", name=reference).first.click()
        expect(self.heading(reference)).to_be_visible()

    def fact(self, label: str) -> str:
        """The value beside a label on the case's page."""
        row = self.page.locator("dl > div").filter(has=self.page.get_by_text(label, exact=True))
        return row.locator("dd").first.inner_text()

    def show(self, reference: str) -> None:
        """The case's page, wherever the list is."""
        self.page.goto(f"{self.address}cases/{reference}")
        expect(self.heading(reference)).to_be_visible()

    def open_act(self, title: str) -> Locator:
        """Unfolds the form of an act on the case's page; the form."""
        settle(self.page)  # in half a page the group it is folded in may not be there yet
        act = self.page.locator("details.act").filter(
            has=self.page.locator("summary", has_text=re.compile(f"^{title}$"))
        )
        group = self.page.locator("details.act-group:not([open])").filter(has=act)
        if group.count():
            group.locator("> summary").click()
        if act.get_attribute("open") is None:
            act.locator("summary").click()
        return act.locator("form")

    def do(self, title: str, text: str = "", **choices: str) -> None:
        """Acts on the case; ``choices`` are values of selects by field name."""
        form = self.open_act(title)
        for name, value in choices.items():
            form.locator(f"select[name={name}]").select_option(value)
        if text:
            form.locator("textarea").fill(text)
        confirmation = form.locator("input[name=confirmed]")
        if confirmation.count():
            confirmation.check()
        form.get_by_role("button", name=title).click()

    def state(self) -> Locator:
        """The state beside the case's reference."""
        return self.page.get_by_role("heading", level=1).locator(".state")

    def history(self) -> Locator:
        """The lines of what happened to the case, oldest first."""
        return self.page.locator(".history li")

    def waiting(self) -> Locator:
        """The panel of what the assistant has not delivered."""
        self.page.goto(f"{self.address}deliveries")
        return self.page.get_by_role("region", name="机器人还没送到的")

    def try_again(self, reference: str) -> None:
        """Presses the button of an undelivered item."""
        self.page.get_by_role("button", name=f"再试一次 {reference}").click()

    def sign_out(self) -> None:
        self.page.locator("details.account > summary").click()
        self.page.get_by_role("button", name="退出").click()
