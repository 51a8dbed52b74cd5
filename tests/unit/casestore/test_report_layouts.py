"""What reports say, and that pages, workbooks and documents say the same."""

import csv
from dataclasses import replace
from datetime import datetime, timezone
from io import BytesIO, StringIO
from xml.etree import ElementTree

import pytest
from docx import Document
from openpyxl import load_workbook

from casestore.domain.figures import (
    EVERYTHING,
    RULES,
    Dimension,
    Figures,
    Measure,
    Scope,
    Selection,
    Tally,
)
from casestore.domain.period import parse_period
from casestore.domain.report import ReportKind, ReportOrder
from casestore.domain.task import CauseCount, RootCause
from casestore.domain.taxonomy import read_codes
from casestore.reports.builder import Names, Stamp, build
from casestore.reports.charts import draw
from casestore.reports.comma_separated import write_csv
from casestore.reports.document import write_document
from casestore.reports.layout import Layout, Paragraph, Table
from casestore.reports.safe import plain
from casestore.reports.workbook import write_workbook
from tests.unit.casestore.figures_kit import CARD, NOW, make_count, make_figures

NO_NAMES = Names()
STAMP = Stamp(datetime(2027, 1, 4, 1, 30, tzinfo=timezone.utc), RULES, "预览")
PERIODS = {
    ReportKind.MONTHLY: "2026-12",
    ReportKind.QUARTERLY: "2026-Q4",
    ReportKind.ANNUAL: "2026",
    ReportKind.DISCLOSURE: "2026",
}


def layout(
    kind: ReportKind = ReportKind.QUARTERLY,
    figures: Figures | None = None,
    names: Names = NO_NAMES,
    scope: Scope = EVERYTHING,
) -> Layout:
    order = ReportOrder(kind, parse_period(PERIODS[kind]), scope)
    return build(order, figures or make_figures(), STAMP, names)


def table(found: Layout, title: str) -> dict[str, dict[str, str]]:
    """A table by heads of row and column."""
    (one,) = (each for each in found.tables if each.title == title)
    return {
        row[0].text: dict(zip(one.columns[1:], (cell.text for cell in row[1:]), strict=True))
        for row in one.rows
    }


def texts(found: Layout) -> str:
    return "\n".join(block.text for block in found.blocks if isinstance(block, Paragraph))


# -- what they say -----------------------------------------------------------------------------


def test_the_summary_compares_with_the_period_before_and_with_the_aims() -> None:
    found = table(layout(), "总体情况")
    assert found["本期收到（件）"] == {
        "本季": "14",
        "上季": "8",
        "增减": "6",
        "增减率": "75.0%",
        "目标": "",
    }
    assert found["期初未结（件）"]["增减率"] == "—"
    assert found["办结率"] == {
        "本季": "62.5%",
        "上季": "75.0%",
        "增减": "-12.5 个百分点",
        "增减率": "",
        "目标": "99% 以上",
    }
    assert found["满意率"]["本季"] == "71.4%"
    assert found["满意率"]["目标"] == "90% 以上"
    assert found["平均答复天数"]["本季"] == "3.8"


def test_the_whole_is_told_in_one_sentence() -> None:
    assert (
        "本季收到消费投诉 14 件，比上季增加 6 件（75.0%）；办结 10 件，期末未结 6 件，"
        "其中超过法定期限 1 件。" in texts(layout())
    )


@pytest.mark.parametrize(
    ("before", "words"),
    [
        (Tally(received=14), "与上季持平"),
        (Tally(received=20), "比上季减少 6 件（30.0%）"),
        (Tally(received=1), "比上季增加 13 件；"),
    ],
)
def test_little_to_compare_with_gives_no_percentage(before: Tally, words: str) -> None:
    assert words in texts(layout(figures=make_figures(previous=make_count({CARD: before}))))


def test_a_row_shows_rates_only_over_enough_cases() -> None:
    found = table(layout(), "按业务类别")
    assert found["信用卡"]["法定期限内答复率"] == "100.0%"
    assert found["贷款"]["法定期限内答复率"] == "1/1 件"
    assert found["=1+1"]["法定期限内答复率"] == "—"
    assert found["合计"]["本季收到"] == "14"


