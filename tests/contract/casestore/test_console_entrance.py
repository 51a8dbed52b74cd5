"""Signing in to the console, staying in, leaving."""

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from casestore.bootstrap import build_app
from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from casestore.service.ports import Store
from tests.contract.casestore.browser_kit import (
    OWN_PAGE,
    REFERENCE,
    form_token,
    give_code,
    give_password,
    login,
    page,
    send,
)
from tests.contract.casestore.conftest import NewBrowser, NewOfficer
from tests.contract.casestore.kit import ADMIN_PASSWORD, Clock, TestClient
from tests.officers import code_at

# Signing in


@pytest.mark.parametrize("path", ["/", f"/cases/{REFERENCE}"])
def test_without_a_session_every_page_leads_to_the_sign_in(
    anonymous: TestClient, path: str
) -> None:
    for cookie in (None, "made-up"):
        anonymous.cookies.clear()
        if cookie:
            anonymous.cookies.set("xiaobao_session", cookie)
        response = anonymous.get(path)
        assert (response.status_code, response.headers["Location"]) == (303, "/login")


def test_password_and_code_open_the_console(anonymous: TestClient) -> None:
    first = give_password(anonymous)
    assert (first.status_code, first.headers["Location"]) == (303, "/login/code")
    response = give_code(anonymous)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert "我的工作" in page(anonymous)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(
    anonymous: TestClient,
) -> None:
    cookies = login(anonymous).headers.get_list("set-cookie")
    (cookie,) = [cookie for cookie in cookies if cookie.startswith("xiaobao_session=")]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Path=/" in cookie
    value = cookie.partition("=")[2].partition(";")[0]
    assert len(value) >= 43  # 256 bits in base64


def test_over_https_the_cookie_is_bound_to_the_host(services: Services) -> None:
    browser = TestClient(build_app(services), base_url="https://cases.bank", follow_redirects=False)
    cookies = login(browser).headers.get_list("set-cookie")
    (cookie,) = [cookie for cookie in cookies if cookie.startswith("__Host-xiaobao_session=")]
    assert "Secure" in cookie
    assert "我的工作" in page(browser)
    assert "Strict-Transport-Security" in browser.get("/login").headers


def test_unknown_user_and_wrong_password_read_the_same(anonymous: TestClient) -> None:
    wrong = login(anonymous, password="wrong-password")
    unknown = login(anonymous, user="nobody")
    odd = login(anonymous, user="空\0 名字" * 20)
    assert wrong.status_code == unknown.status_code == odd.status_code == 401
    assert wrong.text == unknown.text == odd.text
    assert "账号或密码不正确" in wrong.text


@pytest.mark.parametrize("user", ["admin", "nobody"])
def test_guessing_locks_the_account_for_a_while(
    anonymous: TestClient, clock: Clock, user: str
) -> None:
    for _ in range(5):
        assert login(anonymous, "wrong-password", user).status_code == 401
    locked = login(anonymous, user=user)
    assert locked.status_code == 429
    assert "尝试次数过多" in locked.text
    clock.forward(minutes=15)
    assert login(anonymous, user=user).status_code == (303 if user == "admin" else 401)


def test_signing_in_forgives_the_failures_before(anonymous: TestClient, clock: Clock) -> None:
    for _ in range(3):
        for _ in range(4):
            login(anonymous, "wrong-password")
        assert login(anonymous).status_code == 303
        clock.forward(seconds=30)


def test_guessing_many_names_from_one_place_is_stopped(anonymous: TestClient, clock: Clock) -> None:
    for number in range(50):
        assert login(anonymous, "wrong-password", f"name{number}").status_code == 401
    assert login(anonymous).status_code == 429
    clock.forward(minutes=15)
    assert login(anonymous).status_code == 303


def test_guessing_in_one_place_does_not_lock_the_person_out_in_another(
    anonymous: TestClient, services: Services
) -> None:
    for _ in range(6):
        login(anonymous, "wrong-password")
    assert login(anonymous).status_code == 429
    assert login(elsewhere(services, 1)).status_code == 303


