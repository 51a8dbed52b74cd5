"""A reply is written, approved by another person and told, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from casestore.domain.case import EventKind
from casestore.domain.staff import StaffRole
from tests.bank import HANDLER, bank_staff
from tests.contract.casestore.kit import make_reference
from tests.e2e import layout
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office
from tests.e2e.visitor import DESKTOP, SMALL_PHONE
from tests.e2e.visitor import PHONE as SMALL_SCREEN

CASE = make_reference(21)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        office.file(CASE, complaint_request="第一、退还手续费；第二、书面道歉")
        with bank_staff(office.stack.env) as staff:
            staff.take_up(CASE)
        yield office


def test_a_reply_is_written_approved_by_another_and_told(
    new_visitor: NewVisitor, office: Office
) -> None:
    writer = ConsolePage.signed_in(
        new_visitor(office.stack),
        office.stack,
        StaffRole.HANDLER,
        username=HANDLER.username,
        name=HANDLER.name,
    )
    page = writer.page
    writer.show(CASE)
    page.get_by_role("link", name="写答复", exact=True).click()
    expect(page.get_by_label("客户提出").nth(1)).to_have_value("书面道歉")
    page.get_by_label("我们的答复").nth(0).fill("手续费 12.5 元已退回。")
    page.get_by_role("button", name="填入空着的部分").click()
    expect(page.get_by_label("我们的答复").nth(0)).to_have_value("手续费 12.5 元已退回。")
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("还不能送审")).to_be_visible()
    expect(page.get_by_text("第 2 项诉求“书面道歉”还没有答复。")).to_be_visible()
    page.get_by_label("我们的答复").nth(1).fill("我们向您书面道歉。")
    page.get_by_label("处理决定").fill("退还手续费 12.5 元。")
    page.get_by_label("核实情况").fill("经核对账务，多收手续费 12.5 元。")
    page.get_by_label("依据和理由").fill("该项目没有公示。")
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("已送审")).to_be_visible()

    chief = ConsolePage.signed_in(new_visitor(office.stack), office.stack, StaffRole.SUPERVISOR)
    page = chief.page
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{chief.address}approvals")
    page.get_by_role("link", name=CASE).click()
    expect(page.get_by_text("我们向您书面道歉。")).to_be_visible()
    page.get_by_role("button", name="批准并答复客户").click()
    expect(page.get_by_text("答复已发出。")).to_be_visible()
    told = [event for event in office.news() if event["kind"] == EventKind.REPLIED.value]
    assert "退还手续费 12.5 元。" in told[-1]["text"]
    chief.show(CASE)
    expect(chief.state()).to_have_text("已答复")
    expect(page.get_by_text("处理决定 · 对话推送")).to_be_visible()


@pytest.mark.parametrize("size", [DESKTOP, SMALL_SCREEN, SMALL_PHONE])
def test_the_pages_of_replies_and_notices_fit_the_screen(
    new_visitor: NewVisitor, office: Office, size: tuple[int, int]
) -> None:
    officer = ConsolePage.signed_in(new_visitor(office.stack, size), office.stack)
    for path in (f"cases/{CASE}/reply", f"cases/{CASE}/notices", "approvals", "notices"):
        officer.page.goto(officer.address + path)
        assert layout.defects(officer.page) == [], path