def test_a_figure_opens_its_cases_and_a_rate_those_it_is_over() -> None:
    (one,) = (each for each in layout().tables if each.title == "按被投诉机构")
    row = next(row for row in one.rows if row[0].text == "人民路支行")
    names = {Dimension.BRANCH: "人民路支行"}
    assert [cell.behind for cell in row[1:]] == [
        Selection(Measure.RECEIVED, names),
        Selection(Measure.RECEIVED, names, is_before=True),
        None,
        None,
        Selection(Measure.SETTLED, names),
        Selection(Measure.PENDING, names),
        Selection(Measure.ANSWERED, names),
        Selection(Measure.ANSWERED, names),
        Selection(Measure.ANSWERED, names),
        Selection(Measure.RATED, names),
        Selection(Measure.REPEATS, names),
    ]


def test_branches_stand_by_name_and_never_by_number() -> None:
    names = list(table(layout(), "按被投诉机构"))
    assert names == ["-2", "人民路支行", "解放路支行", "合计"]
    assert "不得简单以投诉数量作为考核指标" in texts(layout())


def test_with_customers_known_branches_stand_by_complaints_per_thousand() -> None:
    figures = make_figures(customers={"人民路支行": 20_000, "解放路支行": 1_000})
    found = table(layout(figures=figures), "按被投诉机构")
    weights = {name: row["每千名客户投诉量（件）"] for name, row in found.items()}
    assert list(weights.items()) == [
        ("解放路支行", "3.000"),
        ("人民路支行", "0.500"),
        ("-2", "—"),
        ("合计", "0.667"),
    ]


def test_the_top_issues_are_the_most_frequent_ones() -> None:
    (one,) = (each for each in layout().tables if each.title == "投诉集中的问题")
    heads = [tuple(cell.text for cell in row[:5]) for row in one.rows]
    assert heads[0] == ("信用卡", "定价收费", "人民路支行", "10", "8")
    assert len(heads) == 3


def test_the_monthly_table_crosses_business_with_channel_and_reason() -> None:
    found = layout(ReportKind.MONTHLY)
    channels = table(found, "业务类别 × 业务办理渠道（本期收到，件）")
    assert channels["信用卡"] == {"营业现场": "10", "电话渠道": "0", "+3": "0", "合计": "10"}
    assert channels["合计"] == {"营业现场": "10", "电话渠道": "3", "+3": "1", "合计": "14"}
    reasons = table(found, "业务类别 × 投诉原因（本期收到，件）")
    assert reasons["贷款"]["服务态度"] == "3"
    assert "报送对象、表式以监管通知为准" in texts(found)


def test_official_codes_stand_before_the_names_once_the_bank_has_them() -> None:
    codes = read_codes("name,dimension,code\n信用卡,business,B0202\n营业现场,channel,A0101\n")
    found = layout(ReportKind.MONTHLY, names=Names(codes))
    channels = table(found, "业务类别 × 业务办理渠道（本期收到，件）")
    assert channels["B0202 信用卡"]["A0101 营业现场"] == "10"


def test_opening_received_settled_and_pending_stand_side_by_side() -> None:
    assert table(layout(ReportKind.MONTHLY), "收结存")["件数"] == {
        "期初未结": "2",
        "本期收到": "14",
        "本期办结": "10",
        "期末未结": "6",
    }


def test_the_disclosure_gives_shares_that_add_up() -> None:
    found = table(layout(ReportKind.DISCLOSURE), "按投诉原因")
    assert found["定价收费"] == {"收到（件）": "10", "占比": "71.4%"}
    assert found["合计"] == {"收到（件）": "14", "占比": "100.0%"}


def test_the_annual_draft_marks_what_people_must_write() -> None:
    found = layout(ReportKind.ANNUAL)
    headings = [block.text for block in found.blocks if block.kind == "heading"]
    assert headings[:2] == ["一、基本情况", "二、主要做法"]
    assert {"三、宣传教育", "四、存在的问题", "五、下一步打算"} < set(headings)
    assert texts(found).count("【请填写：") == 7
    assert "满意率为 71.4%，低于 90% 的目标。" in texts(found)
    assert "信用卡（10 件）、贷款（3 件）" in texts(found)


