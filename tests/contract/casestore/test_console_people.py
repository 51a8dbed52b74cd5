"""The pages of accounts: first set-up, one's own account, what administrators do."""

import re
from typing import Any

import pyotp
import pytest
from sqlalchemy.engine import Engine

from casestore.bootstrap import Parts, build_app, build_services
from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from casestore.service.invitations import ServerInvitations
from casestore.service.ports import Store
from casestore.settings import Settings, load
from tests.contract.casestore.browser_kit import (
    OWN_PAGE,
    give_code,
    give_password,
    login,
    page,
    send,
)
from tests.contract.casestore.conftest import NewBrowser, NewOfficer
from tests.contract.casestore.kit import (
    ADMIN_PASSWORD,
    FIELD_KEY,
    TOKEN,
    Clock,
    QuickPasswords,
    TestClient,
)
from tests.officers import code_at

GOOD = "seven locust trees by the gate"
CODE = "0123456789-ABCDE-FGHJK"


@pytest.fixture
def empty_house(sqlite_engine: Engine, office: Store, clock: Clock) -> TestClient:
    """A console nobody can sign in to, whose command line has shown ``CODE``."""
    environment = {"CASE_STORE_TOKEN": TOKEN, "CASE_STORE_FIELD_KEYS": FIELD_KEY}
    parts = Parts(now=clock, passwords=QuickPasswords())
    services = build_services(sqlite_engine, load(Settings, environment), parts)
    ServerInvitations(office, clock, lambda: CODE).open_first()
    return TestClient(build_app(services), base_url="http://127.0.0.1:8000", follow_redirects=False)


def set_up(client: TestClient, **changes: str) -> Any:
    form = {"code": CODE, "name": "周明", "password": GOOD, "again": GOOD, **changes}
    return send(client, "/setup", **form)


def shown_key(client: TestClient) -> str:
    found = re.search(r"<code>([A-Z2-7 ]+)</code>", page(client, "/account/authenticator"))
    assert found is not None
    return found.group(1).replace(" ", "")


def finish(client: TestClient, clock: Clock) -> str:
    """Show a right code; the key that was set up."""
    key = shown_key(client)
    done = send(client, "/account/authenticator", code=pyotp.TOTP(key).at(clock()))
    assert done.status_code == 303
    return key


# The first administrator


def test_the_first_administrator_sets_up_both_factors_and_is_in(
    empty_house: TestClient, clock: Clock
) -> None:
    assert "/setup" in page(empty_house, "/login")
    assert set_up(empty_house).headers["Location"] == "/account/authenticator"
    assert empty_house.get("/users").headers["Location"] == "/account/authenticator"
    picture = empty_house.get("/account/totp.svg")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert b"style=" not in picture.content
    key = finish(empty_house, clock)
    assert "周明" in page(empty_house, "/users")
    assert empty_house.get("/cases").status_code == 403  # an administrator sees no case
    empty_house.cookies.clear()
    clock.forward(seconds=30)
    assert give_password(empty_house, GOOD).status_code == 303
    assert give_code(empty_house, pyotp.TOTP(key).at(clock())).headers["Location"] == "/users"
    assert "还没有人设置过账号" not in page(empty_house, "/login")


def test_one_person_may_try_the_console_out_alone(empty_house: TestClient, clock: Clock) -> None:
    set_up(empty_house, alone="true")
    finish(empty_house, clock)
    assert "处理人员、主管、管理员" in page(empty_house, "/account")
    page(empty_house, "/")


def test_the_code_works_until_the_authenticator_is_set_up_and_never_again(
    empty_house: TestClient, clock: Clock
) -> None:
    set_up(empty_house)
    empty_house.cookies.clear()  # the browser was closed
    set_up(empty_house, code=CODE.lower().replace("-", " ").replace("0", "o"))
    finish(empty_house, clock)
    empty_house.cookies.clear()
    again = set_up(empty_house)
    assert "已经用过" in again.text


def test_the_code_ends_after_a_day(empty_house: TestClient, clock: Clock) -> None:
    clock.forward(hours=24)
    assert "已过 24 小时" in set_up(empty_house).text


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "0000000000-ABCDE-FGHJK", "一次性代码不对"),
        ("name", "", "不能为空白"),
        ("name", "周" * 21, "最多 20 个字"),
        ("password", "short", "至少 12 个字符"),
        ("password", "password123456", "太容易被猜到"),
        ("password", "x" * 129, "最多 128 个字符"),
        ("again", "another one altogether", "两次输入的密码不一样"),
    ],
)
def test_a_refused_set_up_comes_back_filled_in_but_for_the_passwords(
    empty_house: TestClient, field: str, value: str, words: str
) -> None:
    changes = {"again": value, field: value} if field == "password" else {field: value}
    refused = set_up(empty_house, **changes)
    text = refused.text
    assert refused.status_code == 422
    assert words in text
    assert f'value="{CODE if field != "code" else value}"' in text
    assert GOOD not in text
    assert "xiaobao_session" not in empty_house.cookies