def test_guessing_one_password_from_many_places_is_stopped(services: Services) -> None:
    for number in range(20):
        refused = give_password(elsewhere(services, number), "wrong-password")
        assert refused.status_code == 401
    assert give_password(elsewhere(services, 99)).status_code == 429


def elsewhere(services: Services, number: int) -> TestClient:
    """A browser at another address."""
    return TestClient(
        build_app(services),
        base_url="http://127.0.0.1:8000",
        follow_redirects=False,
        client=(f"10.0.0.{number}", 50_000),
    )


def test_knowing_one_password_does_not_help_to_guess_others(
    anonymous: TestClient, clock: Clock
) -> None:
    for number in range(50):
        if number % 10 == 0:
            assert login(anonymous).status_code == 303
            clock.forward(seconds=30)
        assert give_password(anonymous, "wrong-password", f"name{number}").status_code == 401
    assert give_password(anonymous).status_code == 429


# The second factor


def test_the_password_alone_opens_no_page(anonymous: TestClient) -> None:
    give_password(anonymous)
    for path in ("/", "/account", "/users", f"/cases/{REFERENCE}"):
        response = anonymous.get(path)
        assert (response.status_code, response.headers["Location"]) == (303, "/login/code")


def test_a_code_counts_once(anonymous: TestClient, clock: Clock) -> None:
    code = code_at(clock())
    give_password(anonymous)
    assert give_code(anonymous, code).status_code == 303
    give_password(anonymous)
    again = give_code(anonymous, code)
    assert again.status_code == 401
    assert "已经用过" in again.text
    clock.forward(seconds=30)
    assert give_code(anonymous).status_code == 303


@pytest.mark.parametrize(("seconds", "status"), [(-60, 401), (-30, 303), (30, 303), (60, 401)])
def test_a_phone_may_be_one_step_early_or_late(
    anonymous: TestClient, clock: Clock, seconds: int, status: int
) -> None:
    give_password(anonymous)
    code = code_at(clock() + timedelta(seconds=seconds))
    assert give_code(anonymous, code).status_code == status


def test_guessing_codes_is_stopped(anonymous: TestClient, clock: Clock) -> None:
    give_password(anonymous)
    for guess in ("000000", "abcdef", "", "00000", "１２３４５６"):
        assert give_code(anonymous, guess).status_code == 401
    locked = give_code(anonymous)
    assert locked.status_code == 429
    assert "尝试次数过多" in locked.text
    clock.forward(minutes=14)
    page(anonymous, "/login/code")
    clock.forward(minutes=1)
    assert give_code(anonymous).status_code == 303


def test_the_session_gets_a_new_name_with_the_second_factor(anonymous: TestClient) -> None:
    give_password(anonymous)
    before = anonymous.cookies["xiaobao_session"]
    give_code(anonymous)
    assert anonymous.cookies["xiaobao_session"] != before
    anonymous.cookies.clear()
    anonymous.cookies.set("xiaobao_session", before)
    assert anonymous.get("/login/code").headers["Location"] == "/login"


def test_the_page_of_the_code_needs_the_password_first(anonymous: TestClient) -> None:
    assert anonymous.get("/login/code").headers["Location"] == "/login"


@pytest.mark.parametrize("how", ["disabled", "not set up"])
def test_an_account_that_may_not_be_used_reads_like_a_wrong_password(
    anonymous: TestClient, officer: NewOfficer, office: Store, how: str
) -> None:
    officer(username="somebody-else")
    wrong = login(anonymous, "wrong-password")
    with office.transaction() as tx:
        account = tx.staff.account("admin")
        assert account is not None
        changes = {"is_active": False} if how == "disabled" else {"totp_secret": None}
        tx.staff.put_account(replace(account, **changes))
        tx.commit()
    refused = login(anonymous)
    assert (refused.status_code, refused.text) == (wrong.status_code, wrong.text)


def test_somebody_who_keeps_accounts_only_lands_on_them(
    anonymous: TestClient, officer: NewOfficer
) -> None:
    officer(StaffRole.ADMIN, username="keeper", password=ADMIN_PASSWORD)
    assert login(anonymous, user="keeper").headers["Location"] == "/users"


