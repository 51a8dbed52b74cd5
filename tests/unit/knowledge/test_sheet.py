"""The review sheet goes out as a real Excel file, comes back changed, and changes the YAML."""

from __future__ import annotations

import difflib
import io
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from rich.console import Console

from bot.errors import SheetError
from bot.knowledge import rules
from bot.knowledge.printout import render
from bot.knowledge.row import COLUMNS, STAMP, row_of
from bot.knowledge.sheet import ANSWERS, MANUAL, read_sheet
from bot.knowledge.verbs import Desk, check, due, sheet, take_in
from tests.unit.knowledge.kit import FAQ_FILE, ID, PREMIUM, TODAY, answer, read_answer, write_files

HEADINGS = [column.heading for column in COLUMNS] + [STAMP.heading]
ROWS = {ID: 2, PREMIUM: 3}
NEW_TEXT = "最多 50 万元。\n要问就打 {hotline}。\n依据：《存款保险条例》（国务院令第660号，2015-05-01施行）第五条"


class Review:
    """An exported sheet, edited as a colleague would, and its import."""

    def __init__(self, folder: Path) -> None:
        faq, sources = write_files(folder)
        self.screen = Console(file=io.StringIO(), width=200, highlight=False)
        self.desk = Desk(faq, sources, TODAY, self.screen)
        sheet(self.desk, folder / "out")
        self.path = folder / "out" / "answers-2026-12-01.xlsx"
        self.file = faq / "deposit_insurance.yml"

    def edit(self, key: str, **cells: Any) -> None:
        self.change(lambda page: self._set(page, ROWS[key], cells))

    def change(self, how: Callable[[Worksheet], object]) -> None:
        book = load_workbook(self.path)
        how(book[ANSWERS])
        book.save(self.path)

    def _set(self, page: Worksheet, row: int, cells: dict[str, Any]) -> None:
        keys = [column.key for column in COLUMNS]
        for key, value in cells.items():
            page.cell(row, keys.index(key) + 1).value = value

    def take_in(self, *, write: bool = True) -> bool:
        return take_in(self.desk, self.path, write=write)

    @property
    def said(self) -> str:
        file = self.screen.file
        assert isinstance(file, io.StringIO)
        return file.getvalue()

    @property
    def difference(self) -> list[str]:
        """Lines of the YAML that went and came."""
        lines = difflib.ndiff(FAQ_FILE.splitlines(), self.text.splitlines())
        return [line for line in lines if line[:2] in ("- ", "+ ")]

    @property
    def text(self) -> str:
        return self.file.read_text(encoding="utf-8")


@pytest.fixture
def reviewed(tmp_path: Path) -> Iterator[Review]:
    yield Review(tmp_path)


# -- out ---------------------------------------------------------------------------------------


def test_the_sheet_is_made_for_reviewing(reviewed: Review) -> None:
    book = load_workbook(reviewed.path)
    page = book[ANSWERS]
    assert book.sheetnames == [ANSWERS, MANUAL]
    assert [cell.value for cell in page[1]] == HEADINGS
    assert page.max_row == 3
    assert page.freeze_panes == "D2"
    assert page.auto_filter.ref == "A1:S3"
    assert page.column_dimensions["S"].hidden
    assert page["D2"].alignment.wrap_text
    assert page["D2"].fill.fgColor.rgb != page["A2"].fill.fgColor.rgb
    lists = [v for v in page.data_validations.dataValidation if v.type == "list"]
    assert [(v.formula1, str(v.sqref)) for v in lists] == [('"草稿,已批准"', "I2:I3")]
    assert "已批准" in str(book[MANUAL]["A3"].value)


def test_every_row_is_its_answer(reviewed: Review) -> None:
    for number, row in read_sheet(reviewed.path):
        expected = row_of(read_answer(reviewed.desk.faq, row["id"]))
        assert number == ROWS[row["id"]]
        assert {key: row[key] for key in expected} == expected
    assert row["status"] == "已批准"


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    faq, sources = write_files(tmp_path)
    path = faq / "deposit_insurance.yml"
    path.write_text(FAQ_FILE.replace("保费由银行交", "=1+1 由银行交"), encoding="utf-8")
    desk = Desk(faq, sources, TODAY, Console(file=io.StringIO()))
    sheet(desk, tmp_path)
    rows = dict(read_sheet(tmp_path / "answers-2026-12-01.xlsx"))
    assert rows[3]["text"].startswith("=1+1")


def test_the_page_to_print_is_self_contained_and_escaped(reviewed: Review) -> None:
    page = (reviewed.path.with_suffix(".html")).read_text(encoding="utf-8")
    assert page.count("同意</span>") == page.count("修改</span>") == 2
    assert "@media print" in page and "存款保险与储蓄（2 条）" in page
    assert "http" not in page and "src=" not in page
    assert "<b>" not in render({ID: answer(text="<b>粗</b>")}, TODAY)


# -- back --------------------------------------------------------------------------------------


