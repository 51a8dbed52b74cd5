"""An officer reads what a campaign came to and takes the report along, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.e2e import layout
from tests.e2e.axe import violations
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office
from tests.e2e.visitor import DESKTOP, PHONE, SMALL_PHONE


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        office.report_campaign()
        yield office


def open_campaign(new_visitor: NewVisitor, office: Office, **look: Any) -> ConsolePage:
    """From the menu to the campaign, as an officer goes."""
    officer = ConsolePage.signed_in(new_visitor(office.stack, **look), office.stack)
    page = officer.page
    if page.locator("details.menu > summary").is_visible():
        page.locator("details.menu > summary").click()
    page.get_by_role("link", name="活动", exact=True).locator("visible=true").click()
    page.get_by_role("link", name="3·15消费者权益日").click()
    expect(officer.heading("3·15消费者权益日")).to_be_visible()
    return officer


def test_every_key_figure_stands_with_its_definition_in_sight(
    new_visitor: NewVisitor, office: Office
) -> None:
    page = open_campaign(new_visitor, office).page
    tile = page.locator(".tile").filter(has_text="咨询次数")
    expect(tile.locator("strong")).to_have_text("268")
    expect(tile.get_by_text("咨询次数怎样数出来的")).to_be_visible()


def test_pictures_say_in_words_what_they_show(new_visitor: NewVisitor, office: Office) -> None:
    page = open_campaign(new_visitor, office).page
    funnel = page.get_by_role("img", name="从扫码到投诉")
    expect(funnel).to_be_visible()
    expect(funnel).to_have_accessible_name(
        "从扫码到投诉：扫码的人 305；提问的人 190；答题的人 120；投诉的人 6"
    )
    for name in ("每天的扫码和咨询", "两个渠道", "各题答对的比例"):
        expect(page.get_by_role("img", name=name)).to_be_visible()


def test_the_report_is_taken_along_for_word_and_excel(
    new_visitor: NewVisitor, office: Office
) -> None:
    page = open_campaign(new_visitor, office).page
    with page.expect_download() as draft:
        page.get_by_role("link", name="下载活动总结").click()
    assert draft.value.suggested_filename == "3·15消费者权益日活动总结.docx"
    assert Document(BytesIO(Path(draft.value.path()).read_bytes())).tables
    with page.expect_download() as tables:
        page.get_by_role("link", name="下载统计表").click()
    assert tables.value.suggested_filename == "3·15消费者权益日统计表.xlsx"
    assert "总体" in load_workbook(BytesIO(Path(tables.value.path()).read_bytes())).sheetnames


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", [SMALL_PHONE, PHONE, DESKTOP])
def test_the_page_is_usable_by_everybody_at_every_width(
    new_visitor: NewVisitor, office: Office, size: tuple[int, int], colours: str
) -> None:
    officer = open_campaign(new_visitor, office, size=size, color_scheme=colours)
    officer.page.locator("details.letter > summary").click()
    layout.picture(officer.page, f"campaign-{colours}")
    assert violations(officer.page) == []
    assert layout.defects(officer.page) == []


def test_the_page_does_without_javascript(new_visitor: NewVisitor, office: Office) -> None:
    page = open_campaign(new_visitor, office, java_script_enabled=False).page
    expect(page.get_by_role("img", name="从扫码到投诉")).to_be_visible()
    with page.expect_download() as tables:
        page.get_by_role("link", name="下载统计表").click()
    assert tables.value.suggested_filename.endswith(".xlsx")


def test_an_office_without_a_campaign_learns_how_to_get_one_going(
    new_visitor: NewVisitor, tmp_path: Path
) -> None:
    with open_office(tmp_path) as office:
        officer = ConsolePage.signed_in(new_visitor(office.stack), office.stack)
        officer.page.goto(f"{office.stack.store}/campaigns")
        expect(officer.page.get_by_text("一个活动这样办起来")).to_be_visible()
        assert violations(officer.page) == []
        officer.page.goto("about:blank")
