"""What a campaign's page and files say, and that they say no more than the figures."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timezone
from io import BytesIO
from xml.etree import ElementTree

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from casestore.api.campaign_schemas import CampaignFiguresIn
from casestore.domain.campaign import (
    CampaignFigures,
    CampaignReport,
    Figure,
    Group,
    QuizQuestion,
    Standing,
    UnansweredQuestion,
)
from casestore.reports import campaign_parts as parts
from casestore.reports.campaign_draft import bar_table, campaign_draft
from casestore.reports.campaign_files import SUFFIXES, campaign_file
from casestore.reports.campaign_page import campaign_page
from casestore.reports.charts import draw
from casestore.reports.layout import NOTHING, Bar, Chart, Layout, Paragraph, Shape, Table
from casestore.reports.svg import described
from tests.contract.casestore.campaign_kit import HIDDEN, SCENES, make_body

FIGURES: CampaignFigures = CampaignFiguresIn.parse_obj(make_body()).to_domain()
NOTHING_YET = replace(
    FIGURES,
    campaign=replace(FIGURES.campaign, scenes=(), topics=(), questions=0, places=0),
    total=(),
    by_scene=(),
    by_branch=(),
    by_day=(),
    by_channel=(),
    funnel=(),
    questions=(),
    most_asked=(),
    unanswered=(),
    previous=None,
)
SVG = "{http://www.w3.org/2000/svg}"


def rows(table: Table) -> dict[str, Sequence[str]]:
    """The rows below their heads."""
    return {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}


def words(layout: Layout) -> str:
    return "\n".join(block.text for block in layout.blocks if isinstance(block, Paragraph))


def sheet(figures: CampaignFigures, name: str) -> list[tuple[object, ...]]:
    """The rows of a sheet below its heading."""
    return list(book(figures)[name].iter_rows(min_row=6, values_only=True))


def book(figures: CampaignFigures) -> dict[str, Worksheet]:
    made = campaign_file(report(figures), "xlsx")
    return {each.title: each for each in load_workbook(BytesIO(made.content)).worksheets}


def report(figures: CampaignFigures) -> CampaignReport:
    return CampaignReport("bot", datetime(2026, 11, 23, 9, tzinfo=timezone.utc), figures)


# -- tables ------------------------------------------------------------------------------------


def test_the_whole_is_compared_with_the_campaign_before() -> None:
    found = rows(parts.overview(FIGURES))
    assert found["扫码次数"] == ["412", "380", "+32", "扫码次数怎样数出来的"]
    assert found["咨询次数"][:3] == ["268", "270", "-2"]
    assert found["最后正确率"][:3] == ["80%", "75%", "+5个百分点"]
    assert found["初答正确率"][:3] == ["60%", "60%", "0个百分点"]
    assert "上次活动：3·15消费者权益日2026，2026年3月1日至3月31日。" in words(
        campaign_page(FIGURES)
    )


def test_a_number_that_is_not_told_has_no_difference() -> None:
    assert rows(parts.overview(FIGURES))["登记投诉"][:3] == ["6", HIDDEN, NOTHING]


def test_without_a_campaign_before_nothing_is_compared() -> None:
    alone = replace(FIGURES, previous=None)
    assert parts.comparison(alone) is None
    assert parts.overview(alone).columns == ("指标", "本次", "口径")


def test_every_scene_has_a_row_also_where_nothing_happened_and_where_it_is_gone() -> None:
    gone = Group("old-scene", FIGURES.total)
    found = rows(parts.scenes(replace(FIGURES, by_scene=(*FIGURES.by_scene, gone)), ("scans",)))
    assert found == {
        "人民路支行·营业厅大堂": ["3·15宣传", "300"],
        "人民路支行·广场摊位": ["3·15宣传", "112"],
        "人民路支行·网站专题": ["3·15宣传", NOTHING],
        "old-scene": ["活动文件里已没有", "412"],
    }


def test_channels_are_called_by_their_names_and_unknown_ones_as_they_came() -> None:
    more = (*FIGURES.by_channel, Group("phone", FIGURES.total))
    assert list(rows(parts.channels(replace(FIGURES, by_channel=more)))) == [
        "网页",
        "微信",
        "phone",
    ]


def test_a_question_tells_how_many_answered_unless_that_is_hidden() -> None:
    first, second = rows(parts.questions(FIGURES)).values()
    assert first == ["简单", "80%", "95%", "100"]
    assert second == ["难", HIDDEN, HIDDEN, NOTHING]


def test_a_share_of_nothing_is_no_number() -> None:
    assert parts.figure_cell(Figure("right_first", "—", 0, 0)).text == "—"


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (date(2027, 3, 1), date(2027, 3, 31), "2027年3月1日至3月31日"),
        (date(2026, 12, 20), date(2027, 1, 5), "2026年12月20日至2027年1月5日"),
        (date(2027, 3, 15), date(2027, 3, 15), "2027年3月15日"),
    ],
)
def test_days_are_written_as_people_write_them(first: date, last: date, expected: str) -> None:
    assert parts.days_words(first, last) == expected


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2026, 11, 19), Standing.TO_COME),
        (date(2026, 11, 20), Standing.RUNNING),
        (date(2026, 12, 19), Standing.RUNNING),
        (date(2026, 12, 20), Standing.OVER),
    ],
)
def test_both_ends_of_a_campaign_belong_to_it(day: date, standing: Standing) -> None:
    assert FIGURES.campaign.standing(day) is standing


# -- charts ------------------------------------------------------------------------------------


def test_a_funnel_is_drawn_around_the_middle_with_its_numbers() -> None:
    drawn = ElementTree.fromstring(draw(parts.funnel_chart(FIGURES)))  # noqa: S314
    bars = [
        (float(bar.attrib["x"]), float(bar.attrib["width"])) for bar in drawn.iter(f"{SVG}rect")
    ]
    assert {round(x + width / 2) for x, width in bars} == {170}
    assert bars[0][1] == 340
    assert bars[1][1] == pytest.approx(340 * 190 / 305, abs=0.1)
    assert [each.text for each in drawn.iter(f"{SVG}text")][-1] == "投诉的人 6"


def test_quiet_days_between_have_their_place_on_the_chart() -> None:
    chart = parts.days_chart(FIGURES)
    assert chart.rows == (("11-20", (250, 160)), ("11-21", (0, 0)), ("11-22", (162, 108)))
    drawn = ElementTree.fromstring(draw(chart))  # noqa: S314
    told = [each.text for each in drawn.iter(f"{SVG}text")]
    assert told == ["扫码次数", "咨询次数", "扫码次数最多：11-20，250", "11-20", "11-22"]


def test_days_far_apart_are_not_filled_in() -> None:
    far = (Group("2000-01-01", FIGURES.total), Group("2026-11-20", FIGURES.total))
    assert len(parts.days_chart(replace(FIGURES, by_day=far)).rows) == len(far)


@pytest.mark.parametrize("place", [0, 15, 29])
def test_the_highest_column_is_named_inside_the_picture(place: int) -> None:
    many = tuple((f"11-{n + 1:02}", (90 if n == place else 5,)) for n in range(30))
    drawn = ElementTree.fromstring(  # noqa: S314
        draw(Chart("days", "每天", ("扫码",), many, Shape.COLUMNS))
    )
    named = [each for each in drawn.iter(f"{SVG}text") if "最多" in (each.text or "")]
    anchors = ["start", "middle", "end"]
    assert [each.attrib.get("text-anchor", "start") for each in named] == [anchors[place // 14]]


def test_what_is_not_told_is_said_in_words_and_not_drawn() -> None:
    chart = Chart("quiz", "题", ("第一次",), (("一", (Bar(0, HIDDEN),)),))
    assert described(chart) == f"题：一 第一次 {HIDDEN}"
    *_, bar = ElementTree.fromstring(draw(chart)).iter(f"{SVG}rect")  # noqa: S314
    assert float(bar.attrib["width"]) == 0


def test_a_picture_of_nothing_can_be_drawn() -> None:
    for chart in campaign_page(NOTHING_YET).charts:
        ElementTree.fromstring(draw(chart))  # noqa: S314


def test_a_chart_for_word_is_a_table_with_bars_of_blocks() -> None:
    table = bar_table(parts.funnel_chart(FIGURES), "步骤", ("数量",))
    assert rows(table)["扫码的人"] == ["305", "█" * 16]
    assert rows(table)["投诉的人"] == ["6", "█"]


# -- the draft ---------------------------------------------------------------------------------


def test_the_draft_begins_with_when_where_and_who() -> None:
    facts = dict(campaign_draft(FIGURES).facts)
    assert facts["活动时间"] == "2026年11月20日至12月19日"
    assert facts["活动地点"] == "人民路支行（营业厅大堂、广场摊位、网站专题）"
    assert facts["主办部门"] == "消费者权益保护部"
    assert facts["数据截至"] == "2026-11-23 16:30"


def test_the_draft_has_the_parts_banks_hand_in() -> None:
    heads = [b.text for b in campaign_draft(FIGURES).blocks if getattr(b, "level", 0) == 1]
    assert [head.partition("、")[2] or head for head in heads] == [
        *("活动组织", "主要做法", "活动数据", "活动成效", "存在的不足", "下一步打算"),
        "附：统计口径",
    ]


def test_the_draft_says_what_the_figures_say() -> None:
    said = words(campaign_draft(FIGURES))
    for sentence in (
        "在 1 家网点设了 3 个扫码点",
        "客户咨询 268 次，其中当场答上 231 次。",
        "客户扫码 412 次，参与 305 人，咨询 268 次，登记投诉 6 件。",
        "咨询最多的一天是2026年11月20日，共 160 次。",
        "小问答第一次回答的正确率 60%，最后一次 80%，先答错、后答对的 41 人次。",
        "与上次活动“3·15消费者权益日2026”相比，参与人数由 290 变为 305，咨询次数由 270 变为 268",
        "没答上来的咨询 14 次，例如“=数字人民币钱包怎么开”（6 次）、“摊位几点收摊”（2 次）。",
        "没有人扫码的地方：人民路支行·网站专题。",
    ):
        assert sentence in said


def test_no_number_of_the_draft_is_invented() -> None:
    """Every number of a sentence stands in the body, or is how many scenes and branches it has."""
    known = set(re.findall(r"\d+", str(make_body())))
    counted = {"1", str(len(SCENES))}
    assert set(re.findall(r"\d+", words(campaign_draft(FIGURES)))) <= known | counted


def test_a_sentence_says_nothing_of_what_is_not_told() -> None:
    hidden = tuple(Figure(each.name, HIDDEN, None, None) for each in FIGURES.total)
    said = words(campaign_draft(replace(FIGURES, total=hidden)))
    assert HIDDEN not in said
    assert "客户咨询" not in said


def test_the_hardest_questions_are_named_the_hardest_first() -> None:
    (easy, _) = FIGURES.questions
    hard = replace(easy, text="难题", right_last=Figure("right_last", "10%", 10, 100))
    said = words(campaign_draft(replace(FIGURES, questions=(easy, hard))))
    assert f"最后正确率最低的题是“难题”（10%）、“{easy.text}”（95%）。" in said


def test_what_only_people_know_is_left_to_them_and_stands_out_in_word() -> None:
    made = campaign_file(report(FIGURES), "docx")
    paragraphs = Document(BytesIO(made.content)).paragraphs
    to_fill = [each for each in paragraphs if "【请填写：" in each.text]
    assert len(to_fill) >= 6
    for paragraph in to_fill:
        colours = [run.font.highlight_color for run in paragraph.runs if run.text]
        assert colours == [WD_COLOR_INDEX.YELLOW]


def test_the_word_file_holds_headings_facts_and_tables() -> None:
    made = campaign_file(report(FIGURES), "docx")
    page = Document(BytesIO(made.content))
    said = [paragraph.text for paragraph in page.paragraphs]
    assert said[:2] == ["3·15消费者权益日活动总结", "活动时间：2026年11月20日至12月19日"]
    tables = campaign_draft(FIGURES).tables
    assert len(page.tables) == len(tables)
    for found, expected in zip(page.tables, tables, strict=True):
        assert [cell.text for cell in found.rows[0].cells] == list(expected.columns)
        assert len(found.rows) == 1 + len(expected.rows)


# -- the workbook ------------------------------------------------------------------------------


def test_the_workbook_has_its_sheets_by_name() -> None:
    sheets = ["总体", "场景", "网点", "日期", "渠道", "题目", "常问", "没答上", "定义"]
    assert list(book(FIGURES)) == ["说明", *sheets]


def test_numbers_are_numbers_and_what_is_not_told_is_text() -> None:
    head, *found = sheet(FIGURES, "场景")
    assert head[:4] == ("场景", "活动", "扫码次数", "参与人数")
    column = head.index("登记投诉")
    assert [row[2] for row in found] == [300, 112, NOTHING]
    assert [row[column] for row in found] == [6, HIDDEN, NOTHING]
    assert found[0][head.index("最后正确率")] == pytest.approx(0.8)
    whole = {row[0]: row for row in sheet(FIGURES, "总体")}
    assert whole["扫码次数"][1:4] == (412, 380, 32)
    assert whole["最后正确率"][1:4] == pytest.approx((0.8, 0.75, 5))


def test_nothing_in_the_workbook_runs() -> None:
    cells = [cell for each in book(FIGURES).values() for row in each.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert sheet(FIGURES, "没答上")[1] == ("'=数字人民币钱包怎么开", 6)


# -- both --------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_report_can_be_made_of_nothing(suffix: str) -> None:
    made = campaign_file(report(NOTHING_YET), suffix)
    assert made.content
    assert campaign_page(NOTHING_YET).tables


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_character_no_document_can_hold_breaks_no_file(suffix: str) -> None:
    odd: QuizQuestion = replace(FIGURES.questions[0], text="题\x07目\ufffe")
    asked = (UnansweredQuestion("问\x00\x0b", 3),)
    figures = replace(FIGURES, questions=(odd,), unanswered=asked)
    assert campaign_file(report(figures), suffix).content
    for chart in campaign_page(figures).charts:
        ElementTree.fromstring(draw(chart))  # noqa: S314
