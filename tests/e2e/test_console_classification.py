"""An officer confirms classes by the keyboard alone, and hands questions on, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.contract.casestore.kit import make_reference
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office

FIRST, SECOND = make_reference(31), make_reference(32)
PROPOSED = {
    "business": {"proposed": "借记卡", "confidence": 0.91},
    "reason": {"proposed": "因定价收费引起的投诉", "confidence": 0.62},
}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        for hour, reference in enumerate((FIRST, SECOND)):
            office.file(
                reference,
                submitted_at=f"2026-11-23T0{hour}:00:00+00:00",
                complaint_business="借记卡",
                complaint_reason="因定价收费引起的投诉",
                classification=PROPOSED,
            )
        office.report_knowledge()
        yield office


@pytest.fixture
def officer(new_visitor: NewVisitor, office: Office) -> ConsolePage:
    return ConsolePage.signed_in(new_visitor(office.stack), office.stack)


def test_enter_confirms_what_was_proposed_and_brings_the_next_case(officer: ConsolePage) -> None:
    page, keys = officer.page, officer.page.keyboard
    page.get_by_role("link", name="件分类待确认").click()
    expect(page.get_by_role("heading", name=FIRST)).to_be_visible()
    expect(page.get_by_label("业务类别")).to_have_value("借记卡")
    expect(page.get_by_label("业务办理渠道")).to_have_value("营业现场")
    confirm = page.get_by_role("button", name="确认，看下一件")
    expect(confirm).to_be_focused()
    keys.press("Enter")
    expect(page.get_by_role("heading", name=SECOND)).to_be_visible()
    expect(confirm).to_be_focused()  # which it is only once the page is drawn
    keys.press("Shift+Tab")
    expect(page.get_by_label("业务办理渠道")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.get_by_text("分类都确认过了")).to_be_visible()
    officer.show(SECOND)
    assert officer.fact("业务办理渠道") == "自助机具"


def test_a_question_is_handed_to_a_department(officer: ConsolePage) -> None:
    page = officer.page
    page.get_by_role("link", name="提问", exact=True).first.click()
    row = page.locator("tbody tr").filter(has_text="数字人民币钱包怎么开")
    row.get_by_role("textbox").fill("电子银行部")
    row.get_by_role("button", name="已交").click()
    expect(row.get_by_text("已交 电子银行部")).to_be_visible()
    page.get_by_label("归口部门", exact=True).select_option("no")
    page.get_by_role("button", name="筛选").click()
    expect(row).to_have_count(0)