# Forms of others


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
def test_a_form_of_another_site_is_refused(anonymous: TestClient, headers: dict[str, str]) -> None:
    form = {
        "form_token": form_token(anonymous),
        "username": "admin",
        "password": ADMIN_PASSWORD,
    }
    response = anonymous.post("/login", data=form, headers=headers)
    assert response.status_code == 403
    assert "set-cookie" not in response.headers
    assert anonymous.get("/").headers["Location"] == "/login"


def test_our_own_origin_is_enough_for_an_older_browser(anonymous: TestClient) -> None:
    form = {
        "form_token": form_token(anonymous),
        "username": "admin",
        "password": ADMIN_PASSWORD,
    }
    origin = {"Origin": "http://127.0.0.1:8000"}
    assert anonymous.post("/login", data=form, headers=origin).status_code == 303


@pytest.mark.parametrize("token", ["", "0" * 64, "é"])
def test_a_form_without_the_right_token_is_refused(anonymous: TestClient, token: str) -> None:
    form_token(anonymous)
    form = {"form_token": token, "username": "admin", "password": ADMIN_PASSWORD}
    assert anonymous.post("/login", data=form, headers=OWN_PAGE).status_code == 403


def test_a_form_without_the_cookie_is_refused(anonymous: TestClient) -> None:
    token = form_token(anonymous)
    anonymous.cookies.clear()
    form = {"form_token": token, "username": "admin", "password": ADMIN_PASSWORD}
    assert anonymous.post("/login", data=form, headers=OWN_PAGE).status_code == 403


def test_half_a_character_in_a_form_is_a_wrong_password(anonymous: TestClient) -> None:
    fields = {
        "form_token": form_token(anonymous),
        "username": "admin",
        "password": "\\ud800",
    }
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    headers = {
        **OWN_PAGE,
        "Content-Type": "multipart/form-data; boundary=x; charset=unicode_escape",
    }
    content = "".join([*parts, "--x--\r\n"]).encode()
    assert anonymous.post("/login", content=content, headers=headers).status_code == 401


def test_an_endless_password_is_refused(anonymous: TestClient) -> None:
    assert login(anonymous, password="x" * 1000).status_code == 422


# Staying in and leaving


def test_a_session_ends_after_fifteen_idle_minutes(browser: TestClient, clock: Clock) -> None:
    for _ in range(3):
        clock.forward(minutes=14)
        page(browser)
    clock.forward(minutes=15)
    assert browser.get("/").status_code == 303


def test_a_session_ends_after_eight_hours_of_use(browser: TestClient, clock: Clock) -> None:
    for _ in range(47):
        clock.forward(minutes=10)
        page(browser)
    clock.forward(minutes=10)
    assert browser.get("/").status_code == 303


def test_signing_out_ends_the_session_on_the_server(browser: TestClient) -> None:
    stolen = browser.cookies["xiaobao_session"]
    form = {"form_token": form_token(browser, "/")}
    response = browser.post("/logout", data=form, headers=OWN_PAGE)
    assert (response.status_code, response.headers["Location"]) == (303, "/login")
    assert "xiaobao_session" not in browser.cookies
    browser.cookies.set("xiaobao_session", stolen)
    assert browser.get("/").status_code == 303


def test_signing_out_needs_our_own_form(browser: TestClient) -> None:
    assert browser.post("/logout", headers=OWN_PAGE).status_code == 403
    page(browser)


# What was being filled in when the session ended


def test_a_form_sent_after_the_session_ended_is_kept_and_can_be_sent_again(
    browser: TestClient, clock: Clock, services: Services
) -> None:
    token = form_token(browser, "/branches")
    clock.forward(minutes=16)
    typed = {"form_token": token, "code": "101", "name": "“人民路”<支行>", "parent": ""}
    expired = browser.post("/branches", data=typed, headers=OWN_PAGE)
    assert expired.status_code == 401
    assert "您填写的内容还在" in expired.text
    kept = _hidden(expired.text)
    assert kept == {
        "again_path": "/branches",
        "code": "101",
        "name": "“人民路”<支行>",
        "parent": "",
    }
    still_out = browser.post("/again", data=kept, headers=OWN_PAGE)
    assert _hidden(still_out.text) == kept
    login(browser)
    shown = browser.post("/again", data=kept, headers=OWN_PAGE)
    assert '<p class="words">“人民路”&lt;支行&gt;</p>' in shown.text
    assert services.branches.all() == []
    fields = _hidden(shown.text.partition("请确认后提交")[2])
    assert browser.post("/branches", data=fields, headers=OWN_PAGE).status_code == 303
    assert [branch.name for branch in services.branches.all()] == ["“人民路”<支行>"]


