"""Signing in to the console, staying in, leaving."""

import pytest

from casestore.bootstrap import build_app
from casestore.edge.services import Services
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, form_token, login, page
from tests.contract.casestore.kit import ADMIN_PASSWORD, Clock, TestClient

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


def test_the_right_password_opens_the_list(anonymous: TestClient) -> None:
    response = login(anonymous)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert "还没有投诉" in page(anonymous)


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
    assert "还没有投诉" in page(browser)
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


def test_signing_in_forgives_the_failures_before(anonymous: TestClient) -> None:
    for _ in range(3):
        for _ in range(4):
            login(anonymous, "wrong-password")
        assert login(anonymous).status_code == 303


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
