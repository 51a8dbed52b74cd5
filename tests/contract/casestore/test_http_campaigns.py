"""A client's figures of a campaign over HTTP, and the files made of them, as the contract says."""

from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from docx import Document
from openpyxl import load_workbook

from casestore.edge.middleware import BODY_LIMIT, FIGURES_LIMIT
from casestore.edge.services import Services
from tests.contract.casestore.campaign_kit import FIGURES, ID, SCENES, make_body, number, row
from tests.contract.casestore.http_kit import refused
from tests.contract.casestore.kit import Clock, TestClient

REPORT = f"/api/v1/campaigns/{ID}/report"


def test_figures_are_kept_with_the_time_they_came(
    bot: TestClient, services: Services, clock: Clock
) -> None:
    response = bot.put(FIGURES, json=make_body())
    assert (response.status_code, response.content) == (204, b"")
    (report,) = services.campaigns.all()
    assert (report.client, report.received_at) == ("bot", clock.moment)
    figures = report.figures
    assert [(each.name, each.count) for each in figures.total[:2]] == [
        ("scans", 412),
        ("people", 305),
    ]
    assert figures.by_scene[1].figures[9].is_hidden
    assert [group.key for group in figures.by_day] == ["2026-11-20", "2026-11-22"]
    assert figures.previous is not None and figures.previous.id == "315-2026"


def test_a_campaign_may_have_nothing_yet(bot: TestClient, services: Services) -> None:
    apart: dict[str, Any] = {name: [] for name in make_body() if name.startswith("by_")}
    asked: dict[str, Any] = {"questions": [], "most_asked": [], "unanswered": []}
    body = make_body(**apart, **asked, funnel=[], total=[], previous=None)
    assert bot.put(FIGURES, json=body).status_code == 204
    (report,) = services.campaigns.all()
    assert report.figures.previous is None


def test_a_stranger_reports_and_reads_nothing(anonymous: TestClient, services: Services) -> None:
    refused(anonymous.put(FIGURES, json=make_body()), 401, "unauthorized")
    refused(anonymous.get(f"{REPORT}.docx"), 401, "unauthorized")
    assert services.campaigns.all() == []


def test_the_address_and_the_body_are_about_the_same_campaign(bot: TestClient) -> None:
    answer = bot.put("/api/v1/campaigns/316-2027/figures", json=make_body())
    assert list(refused(answer, 422, "invalid_request")["fields"]) == ["campaign.id"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"counted_at": "2026-11-23T08:30:00"}, "counted_at"),
        ({"counted_at": 5}, "counted_at"),
        ({"definitions": make_body()["definitions"] * 2}, "definitions"),
        ({"total": [number("scans", 1)] * 2}, "total"),
        ({"total": [number("scans", 1)] * 31}, "total"),
        ({"total": {}}, "total"),
        ({"by_scene": make_body()["by_scene"] * 2}, "by_scene"),
        ({"by_day": [{"key": "15.3.2027", "figures": []}]}, "by_day.0.key"),
        ({"by_day": [{"key": "2027-02-30", "figures": []}]}, "by_day.0.key"),
        ({"by_channel": [{"key": " ", "figures": []}]}, "by_channel.0.key"),
        ({"previous": {}}, "previous.id"),
        ({"unexpected": 1}, "unexpected"),
    ],
)
def test_what_is_wrong_is_named(bot: TestClient, change: dict[str, Any], path: str) -> None:
    error = refused(bot.put(FIGURES, json=make_body(**change)), 422, "invalid_request")
    assert path in error["fields"]


@pytest.mark.parametrize("missing", sorted(make_body()))
def test_nothing_may_be_left_out(bot: TestClient, missing: str) -> None:
    body = make_body()
    del body[missing]
    error = refused(bot.put(FIGURES, json=body), 422, "invalid_request")
    assert error["fields"] == {missing: "必填"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("text", "数" * 31),
        ("text", "空\0字符"),
        ("count", -1),
        ("count", 2**31),
        ("count", 1.5),
        ("count", "1"),
        ("count", True),
        ("of", -1),
    ],
)
def test_a_wrong_figure_is_named(bot: TestClient, field: str, value: Any) -> None:
    body = make_body(total=[number("scans", 1), {**number("people", 2), field: value}])
    error = refused(bot.put(FIGURES, json=body), 422, "invalid_request")
    assert list(error["fields"]) == [f"total.1.{field}"]


