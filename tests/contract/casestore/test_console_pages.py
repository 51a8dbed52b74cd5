"""What the console shows."""

import re
from dataclasses import replace

import pytest

from casestore.bootstrap import build_app
from casestore.edge.services import Services
from tests.contract.casestore.browser_kit import REFERENCE, login, page
from tests.contract.casestore.kit import (
    NAME,
    PHONE,
    Clock,
    TestClient,
    make_complaint,
    make_reference,
)


def test_the_list_masks_people(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    shown = page(browser)
    assert NAME not in shown
    assert PHONE not in shown
    for expected in (REFERENCE, "欧***", "138****1234", "已登记", "个人储蓄", "2026-11-23 16:00"):
        assert expected in shown


def test_officers_are_told_while_drafts_are_answered(services: Services) -> None:
    for answered in (True, False):
        chosen = replace(services, drafts_are_answered=answered)
        address = "http://127.0.0.1:8000"
        browser = TestClient(build_app(chosen), base_url=address, follow_redirects=False)
        assert login(browser).status_code == 303
        assert ("没有经过本行审批的草稿" in page(browser)) is answered


@pytest.mark.parametrize(
    ("days", "overdue", "soon"),
    [(0, 0, 0), (1, 0, 1), (3, 1, 0), (12, 1, 1), (15, 1, 1), (16, 2, 0)],
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
