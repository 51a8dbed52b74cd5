"""Pages of campaigns and their figures."""

from collections.abc import Callable
from io import BytesIO

import pytest
from docx import Document
from openpyxl import load_workbook

from casestore.domain.staff import StaffRole
from casestore.edge.services import Services
from casestore.service.audit_ports import AuditQuery
from tests.contract.casestore.browser_kit import page
from tests.contract.casestore.campaign_kit import FIGURES, HIDDEN, ID, make_body
from tests.contract.casestore.kit import Clock, TestClient

LIST, ONE = "/campaigns", f"/campaigns/{ID}"
HTML = {"Accept": "text/html"}


@pytest.fixture
def handler(browser_as: Callable[..., TestClient]) -> TestClient:
    return browser_as(StaffRole.HANDLER, username="li")


def test_without_any_campaign_the_page_says_how_to_get_one_going(handler: TestClient) -> None:
    shown = page(handler, LIST)
    assert "还没有活动的统计" in shown
    assert "docs/campaigns.md" in shown


def test_the_list_tells_what_each_campaign_came_to(bot: TestClient, handler: TestClient) -> None:
    bot.put(FIGURES, json=make_body())
    shown = page(handler, LIST)
    for words in ("3·15消费者权益日", "2026-11-20", "进行中", ">305<", ">268<", "2026-11-23 16:30"):
        assert words in shown


@pytest.mark.parametrize(
    ("first", "last", "standing"),
    [("2026-11-24", "2026-12-01", "未开始"), ("2026-11-01", "2026-11-22", "已结束")],
)
def test_a_campaign_stands_where_its_days_are(
    bot: TestClient, handler: TestClient, first: str, last: str, standing: str
) -> None:
    campaign = {**make_body()["campaign"], "first_day": first, "last_day": last, "scenes": []}
    bot.put(FIGURES, json=make_body(campaign=campaign))
    assert standing in page(handler, LIST)
    assert standing in page(handler, ONE)


def test_a_page_shows_every_figure_with_its_definition(
    bot: TestClient, handler: TestClient
) -> None:
    bot.put(FIGURES, json=make_body())
    shown = page(handler, ONE)
    for definition in make_body()["definitions"][:14]:
        assert f"<dt>{definition['label']}</dt>" in shown
        assert definition["meaning"] in shown
    for words in (
        "人民路支行·营业厅大堂",
        "微信",
        "数字人民币钱包怎么开",
        "卡被盗刷了怎么办",
        "+32",
    ):
        assert words in shown
    assert HIDDEN in shown
    assert "人太少" in shown


def test_the_clients_own_word_for_what_is_not_told_is_explained(
    bot: TestClient, handler: TestClient
) -> None:
    more = {"name": "withheld", "label": "不显示", "meaning": "不到5个人的数字不显示"}
    bot.put(FIGURES, json=make_body(definitions=[*make_body()["definitions"], more]))
    assert "“不显示”的意思：不到5个人的数字不显示。" in page(handler, ONE)


def test_figures_counted_long_ago_are_marked(
    bot: TestClient, browser_as: Callable[..., TestClient], clock: Clock
) -> None:
    bot.put(FIGURES, json=make_body())
    clock.forward(days=2)
    assert "没有重新统计" in page(browser_as(StaffRole.HANDLER), ONE)


def test_figures_counted_just_now_are_not(bot: TestClient, handler: TestClient) -> None:
    bot.put(FIGURES, json=make_body())
    assert "没有重新统计" not in page(handler, ONE)


def test_an_unknown_campaign_is_not_found(handler: TestClient) -> None:
    for path in (ONE, f"{ONE}/chart/funnel.svg", f"{ONE}/report.docx", f"{LIST}/x%00"):
        answer = handler.get(path, headers=HTML)
        assert answer.status_code == 404
        assert "没有这个活动的统计" in answer.text


def test_a_chart_is_a_picture_of_its_own(bot: TestClient, handler: TestClient) -> None:
    bot.put(FIGURES, json=make_body())
    for name in ("funnel", "days", "channels", "quiz"):
        answer = handler.get(f"{ONE}/chart/{name}.svg")
        assert answer.headers["content-type"] == "image/svg+xml"
    assert handler.get(f"{ONE}/chart/other.svg", headers=HTML).status_code == 422


def test_files_are_taken_along_and_that_is_noted(
    bot: TestClient, handler: TestClient, services: Services
) -> None:
    bot.put(FIGURES, json=make_body())
    assert Document(BytesIO(handler.get(f"{ONE}/report.docx").content)).tables
    assert load_workbook(BytesIO(handler.get(f"{ONE}/report.xlsx").content)).sheetnames
    assert handler.get(f"{ONE}/report.exe", headers=HTML).status_code == 422
    entries = services.audit.page(AuditQuery(action="report_exported")).entries
    assert {(each.actor, each.subject, each.detail) for each in entries} == {
        ("staff:li", f"campaign:{ID}", "docx 3·15消费者权益日活动总结"),
        ("staff:li", f"campaign:{ID}", "xlsx 3·15消费者权益日统计表"),
    }


def test_what_a_client_sends_cannot_break_out_of_the_page(
    bot: TestClient, handler: TestClient
) -> None:
    evil = "<script>alert(1)</script>"
    body = make_body(unanswered=[{"text": evil, "times": 5}])
    body["campaign"] = {**body["campaign"], "title": evil}
    body["questions"][0]["text"] = evil
    bot.put(FIGURES, json=body)
    assert evil not in page(handler, ONE)
    assert evil not in page(handler, LIST)


def test_an_administrator_of_accounts_has_no_business_here(
    browser_as: Callable[..., TestClient],
) -> None:
    assert browser_as(StaffRole.ADMIN).get(LIST, headers=HTML).status_code == 403
