"""The page of one case: what it shows, and the forms by which officers act on it."""

import re
from typing import Any

import pytest

from casestore.bootstrap import build_app
from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from tests.contract.casestore.browser_kit import OWN_PAGE, REFERENCE, form_token, login, page
from tests.contract.casestore.conftest import NewBrowser, NewOfficer
from tests.contract.casestore.http_kit import PNG, file, put_attachment, supplement, withdraw
from tests.contract.casestore.kit import (
    NAME,
    PHONE,
    Clock,
    TestClient,
    make_complaint,
    make_id,
    make_payload,
    make_reference,
)

CASE = f"/cases/{REFERENCE}"
SCRIPT = "<script>alert(1)</script>"
_HTML = {**OWN_PAGE, "Accept": "text/html"}


@pytest.fixture
def filed(bot: TestClient) -> TestClient:
    """The bot, with one case."""
    assert file(bot).status_code == 201
    return bot


def hidden(shown: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', shown)
    assert found is not None, name
    return found.group(1)


def form_of(browser: TestClient, path: str = CASE) -> dict[str, str]:
    """What every form of the page carries along."""
    shown = page(browser, path)
    names = ("form_token", "page_id", "version", "seen")
    return {name: hidden(shown, name) for name in names}


def send(browser: TestClient, kind: str, form: dict[str, str] | None = None, **fields: Any) -> Any:
    """Sends the form of an act as it stands on the page now, or a ``form`` read earlier."""
    data = {**(form or form_of(browser)), **fields}
    return browser.post(f"{CASE}/acts/{kind}", data=data, headers=_HTML)


def offered(shown: str) -> set[str]:
    """The acts the page has forms for."""
    return set(re.findall(r'action="/cases/[^"]+/acts/([a-z_]+)"', shown))


# What the page shows


def test_a_case_is_shown_with_its_history(browser: TestClient, services: Services) -> None:
    services.desk.file(make_complaint(complaint_staff="王经理"), "bot")
    shown = page(browser, CASE)
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


def test_what_customers_write_is_text(filed: TestClient, browser: TestClient) -> None:
    reference = make_reference(1)
    script = {"complaint_detail": SCRIPT, "complaint_branch": SCRIPT, "complainant_name": SCRIPT}
    file(filed, make_payload(reference=reference, **script))
    supplement(filed, SCRIPT)
    put_attachment(filed, X_Filename="%3Cscript%3E.png")
    for path in (CASE, f"/cases/{reference}"):
        shown = page(browser, path)
        assert "<script>alert" not in shown
        assert "&lt;script&gt;" in shown
    assert "_script_.png" in page(browser, CASE)


def test_acts_are_shown_in_order_with_who_and_what(filed: TestClient, browser: TestClient) -> None:
    supplement(filed, "还有一笔\n30 元")
    send(browser, "assigned", assignee="admin", text="请今天联系客户")
    send(browser, "taken_up")
    send(browser, "graded", grade="complex", priority="urgent", flags=["media", "group"])
    history = page(browser, CASE).partition('<ol class="history">')[2]
    words = (
        "客户补充",
        "还有一笔\n30 元",
        "分派",
        "经办人：admin",
        "请今天联系客户",
        "开始调查",
        "定级",
        "等级：复杂；优先级：优先；标记：舆情、群体投诉",
    )
    places = [history.index(word) for word in words]
    assert places == sorted(places)


@pytest.mark.usefixtures("filed")
def test_the_clocks_say_how_much_time_is_gone(browser_as: NewBrowser, clock: Clock) -> None:
    clock.forward(days=5)
    shown = page(browser_as(), CASE)
    assert "第 5 天，还有 10 天" in shown
    assert '<progress max="15" value="5"' in shown
    assert "已过 3 天" in shown


@pytest.mark.usefixtures("filed")
def test_a_stopped_clock_says_so(browser: TestClient) -> None:
    send(browser, "assigned", assignee="admin")
    send(browser, "taken_up")
    send(browser, "mediation_started", body="市金融消费纠纷调解中心")
    shown = page(browser, CASE)
    assert "自 2026-11-23 起暂停" in shown
    assert "机构：市金融消费纠纷调解中心" in shown
    assert "<progress" not in shown


def test_no_clock_runs_any_more_once_a_case_is_withdrawn(
    filed: TestClient, browser_as: NewBrowser, clock: Clock
) -> None:
    withdraw(filed, "已经解决")
    for days in (0, 2, 12, 5):
        clock.forward(days=days)
        shown = page(browser_as(), CASE)
        assert "已超期" not in shown
        assert "将到期" not in shown
        for expected in ("已撤回", "撤回日期", "处理终止", "已经解决", "不再计时"):
            assert expected in shown


@pytest.mark.parametrize(("size", "major"), [(19, False), (20, True), (None, False)])
def test_a_major_group_is_marked(
    browser: TestClient, services: Services, size: int | None, major: bool
) -> None:
    group = {"size": size, "text": "同单位的同事"}
    services.desk.file(make_complaint(complaint_group=group), "bot")
    shown = page(browser, CASE)
    assert "同单位的同事" in shown
    assert (f"{size} 人" if size else "人数不详") in shown
    for path in (CASE, "/cases"):
        assert ('<span class="mark flag major">重大' in page(browser, path)) is major


def test_linked_cases_are_shown_both_ways(browser: TestClient, services: Services) -> None:
    second, third, away = make_reference(1), make_reference(3), make_reference(2)
    services.desk.file(make_complaint(), "bot")
    services.desk.file(make_complaint(reference=second, linked_to=REFERENCE), "bot")
    services.desk.file(make_complaint(reference=third, linked_to=away), "bot")
    assert f'href="/cases/{REFERENCE}"' in page(browser, f"/cases/{second}")
    assert f'href="/cases/{second}"' in page(browser, CASE)
    lonely = page(browser, f"/cases/{third}")
    assert f'href="/cases/{away}"' not in lonely
    assert "还没有收到" in lonely


def test_the_customers_other_cases_are_one_click_away(
    filed: TestClient, browser: TestClient
) -> None:
    other = make_reference(1)
    file(filed, make_payload(reference=other))
    shown = page(browser, CASE)
    assert "同一客户的其他投诉" in shown
    assert f'href="/cases/{other}"' in shown


# Acting


@pytest.mark.usefixtures("filed")
def test_only_what_the_officer_may_do_is_offered(browser_as: NewBrowser) -> None:
    clerk = offered(page(browser_as(StaffRole.CLERK), CASE))
    assert "supplemented" in clerk
    assert not clerk & {"assigned", "extended", "graded", "closed"}
    assert "assigned" not in offered(page(browser_as(StaffRole.HANDLER), CASE))
    assert "assigned" in offered(page(browser_as(StaffRole.SUPERVISOR), CASE))
    assert offered(page(browser_as(StaffRole.AUDITOR), CASE)) == set()


@pytest.mark.usefixtures("filed")
def test_an_act_that_was_not_offered_is_refused_all_the_same(
    browser_as: NewBrowser, services: Services
) -> None:
    clerk = browser_as(StaffRole.CLERK, username="sun")
    response = send(clerk, "extended", text="复杂", confirmed="1")
    assert response.status_code == 403
    assert "没有这项权限" in response.text
    assert services.desk.status(REFERENCE, "1234").standing.progress.terms.extensions == 0


@pytest.mark.usefixtures("filed")
def test_a_case_is_worked_from_its_page(browser: TestClient) -> None:
    response = send(browser, "assigned", assignee="admin")
    assert (response.status_code, response.headers["Location"]) == (303, f"{CASE}?done=assigned")
    assert "已记录：分派" in page(browser, response.headers["Location"])
    assert send(browser, "taken_up").status_code == 303
    assert "调查中" in page(browser, CASE)


def test_who_must_stay_out_is_not_offered_as_handler(
    browser: TestClient, services: Services, officer: NewOfficer
) -> None:
    officer(StaffRole.HANDLER, username="wang", name="王芳")
    officer(StaffRole.HANDLER, username="li", name="李志强")
    services.desk.file(make_complaint(complaint_staff="柜员王芳"), "bot")
    shown = page(browser, CASE)
    assert '<option value="li">' in shown
    assert '<option value="wang">' not in shown


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize(
    ("kind", "fields", "wrong"),
    [
        ("assigned", {}, "assignee"),
        ("noted", {"text": "  "}, "text"),
        ("withdrawn", {"text": "客户来电"}, "confirmed"),
        ("linked", {"other": make_reference(7)}, "other"),
        ("extended", {"confirmed": "1"}, "text"),
        ("restarted", {"text": "新合同", "confirmed": "1", "since": "2026-11-24"}, "since"),
    ],
)
def test_what_is_missing_or_wrong_stands_beside_its_field(
    browser: TestClient, kind: str, fields: dict[str, str], wrong: str
) -> None:
    response = send(browser, kind, **fields)
    assert response.status_code == 422
    assert f'id="act-{kind}-{wrong}-problem"' in response.text
    assert re.search(rf'<details class="act[^"]*" open id="act-{kind}"', response.text)
    if fields.get("text", "").strip():
        assert fields["text"] in response.text


@pytest.mark.usefixtures("filed")
def test_what_somebody_else_changed_meanwhile_is_shown_and_nothing_typed_is_lost(
    browser_as: NewBrowser,
) -> None:
    first, second = browser_as(username="li", name="李志强"), browser_as(username="wang")
    seen = form_of(second)
    send(first, "graded", grade="complex", priority="normal")
    response = send(second, "escalated", seen, text="请分行协调")
    assert response.status_code == 409
    told = response.text.partition('role="alert"')[2].partition("</div>")[0]
    for expected in ("别人刚刚改动了这件投诉", "李志强：定级", "等级：复杂", "请分行协调"):
        assert expected in told
    assert "请分行协调</textarea>" in response.text
    assert send(second, "escalated", text="请分行协调").status_code == 303


@pytest.mark.usefixtures("filed")
def test_a_form_sent_twice_is_one_act(browser: TestClient) -> None:
    form = form_of(browser)
    for _ in range(2):
        assert send(browser, "noted", form, text="已致电客户").status_code == 303
    assert page(browser, CASE).count("已致电客户") == 1
    assert send(browser, "noted", form, text="别的").status_code == 422


@pytest.mark.usefixtures("filed")
def test_text_that_cannot_be_kept_comes_back(browser: TestClient) -> None:
    for text in ("长" * 5001, "空\0"):
        response = send(browser, "noted", text=text)
        assert response.status_code == 422
        assert text.replace("\0", "")[:50] in response.text
    assert send(browser, "noted", text="行\r\n" * 2499 + "行行").status_code == 303


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("version", ["", "-1", "0x1", "9" * 5000])
def test_a_form_that_does_not_say_what_it_saw_is_out_of_date(
    browser: TestClient, version: str
) -> None:
    response = send(browser, "noted", {**form_of(browser), "version": version}, text="已致电")
    assert response.status_code == 409
    assert "别人刚刚改动了这件投诉" in response.text


@pytest.mark.usefixtures("filed")
def test_an_act_that_roles_do_not_allow_is_noted(
    browser: TestClient, browser_as: NewBrowser, services: Services
) -> None:
    form = {**form_of(browser), "grade": "major", "priority": "normal"}
    clerk = browser_as(StaffRole.CLERK, username="sun")
    form["form_token"] = form_token(clerk, CASE)
    assert send(clerk, "graded", form).status_code == 403
    (entry,) = services.audit.page(AuditQuery(action="refused")).entries
    assert (entry.actor, entry.detail) == ("staff:sun", f"{CASE}/acts/graded")


def test_an_act_on_a_case_withdrawn_meanwhile_says_so_and_shows_the_text(
    filed: TestClient, browser: TestClient
) -> None:
    form = form_of(browser)
    withdraw(filed)
    now = {"version": str(int(form["version"]) + 1)}
    response = send(browser, "supplemented", {**form, **now}, text="又来电了")
    assert response.status_code == 409
    assert "已经撤回" in response.text
    assert "又来电了" in response.text


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize(
    ("changes", "expected"),
    [({"form_token": ""}, 403), ({"form_token": "0" * 64}, 403), ({"page_id": "x"}, 422)],
)
def test_an_act_needs_our_own_form(
    browser: TestClient, changes: dict[str, str], expected: int
) -> None:
    assert send(browser, "noted", text="备注", **changes).status_code == expected
    assert "内部备注" not in page(browser, CASE).partition('<ol class="history">')[2]


@pytest.mark.usefixtures("filed")
@pytest.mark.parametrize("kind", ["replied", "decided", "erased", "nonsense", "%00"])
def test_there_is_no_form_for_acts_of_other_pages(browser: TestClient, kind: str) -> None:
    assert send(browser, kind, text="x").status_code == 404


@pytest.mark.usefixtures("filed")
def test_an_act_on_an_unknown_case_is_not_found(browser: TestClient) -> None:
    form = {**form_of(browser), "text": "备注"}
    for reference in (make_reference(7), "nonsense"):
        response = browser.post(f"/cases/{reference}/acts/noted", data=form, headers=_HTML)
        assert response.status_code == 404


@pytest.mark.usefixtures("filed")
def test_nobody_acts_without_signing_in(anonymous: TestClient) -> None:
    for path in (f"{CASE}/acts/noted", f"{CASE}/reveal", f"{CASE}/viewers"):
        response = anonymous.post(path, data={"text": "x", "field": "phone"}, headers=OWN_PAGE)
        assert response.status_code in {303, 401, 403}
        assert PHONE not in response.text


# Personal fields, colleagues


@pytest.mark.usefixtures("filed")
def test_a_personal_field_is_shown_once_and_noted(browser: TestClient, services: Services) -> None:
    shown = page(browser, CASE)
    form = {
        "form_token": form_token(browser, CASE),
        "act_id": hidden(shown, "act_id"),
        "field": "phone",
    }
    response = browser.post(f"{CASE}/reveal", data=form, headers=_HTML)
    assert PHONE in response.text
    assert NAME not in response.text
    assert PHONE not in page(browser, CASE)
    (entry,) = services.audit.page(AuditQuery(action="revealed")).entries
    assert (entry.actor, entry.detail) == ("staff:admin", "phone")
    assert "项目：电话" in page(browser, CASE)


@pytest.mark.usefixtures("filed")
def test_who_may_not_reveal_is_neither_asked_nor_answered(browser_as: NewBrowser) -> None:
    clerk = browser_as(StaffRole.CLERK)
    assert "查看完整" not in page(clerk, CASE)
    form = {"form_token": form_token(clerk, CASE), "act_id": make_id(9), "field": "phone"}
    response = clerk.post(f"{CASE}/reveal", data=form, headers=_HTML)
    assert response.status_code == 403
    assert PHONE not in response.text


@pytest.mark.usefixtures("filed")
def test_a_field_there_is_not_cannot_be_revealed(browser: TestClient) -> None:
    form = {"form_token": form_token(browser, CASE), "act_id": make_id(9), "field": "detail"}
    assert browser.post(f"{CASE}/reveal", data=form, headers=_HTML).status_code == 422


@pytest.mark.usefixtures("filed")
def test_colleagues_at_the_same_case_are_warned_of_each_other(browser_as: NewBrowser) -> None:
    first, second = (
        browser_as(username="li", name="李志强"),
        browser_as(username="wang", name="王芳"),
    )
    page(first, CASE)
    assert "李志强 正在看这件投诉" in page(second, CASE)
    form = {"form_token": form_token(second, CASE), "is_writing": "1"}
    assert (
        second.post(f"{CASE}/viewers", data=form, headers=OWN_PAGE).text == "李志强 正在看这件投诉"
    )
    assert "王芳 正在填写这件投诉" in page(first, CASE)


@pytest.mark.usefixtures("filed")
def test_opening_a_case_is_noted(browser: TestClient, services: Services) -> None:
    page(browser, CASE)
    entries = services.audit.page(AuditQuery(action="case_opened")).entries
    assert [(entry.actor, entry.subject) for entry in entries] == [("staff:admin", REFERENCE)]


# Attachments


def test_attachments_are_listed(filed: TestClient, browser: TestClient) -> None:
    assert "1 个，已收到 0 个" in page(browser, CASE)
    put_attachment(filed)
    put_attachment(filed, b"%PDF" * 600_000, "att-2", Content_Type="application/pdf")
    shown = page(browser, CASE)
    for expected in ("1 个，已收到 1 个", "小票.png", "1 KB", "小票.png.pdf", "2.3 MB"):
        assert expected in shown
    assert f'href="{CASE}/attachments/att-1"' in shown


@pytest.mark.parametrize(("query", "kind"), [("", "inline"), ("?download=1", "attachment")])
def test_an_attachment_is_opened_as_what_it_is_and_can_do_nothing(
    filed: TestClient, browser: TestClient, query: str, kind: str
) -> None:
    put_attachment(filed)
    response = browser.get(f"{CASE}/attachments/att-1{query}")
    assert (response.status_code, response.content) == (200, PNG)
    headers = response.headers
    assert headers["Content-Type"] == "image/png"
    assert headers["Content-Disposition"] == (
        f"{kind}; filename=\"attachment.png\"; filename*=UTF-8''%E5%B0%8F%E7%A5%A8.png"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers.get_list("Content-Security-Policy") == [headers["Content-Security-Policy"]]
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy


@pytest.mark.parametrize("attachment_id", ["att-9", "A", "%00", "a%2Fb"])
def test_an_unknown_attachment_is_not_found(
    filed: TestClient, browser: TestClient, attachment_id: str
) -> None:
    put_attachment(filed)
    assert browser.get(f"{CASE}/attachments/{attachment_id}").status_code == 404


def test_an_attachment_is_found_under_its_own_case_only(
    filed: TestClient, browser: TestClient
) -> None:
    file(filed, make_payload(reference=make_reference(1)))
    put_attachment(filed)
    response = browser.get(f"/cases/{make_reference(1)}/attachments/att-1")
    assert response.status_code == 404


def test_attachments_are_for_officers_only(filed: TestClient, anonymous: TestClient) -> None:
    put_attachment(filed)
    response = anonymous.get(f"{CASE}/attachments/att-1")
    assert (response.status_code, response.headers["Location"]) == (303, "/login")


def test_an_attachment_whose_file_is_gone_says_so(
    filed: TestClient, browser: TestClient, files_folder: Any
) -> None:
    put_attachment(filed)
    for stored in files_folder.iterdir():
        stored.unlink()
    assert browser.get(f"{CASE}/attachments/att-1").status_code == 503


@pytest.mark.usefixtures("filed")
def test_over_https_the_forms_work_too(services: Services) -> None:
    browser = TestClient(build_app(services), base_url="https://cases.bank", follow_redirects=False)
    login(browser)
    assert send(browser, "noted", text="已致电").status_code == 303
