"""A real Chromium on the real product; any trouble in the browser fails the test."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.chat_page import ChatPage
from tests.e2e.visitor import DESKTOP, Visitor
from tests.stack import Stack

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NewVisitor = Callable[..., Visitor]

expect.set_options(timeout=15_000)


# Not of the session: while Playwright runs, its event loop counts as running in this thread, and
# asynchronous tests of other folders could not start theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, f"none of {PROGRAMS} is installed"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def new_visitor(browser: Browser) -> Iterator[NewVisitor]:
    """Makes visitors of a stack; afterwards none of them may have met trouble."""
    visitors: list[Visitor] = []

    def make(stack: Stack, size: tuple[int, int] = DESKTOP, **options: Any) -> Visitor:
        visitors.append(Visitor.of(browser, stack, size, **options))
        return visitors[-1]

    yield make
    for visitor in visitors:
        visitor.context.close()
    assert [trouble for visitor in visitors for trouble in visitor.unexpected()] == []


@pytest.fixture
def visitor(new_visitor: NewVisitor, stack: Stack) -> Visitor:
    return new_visitor(stack)


@pytest.fixture
def chat(visitor: Visitor, stack: Stack) -> ChatPage:
    """The chat page on a desktop, freshly opened."""
    return ChatPage.at(visitor.open(stack.web))