def test_guessing_codes_is_stopped_by_address(empty_house: TestClient) -> None:
    for number in range(50):
        set_up(empty_house, code=f"guess{number}")
    assert set_up(empty_house).status_code == 429


def test_a_wrong_first_code_of_the_authenticator_can_be_mended(
    empty_house: TestClient, clock: Clock
) -> None:
    set_up(empty_house)
    wrong = send(empty_house, "/account/authenticator", code="000000")
    assert wrong.status_code == 401
    assert "动态码不正确" in wrong.text
    finish(empty_house, clock)


def test_setting_up_needs_our_own_form(empty_house: TestClient) -> None:
    form = {"code": CODE, "name": "周明", "password": GOOD, "again": GOOD}
    assert empty_house.post("/setup", data=form, headers=OWN_PAGE).status_code == 403


def test_somebody_invited_at_the_server_gives_their_name(
    anonymous: TestClient, office: Store, clock: Clock
) -> None:
    code = ServerInvitations(office, clock, lambda: CODE).invite(
        "liming", frozenset({StaffRole.HANDLER})
    )
    form = {"code": code.code, "password": GOOD, "again": GOOD}
    assert "您的姓名" not in page(anonymous, "/setup")
    asked = send(anonymous, "/setup", **form)
    assert asked.status_code == 422
    assert "您的姓名" in asked.text
    send(anonymous, "/setup", **form, name="李明", alone="true")
    finish(anonymous, clock)
    account = page(anonymous, "/account")
    assert "李明" in account
    assert "主管" not in account


def test_only_an_administrator_may_try_the_console_out_alone(
    empty_house: TestClient, office: Store, clock: Clock
) -> None:
    ServerInvitations(office, clock, lambda: "OTHER").invite("liming", frozenset({StaffRole.CLERK}))
    set_up(empty_house, code="OTHER", alone="true")
    finish(empty_house, clock)
    assert "主管" not in page(empty_house, "/account")


# One's own account


def test_changing_the_password_ends_the_other_sessions(
    browser: TestClient, services: Services, clock: Clock
) -> None:
    other = TestClient(build_app(services), base_url="http://127.0.0.1:8000")
    other.cookies.set("xiaobao_session", browser.cookies["xiaobao_session"])
    changed = send(
        browser,
        "/account/password",
        shown="/account",
        old=ADMIN_PASSWORD,
        password=GOOD,
        again=GOOD,
    )
    assert changed.headers["Location"] == "/account?done=password"
    assert "密码已经换了" in page(browser, "/account?done=password")
    assert "登录" in other.get("/").text
    browser.cookies.clear()
    clock.forward(seconds=30)
    assert login(browser).status_code == 401
    assert login(browser, GOOD).status_code == 303


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("old", "not my password", "现在的密码不正确"),
        ("password", "admin-admin-2026", "太容易被猜到"),
        ("again", "something else entirely", "两次输入的新密码不一样"),
    ],
)
def test_a_refused_password_says_why(
    browser: TestClient, field: str, value: str, words: str
) -> None:
    form = {"old": ADMIN_PASSWORD, "password": GOOD, "again": GOOD, field: value}
    if field == "password":
        form["again"] = value
    refused = send(browser, "/account/password", shown="/account", **form)
    assert refused.status_code in {401, 422}
    assert words in refused.text


def test_guessing_the_old_password_is_stopped(browser: TestClient) -> None:
    form = {"old": "wrong", "password": GOOD, "again": GOOD}
    for _ in range(5):
        assert send(browser, "/account/password", shown="/account", **form).status_code == 401
    right = {**form, "old": ADMIN_PASSWORD}
    assert send(browser, "/account/password", shown="/account", **right).status_code == 429


def test_another_authenticator_needs_the_password_and_replaces_the_old_one(
    browser: TestClient, clock: Clock
) -> None:
    begin, shown = "/account/authenticator/begin", "/account"
    assert browser.get("/account/authenticator").headers["Location"] == "/login"
    refused = send(browser, begin, shown=shown, current="wrong")
    assert refused.status_code == 401
    assert "现在的密码不正确" in refused.text
    assert send(browser, begin, shown=shown, current=ADMIN_PASSWORD).status_code == 303
    key = finish(browser, clock)
    page(browser, "/account")
    browser.cookies.clear()
    clock.forward(seconds=60)
    give_password(browser)
    assert give_code(browser, code_at(clock())).status_code == 401
    assert give_code(browser, pyotp.TOTP(key).at(clock())).status_code == 303