def test_a_number_that_is_not_told_brings_nothing_to_reckon_it_from(bot: TestClient) -> None:
    body = make_body(total=[{**number("right_first", None), "of": 4}])
    error = refused(bot.put(FIGURES, json=body), 422, "invalid_request")
    assert error["fields"] == {"total.0.__root__": "太小不显示的数字不能带分母"}


def test_a_share_is_no_more_than_the_whole(bot: TestClient) -> None:
    body = make_body(total=[{**number("right_first", 5), "of": 4}])
    error = refused(bot.put(FIGURES, json=body), 422, "invalid_request")
    assert error["fields"] == {"total.0.__root__": "比率大于 1"}


def test_a_figure_without_a_definition_is_not_taken(bot: TestClient) -> None:
    body = make_body(by_branch=[{"key": "人民路支行", "figures": [number("steps", 9)]}])
    error = refused(bot.put(FIGURES, json=body), 422, "invalid_request")
    assert error["fields"] == {"__root__": "definitions 里缺少某个数字的定义"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "3·15"),
        ("title", " "),
        ("audience", "cats"),
        ("topics", [""]),
        ("first_day", "2027-12-31"),
        ("first_day", None),
        ("scenes", [{}]),
        ("questions", -1),
        ("places", "80"),
    ],
)
def test_a_wrong_campaign_is_named(bot: TestClient, field: str, value: Any) -> None:
    campaign = {**make_body()["campaign"], field: value}
    error = refused(bot.put(FIGURES, json=make_body(campaign=campaign)), 422, "invalid_request")
    assert all(path.startswith("campaign.") for path in error["fields"])


def test_a_body_that_is_no_json_is_refused(bot: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    answer = bot.put(FIGURES, content=b"{", headers=headers)
    assert answer.status_code in {400, 422}
    answer = bot.put(FIGURES, content=b"x", headers={"Content-Type": "text/plain"})
    refused(answer, 415, "unsupported_media_type")


def test_a_campaign_of_a_large_bank_is_not_too_large(bot: TestClient) -> None:
    scene, *_ = make_body()["campaign"]["scenes"]
    ids = [f"scene-{each}" for each in range(500)]
    campaign = {**make_body()["campaign"], "scenes": [{**scene, "id": each} for each in ids]}
    groups = [{"key": each, "figures": row(9, 9, 9)} for each in ids]
    body = make_body(campaign=campaign, by_scene=groups)
    response = bot.put(FIGURES, json=body)
    assert response.status_code == 204
    assert BODY_LIMIT < len(response.request.content) < FIGURES_LIMIT


def test_more_than_that_is_too_large(bot: TestClient) -> None:
    content = b" " * (FIGURES_LIMIT + 1)
    answer = bot.put(FIGURES, content=content, headers={"Content-Type": "application/json"})
    refused(answer, 413, "body_too_large")


def test_the_draft_can_be_had_for_word(bot: TestClient) -> None:
    bot.put(FIGURES, json=make_body())
    answer = bot.get(f"{REPORT}.docx")
    assert answer.status_code == 200
    named = answer.headers["content-disposition"]
    assert named.endswith(f"filename*=UTF-8''{quote('3·15消费者权益日活动总结.docx')}")
    words = [each.text for each in Document(BytesIO(answer.content)).paragraphs]
    assert words[0] == "3·15消费者权益日活动总结"


def test_the_tables_can_be_had_for_excel(bot: TestClient) -> None:
    bot.put(FIGURES, json=make_body())
    answer = bot.get(f"{REPORT}.xlsx")
    assert answer.status_code == 200
    book = load_workbook(BytesIO(answer.content))
    assert book["场景"].max_row == len(SCENES) + 6


def test_a_report_of_nothing_and_of_another_kind_is_not_found(bot: TestClient) -> None:
    refused(bot.get(f"{REPORT}.docx"), 404, "campaign_not_found")
    refused(bot.get(f"{REPORT}.pdf"), 422, "invalid_request")
    refused(bot.get("/api/v1/campaigns/x%00/report.docx"), 404, "campaign_not_found")
