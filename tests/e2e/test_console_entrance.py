"""From the one-time code on the command line to an officer at work, in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from casestore.domain.staff import StaffRole
from tests.e2e import layout
from tests.e2e.conftest import NewVisitor
from tests.e2e.console_page import ConsolePage
from tests.e2e.visitor import DESKTOP, SMALL_PHONE
from tests.e2e.visitor import PHONE as SMALL_SCREEN
from tests.officers import PASSWORD
from tests.stack import ROOT, Stack


class House:
    """A case store alone; ``code`` is what migrating it showed."""

    def __init__(self, stack: Stack, code: str) -> None:
        self.stack, self.code = stack, code


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """A new case store that runs."""
    stack = Stack(folder)
    migrate = [sys.executable, "-m", "casestore", "migrate"]
    done = subprocess.run(
        migrate, cwd=ROOT, env=stack.env, check=True, timeout=60, capture_output=True, text=True
    )
    code = re.search(r"(?:[0-9A-Z]{6}-){3}[0-9A-Z]{6}", done.stdout)
    assert code is not None, done.stdout
    try:
        stack.launch("casestore")
        stack.wait_for_store()
        yield House(stack, code.group())
    finally:
        stack.stop()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """One in which nobody can sign in yet."""
    with opened(tmp_path) as house:
        yield house


def set_up(page: Page, address: str, code: str) -> None:
    """Takes over an account: code, password, authenticator."""
    page.goto(f"{address}/setup")
    page.get_by_label("一次性代码").fill(code)
    if page.get_by_label("您的姓名").is_visible():
        page.get_by_label("您的姓名").fill("周明")
    page.get_by_label("新密码", exact=True).fill(PASSWORD)
    page.get_by_label("再输入一次新密码").fill(PASSWORD)
    fits(page, "setup")
    page.get_by_role("button", name="下一步").click()
    picture = page.get_by_role("img", name="二维码")
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 100
    fits(page, "authenticator")
    key = page.locator("code").inner_text().replace(" ", "")
    now = datetime.now(timezone.utc)
    page.get_by_label("验证器上的 6 位数字").fill(pyotp.TOTP(key).at(now))
    page.get_by_role("button", name="完成").click()


def fits(page: Page, name: str) -> None:
    """Nothing overflows or is too small, on every width and in both colours."""
    for width, height in (SMALL_PHONE, SMALL_SCREEN, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        for colours in ("light", "dark"):
            page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]  # one of both
            layout.picture(page, f"{name}-{colours}")
            assert layout.defects(page) == [], (name, width, colours)
    page.emulate_media(color_scheme="light")


def test_from_the_first_code_to_a_colleague_at_work(
    empty_house: House, new_visitor: NewVisitor
) -> None:
    house = empty_house
    visitor = new_visitor(house.stack)
    page = visitor.open(house.stack.store)
    page.get_by_role("link", name="设置管理员账号").click()
    set_up(page, house.stack.store, house.code)
    expect(page.get_by_role("heading", level=1, name="用户")).to_be_visible()
    page.get_by_label("用户名").fill("liming")
    page.get_by_label("姓名").fill("李明")
    page.get_by_label("处理人员").check()
    fits(page, "users")
    page.get_by_role("button", name="建立账号").click()
    code = page.locator("code").inner_text()
    fits(page, "code")

    colleague = new_visitor(house.stack)
    theirs = colleague.open(house.stack.store)
    set_up(theirs, house.stack.store, code)
    expect(theirs.get_by_role("heading", level=1, name="我的工作")).to_be_visible()
    theirs.goto(f"{house.stack.store}/account")
    expect(theirs.get_by_text("李明").first).to_be_visible()
    fits(theirs, "account")

    page.goto(f"{house.stack.store}/users/liming")
    fits(page, "user")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="停用账号").click()
    expect(page.get_by_text("已停用")).to_be_visible()
    theirs.reload()
    expect(theirs.get_by_role("heading", level=1, name="登录")).to_be_visible()


def test_branches_are_kept(house: House, new_visitor: NewVisitor) -> None:
    console = ConsolePage.signed_in(new_visitor(house.stack), house.stack, StaffRole.ADMIN)
    page = console.page
    page.goto(f"{house.stack.store}/branches")
    page.get_by_label("CSV 文件").set_input_files(
        {
            "name": "branches.csv",
            "mimeType": "text/csv",
            "buffer": "code,name,parent\n100,江城分行,\n101,人民路支行,100\n".encode(),
        }
    )
    page.get_by_role("button", name="导入").click()
    expect(page.get_by_role("status")).to_contain_text("新增 2 个")
    fits(page, "branches")
    page.get_by_role("link", name="101").click()
    page.get_by_label("名称").fill("人民路第一支行")
    fits(page, "branch")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("cell", name="人民路第一支行")).to_be_visible()


def test_the_audit_log_can_be_read_and_verified(house: House, new_visitor: NewVisitor) -> None:
    console = ConsolePage.signed_in(new_visitor(house.stack), house.stack, StaffRole.AUDITOR)
    page = console.page
    page.goto(f"{house.stack.store}/audit")
    page.get_by_role("button", name="核对链条").click()
    expect(page.get_by_role("status")).to_contain_text("链条完整")
    fits(page, "audit")
    page.get_by_label("动作").select_option("signed_in")
    page.get_by_role("button", name="筛选").click()
    expect(page.locator("tbody tr").first).to_contain_text("登录")


def test_a_wrong_code_is_told_and_the_right_one_still_lets_in(
    house: House, new_visitor: NewVisitor
) -> None:
    visitor = new_visitor(house.stack)
    visitor.expect_trouble(r"status of 401")
    console = ConsolePage(visitor.open(house.stack.store), house.stack.store)
    officer = house.stack.officers.make([StaffRole.CLERK])
    console.sign_in(PASSWORD, officer.username)
    fits(console.page, "login-code")
    console.give_code("000000")
    expect(console.page.get_by_text("动态码不正确")).to_be_visible()
    console.give_code()
    expect(console.heading("我的工作")).to_be_visible()


def test_what_was_typed_outlives_the_session(house: House, new_visitor: NewVisitor) -> None:
    visitor = new_visitor(house.stack)
    visitor.expect_trouble(r"status of 401")
    console = ConsolePage.signed_in(visitor, house.stack, StaffRole.ADMIN, username="keeper")
    page = console.page
    page.goto(f"{house.stack.store}/branches")
    page.get_by_label("机构号").fill("102")
    page.get_by_label("名称").fill("南门支行")
    house.stack.officers.end_sessions("keeper")
    page.get_by_role("button", name="增加").click()
    expect(console.heading("您填写的内容还在")).to_be_visible()
    fits(page, "expired")
    officer = house.stack.officers.make([StaffRole.ADMIN], "keeper")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="在新窗口里重新登录").click()
    again = ConsolePage(opened.value, house.stack.store)
    again.sign_in(PASSWORD, officer.username)
    again.give_code()
    expect(again.heading("用户")).to_be_visible()
    page.get_by_role("button", name="继续提交").click()
    fits(page, "again")
    page.get_by_role("button", name="提交", exact=True).click()
    expect(page.get_by_role("cell", name="南门支行")).to_be_visible()