def test_one_can_sign_oneself_out_elsewhere(
    browser: TestClient, services: Services, clock: Clock
) -> None:
    assert "退出其他地方的登录" not in page(browser, "/account")
    elsewhere = TestClient(build_app(services), base_url="http://127.0.0.1:8000")
    elsewhere.follow_redirects = False
    clock.forward(seconds=30)
    login(elsewhere)
    page(elsewhere)
    refused = send(browser, "/account/sessions/end", shown="/account", proof="wrong")
    assert refused.status_code == 401
    page(elsewhere)
    send(browser, "/account/sessions/end", shown="/account", proof=ADMIN_PASSWORD)
    page(browser)
    assert elsewhere.get("/").status_code == 303


# What administrators do


def create(browser: TestClient, **changes: object) -> Any:
    form = {"username": "liming", "name": "李明", "roles": ["handler"], "branch": "", **changes}
    return send(browser, "/users", **form)


def test_a_new_colleague_gets_a_code_and_comes_in_with_it(
    browser: TestClient, services: Services, clock: Clock
) -> None:
    made = create(browser)
    (code,) = re.findall(r"<code>([\w-]+)</code>", made.text)
    assert code not in page(browser, "/users/liming")
    newcomer = TestClient(build_app(services), base_url="http://127.0.0.1:8000")
    newcomer.follow_redirects = False
    assert "您的姓名" not in page(newcomer, "/setup")
    assert send(newcomer, "/setup", code=code, password=GOOD, again=GOOD).status_code == 303
    finish(newcomer, clock)
    account = page(newcomer, "/account")
    assert "李明" in account
    assert "处理人员" in account
    assert newcomer.get("/users").status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "李明", "小写字母开头"),
        ("username", "admin", "已经有人用了"),
        ("name", " ", "不能为空白"),
        ("roles", [], "至少选一个角色"),
        ("roles", ["emperor"], "至少选一个角色"),
        ("branch", "999", "没有这个机构"),
        ("businesses", ["种地"], "没有这个业务类别"),
    ],
)
def test_a_refused_new_account_comes_back_filled_in(
    browser: TestClient, field: str, value: object, words: str
) -> None:
    refused = create(browser, **{field: value})
    text = refused.text
    assert refused.status_code == 422
    assert words in text
    if field != "username":
        assert 'value="liming"' in text


def test_roles_count_at_once(
    browser: TestClient, browser_as: NewBrowser, services: Services
) -> None:
    colleague = browser_as(StaffRole.HANDLER, username="liming", name="李明")
    assert colleague.get("/audit").status_code == 403
    changed = send(browser, "/users/liming", name="李明", roles=["auditor"])
    assert changed.headers["Location"] == "/users"
    page(colleague, "/audit")
    (entry,) = services.audit.page(AuditQuery(action="account_changed")).entries
    assert (entry.actor, entry.subject, entry.detail) == (
        "staff:admin",
        "account:liming",
        "审计；总行",
    )


def test_disabling_ends_every_session_at_once(browser: TestClient, browser_as: NewBrowser) -> None:
    colleague = browser_as(StaffRole.HANDLER, username="liming", password=ADMIN_PASSWORD)
    page(colleague)
    send(browser, "/users/liming/disable", shown="/users/liming")
    assert colleague.get("/").status_code == 303
    assert login(colleague, user="liming").status_code == 401
    assert "已停用" in page(browser, "/users/liming")
    send(browser, "/users/liming/enable", shown="/users/liming")
    assert login(colleague, user="liming").status_code == 303


def test_resetting_takes_both_factors_away(browser: TestClient, browser_as: NewBrowser) -> None:
    colleague = browser_as(StaffRole.HANDLER, username="liming", password=ADMIN_PASSWORD)
    code = send(browser, "/users/liming/reset", shown="/users/liming")
    assert "只显示这一次" in code.text
    assert colleague.get("/").status_code == 303
    assert login(colleague, user="liming").status_code == 401
    assert "等待本人设置" in page(browser, "/users/liming")


def test_an_administrator_can_sign_somebody_out(
    browser: TestClient, browser_as: NewBrowser
) -> None:
    colleague = browser_as(StaffRole.HANDLER, username="liming")
    assert "现在有 1 处登录" in page(browser, "/users/liming")
    send(browser, "/users/liming/sessions/end", shown="/users/liming")
    assert colleague.get("/").status_code == 303


