"""My work, all cases, search, exports: what the console's lists show."""

import io
import re
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from casestore.bootstrap import build_app
from casestore.domain.staff import Branch, StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from tests.contract.casestore.browser_kit import REFERENCE, login, page, send
from tests.contract.casestore.conftest import NewBrowser, NewOfficer
from tests.contract.casestore.kit import (
    NAME,
    PHONE,
    Clock,
    TestClient,
    make_complaint,
    make_reference,
)

CASE = f"/cases/{REFERENCE}"
SCRIPT = "<script>alert(1)</script>"


def shown_cases(text: str) -> list[str]:
    return re.findall(r'<td class="first"><a href="/cases/([^"]+)"', text)


# My work


def test_without_work_the_first_page_says_so(browser: TestClient) -> None:
    assert "现在没有等您办的投诉" in page(browser)


def test_unassigned_cases_wait_for_whoever_assigns(
    browser_as: NewBrowser, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    supervisor, handler = browser_as(StaffRole.SUPERVISOR), browser_as(StaffRole.HANDLER)
    waiting = page(supervisor)
    assert "等待分派" in waiting
    assert shown_cases(waiting) == [REFERENCE]
    assert shown_cases(page(handler)) == []


def test_a_case_stands_among_the_work_of_whoever_handles_it(
    browser_as: NewBrowser, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    handler = browser_as(StaffRole.HANDLER, username="li")
    send(browser_as(StaffRole.SUPERVISOR), f"{CASE}/acts/assigned", CASE, **act(), assignee="li")
    mine = page(handler)
    assert shown_cases(mine) == [REFERENCE]
    assert "由您办理" in mine
    assert "开始调查" in mine


def act() -> dict[str, str]:
    return {"page_id": "00000000-0000-4000-8000-0000000000aa", "version": "1", "seen": "1"}


def test_an_administrator_without_cases_lands_on_the_accounts(browser_as: NewBrowser) -> None:
    response = browser_as(StaffRole.ADMIN).get("/")
    assert (response.status_code, response.headers["Location"]) == (303, "/users")


@pytest.mark.parametrize("path", ["/cases", CASE, "/cases/export.csv", f"{CASE}/attachments/att-1"])
def test_an_administrator_sees_no_case(
    browser_as: NewBrowser, services: Services, path: str
) -> None:
    services.desk.file(make_complaint(), "bot")
    response = browser_as(StaffRole.ADMIN).get(path, headers={"Accept": "text/html"})
    assert response.status_code == 403
    assert "没有这项权限" in response.text


def test_officers_are_told_while_drafts_are_answered(services: Services, clock: Clock) -> None:
    for answered in (True, False):
        chosen = replace(services, drafts_are_answered=answered)
        address = "http://127.0.0.1:8000"
        browser = TestClient(build_app(chosen), base_url=address, follow_redirects=False)
        clock.forward(minutes=1)  # each one-time code counts once
        assert login(browser).status_code == 303
        assert ("没有经过本行审批的草稿" in page(browser)) is answered


def test_the_menu_holds_what_the_officer_may_open(browser_as: NewBrowser) -> None:
    clerk = page(browser_as(StaffRole.CLERK))
    assert 'href="/cases/new" accesskey="n">登记' in clerk
    for hidden in ("/users", "/audit", "/approvals", "/reports"):
        assert f'href="{hidden}"' not in clerk
    auditor = page(browser_as(StaffRole.AUDITOR))
    assert 'href="/audit"' in auditor
    assert 'href="/cases/new"' not in auditor


def test_the_page_one_is_on_is_marked_in_the_menu(browser: TestClient) -> None:
    for path in ("/", "/cases", "/cases/new"):
        marked = re.findall(r'href="([^"]+)" aria-current="page"', page(browser, path))
        assert set(marked) == {path}


# All cases


def test_the_list_masks_people(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    for path in ("/", "/cases"):
        shown = page(browser, path)
        assert NAME not in shown
        assert PHONE not in shown
        for expected in (REFERENCE, "欧***", "138****1234", "已登记", "个人储蓄"):
            assert expected in shown
        assert "2026-11-23 16:00" in shown


@pytest.mark.parametrize(
    ("days", "overdue", "soon"),
    [(0, 0, 0), (1, 0, 1), (3, 1, 0), (12, 1, 1), (15, 1, 1), (16, 2, 0)],
)
def test_due_dates_are_marked(
    browser_as: NewBrowser, services: Services, clock: Clock, days: int, overdue: int, soon: int
) -> None:
    services.desk.file(make_complaint(), "bot")
    clock.forward(days=days)
    table = page(browser_as(), "/cases").partition("<tbody>")[2]
    assert (table.count("已超期"), table.count("将到期")) == (overdue, soon)


def test_a_provisional_date_says_so(
    browser_as: NewBrowser, services: Services, clock: Clock
) -> None:
    clock.forward(days=38)
    services.desk.file(make_complaint(submitted_at="2026-12-31T01:00:00Z"), "bot")
    assert "暂定" in page(browser_as(), "/cases")


def test_the_list_is_paged_newest_first(browser: TestClient, services: Services) -> None:
    for number in range(45):
        moment = f"2026-11-23T08:00:{number:02}Z"
        reference = make_reference(number)
        services.desk.file(make_complaint(reference=reference, submitted_at=moment), "bot")
    seen, path = [], "/cases"
    for _ in range(3):
        shown = page(browser, path)
        assert "共 45 件" in shown
        seen += shown_cases(shown)
        following = re.search(r'href="(/cases\?[^"]*after=[^"]+)" rel="next"', shown)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert path == ""
    assert seen == [make_reference(number) for number in reversed(range(45))]


def test_a_place_nobody_can_read_starts_at_the_top(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    response = browser.get("/cases", params={"after": "nonsense\0"})
    assert response.status_code == 200
    assert shown_cases(response.text) == [REFERENCE]


def test_an_empty_bank_and_an_empty_result_read_differently(browser: TestClient) -> None:
    assert "还没有投诉" in page(browser, "/cases")
    assert "没有符合条件的投诉" in page(browser, "/cases?states=closed")


def test_a_filter_chooses_and_stays_in_the_form(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    services.desk.file(make_complaint(reference=make_reference(1), source="wechat_chat"), "bot")
    shown = page(browser, "/cases?sources=wechat_chat&states=registered&states=assigned")
    assert shown_cases(shown) == [make_reference(1)]
    assert '<option value="wechat_chat" selected>' in shown
    assert 'value="registered" checked' in shown
    assert "已用 2 个条件" in shown


def test_the_order_of_the_list_is_told(browser: TestClient) -> None:
    assert '<option value="newest" selected>' in page(browser, "/cases")
    assert '<option value="due" selected>' in page(browser, "/cases?sort=due")


@pytest.mark.parametrize(
    ("query", "name"),
    [("received_from=gestern", "received_from"), ("states=x", "states"), ("sort=x", "sort")],
)
def test_a_filter_that_cannot_be_read_comes_back_to_be_mended(
    browser: TestClient, services: Services, query: str, name: str
) -> None:
    services.desk.file(make_complaint(), "bot")
    response = browser.get(f"/cases?{query}", headers={"Accept": "text/html"})
    assert response.status_code == 422
    assert shown_cases(response.text) == []
    assert f"{name}-problem" in response.text or "请先改正" in response.text


def test_what_is_typed_into_the_filter_is_text(browser: TestClient) -> None:
    response = browser.get("/cases", params={"text": SCRIPT, "branch": '"><img src=x>'})
    assert "<script>alert" not in response.text
    assert "<img src=x>" not in response.text


def test_officers_of_a_branch_see_their_own_cases_only(
    browser_as: NewBrowser, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    stranger = browser_as(StaffRole.HANDLER, branch="1002")
    assert shown_cases(page(stranger, "/cases")) == []
    assert stranger.get(CASE, headers={"Accept": "text/html"}).status_code == 404


# Quick search


@pytest.mark.parametrize("typed", [REFERENCE, f" {REFERENCE.lower()} "])
def test_a_reference_leads_to_its_case(browser: TestClient, typed: str) -> None:
    response = send(browser, "/find", "/cases", q=typed)
    assert (response.status_code, response.headers["Location"]) == (303, CASE)


def test_a_phone_number_finds_the_customers_cases_and_stays_out_of_the_address(
    browser: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(), "bot")
    other = make_complaint(reference=make_reference(1), complainant_phone="13900005678")
    services.desk.file(other, "bot")
    response = send(browser, "/find", "/cases", q="138 0000 1234")
    assert response.status_code == 200
    assert shown_cases(response.text) == [REFERENCE]
    assert PHONE not in response.text


def test_words_are_searched_in_the_stories(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(), "bot")
    response = send(browser, "/find", "/cases", q="手续费")
    assert response.status_code == 303
    assert shown_cases(page(browser, response.headers["Location"])) == [REFERENCE]
    assert shown_cases(page(browser, "/cases?text=吞卡")) == []


def test_a_mistyped_reference_is_told(browser: TestClient) -> None:
    response = send(browser, "/find", "/cases", q=REFERENCE[:-1] + "Z")
    assert response.status_code == 422
    assert "没有这个编号" in response.text


# Saved views


def test_a_list_is_kept_opened_renamed_and_deleted(browser: TestClient) -> None:
    response = send(browser, "/views", "/cases", name="快到期", query="due=soon&sort=due&after=x")
    assert response.headers["Location"] == "/cases?due=soon&sort=due"
    shown = page(browser, "/cases?due=soon&sort=due")
    assert 'href="/cases?due=soon&amp;sort=due" aria-current="page">快到期' in shown
    found = re.search(r'action="/views/([^/]+)/rename"', shown)
    assert found is not None
    send(browser, f"/views/{found.group(1)}/rename", "/cases", name="马上到期")
    assert ">马上到期</a>" in page(browser, "/cases")
    send(browser, f"/views/{found.group(1)}/delete", "/cases")
    assert "马上到期" not in page(browser, "/cases")


def test_a_view_without_a_usable_name_comes_back(browser: TestClient) -> None:
    response = send(browser, "/views", "/cases", name="长" * 51, query="due=soon")
    assert response.status_code == 422
    assert "长" * 51 in response.text
    assert "最多 50 字" in response.text


# Exports


def test_an_export_says_what_it_was_chosen_by_and_masks_people(
    browser: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(complaint_branch="=1+1"), "bot")
    text = browser.get("/cases/export.csv?states=registered").text
    for expected in (
        "状态：已登记",
        "2026-11-23 17:00",
        REFERENCE,
        "欧***",
        "138****1234",
        "'=1+1",
    ):
        assert expected in text
    assert NAME not in text
    book = load_workbook(io.BytesIO(browser.get("/cases/export.xlsx?states=registered").content))
    cells = [str(cell) for row in book.active.iter_rows(values_only=True) for cell in row if cell]
    assert REFERENCE in cells
    assert "状态：已登记" in cells
    assert "'=1+1" in cells


def test_what_no_workbook_can_hold_does_not_stop_an_export(
    browser: TestClient, services: Services
) -> None:
    services.desk.file(make_complaint(complaint_branch="人民路\x0b支行"), "bot")
    for kind in ("csv", "xlsx"):
        assert browser.get(f"/cases/export.{kind}").status_code == 200


def test_the_audit_log_does_not_say_which_words_were_looked_for(
    browser: TestClient, services: Services
) -> None:
    """They may be somebody's name."""
    browser.get("/cases/export.csv?text=欧阳小雨&branch=李某那里&phone=13800001234")
    (entry,) = services.audit.page(AuditQuery(action="exported")).entries
    assert entry.detail == "csv：被投诉机构：…；内容包含：…；客户电话：138****1234"


def test_who_exported_what_is_in_the_audit_log(browser: TestClient, services: Services) -> None:
    browser.get("/cases/export.csv?states=registered")
    (entry,) = services.audit.page(AuditQuery(action="exported")).entries
    assert (entry.actor, entry.subject) == ("staff:admin", "cases")
    assert "状态：已登记" in entry.detail


def test_an_export_of_an_unreadable_filter_is_refused(browser: TestClient) -> None:
    assert browser.get("/cases/export.csv?states=x").status_code == 422
    assert browser.get("/cases/export.pdf").status_code in {404, 422}


# All pages


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
    own = '<script type="module" src="/static/console.js"></script>'
    for path in ("/", "/cases", "/cases/new", CASE, "/login", "/docs"):
        shown = page(browser, path).replace(own, "")
        for forbidden in ("<script", "<style", " style=", " onclick=", "http://", "https://"):
            assert forbidden not in shown, path
    assert "//" not in browser.get("/static/casestore.css").text.replace("/*", "")


def test_people_and_branches_of_a_filter_stand_by_name_on_an_export(
    browser_as: NewBrowser, services: Services, officer: NewOfficer
) -> None:
    officer(StaffRole.HANDLER, username="li", name="李明")
    services.branches.add(Branch("101", "人民路支行"), officer(StaffRole.ADMIN))
    reader = browser_as(StaffRole.HANDLER)
    text = reader.get("/cases/export.csv?assignee=li&unit=101").text
    assert "办理单位：人民路支行；经办人：李明" in text
    assert "尚未分派" in reader.get("/cases/export.csv?assignee=-").text