def test_no_other_site_can_have_a_form_shown_again(browser: TestClient, clock: Clock) -> None:
    crossing = {"Sec-Fetch-Site": "cross-site"}
    fields = {"again_path": "/branches", "code": "101"}
    assert browser.post("/again", data=fields, headers=crossing).status_code == 403
    for path in ("https://evil.example/", "//evil.example", "/\\evil.example", "/\t/x", ""):
        sent = browser.post("/again", data={**fields, "again_path": path}, headers=OWN_PAGE)
        assert sent.status_code == 400
    clock.forward(minutes=16)
    made_up = browser.post("/branches", data={"form_token": "0" * 64}, headers=OWN_PAGE)
    assert made_up.status_code == 403
    assert browser.post("/again", data=fields, headers=crossing).headers["Location"] == "/login"


def test_a_password_is_never_shown_again(browser: TestClient, clock: Clock) -> None:
    token = form_token(browser, "/account")
    clock.forward(minutes=16)
    typed = {"form_token": token, "old": ADMIN_PASSWORD, "password": "x", "again": "x"}
    response = browser.post("/account/password", data=typed, headers=OWN_PAGE)
    assert (response.status_code, response.headers["Location"]) == (303, "/login")


# The log


def test_the_audit_log_tells_who_came_and_never_what_was_typed(
    anonymous: TestClient, office: Store, clock: Clock
) -> None:
    login(anonymous, "wrong-password")
    login(anonymous, user="my-password-in-the-wrong-field")
    give_password(anonymous)
    give_code(anonymous, "000000")
    give_code(anonymous)
    send(anonymous, "/logout", shown="/account")
    with office.transaction() as tx:
        entries = list(reversed(tx.audit.find(AuditQuery(), None, 10)))
    assert [(entry.actor, entry.action, entry.subject) for entry in entries] == [
        ("anonymous", "sign_in_refused", "account:admin"),
        ("anonymous", "sign_in_refused", ""),
        ("anonymous", "sign_in_refused", "account:admin"),
        ("staff:admin", "signed_in", "account:admin"),
        ("staff:admin", "signed_out", "account:admin"),
    ]
    assert [entry.detail for entry in entries[:3]] == [
        "password testclient",
        "password testclient",
        "code testclient",
    ]
    assert {entry.happened_at for entry in entries} == {clock()}


def test_a_forged_form_of_a_signed_in_officer_is_noted(
    browser: TestClient, services: Services
) -> None:
    browser.post("/users", headers={"Sec-Fetch-Site": "cross-site"})
    (entry,) = services.audit.page(AuditQuery(action="form_refused")).entries
    assert (entry.actor, entry.detail) == ("staff:admin", "/users")


def test_who_asks_for_what_their_roles_do_not_allow_is_noted(
    browser_as: NewBrowser, services: Services
) -> None:
    browser_as(StaffRole.CLERK, username="li").get("/users/wang")
    (entry,) = services.audit.page(AuditQuery(action="refused")).entries
    assert (entry.actor, entry.detail) == ("staff:li", "/users/wang")


def test_strangers_cannot_fill_the_log_with_forged_forms(
    anonymous: TestClient, services: Services
) -> None:
    for cookie in ("", "made-up"):
        anonymous.cookies.set("xiaobao_session", cookie)
        assert anonymous.post("/users", headers=OWN_PAGE).status_code == 403
    assert services.audit.page(AuditQuery()).entries == []


def _hidden(text: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text)
    return {name: html.unescape(value) for name, value in found}