def test_nobody_changes_their_own_roles(browser: TestClient, officer: NewOfficer) -> None:
    officer(StaffRole.ADMIN)
    refused = send(browser, "/users/admin", name="周明", roles=["executive", "admin"])
    assert refused.status_code == 422
    assert "不能改自己的角色" in refused.text


@pytest.mark.parametrize("act", ["disable", "reset"])
def test_the_last_administrator_stays(browser: TestClient, officer: NewOfficer, act: str) -> None:
    officer(StaffRole.SUPERVISOR)
    refused = send(browser, f"/users/admin/{act}", shown="/users/admin")
    assert refused.status_code == 409
    assert "最后一名" in refused.text
    page(browser, "/users")


@pytest.mark.parametrize("path", ["/users", "/branches"])
def test_only_administrators_keep_accounts_and_branches(browser_as: NewBrowser, path: str) -> None:
    for role in StaffRole:
        status = 200 if role is StaffRole.ADMIN else 403
        assert browser_as(role).get(path).status_code == status, role


def test_an_unknown_account_is_a_plain_page(browser: TestClient) -> None:
    missing = browser.get("/users/nobody", headers={"Accept": "text/html"})
    assert missing.status_code == 404
    assert "没有这个账号" in missing.text
    for act in ("disable", "enable", "reset", "sessions/end"):
        assert send(browser, f"/users/nobody/{act}", shown="/users").status_code == 404


def test_an_idle_session_is_not_counted(
    browser: TestClient, browser_as: NewBrowser, clock: Clock
) -> None:
    browser_as(StaffRole.HANDLER, username="liming")
    for _ in range(2):
        clock.forward(minutes=10)
        page(browser, "/users")
    assert "现在没有登录" in page(browser, "/users/liming")


# Branches


def test_branches_are_added_changed_and_imported(browser: TestClient, services: Services) -> None:
    assert "还没有机构" in page(browser, "/branches")
    send(browser, "/branches", code="100", name="江城分行", parent="")
    file = "\ufeffcode,name,parent\r\n100,江城分行营业部,\r\n101,人民路支行,100\r\n,,\r\n"
    form = {"form_token": token_of(browser, "/branches")}
    sent = browser.post(
        "/branches/import",
        data=form,
        files={"file": ("b.csv", file.encode("gb18030"))},
        headers=OWN_PAGE,
    )
    assert "新增 1 个，修改 1 个" in page(browser, sent.headers["Location"])
    send(browser, "/branches/101", name="人民路第一支行", parent="100")
    assert [(each.code, each.name, each.parent) for each in services.branches.all()] == [
        ("100", "江城分行营业部", None),
        ("101", "人民路第一支行", "100"),
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "第 1 行应为"),
        (b"name,code\n", "第 1 行应为"),
        (b"code,name,parent\n1,a\n", "第 2 行应有 3 列"),
        (b"code,name,parent\n1,a,\n1,b,\n", "机构号重复：1"),
        (b"code,name,parent\n1,a,\n2,a,\n", "第 2 行（1）：已有同名的机构"),
        (b"code,name,parent\n1,a,9\n", "没有这个上级机构"),
        (b"code,name,parent\n1,a,2\n2,b,1\n", "上级绕成了一圈"),
        (b"code,name,parent\n\xff\xff,a,\n", "读不出文字"),
    ],
)
def test_a_file_with_one_bad_line_changes_nothing(
    browser: TestClient, services: Services, content: bytes, words: str
) -> None:
    form = {"form_token": token_of(browser, "/branches")}
    files = {"file": ("b.csv", content)}
    refused = browser.post("/branches/import", data=form, files=files, headers=OWN_PAGE)
    assert refused.status_code == 422
    assert words in refused.text
    assert services.branches.all() == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("code", "人民路", "请用字母、数字"),
        ("code", "100", "已有这个机构号"),
        ("name", "江城分行", "已有同名的机构"),
        ("parent", "999", "没有这个上级机构"),
    ],
)
def test_a_refused_branch_comes_back_filled_in(
    browser: TestClient, field: str, value: str, words: str
) -> None:
    send(browser, "/branches", code="100", name="江城分行", parent="")
    form = {"code": "101", "name": "人民路支行", "parent": "100", field: value}
    refused = send(browser, "/branches", **form)
    assert refused.status_code == 422
    assert words in refused.text
    assert f'value="{form["name"]}"' in refused.text


def test_an_unknown_branch_is_a_plain_page(browser: TestClient) -> None:
    assert browser.get("/branches/9").status_code == 404
    assert send(browser, "/branches/9", shown="/branches", name="x", parent="").status_code == 404


def token_of(browser: TestClient, path: str) -> str:
    (token, *_rest) = re.findall(r'name="form_token" value="(\w+)"', page(browser, path))
    return str(token)
