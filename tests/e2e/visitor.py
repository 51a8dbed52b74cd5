"""One person at one browser: a fresh context in which every trouble is written down."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from tests.stack import Stack

PHONE, SMALL_PHONE, DESKTOP = (390, 844), (320, 640), (1280, 800)
_REPORT_CSP = """
  addEventListener("securitypolicyviolation", (event) =>
    console.error("CSP", event.violatedDirective, event.blockedURI));
"""


@dataclass
class Visitor:
    """`troubles` are console errors, page errors and requests to hosts that are not ours."""

    context: BrowserContext
    hosts: frozenset[str]
    troubles: list[str] = field(default_factory=list)
    _expected: re.Pattern[str] | None = None

    @classmethod
    def of(cls, browser: Browser, stack: Stack, size: tuple[int, int], **options: Any) -> Visitor:
        """A person in Beijing; `options` are those of a Playwright context."""
        width, height = size
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            **options,
        )
        context.set_default_timeout(15_000)
        hosts = frozenset(urlsplit(url).netloc for url in (stack.web, stack.store))
        visitor = cls(context, hosts)
        visitor._watch()
        return visitor

    def welcome(self, origin: str) -> None:
        """Requests to this origin are no trouble either."""
        self.hosts |= {urlsplit(origin).netloc}

    def open(self, url: str) -> Page:
        page = self.context.new_page()
        page.goto(url)
        return page

    def expect_trouble(self, pattern: str) -> None:
        """Troubles that match are what the test is about."""
        self._expected = re.compile(pattern)

    def unexpected(self) -> list[str]:
        expected = self._expected
        return [t for t in self.troubles if expected is None or not expected.search(t)]

    def _watch(self) -> None:
        self.context.add_init_script(_REPORT_CSP)
        self.context.on("console", self._on_console)
        self.context.on("weberror", lambda error: self.troubles.append(f"page: {error.error}"))
        self.context.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def _on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc not in self.hosts:
            self.troubles.append(f"request: {request.url}")
