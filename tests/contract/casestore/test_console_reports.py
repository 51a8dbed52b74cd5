"""Reports and early warnings in the console."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import pytest
from docx import Document
from openpyxl import load_workbook
from sqlalchemy.engine import Engine

from casestore.domain.audit import AuditEntry
from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from tests.contract.casestore.browser_kit import page, send
from tests.contract.casestore.kit import TestClient, make_id, make_reference
from tests.contract.casestore.report_kit import AT_B1, CARD, add_branches, add_case, add_small_bank

PREVIEW = "/reports/preview?kind=quarter&period=2026-Q4"
ORDER = {"kind": "quarter", "period": "2026-Q4"}
ID = make_id(77)
REPORT = f"/reports/{ID}"
_LINK = re.compile(r'<a href="([^"]+)">(\d+)</a>')

NewBrowser = Callable[..., TestClient]


@pytest.fixture
def bank(sqlite_engine: Engine, services: Services) -> None:  # noqa: ARG001  # makes the database
    add_small_bank(sqlite_engine)


@pytest.fixture
def supervisor(browser_as: NewBrowser) -> TestClient:
    return browser_as(StaffRole.SUPERVISOR, username="zhang", name="张主管")


@pytest.fixture
def executive(browser_as: NewBrowser) -> TestClient:
    return browser_as(StaffRole.EXECUTIVE, username="li", name="李行长")


@pytest.fixture
def frozen(bank: None, supervisor: TestClient) -> str:  # noqa: ARG001  # fills the database
    """The address of a report that waits to be signed."""
    assert freeze(supervisor).headers["location"] == REPORT
    return REPORT


def freeze(client: TestClient, **order: str) -> Any:
    return send(client, "/reports", PREVIEW, id=ID, **{**ORDER, **order})


def exports(services: Services) -> list[AuditEntry]:
    return list(services.audit.every(AuditQuery(action="report_exported")))


# -- previews ----------------------------------------------------------------------------------


def test_an_empty_bank_is_told_how_to_begin(supervisor: TestClient) -> None:
    shown = page(supervisor, "/reports")
    assert "还没有定稿的报告" in shown
    for words in (
        "月度投诉统计表",
        "季度投诉情况通报",
        "年度投诉工作总结",
        "年度投诉信息披露",
        "2026年第四季度（进行中）",
    ):
        assert words in shown


@pytest.mark.usefixtures("bank")
def test_a_preview_shows_the_figures_and_charts(supervisor: TestClient) -> None:
    shown = page(supervisor, PREVIEW)
    assert "2026年第四季度消费投诉情况通报" in shown
    assert "2026-10-01 至 2026-11-23" in shown and "期间还没有结束" in shown
    assert "本季收到消费投诉 5 件" in shown
    assert shown.count("<svg") == 4
    assert "style=" not in shown


@pytest.mark.usefixtures("bank")
def test_a_figure_opens_exactly_the_cases_behind_it(supervisor: TestClient) -> None:
    links = _LINK.findall(page(supervisor, PREVIEW))
    assert len(links) > 40
    for address, number in links[::12]:
        listed = page(supervisor, unescape(address))
        assert listed.count('<td class="first">') == int(number), unquote(address)


@pytest.mark.usefixtures("bank")
def test_the_cases_behind_a_figure_can_be_opened(supervisor: TestClient) -> None:
    address = "/reports/preview/cases?kind=quarter&period=2026-Q4&measure=overdue"
    shown = page(supervisor, address)
    assert f'<a href="/cases/{make_reference(1)}">' in shown
    assert "期末超过法定期限未结" in shown


@pytest.mark.parametrize(
    "query",
    [
        "kind=decade&period=2026",
        "kind=quarter&period=2026-11",
        "kind=quarter&period=soon",
        "kind=quarter",
        "kind=month&period=2026-12",
        "kind=month&period=2026-11&source=dream",
    ],
)
def test_an_order_that_makes_no_sense_is_refused_plainly(
    supervisor: TestClient, query: str
) -> None:
    answer = supervisor.get(f"/reports/preview?{query}", headers={"Accept": "text/html"})
    assert answer.status_code == 422
    assert "填写不正确" in answer.text


@pytest.mark.parametrize("role", [StaffRole.CLERK, StaffRole.HANDLER, StaffRole.ADMIN])
def test_reports_and_warnings_need_the_right(browser_as: NewBrowser, role: StaffRole) -> None:
    client = browser_as(role)
    paths = ("/reports", PREVIEW, REPORT, "/alerts", f"/alerts/{ID}")
    assert [client.get(path).status_code for path in paths] == [403] * len(paths)


@pytest.mark.usefixtures("bank")
def test_a_branch_sees_its_own_figures_alone(browser_as: NewBrowser) -> None:
    client = browser_as(StaffRole.SUPERVISOR, branch="b1")
    assert "只统计人民路支行承办的投诉" in page(client, "/reports")
    shown = page(client, f"{PREVIEW}&unit=b2")
    assert "本季收到消费投诉 2 件" in shown
    assert "解放路支行" not in shown


# -- files -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("suffix", ["xlsx", "csv", "docx"])
def test_a_preview_can_be_taken_along_and_that_is_noted(
    supervisor: TestClient, services: Services, suffix: str
) -> None:
    answer = supervisor.get(
        f"/reports/preview/download/{suffix}?kind=quarter&period=2026-Q4&unit=b1"
    )
    assert answer.status_code == 200
    _says(suffix, answer.content, "承办部门：人民路支行")
    name = unquote(answer.headers["content-disposition"].partition("''")[2])
    assert name == f"2026年第四季度消费投诉情况通报.{suffix}"
    (entry,) = exports(services)
    assert (entry.actor, entry.subject) == ("staff:zhang", "preview")
    assert entry.detail.startswith(f"{suffix} 2026年第四季度") and "人民路支行" in entry.detail


def _says(suffix: str, content: bytes, words: str) -> None:
    if suffix == "xlsx":
        assert load_workbook(BytesIO(content)).worksheets[0]["A4"].value == f"范围：{words}"
    elif suffix == "docx":
        paragraphs = [paragraph.text for paragraph in Document(BytesIO(content)).paragraphs]
        assert f"范围：{words}" in paragraphs
    else:
        assert f"范围,{words}\r\n" in content.decode("utf-8-sig")


def test_other_kinds_of_files_are_refused_and_not_noted(
    supervisor: TestClient, services: Services
) -> None:
    answer = supervisor.get("/reports/preview/download/exe?kind=quarter&period=2026-Q4")
    assert answer.status_code == 422
    assert exports(services) == []


@pytest.mark.usefixtures("bank")
def test_a_chart_is_a_picture_of_its_own(supervisor: TestClient) -> None:
    path = "/reports/preview/chart/business.svg?kind=quarter&period=2026-Q4"
    answer = supervisor.get(path)
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "信用卡" in answer.text
    assert supervisor.get(path.replace("business", "weather")).status_code == 422


# -- frozen reports ----------------------------------------------------------------------------


def test_a_frozen_report_waits_on_the_list_for_its_signature(
    frozen: str, supervisor: TestClient
) -> None:
    listed = page(supervisor, "/reports")
    assert f'<a href="{frozen}">2026年第四季度消费投诉情况通报</a>' in listed
    assert "待签署" in listed
    shown = page(supervisor, frozen)
    assert "已定稿（张主管），待签署" in shown
    assert "签署这份报告" not in shown


def test_sending_the_form_twice_freezes_once(frozen: str, supervisor: TestClient) -> None:
    assert freeze(supervisor).headers["location"] == frozen
    assert page(supervisor, "/reports").count('<td class="first">') == 1


def test_a_report_that_does_not_reconcile_comes_back_with_the_reason(
    supervisor: TestClient, sqlite_engine: Engine
) -> None:
    add_branches(sqlite_engine)
    add_case(sqlite_engine, 1, "10-10", **CARD, **AT_B1, settled_on=None)
    assert freeze(supervisor).status_code == 303
    answer = page(supervisor, PREVIEW)
    assert "不能定稿" not in answer and "定稿</button>" in answer
    add_case(sqlite_engine, 2, "10-10", settled_on=date(2026, 1, 1))
    assert "定稿</button>" not in page(supervisor, PREVIEW)
    refused = send(supervisor, "/reports", PREVIEW, id=make_id(78), **ORDER)
    assert refused.status_code == 409
    assert "期初未结 0 ＋ 收到 2 － 办结 0 ≠ 期末未结 1" in refused.text


def test_frozen_figures_open_the_cases_of_then(frozen: str, supervisor: TestClient) -> None:
    links = _LINK.findall(page(supervisor, frozen))
    assert len(links) > 40
    for address, number in links[::12]:
        assert address.startswith(f"{frozen}/cases?")
        listed = page(supervisor, unescape(address))
        assert listed.count('<td class="first">') == int(number), unquote(address)


def test_a_frozen_report_is_checked_by_one_click(frozen: str, supervisor: TestClient) -> None:
    answer = send(supervisor, f"{frozen}/verification", frozen)
    assert "核对通过" in answer.text


def test_an_executive_signs_and_the_page_says_so(frozen: str, executive: TestClient) -> None:
    answer = send(executive, f"{frozen}/signature", frozen, note="同意印发")
    assert answer.headers["location"] == frozen
    shown = page(executive, frozen)
    assert "已定稿（张主管），已由李行长签署" in shown
    assert "同意印发" in shown
    assert "签署这份报告" not in shown


def test_signing_twice_says_that_it_was_signed(frozen: str, executive: TestClient) -> None:
    send(executive, f"{frozen}/signature", frozen)
    answer = send(executive, f"{frozen}/signature", frozen)
    assert answer.status_code == 409
    assert "已经签署" in answer.text


def test_a_note_that_is_too_long_comes_back_whole(frozen: str, executive: TestClient) -> None:
    answer = send(executive, f"{frozen}/signature", frozen, note="长" * 501)
    assert answer.status_code == 422
    assert "长" * 501 in answer.text
    assert "签署意见最多 500 字" in answer.text


def test_the_maker_cannot_sign_even_by_hand(bank: None, browser_as: NewBrowser) -> None:  # noqa: ARG001
    both = browser_as(StaffRole.SUPERVISOR, StaffRole.EXECUTIVE)
    freeze(both)
    answer = send(both, f"{REPORT}/signature", REPORT)
    assert answer.status_code == 403
    assert "做报告的人不能自己签署" in answer.text


def test_a_supervisor_cannot_sign(frozen: str, supervisor: TestClient) -> None:
    assert send(supervisor, f"{frozen}/signature", frozen).status_code == 403


@pytest.mark.parametrize("path", ["/reports", f"{REPORT}/signature", f"{REPORT}/verification"])
def test_forms_from_elsewhere_are_refused(frozen: str, executive: TestClient, path: str) -> None:
    answer = executive.post(path, data={"id": make_id(79), **ORDER})
    assert answer.status_code == 403
    assert "待签署" in page(executive, frozen)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "docx"])
def test_a_frozen_report_can_be_taken_along_and_that_is_noted(
    frozen: str, executive: TestClient, services: Services, suffix: str
) -> None:
    assert executive.get(f"{frozen}/download/{suffix}").status_code == 200
    assert [entry.subject for entry in exports(services)] == [ID]


def test_a_report_nobody_made_is_not_found(supervisor: TestClient) -> None:
    answer = supervisor.get(REPORT, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "没有这份报告" in answer.text


def test_freezing_needs_an_id_of_our_own_form(supervisor: TestClient) -> None:
    assert send(supervisor, "/reports", PREVIEW, id="../x", **ORDER).status_code == 422


# -- early warnings ----------------------------------------------------------------------------


@pytest.fixture
def warned(sqlite_engine: Engine, services: Services) -> str:
    """The list with a warning about six like cases."""
    add_branches(sqlite_engine)
    for number in range(6):
        add_case(sqlite_engine, number, "11-22", **CARD, **AT_B1)
    assert services.alerts.watch(services.now()) == 1
    return "/alerts"


def test_a_bank_without_warnings_says_so(supervisor: TestClient) -> None:
    assert "没有异常" in page(supervisor, "/alerts")


def test_a_warning_opens_the_cases_behind_it(warned: str, supervisor: TestClient) -> None:
    shown = page(supervisor, _first_warning(supervisor, warned))
    assert "人民路支行" in shown
    assert shown.count('<td class="first">') == 6


def test_taking_a_warning_up_is_kept_with_a_note(warned: str, supervisor: TestClient) -> None:
    address = _first_warning(supervisor, warned)
    assert send(supervisor, f"{address}/seen", address, note="请个金部核查").status_code == 303
    shown = page(supervisor, address)
    assert "请个金部核查" in shown and "张主管" in shown
    assert "怎样处理" not in shown


def test_a_warning_is_not_taken_up_without_a_word(warned: str, supervisor: TestClient) -> None:
    address = _first_warning(supervisor, warned)
    answer = send(supervisor, f"{address}/seen", address, note=" ")
    assert answer.status_code == 422
    assert "请写明怎样处理" in answer.text
    assert "待处理" in page(supervisor, "/alerts")


def test_who_only_reads_takes_no_warning_up(warned: str, executive: TestClient) -> None:
    address = _first_warning(executive, warned)
    assert "怎样处理" not in page(executive, address)
    assert send(executive, f"{address}/seen", address, note="好").status_code == 403


def _first_warning(client: TestClient, listing: str) -> str:
    found = re.search(r'href="(/alerts/[0-9a-f-]+)"', page(client, listing))
    assert found is not None
    return found.group(1)
