"""Every page of the console by WCAG 2.1 AA, on small and large screens, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from playwright.sync_api import Page, expect

from tests.contract.casestore.campaign_kit import ID as CAMPAIGN
from tests.contract.casestore.kit import make_id, make_reference
from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE

CASE = make_reference(21)
CHAT, CALL = make_id(31), make_id(32)
PAGES = (
    "/",
    "/cases",
    "/cases?states=registered&due=soon",
    "/cases?text=没有这样的",
    "/cases/new",
    f"/cases/{CASE}",
    f"/cases/{CASE}/reply",
    f"/cases/{CASE}/notices",
    f"/cases/{CASE}/tasks/new",
    "/chats",
    "/chats/ended",
    f"/chats/{CHAT}",
    "/callbacks",
    f"/callbacks/{CALL}",
    "/approvals",
    "/notices",
    "/classification",
    "/deliveries",
    "/questions",
    "/campaigns",
    f"/campaigns/{CAMPAIGN}",
    "/knowledge",
    "/tasks",
    "/reminders",
    "/reports",
    "/alerts",
    "/routes",
    "/users",
    "/branches",
    "/audit",
    "/account",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        group = {"size": 25, "text": "同单位的同事"}
        office.file(CASE, complaint_group=group, complaint_detail="手续费说免又收。" * 60)
        office.file(make_reference(22))
        office.report_stuck(make_reference(23))
        office.report_knowledge()
        office.report_campaign()
        office.open_chat(CHAT, references=[CASE])
        office.promise_call(CALL, datetime.now(timezone.utc), chat=CHAT)
        yield office


def unfold(page: Page) -> None:
    """Opens everything that is folded, so that it is looked at, too."""
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")


@pytest.mark.parametrize(
    ("size", "colours"),
    [(SMALL_PHONE, "dark"), (PHONE, "light"), (DESKTOP, "light"), (DESKTOP, "dark")],
)
def test_every_page_is_usable_by_everybody(
    new_visitor: NewVisitor, office: Office, size: tuple[int, int], colours: str
) -> None:
    visitor = new_visitor(office.stack, size, color_scheme=colours)
    officer = ConsolePage.signed_in(visitor, office.stack)
    found = []
    for path in PAGES:
        answer = officer.page.goto(f"{office.stack.store}{path}")
        assert answer is not None
        assert answer.status == 200, path
        unfold(officer.page)
        name = path.partition("?")[0].strip("/").replace("/", "-") or "work"
        layout.picture(officer.page, f"console-{name}-{colours}")
        found += [f"{path} {each}" for each in violations(officer.page)]
        found += [f"{path} {each}" for each in layout.defects(officer.page)]
    assert found == []


@pytest.mark.parametrize("size", [SMALL_PHONE, DESKTOP])
def test_the_menu_leads_to_every_page_and_the_current_one_is_told(
    new_visitor: NewVisitor, office: Office, size: tuple[int, int]
) -> None:
    officer = ConsolePage.signed_in(new_visitor(office.stack, size), office.stack)
    page = officer.page
    is_folded, folded = size == SMALL_PHONE, page.locator("details.menu > summary")
    if is_folded:
        folded.click()
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu.get_by_role("link")).to_have_count(19)
    menu.get_by_role("link", name="全部投诉").click()
    expect(officer.heading("全部投诉")).to_be_visible()
    if is_folded:
        folded.click()
    current = menu.locator("[aria-current=page]")
    expect(current).to_have_text(["全部投诉"])


def test_the_skip_link_leads_past_the_menu(new_visitor: NewVisitor, office: Office) -> None:
    officer = ConsolePage.signed_in(new_visitor(office.stack), office.stack)
    officer.page.goto(f"{office.stack.store}/cases")
    officer.page.keyboard.press("Tab")
    assert officer.page.evaluate("document.activeElement.textContent") == "跳到正文"
    assert layout.focus_is_visible(officer.page)
    officer.page.keyboard.press("Enter")
    assert officer.page.evaluate("location.hash") == "#content"
