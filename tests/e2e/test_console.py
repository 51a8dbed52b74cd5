"""An officer registers, reads and works cases in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from casestore.domain.staff import StaffRole
from tests.contract.casestore.kit import make_reference
from tests.e2e import layout
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.office import Office, open_office
from tests.e2e.visitor import DESKTOP, SMALL_PHONE, Visitor
from tests.e2e.visitor import PHONE as SMALL_SCREEN
from tests.stack import Stack

PHONE, MASKED = "13800130301", "138****0301"
CASE, SHARED, STUCK = make_reference(11), make_reference(13), make_reference(12)
# A picture of one red pixel.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as office:
        office.file(CASE, complainant_name="李建国", complainant_phone=PHONE)
        office.file(SHARED)
        yield office


@pytest.fixture
def officer(new_visitor: NewVisitor, office: Office) -> ConsolePage:
    """Signed in at the office, with every role."""
    return ConsolePage.signed_in(new_visitor(office.stack), office.stack)


def test_a_call_is_registered_with_the_keyboard_alone(officer: ConsolePage) -> None:
    """In the order of the call: who, what happened, what about it."""
    page, keys = officer.page, officer.page.keyboard
    page.goto(f"{officer.address}cases/new")
    expect(page.get_by_label("姓名")).to_be_focused()
    for typed, stops in (
        ("赵小六", 1),
        ("13700001111", 5),
        ("在柜台办转账，多收了手续费", 1),
        ("退还手续费", 1),
    ):
        keys.insert_text(typed)
        for _ in range(stops):
            keys.press("Tab")
    expect(page.get_by_label("业务类别")).to_be_focused()
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("ArrowDown")
    keys.press("Tab")
    keys.insert_text("人民路支行")
    keys.press("Control+Enter")
    told = page.get_by_text("请把编号读给客户")
    expect(told).to_be_visible()
    expect(officer.state()).to_have_text("已登记")
    expect(page.get_by_text("赵**")).to_be_visible()


def test_a_mistake_in_the_form_keeps_everything_and_leads_to_the_field(
    new_visitor: NewVisitor, office: Office
) -> None:
    visitor = new_visitor(office.stack)
    visitor.expect_trouble("status of 422")
    officer = ConsolePage.signed_in(visitor, office.stack)
    page = officer.page
    page.goto(f"{officer.address}cases/new")
    page.get_by_label("姓名").fill("孙小七")
    page.get_by_label("联系电话").fill("12")
    page.get_by_role("button", name="登记", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("您填写的内容都还在")
    expect(page.get_by_label("姓名")).to_have_value("孙小七")
    alert.get_by_role("link", name="联系电话").click()
    expect(page.get_by_label("联系电话")).to_have_attribute("aria-invalid", "true")


def test_a_case_is_assigned_taken_up_and_extended_from_its_page(
    new_visitor: NewVisitor, office: Office
) -> None:
    handler = office.stack.officers.make([StaffRole.HANDLER], username="lin", name="林小满")
    chief = ConsolePage.signed_in(new_visitor(office.stack), office.stack, StaffRole.SUPERVISOR)
    chief.show(SHARED)
    chief.do("分派", "请今天联系客户", assignee=handler.username)
    expect(chief.state()).to_have_text("已分派")
    expect(chief.history().last).to_contain_text("经办人：林小满")
    chief.do("延长期限", "要调取监控录像")
    expect(chief.page.get_by_text("法定期限（第 1 次延长，共 30 日）")).to_be_visible()
    worker = ConsolePage.signed_in(
        new_visitor(office.stack), office.stack, StaffRole.HANDLER, username="lin", name="林小满"
    )
    worker.page.get_by_role("link", name=SHARED).click()
    worker.do("开始调查")
    expect(worker.state()).to_have_text("调查中")
    expect(worker.page.get_by_text("已记录：开始调查")).to_be_visible()


def test_two_officers_at_one_case_see_each_other_and_overwrite_nothing(
    new_visitor: NewVisitor, office: Office
) -> None:
    visitor = new_visitor(office.stack)
    visitor.expect_trouble("status of 409")
    slow = ConsolePage.signed_in(visitor, office.stack, name="慢慢")
    slow.show(SHARED)
    quick = ConsolePage.signed_in(new_visitor(office.stack), office.stack, name="快快")
    quick.show(SHARED)
    expect(quick.page.get_by_text("慢慢 正在看这件投诉")).to_be_visible()
    quick.do("定级和标记", grade="complex")
    slow.do("上报", "请分行协调")
    alert = slow.page.get_by_role("alert")
    expect(alert).to_contain_text("别人刚刚改动了这件投诉")
    expect(alert).to_contain_text("快快：定级")
    expect(slow.open_act("上报").locator("textarea")).to_have_value("请分行协调")
    slow.do("上报")
    expect(slow.page.get_by_text("已记录：上报")).to_be_visible()


def test_an_open_page_learns_of_a_colleague_who_comes_later(
    new_visitor: NewVisitor, office: Office
) -> None:
    first = ConsolePage.signed_in(new_visitor(office.stack), office.stack, name="先来")
    first.page.clock.install()
    first.show(CASE)
    later = ConsolePage.signed_in(new_visitor(office.stack), office.stack, name="后到")
    later.show(CASE)
    told = first.page.get_by_text("后到 正在看这件投诉")
    expect(told).to_be_hidden()
    first.page.mouse.move(200, 200)
    first.page.clock.fast_forward(46_000)
    expect(told).to_be_visible()


def test_a_personal_field_is_shown_once(officer: ConsolePage) -> None:
    officer.show(CASE)
    officer.page.get_by_role("button", name="查看完整电话").click()
    expect(officer.page.get_by_text(PHONE)).to_be_visible()
    officer.show(CASE)
    assert PHONE not in officer.page.content()
    expect(officer.history().last).to_contain_text("项目：电话")


def test_the_quick_search_finds_cases_by_number_phone_and_words(officer: ConsolePage) -> None:
    page = officer.page
    for typed, address in ((CASE, f"/cases/{CASE}"), ("手续费", "/cases?text=")):
        page.get_by_role("searchbox").fill(typed)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, address=address: address in url)
    page.get_by_role("searchbox").fill(PHONE)
    page.keyboard.press("Enter")
    expect(officer.heading("查找结果")).to_be_visible()
    expect(page.get_by_role("link", name=CASE)).to_be_visible()
    assert PHONE not in page.url


def test_a_filter_is_kept_as_a_view(officer: ConsolePage) -> None:
    page = officer.page
    page.goto(f"{officer.address}cases")
    page.locator("summary", has_text="筛选").click()
    page.get_by_label("来源").select_option(label="网站对话")
    page.get_by_role("button", name="查看").click()
    expect(page.get_by_text("已用 1 个条件")).to_be_visible()
    page.locator("summary", has_text="保存和管理视图").click()
    page.get_by_label("把现在的筛选条件保存为视图，名称").fill("网站来的")
    page.get_by_role("button", name="保存视图").click()
    view = page.get_by_role("list", name="保存的视图").get_by_role("link", name="网站来的")
    expect(view).to_have_attribute("aria-current", "page")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("summary", has_text="保存和管理视图").click()
    page.get_by_role("button", name="删除 网站来的").click()
    expect(view).to_be_hidden()


def test_leaving_a_half_written_form_is_asked_about(officer: ConsolePage) -> None:
    officer.show(CASE)
    officer.open_act("写内部备注").locator("textarea").press_sequentially("还没写完")
    asked: list[str] = []

    def stay(dialog: object) -> None:
        asked.append(dialog.type)  # type: ignore[attr-defined]  # Playwright's dialog
        dialog.dismiss()  # type: ignore[attr-defined]

    officer.page.on("dialog", stay)
    with officer.page.expect_event("dialog"):
        officer.page.get_by_role("link", name="小保投诉台").click(no_wait_after=True)
    expect(officer.open_act("写内部备注").locator("textarea")).to_have_value("还没写完")
    assert asked == ["beforeunload"]
    officer.page.get_by_role("button", name="写内部备注").click()
    expect(officer.history().last).to_contain_text("还没写完")
    assert asked == ["beforeunload"]


def test_an_officer_looks_at_a_picture_and_saves_it(
    new_visitor: NewVisitor, office: Office
) -> None:
    visitor = new_visitor(office.stack)
    # The picture has an origin of its own, from which not even our icon can be had.
    visitor.expect_trouble(r"^console: .*ERR_BLOCKED_BY_RESPONSE.NotSameOrigin$")
    officer = ConsolePage.signed_in(visitor, office.stack)
    office.attach(CASE, "小票.png", PNG)
    officer.show(CASE)
    with officer.page.expect_download() as download:
        officer.page.get_by_role("link", name="下载 小票.png").click()
    assert download.value.suggested_filename == "小票.png"
    assert download.value.path().read_bytes() == PNG
    officer.page.get_by_role("link", name="小票.png", exact=True).click()
    layout.settle(officer.page)  # a picture that is on its way has no size yet
    size = officer.page.evaluate("() => [document.images[0].naturalWidth, document.contentType]")
    assert size == [1, "image/png"]


def test_an_officer_has_a_stuck_complaint_tried_again(officer: ConsolePage, office: Office) -> None:
    office.report_stuck(STUCK)
    officer.page.goto(officer.address)
    expect(officer.page.get_by_role("link", name="件投诉卡在机器人那边")).to_be_visible()
    expect(officer.waiting()).to_contain_text("等待 2 件，搁置 1 件，最久的等了 2 小时 5 分钟")
    officer.try_again(STUCK)
    expect(officer.page.get_by_text("已请机器人再试")).to_be_visible()
    retries = [event["reference"] for event in office.news() if event["kind"] == "retry"]
    assert retries == [STUCK]


def test_a_case_with_everything_on_it_fits_and_can_be_read(
    officer: ConsolePage, office: Office
) -> None:
    office.attach(CASE, "一张名字很长的小票" * 8 + ".png", PNG + b"2")
    officer.show(CASE)
    officer.page.evaluate("document.querySelectorAll('main details').forEach(d => d.open = true)")
    for width, height in (SMALL_PHONE, SMALL_SCREEN, DESKTOP):
        officer.page.set_viewport_size({"width": width, "height": height})
        for colours in ("light", "dark"):
            officer.page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]  # one of both
            layout.picture(officer.page, f"console-case-{colours}")
            assert layout.defects(officer.page) == [], (width, colours)


def test_an_officer_reads_a_filed_case_masked(officer: ConsolePage) -> None:
    row = officer.cases_of(MASKED).filter(has_text=CASE)
    expect(row).to_contain_text("已登记")
    expect(row).to_contain_text("李**")
    officer.open_case(CASE)
    assert officer.fact("网点") == "人民路支行"
    assert officer.fact("来源") == "网站对话"
    expect(officer.page.get_by_text("结果还是扣了 12.5 元")).to_be_visible()
    assert PHONE not in officer.page.content()
    assert "李建国" not in officer.page.content()


def test_after_signing_out_nothing_can_be_read(officer: ConsolePage) -> None:
    officer.cases_of(MASKED)
    officer.open_case(CASE)
    officer.sign_out()
    expect(officer.heading("登录")).to_be_visible()
    officer.page.go_back()
    expect(officer.heading("登录")).to_be_visible()
    officer.page.goto(f"{officer.address}cases/{CASE}")
    expect(officer.heading("登录")).to_be_visible()


@pytest.mark.parametrize("place", ["chat", "console"])
def test_a_page_lets_no_foreign_content_in(visitor: Visitor, stack: Stack, place: str) -> None:
    """Also shows that the other tests would notice a violation of the content policy."""
    visitor.expect_trouble(
        r"Content Security Policy|^console: CSP img-src|^request: https://foreign.invalid/"
    )
    page = visitor.open(stack.web if place == "chat" else stack.store)
    assert _loads_foreign_picture(page) is False
    assert any(trouble.startswith("console: CSP img-src") for trouble in visitor.troubles)


def _loads_foreign_picture(page: Page) -> bool:
    loaded = page.evaluate(
        """() => new Promise(done => {
             const picture = new Image();
             picture.onload = () => done(true);
             picture.onerror = () => done(false);
             picture.src = "https://foreign.invalid/picture.png";
           })"""
    )
    return bool(loaded)
