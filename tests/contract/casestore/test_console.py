"""The staff console as a browser sees it."""

import re
from typing import Any

import pytest

from casestore.bootstrap import build_app
from casestore.edge.services import Services
from tests.contract.casestore.kit import (
    ADMIN_PASSWORD,
    NAME,
    PHONE,
    Clock,
    TestClient,
    make_complaint,
    make_reference,
)

REFERENCE = make_reference()
OWN_PAGE = {"Sec-Fetch-Site": "same-origin"}
_TOKEN = re.compile(r'name="form_token" value="([0-9a-f]+)"')


def form_token(client: TestClient, path: str = "/login") -> str:
    found = _TOKEN.search(client.get(path, headers={"Accept": "text/html"}).text)
    assert found is not None
    return found.group(1)


def login(
    client: TestClient, password: str = ADMIN_PASSWORD, user: str = "admin", **headers: str
) -> Any:
    form = {"form_token": form_token(client), "username": user, "password": password}
    return client.post("/login", data=form, headers={**OWN_PAGE, **headers})


@pytest.fixture
def browser(anonymous: TestClient) -> TestClient:
    """A browser that has signed in."""
    assert login(anonymous).status_code == 303
    return anonymous


def page(client: TestClient, path: str = "/") -> str:
    response = client.get(path, headers={"Accept": "text/html"})
    assert response.status_code == 200, response.text
    return str(response.text)


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


# What is shown


def test_the_list_masks_people(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    shown = page(browser)
    assert NAME not in shown
    assert PHONE not in shown
    for expected in (REFERENCE, "欧***", "138****1234", "已登记", "个人储蓄", "2026-11-23 16:00"):
        assert expected in shown


@pytest.mark.parametrize(
    ("days", "overdue", "soon"), [(0, 0, 1), (3, 1, 0), (13, 1, 1), (15, 1, 1), (16, 2, 0)]
)
def test_due_dates_are_marked(
    browser: TestClient, services: Services, clock: Clock, days: int, overdue: int, soon: int
) -> None:
    services.desk.file(make_complaint(), "bot")
    clock.forward(days=days)
    login(browser)
    shown = page(browser)
    assert (shown.count("已超期"), shown.count("将到期")) == (overdue, soon)


def test_a_provisional_date_says_so(browser: TestClient, services: Services, clock: Clock) -> None:
    clock.forward(days=38)
    login(browser)
    services.desk.file(make_complaint(submitted_at="2026-12-31T01:00:00Z"), "bot")
    assert "暂定" in page(browser)


def test_the_list_is_paged_newest_first(browser: TestClient, services: Services) -> None:
    for number in range(45):
        moment = f"2026-11-23T08:00:{number:02}Z"
        reference = make_reference(number)
        services.desk.file(make_complaint(reference=reference, submitted_at=moment), "bot")
    seen, path = [], "/"
    for _ in range(3):
        shown = page(browser, path)
        seen += re.findall(r'href="/cases/([^"]+)"', shown)
        following = re.search(r'href="(/\?after=[^"]+)"', shown)
        path = following.group(1) if following else ""
    assert path == ""
    assert seen == [make_reference(number) for number in reversed(range(45))]


def test_a_page_after_an_unknown_case_is_empty(browser: TestClient) -> None:
    for after in (make_reference(7), "nonsense\0"):
        response = browser.get("/", params={"after": after})
        assert response.status_code == 200
        assert "后面没有了" in response.text


def test_a_case_is_shown_with_its_history(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(complaint_staff="王经理"), "bot")
    shown = page(browser, f"/cases/{REFERENCE}")
    assert NAME not in shown
    assert PHONE not in shown
    for expected in (
        "138****1234",
        "结果还是扣了 12.5 元",
        "12.50 元",
        "王经理",
        "上周三下午（2026-11-18）",
        "个人储蓄（把握 91%）",
        "接入系统 bot",
        "2026-11-23 17:00",
    ):
        assert expected in shown


def test_what_customers_write_is_text(browser: TestClient, services: Services) -> None:
    script = "<script>alert(1)</script>"
    complaint = make_complaint(complaint_detail=script, complaint_branch=script)
    services.desk.file(complaint, "bot")
    shown = page(browser, f"/cases/{REFERENCE}")
    assert script not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize("reference", [make_reference(7), "nonsense", "%00"])
def test_an_unknown_case_is_a_page_that_says_so(browser: TestClient, reference: str) -> None:
    response = browser.get(f"/cases/{reference}", headers={"Accept": "text/html"})
    assert response.status_code == 404
    assert "没有找到" in response.text
    assert "<html" in response.text


def test_pages_use_nothing_inline_and_nothing_foreign(
    browser: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    for path in ("/", f"/cases/{REFERENCE}", "/login", "/docs"):
        shown = page(browser, path)
        for forbidden in ("<script", "<style", " style=", " onclick=", "http://", "https://"):
            assert forbidden not in shown
    assert "//" not in browser.get("/static/casestore.css").text.replace("/*", "")
