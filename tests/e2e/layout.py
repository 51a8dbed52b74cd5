"""What can be measured of a page's usability: sizes, names, overflow, contrast, focus."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.stack import ROOT

SCREENSHOTS = ROOT / "test-results" / "screenshots"

_CONTROLS = """
  const shown = element => {
    const { width, height, right } = element.getBoundingClientRect();
    return width > 0 && height > 0 && right > 0 && element.checkVisibility();
  };
  const controls = [...document.querySelectorAll(
    "button, a[href], input:not([type=hidden]), textarea, select, [tabindex='0']")].filter(shown);
  const told = element => `${element.tagName} ${element.textContent.trim().slice(0, 20)}`;
"""

# Links inside a sentence are exempt (WCAG 2.2, 2.5.8), as their size is that of the text.
_SMALL_TARGETS = (
    "() => {"
    + _CONTROLS
    + """
  // A click on the label around a control is a click on the control.
  const small = element => {
    const { width, height } = (element.closest("label") ?? element).getBoundingClientRect();
    return width < 44 || height < 44;
  };
  const inSentence = element => getComputedStyle(element).display === "inline";
  return controls.filter(e => small(e) && !inSentence(e)).map(told);
}"""
)

_NAMELESS = (
    "() => {"
    + _CONTROLS
    + """
  const named = element =>
    element.textContent.trim() || element.ariaLabel || element.labels?.length > 0;
  return controls.filter(e => !named(e)).map(told);
}"""
)

_OVERFLOW = """() => {
  const wide = element => element.scrollWidth > element.clientWidth;
  return [document.documentElement, ...document.querySelectorAll("main, section, .bubble, .list td")]
    .filter(wide).map(e => `${e.tagName}.${e.className} ${e.scrollWidth}>${e.clientWidth}`);
}"""

# Contrast ratio of WCAG 2.2, 1.4.3; disabled controls are exempt there.
_FAINT = """() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([red, green, blue]) => [red, green, blue]
    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = channels(getComputedStyle(at).backgroundColor);
      if ((found[3] ?? 1) === 1) return found;
    }
    return [255, 255, 255];
  };
  const ratio = element => {
    const pair = [channels(getComputedStyle(element).color), ground(element)].map(light);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  const hasText = element => [...element.childNodes]
    .some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
  return [...document.querySelectorAll("body *")]
    .filter(e => hasText(e) && e.checkVisibility() && !e.closest(":disabled, noscript"))
    .filter(e => ratio(e) < 4.5)
    .map(e => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${ratio(e).toFixed(2)}`);
}"""

_FOCUS_SHOWN = """() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
}"""


def settle(page: Page) -> None:
    """Waits for the style sheets. What a form or a link leads to is there, and visible to a
    script, before them: measured then, a menu hidden at this width is in sight."""
    page.wait_for_load_state("load")


def small_targets(page: Page) -> list[str]:
    """Controls smaller than 44 by 44 CSS pixels."""
    return list(page.evaluate(_SMALL_TARGETS))


def nameless_controls(page: Page) -> list[str]:
    """Controls a screen reader has no name for."""
    return list(page.evaluate(_NAMELESS))


def overflowing(page: Page) -> list[str]:
    """Elements wider inside than outside: the customer would have to scroll sideways."""
    return list(page.evaluate(_OVERFLOW))


def faint_texts(page: Page) -> list[str]:
    """Texts with a contrast below 4.5 to 1."""
    return list(page.evaluate(_FAINT))


def focus_is_visible(page: Page) -> bool:
    """Whether the focused element shows an outline of at least 2 CSS pixels."""
    return bool(page.evaluate(_FOCUS_SHOWN))


def defects(page: Page) -> list[str]:
    """Everything above that needs no keyboard; empty for a good page."""
    settle(page)
    return [*small_targets(page), *nameless_controls(page), *overflowing(page), *faint_texts(page)]


def picture(page: Page, name: str) -> Path:
    """A screenshot of what is in sight, for people to look at."""
    settle(page)
    width, height = page.evaluate("() => [innerWidth, innerHeight]")
    path = SCREENSHOTS / f"{name}-{width}x{height}.png"
    page.screenshot(path=path, animations="disabled")
    return path