def test_an_untouched_sheet_changes_nothing(reviewed: Review) -> None:
    assert reviewed.take_in()
    assert "没有改动" in reviewed.said
    assert reviewed.text == FAQ_FILE


def test_without_write_the_changes_are_only_shown(reviewed: Review) -> None:
    reviewed.edit(ID, text=NEW_TEXT)
    assert reviewed.take_in(write=False)
    assert "+ 最多 50 万元。" in reviewed.said and "--write" in reviewed.said
    assert reviewed.text == FAQ_FILE


def test_an_approval_changes_three_lines_and_nothing_else(reviewed: Review) -> None:
    reviewed.edit(ID, status="已批准", approved_by="王芳", approved_on=date(2026, 12, 1))
    assert reviewed.take_in()
    assert reviewed.difference == [
        "-       status: draft",
        "+       status: approved",
        "+       approved_by: 王芳",
        '+       approved_on: "2026-12-01"',
    ]


def test_every_editable_cell_finds_its_place(reviewed: Review) -> None:
    cells = {
        "title": "存款保险赔多少",
        "text": NEW_TEXT.replace("\n", "\r\n"),
        "wechat": NEW_TEXT,
        "owner": "法规部",
        "written_by": "李明",
        "checked_on": "2026-12-01",
        "review_due": "2027-06-01",
        "valid_from": "2026-12-01",
        "valid_until": "2027-12-01",
        "related": f"{PREMIUM}\n{PREMIUM}",
        "follow_up": "打热线，登记投诉",
    }
    reviewed.edit(ID, **{**cells, "related": ""})
    assert reviewed.take_in()
    changed = read_answer(reviewed.desk.faq, ID)
    assert changed.text == changed.own_text("wechat") == NEW_TEXT
    assert (changed.title, changed.related) == ("存款保险赔多少", ())
    assert changed.follow_up == ("call", "complaint")
    assert changed.metadata.raw["valid_until"] == "2027-12-01"
    assert "  # 银行给的限额，改动前先问法规部\n" in reviewed.text
    assert '      checked_on: "2026-12-01"  # 第一次核对\n' in reviewed.text
    assert "  - channel: wechat\n    text: |-\n      最多 50 万元。\n" in reviewed.text
    assert "      follow_up: [call, complaint]\n" in reviewed.text


def test_the_wechat_text_can_be_changed_and_taken_away_again(tmp_path: Path) -> None:
    for folder, text in (("one", NEW_TEXT), ("two", "")):
        (tmp_path / folder).mkdir()
        reviewed = Review(tmp_path / folder)
        reviewed.edit(ID, wechat=NEW_TEXT.replace("50 万元", "五十万元"))
        assert reviewed.take_in()
        sheet(reviewed.desk, reviewed.path.parent)
        reviewed.edit(ID, wechat=text)
        assert reviewed.take_in()
        assert read_answer(reviewed.desk.faq, ID).own_text("wechat") == text
    assert reviewed.text == FAQ_FILE


def test_a_changed_text_ends_the_approval_until_there_is_a_new_one(reviewed: Review) -> None:
    text = "您不用交保费。\n" + read_answer(reviewed.desk.faq, PREMIUM).text.split("\n")[1]
    reviewed.edit(PREMIUM, text=text)
    assert reviewed.take_in()
    assert "状态退回草稿" in reviewed.said
    metadata = read_answer(reviewed.desk.faq, PREMIUM).metadata
    assert (metadata.status, metadata.approved_by, metadata.approved_on) == ("draft", "", "")


def test_a_changed_text_with_a_new_approval_stays_approved(reviewed: Review) -> None:
    text = "您不用交保费。\n" + read_answer(reviewed.desk.faq, PREMIUM).text.split("\n")[1]
    reviewed.edit(PREMIUM, text=text, approved_by="赵强", approved_on="2026-12-01")
    assert reviewed.take_in()
    metadata = read_answer(reviewed.desk.faq, PREMIUM).metadata
    assert (metadata.status, metadata.approved_by) == ("approved", "赵强")


def test_taking_an_approval_back_takes_name_and_date_with_it(reviewed: Review) -> None:
    reviewed.edit(PREMIUM, status="草稿")
    assert reviewed.take_in()
    assert read_answer(reviewed.desk.faq, PREMIUM).metadata.approved_by == ""
    assert "状态退回草稿" not in reviewed.said


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"id": "deposit_insurance.nothing"}, "没有这个编号"),
        ({"id": PREMIUM, "text": NEW_TEXT}, "不止一次"),
        ({"status": "通过"}, "状态写成了“通过”"),
        ({"review_due": "明年五月"}, "复核期限写成了“明年五月”"),
        ({"valid_until": "2026-13-01"}, "停用日写成了"),
        ({"sources": "另一个办法"}, "“依据”这一栏不能在表里改"),
        ({"confidence": "B"}, "“把握”这一栏不能在表里改"),
        ({"status": "已批准"}, "要写审批人"),
        (
            {"status": "已批准", "approved_by": "小保项目组", "approved_on": "2026-12-01"},
            "要由别人审批",
        ),
        ({"text": "我们包赔。\n" + NEW_TEXT}, "对赔付的承诺"),
        ({"text": "没有依据"}, "依据："),
        ({"text": ""}, "依据："),
        ({"title": "存款保险要交钱吗"}, "标题与"),
        ({"related": "fees.nothing"}, "不存在"),
        ({"follow_up": "发短信"}, "不认识"),
    ],
)
def test_a_refused_row_says_why_and_nothing_at_all_is_written(
    reviewed: Review, cells: dict[str, str], reason: str
) -> None:
    reviewed.edit(PREMIUM, owner="法规部")
    reviewed.edit(ID, **cells)
    assert not reviewed.take_in()
    assert reason in reviewed.said
    assert "什么也没有写" in reviewed.said
    assert reviewed.text == FAQ_FILE


