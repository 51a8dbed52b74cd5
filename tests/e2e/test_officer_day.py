"""A complaint's whole life in the browser: from a phone call to a signed quarterly bulletin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from casestore.domain.staff import StaffRole
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        yield office


@dataclass
class Department:
    """Colleagues, each at a browser of their own all day long."""

    new_visitor: NewVisitor
    office: Office
    at_work: dict[str, ConsolePage] = field(default_factory=dict)

    def colleague(self, name: str, *roles: StaffRole) -> ConsolePage:
        if name not in self.at_work:
            visitor, stack = self.new_visitor(self.office.stack), self.office.stack
            username = f"colleague{len(self.at_work)}"
            console = ConsolePage.signed_in(visitor, stack, *roles, username=username, name=name)
            console.page.on("dialog", lambda dialog: dialog.accept())
            self.at_work[name] = console
        return self.at_work[name]

    @property
    def clerk(self) -> ConsolePage:
        return self.colleague("登记员小周", StaffRole.CLERK)

    @property
    def handler(self) -> ConsolePage:
        return self.colleague("经办林小满", StaffRole.HANDLER)

    @property
    def chief(self) -> ConsolePage:
        return self.colleague("主管张敏", StaffRole.SUPERVISOR)

    @property
    def executive(self) -> ConsolePage:
        return self.colleague("分管行长", StaffRole.EXECUTIVE)


def register(clerk: ConsolePage) -> str:
    """Takes the call; the number that is read out to the customer."""
    page = clerk.page
    page.get_by_role("link", name="登记投诉").click()
    for label, typed in (
        ("姓名", "赵小六"),
        ("联系电话", "13700002222"),
        ("经过", "柜台办转账说免手续费，结果扣了 12.5 元"),
        ("客户要求", "退还手续费；书面道歉"),
        ("被投诉的网点或渠道", "人民路支行"),
    ):
        page.get_by_label(label).fill(typed)
    page.get_by_label("业务类别").select_option("借记卡")
    page.get_by_label("投诉原因").select_option("因定价收费引起的投诉")
    page.get_by_role("button", name="登记", exact=True).click()
    told = page.get_by_text("请把编号读给客户").locator("strong").inner_text()
    assert re.fullmatch(r"TS\d{8}-[0-9A-Z]{7}", told)
    return told


def write_reply(page: Page) -> None:
    page.get_by_role("link", name="写答复", exact=True).click()
    page.get_by_label("我们的答复").nth(0).fill("手续费 12.5 元已退回。")
    page.get_by_label("我们的答复").nth(1).fill("我们向您书面道歉。")
    page.get_by_label("处理决定").fill("退还手续费 12.5 元，并书面道歉。")
    page.get_by_label("核实情况").fill("经核对账务，多收手续费 12.5 元。")
    page.get_by_label("依据和理由").fill("该项目没有公示。")
    page.get_by_role("button", name="保存并送审").click()
    expect(page.get_by_text("已送审")).to_be_visible()


def tell_by_phone(handler: ConsolePage, reference: str) -> None:
    """The customer complained on the phone, so the handler calls and writes it down."""
    page = handler.page
    handler.show(reference)
    page.get_by_role("link", name="告知并登记").click()
    page.get_by_label("方式").select_option("phone")
    page.get_by_label("凭证").fill("录音 20261126-017，本人接听")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("已登记")).to_be_visible()


def test_a_day_from_a_phone_call_to_a_signed_bulletin(
    new_visitor: NewVisitor, office: Office
) -> None:
    at = Department(new_visitor, office)
    clerk, handler, chief, executive = at.clerk, at.handler, at.chief, at.executive

    reference = register(clerk)

    chief.page.reload()
    chief.page.get_by_role("link", name=reference).click()
    chief.do("分派", "请今天联系客户", assignee="colleague1")
    expect(chief.state()).to_have_text("已分派")

    handler.page.reload()
    handler.page.get_by_role("link", name=reference).click()
    handler.do("开始调查")
    handler.page.get_by_label("业务办理渠道").select_option("营业现场")
    handler.page.get_by_role("button", name="确认分类").click()
    handler.show(reference)
    handler.do("写内部备注", "已调取柜面录像")
    write_reply(handler.page)

    chief.page.goto(f"{chief.address}approvals")
    chief.page.get_by_role("link", name=reference).click()
    chief.page.get_by_role("button", name="批准并答复客户").click()
    chief.show(reference)
    expect(chief.state()).to_have_text("已答复")

    tell_by_phone(handler, reference)
    handler.show(reference)
    handler.do("办结")
    expect(handler.state()).to_have_text("已办结")

    page = chief.page
    page.get_by_role("link", name="报告", exact=True).click()
    page.get_by_role("button", name=re.compile(r"预览\s*季度")).click()
    page.get_by_role("button", name="定稿").click()
    title = page.get_by_role("heading", level=1).inner_text()
    expect(page.get_by_role("button", name="签署这份报告")).to_be_hidden()

    page = executive.page
    page.goto(f"{executive.address}reports")
    page.get_by_role("link", name=title).click()
    page.get_by_role("button", name="签署这份报告").click()
    expect(page.get_by_text("分管行长，")).to_be_visible()
    expect(page.get_by_role("button", name="签署这份报告")).to_be_hidden()
