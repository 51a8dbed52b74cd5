"""How soon a customer sees the chat, in a real Chromium with nothing cached."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from benchmarks.channels.figures import WidgetFigures

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
VISITS = 20
_PAINT = """() => performance.getEntriesByName("first-contentful-paint")[0].startTime"""
_READY = """() => new Promise(resolve => {
  const status = document.querySelector("[data-part=status]");
  const look = () => {
    if (status.dataset.state === "online") resolve(performance.now());
    else requestAnimationFrame(look);
  };
  look();
})"""
_SENT = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource").filter(each => /static|widget/.test(each.name))]
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""


def measure(web: str, visits: int = VISITS) -> WidgetFigures:
    """`web`: address of a running chat page (Stack.web)."""
    with _browser() as browser:
        _visit(browser, web)  # the first page of a browser pays for its start
        found = [_visit(browser, web) for _ in range(visits)]
        script = _size(browser, f"{web}widget.js")
    paints = [paint for paint, _, _ in found]
    return WidgetFigures(
        visits,
        statistics.median(paints),
        max(paints),
        statistics.median(ready for _, ready, _ in found),
        found[-1][2],
        script,
    )


def _visit(browser: Browser, web: str) -> tuple[float, float, int]:
    """First paint and connection in ms, and bytes sent, for somebody who was never here."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
    try:
        page = context.new_page()
        page.goto(web)
        ready = float(page.evaluate(_READY))
        return float(page.evaluate(_PAINT)), ready, int(page.evaluate(_SENT))
    finally:
        context.close()


def _size(browser: Browser, address: str) -> int:
    """Bytes of one file as it is sent."""
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(address)
        return int(page.evaluate(_SENT))
    finally:
        context.close()


@contextmanager
def _browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise RuntimeError(f"none of {PROGRAMS} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