def test_swapped_ids_are_noticed(reviewed: Review) -> None:
    reviewed.edit(ID, id=PREMIUM)
    reviewed.edit(PREMIUM, id=ID)
    assert not reviewed.take_in()
    assert f"编号被改过，原来是 {ID}" in reviewed.said


def test_an_answer_changed_since_the_export_is_not_overwritten(reviewed: Review) -> None:
    reviewed.edit(ID, text=NEW_TEXT)
    reviewed.file.write_text(FAQ_FILE.replace("最多赔 50", "至多赔 50"), encoding="utf-8")
    assert not reviewed.take_in()
    assert "导出以后，这个回答又改过" in reviewed.said


def test_an_untouched_row_does_not_care_what_became_of_its_answer(reviewed: Review) -> None:
    reviewed.edit(ID, owner="法规部")
    newer = FAQ_FILE.replace("保费由银行交", "保费全由银行交")
    reviewed.file.write_text(newer, encoding="utf-8")
    assert reviewed.take_in()
    assert "保费全由银行交" in reviewed.text
    assert read_answer(reviewed.desk.faq, ID).metadata.owner == "法规部"


def test_rows_may_be_left_out_and_sorted(reviewed: Review) -> None:
    reviewed.edit(PREMIUM, owner="法规部")
    reviewed.change(lambda page: page.move_range("A2:S2", rows=5))
    assert reviewed.take_in(write=False)
    reviewed.change(lambda page: page.delete_rows(7))
    assert reviewed.take_in()
    assert read_answer(reviewed.desk.faq, PREMIUM).metadata.owner == "法规部"


def test_what_is_no_review_sheet_is_said(reviewed: Review, tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="读不出来"):
        take_in(reviewed.desk, tmp_path / "none.xlsx", write=True)
    (tmp_path / "text.xlsx").write_text("no workbook", encoding="utf-8")
    with pytest.raises(SheetError, match="读不出来"):
        read_sheet(tmp_path / "text.xlsx")
    reviewed.change(lambda page: page.delete_cols(4))
    with pytest.raises(SheetError, match="缺少栏目：正文"):
        reviewed.take_in()
    reviewed.change(lambda page: setattr(page, "title", "别的"))
    with pytest.raises(SheetError, match="不要改表名"):
        reviewed.take_in()


def test_a_folder_that_cannot_be_made_is_said(reviewed: Review, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(SheetError, match="请换一个目录"):
        sheet(reviewed.desk, tmp_path / "file")


# -- the other verbs ---------------------------------------------------------------------------


def test_a_clean_check_says_how_much_was_checked(reviewed: Review) -> None:
    assert check(reviewed.desk)
    assert "查了 2 个回答、1 份文件：0 处错误，0 处提醒。" in reviewed.said


def test_a_check_groups_by_rule_and_fails_on_errors_only(reviewed: Review) -> None:
    late = reviewed.text.replace("2027-05-23", "2026-11-30")
    reviewed.file.write_text(late, encoding="utf-8")
    assert check(reviewed.desk)
    assert "提醒：过了复核日期（2 处）" in reviewed.said
    reviewed.file.write_text(late.replace("第九条", "第十条"), encoding="utf-8")
    assert not check(reviewed.desk)
    assert "错误：引用了没有核对过的条文（1 处）" in reviewed.said
    assert f"{PREMIUM}：《存款保险条例》第十条" in reviewed.said


def test_what_is_due_is_listed_with_its_owner(reviewed: Review) -> None:
    due(reviewed.desk, 30)
    assert "30 天以内没有要复核的回答" in reviewed.said
    due(reviewed.desk, 200)
    assert "（2 条）" in reviewed.said and "个人金融部" in reviewed.said and ID in reviewed.said


def test_the_manual_of_the_rules_names_every_rule() -> None:
    """Nothing is refused that docs/knowledge.md does not tell."""
    page = (Path(__file__).parents[3] / "docs" / "knowledge.md").read_text(encoding="utf-8")
    assert [rule.refuses for rule in rules.RULES if rule.refuses not in page] == []