CAUSES = (
    CauseCount(RootCause.DISCLOSURE, opened=3, confirmed=1, overdue=1),
    CauseCount(RootCause.SYSTEM, opened=1, confirmed=1, overdue=0),
)


def test_the_annual_draft_tells_of_causes_and_rectification() -> None:
    found = layout(ReportKind.ANNUAL, make_figures(causes=CAUSES))
    words = texts(found)
    assert "提出溯源整改任务 4 项，已完成并经确认 2 项，期末超过期限没有完成 1 项。" in words
    assert "投诉的根因在于：告知不充分（3 项）、系统设备（1 项）。" in words
    assert "还有 2 项没有完成" in words
    assert table(found, "溯源整改任务（按根因）")["告知不充分"] == {
        "提出（项）": "3",
        "已完成（项）": "1",
        "超期未完成（项）": "1",
    }
    for replaced in ("产品、服务、流程和人员方面的原因", "根因分析"):
        assert replaced not in words
    assert words.count("【请填写：") == 6


def test_where_every_task_is_done_nothing_is_left_to_do() -> None:
    done = (CauseCount(RootCause.SYSTEM, opened=1, confirmed=1, overdue=0),)
    words = texts(layout(ReportKind.ANNUAL, make_figures(causes=done)))
    assert "已完成并经确认 1 项。" in words
    assert "项没有完成" not in words


def test_a_reached_aim_is_no_problem() -> None:
    good = {CARD: Tally(0, 10, 10, 0, 0, 10, 10, 10, 20, 10, 10, 0)}
    found = layout(ReportKind.ANNUAL, make_figures(current=make_count(good)))
    assert "的目标。" not in texts(found)


def test_the_filter_and_the_time_stand_on_top() -> None:
    scope = Scope(unit="b1", business="信用卡", source="phone", branch="解放路支行")
    facts = dict(layout(scope=scope, names=Names(branches={"b1": "人民路支行"})).facts)
    assert (
        facts["范围"]
        == "承办部门：人民路支行；被投诉机构：解放路支行；业务类别：信用卡；投诉来源：电话"
    )
    assert facts["生成时间"] == "2027-01-04 09:30"
    assert facts["统计期间"] == "2026-10-01 至 2026-12-31"
    assert dict(layout().facts)["范围"] == "全部投诉"


def test_a_period_under_way_says_so() -> None:
    figures = make_figures()
    span = replace(figures.span, last=figures.span.last.replace(day=5))
    facts = dict(layout(figures=replace(figures, span=span)).facts)
    assert facts["统计期间"] == "2026-10-01 至 2026-12-05"
    assert facts["注意"] == "期间还没有结束，与上期整期比较的增减仅供参考"
    assert "注意" not in dict(layout().facts)


@pytest.mark.parametrize("kind", list(ReportKind))
def test_every_report_can_be_made_of_nothing(kind: ReportKind) -> None:
    empty = make_figures(current=make_count({}), previous=make_count({}), months=())
    found = layout(kind, empty)
    assert found.tables
    assert write_workbook(found) and write_document(found) and write_csv(found)
    for chart in found.charts:
        ElementTree.fromstring(draw(chart))  # noqa: S314


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    ["=1+1", "+3", "-2", "@x", "\tx", "\rx", "\nx", "\uff1d1", "\uff0b1", "\uff0d1", "\uff20x"],
)
def test_no_cell_begins_like_a_formula(words: str) -> None:
    assert plain(words) == f"'{words}"
    assert plain(f"a{words}") == f"a{words}"


@pytest.mark.parametrize("kind", list(ReportKind))
def test_a_workbook_has_every_table_with_numbers_as_numbers_and_nothing_to_run(
    kind: ReportKind,
) -> None:
    found = layout(kind)
    book = load_workbook(BytesIO(write_workbook(found)))
    assert len(book.worksheets) == 1 + len(found.tables)
    for sheet, expected in zip(book.worksheets[1:], found.tables, strict=True):
        assert sheet["A3"].value == "范围：全部投诉"
        assert sheet["A4"].value == "生成时间：2027-01-04 09:30"
        rows = list(sheet.iter_rows(min_row=len(found.facts) + 4, values_only=True))
        assert len(rows) == len(expected.rows)
        _same_values(rows, expected)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)


