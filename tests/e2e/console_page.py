"""The staff console as an officer uses it."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.e2e.visitor import Visitor
from tests.stack import Stack


class ConsolePage:
    """Reads and acts through what is on the screen only."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    @classmethod
    def signed_in(cls, visitor: Visitor, stack: Stack) -> ConsolePage:
        console = cls(visitor.open(f"{stack.store}/"), f"{stack.store}/")
        console.sign_in(stack.console_password)
        expect(console.heading("投诉列表")).to_be_visible()
        return console

    def heading(self, text: str) -> Locator:
        return self.page.get_by_role("heading", level=1).filter(has_text=text)

    def sign_in(self, password: str, user: str = "admin") -> None:
        """Fills in the form and sends it; whether it worked is for the caller to see."""
        self.page.get_by_label("账号").fill(user)
        self.page.get_by_label("密码").fill(password)
        self.page.get_by_role("button", name="登录").click()

    def cases_of(self, masked_phone: str) -> Locator:
        """Rows of the newest page of the list with this phone."""
        self.page.goto(self.address)
        expect(self.heading("投诉列表")).to_be_visible()
        return self.page.locator("tbody tr").filter(has_text=masked_phone)

    def open_case(self, reference: str) -> None:
        self.page.get_by_role("link", name=reference).click()
        expect(self.heading(reference)).to_be_visible()

    def fact(self, label: str) -> str:
        """The value beside a label on the case's page."""
        row = self.page.locator("dl > div").filter(has=self.page.get_by_text(label, exact=True))
        return row.locator("dd").inner_text()

    def show(self, reference: str) -> None:
        """The case's page, wherever the list is."""
        self.page.goto(f"{self.address}cases/{reference}")
        expect(self.heading(reference)).to_be_visible()

    def reply(self, text: str) -> None:
        """Writes a reply on the case's page and sends it."""
        self.page.get_by_label("答复内容").fill(text)
        self.page.get_by_role("button", name="发出答复").click()

    def state(self) -> Locator:
        """The state beside the case's reference."""
        return self.page.get_by_role("heading", level=1).locator(".state")

    def history(self) -> Locator:
        """The lines of what happened to the case, oldest first."""
        return self.page.locator(".history li")

    def waiting(self) -> Locator:
        """The panel of what the assistant has not delivered, on the list."""
        self.page.goto(self.address)
        return self.page.get_by_role("region", name="机器人还没送到的")

    def try_again(self, reference: str) -> None:
        """Presses the button of an undelivered item."""
        self.page.get_by_role("button", name=f"再试一次 {reference}").click()
