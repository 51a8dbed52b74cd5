"""The chat page as a customer uses it."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.stack import PATIENCE_SECONDS, wait_until

STORY = "柜员一直推销保险，我说了不要还不停地说，后来发现扣了我三千元保费"
OPENING = "我要投诉，昨天在人民路支行排了两个小时队，柜员态度还很差，要求赔礼道歉"
AGREE, SUBMIT = "同意，开始登记", "确认提交"
_REFERENCE = re.compile(r"TS\d{8}-[0-9A-Z]{7}")
_HISTORY = """rows => rows.map(row => [
  row.dataset.from, row.querySelector(".bubble").textContent])"""
_KEEP_WORDS = """button => {
  window.words = [];
  new MutationObserver(() => window.words.push(button.textContent))
    .observe(button, { childList: true, subtree: true });
}"""
_COPIED = "() => window.words.some(words => words.includes('已复制'))"


class ChatPage:
    """Reads and acts through what is on the screen only."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.input = page.get_by_role("textbox")
        self.customer_messages = page.locator(".message-customer")
        self.bot_messages = page.locator(".message-bot")

    @classmethod
    def at(cls, page: Page) -> ChatPage:
        """The page once it is connected."""
        chat = cls(page)
        chat.wait_for_connection()
        return chat

    def wait_for_connection(self) -> None:
        """Until the page is connected and shows its history."""
        self.page.get_by_text("在线", exact=True).wait_for()
        # The answer to a message that was on its way connects the page as well, and may be sooner.
        self.page.locator("[data-part=log][aria-busy=false]").wait_for(state="attached")

    def reload(self) -> None:
        self.page.reload()
        self.wait_for_connection()

    def write(self, text: str) -> None:
        """Types and sends without waiting for the answer."""
        self.input.fill(text)
        self.input.press("Enter")

    def say(self, text: str) -> list[str]:
        """Types and sends a text; the assistant's answers."""
        self.write(text)
        return self.answers()

    def attach(self, *paths: Path) -> None:
        """Chooses files by the button beside the input."""
        with self.page.expect_file_chooser() as chooser:
            self.page.get_by_role("button", name="发送图片或文件").click()
        chooser.value.set_files([*paths])

    def press(self, title: str) -> list[str]:
        """Presses an open choice; the assistant's answers."""
        self.choice(title).click()
        return self.answers()

    def press_quick(self, title: str) -> list[str]:
        """Presses a question of the welcome; the assistant's answers."""
        self.page.get_by_role("button", name=title, exact=True).click()
        return self.answers()

    def choice(self, title: str) -> Locator:
        """The open choice with this title."""
        choices = self.page.locator("button.choice:enabled")
        return choices.filter(has_text=re.compile(f"^{re.escape(title)}$"))

    def copy_by(self, button: Locator) -> None:
        """Presses a button that copies, and waits until it has said that it did.

        It says so for two seconds, in which nobody may have looked: its words are kept.
        """
        button.evaluate(_KEEP_WORDS)
        button.click()
        wait_until(lambda: self.page.evaluate(_COPIED), PATIENCE_SECONDS, "the word that it copied")

    def answers(self) -> list[str]:
        """What the assistant said to the customer's last message."""
        own_id = self.customer_messages.last.get_attribute("data-id")
        mine = self.page.locator(f"[data-id='{own_id}'][data-state=sent]")
        mine.wait_for(timeout=30_000)
        later = "xpath=following-sibling::*[@data-from='bot']/*[contains(@class, 'bubble')]"
        return mine.locator(later).all_inner_texts()

    def recap(self) -> dict[str, str]:
        """Label and value of what is to be confirmed, from the last such list."""
        last = self.page.locator("dl.facts").last
        labels, values = last.locator("dt"), last.locator("dd")
        return dict(zip(labels.all_inner_texts(), values.all_inner_texts(), strict=True))

    def to_recap(self, phone: str) -> None:
        """From the opening sentence to the question whether to submit."""
        self.say(OPENING)
        self.press(AGREE)
        self.press("借记卡")
        self.say(f"我叫李建国，电话{phone}")
        expect(self.choice(SUBMIT)).to_be_visible()

    def reference(self) -> str:
        """The reference on the newest receipt."""
        card = self.page.locator(".reference").last
        expect(card).to_be_visible()
        found = _REFERENCE.search(card.inner_text())
        assert found, card.inner_text()
        return found.group()

    def delivery_notice(self, reference: str) -> Locator:
        """Messages that say that this case has reached the case store."""
        return self.bot_messages.filter(has_text="已送达").filter(has_text=reference)

    def history(self) -> list[tuple[str, str]]:
        """Who said what, from top to bottom."""
        rows = self.page.locator(".message").evaluate_all(_HISTORY)
        return [(who, text) for who, text in rows]

    def said(self, text: str) -> int:
        """How many of the customer's bubbles hold exactly this text."""
        return sum(who == "customer" and shown == f"我：{text}" for who, shown in self.history())