def _same_values(rows: list[tuple[object, ...]], expected: Table) -> None:
    for row, cells in zip(rows, expected.rows, strict=True):
        for value, cell in zip(row, cells, strict=True):
            if cell.is_number:
                assert value == pytest.approx(cell.value)
            else:
                assert (value or "") == plain(cell.text)


def test_csv_opens_in_excel_and_runs_nothing() -> None:
    content = write_csv(layout(ReportKind.MONTHLY))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig"))))
    assert ["范围", "全部投诉"] in rows
    assert ["信用卡", "10", "0", "0", "10"] in rows
    assert ["'=1+1", "0", "0", "1", "1"] in rows


def test_a_falling_number_is_still_a_number_in_csv() -> None:
    before = make_count({CARD: Tally(received=20)})
    rows = csv.reader(StringIO(write_csv(layout(figures=make_figures(previous=before))).decode()))
    assert ["本期收到（件）", "14", "20", "-6", "-30.0%", ""] in list(rows)


def test_the_word_draft_holds_headings_words_and_tables() -> None:
    found = layout(ReportKind.ANNUAL)
    page = Document(BytesIO(write_document(found)))
    words = "\n".join(paragraph.text for paragraph in page.paragraphs)
    assert "2026年消费者投诉处理工作总结" in words
    assert "四、存在的问题" in words and "【请填写：" in words
    assert "各月收到和办结（件）：10月 收到 9、办结 5" in words
    assert len(page.tables) == len(found.tables)
    assert [cell.text for cell in page.tables[0].rows[0].cells] == list(found.tables[0].columns)


def test_a_character_no_document_can_hold_breaks_no_file() -> None:
    odd = make_count({("信用\x07卡\x00", "原因\x0b", "支行\ufffe", *CARD[3:]): NOW[CARD]})
    found = layout(figures=make_figures(current=odd))
    assert len(Document(BytesIO(write_document(found))).tables) == len(found.tables)
    assert load_workbook(BytesIO(write_workbook(found)))
    for chart in found.charts:
        ElementTree.fromstring(draw(chart))  # noqa: S314


# -- charts ------------------------------------------------------------------------------------


def test_a_chart_draws_every_number_and_says_what_it_shows() -> None:
    found = layout()
    drawn = {chart.name: ElementTree.fromstring(draw(chart)) for chart in found.charts}  # noqa: S314
    assert list(drawn) == ["months", "business", "reason", "source"]
    words = [each.text for each in drawn["business"].iter("{http://www.w3.org/2000/svg}text")]
    assert words[:6] == ["本季", "上季", "信用卡", "10", "8", "贷款"]
    title = drawn["months"].find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert (
        title.text
        == "各月收到和办结（件）：10月 收到 9、办结 5；11月 收到 0、办结 0；12月 收到 5、办结 5"
    )


def test_bars_are_as_long_as_their_numbers() -> None:
    (chart,) = (each for each in layout().charts if each.name == "business")
    bars = ElementTree.fromstring(draw(chart)).iter("{http://www.w3.org/2000/svg}rect")  # noqa: S314
    widths = [float(bar.attrib["width"]) for bar in bars][2:]
    assert widths[1] / widths[0] == pytest.approx(8 / 10, abs=0.01)
    assert widths[3] == 0


def test_a_customers_words_cannot_break_out_of_a_chart() -> None:
    odd = make_count({("<script>x</script>", *CARD[1:]): NOW[CARD]})
    (chart,) = (e for e in layout(figures=make_figures(current=odd)).charts if e.name == "business")
    assert "<script>" not in draw(chart)


def test_names_beyond_the_longest_chart_are_drawn_together() -> None:
    many = make_count({(f"业务{n:02}", *CARD[1:]): Tally(received=20 - n) for n in range(15)})
    (chart,) = (
        e for e in layout(figures=make_figures(current=many)).charts if e.name == "business"
    )
    assert len(chart.rows) == 13
    assert chart.rows[-1] == ("其余", (8 + 7 + 6, 8))
