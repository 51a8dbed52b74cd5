"""The review sheet as an Excel file: written for compliance, read back after their review."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from bot.errors import SheetError
from bot.knowledge.answer import Answers
from bot.knowledge.row import COLUMNS, STAMP, STATUS_WORDS, Column, Row, row_of, stamp_of
from bot.knowledge.rules.governing import DATES

ANSWERS, MANUAL = "问答", "说明"
INSTRUCTIONS = (
    "怎样审阅",
    "1. 只改黄色栏目；灰色栏目改了不算，程序会拒收。编号不能改，也不要加行。",
    "2. 同意：把“状态”选成“已批准”，填“审批人”和“审批日期”。审批人不能是撰写人。",
    "3. 要改：直接在“正文”里改，并把“撰写人”换成改的人，由另一位同事审批。",
    "4. 改了标题、正文、微信正文，而没有新的审批日期，程序会把状态退回“草稿”。",
    "5. 正文最后一行必须是“依据：……”，最多 600 字；{hotline}、{hotline_hours} 会自动换成热线和时间，请原样保留。",
    "6. 换行按 Alt+Enter。日期写成 2026-11-23 的样子。",
    "7. 起用日、停用日可以空着；填了停用日，过了那天客户就看不到这个回答。",
    "8. 相关问题写编号，一行一个；后续按钮只有：打热线、登记投诉、紧急处理。",
    "9. 依据要增减时，请在单元格里加批注告诉项目组，不要直接改。",
    "10. 改完保存成 .xlsx，交还项目组导入。没有动过的行不受影响。",
)
_ALL = (*COLUMNS, STAMP)
_HEADINGS = {column.heading: column.key for column in _ALL}
_EDIT, _READ = PatternFill("solid", fgColor="FFF8DC"), PatternFill("solid", fgColor="EEEEEE")
_LINE = Side(style="thin", color="CCCCCC")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_LINE_BREAKS = re.compile(r"\r\n?|_x000D_\n?")


def write_sheet(path: Path, answers: Answers) -> None:
    """One row per answer, by id; raises SheetError when the file cannot be written."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = ANSWERS
    _write_row(sheet, 1, [column.heading for column in _ALL])
    for number, key in enumerate(sorted(answers), start=2):
        row = row_of(answers[key])
        _write_row(sheet, number, [row[column.key] for column in COLUMNS] + [stamp_of(row)])
    _shape(sheet, len(answers) + 1)
    _write_manual(book.create_sheet(MANUAL))
    try:
        book.save(path)
    except OSError as exc:
        raise SheetError(
            f"写不了 {path}（{exc.strerror}）。请检查目录权限，或先关掉打开着的文件。"
        ) from exc


def read_sheet(path: Path) -> list[tuple[int, Row]]:
    """The rows with their numbers as the reviewer sees them, empty rows left out.

    Raises SheetError when the file is no review sheet.
    """
    try:
        book = load_workbook(path, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as exc:
        raise SheetError(
            f"{path.name} 读不出来。请确认文件在，并且是 knowledge sheet 导出的 .xlsx。"
        ) from exc
    if ANSWERS not in book.sheetnames:
        raise SheetError(f"{path.name} 里没有“{ANSWERS}”这张表。请在导出的表上修改，不要改表名。")
    return list(_rows(book[ANSWERS], path.name))


def _rows(sheet: Worksheet, name: str) -> Iterator[tuple[int, Row]]:
    lines = sheet.iter_rows(values_only=True)
    headings = [_cell(value) for value in next(lines, ())]
    missing = [heading for heading in _HEADINGS if heading not in headings]
    if missing:
        raise SheetError(f"{name} 缺少栏目：{'、'.join(missing)}。请不要删除或改名栏目。")
    for number, values in enumerate(lines, start=2):
        cells = dict(zip(headings, map(_cell, values), strict=False))
        row = {key: cells.get(heading, "") for heading, key in _HEADINGS.items()}
        if any(row.values()):
            yield number, row


def _cell(value: Any) -> str:
    """A cell as text: dates as Excel has them become ISO, line ends and outer blanks go."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    lines = _LINE_BREAKS.sub("\n", "" if value is None else str(value)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def _write_row(sheet: Worksheet, number: int, texts: Iterable[str]) -> None:
    """Cells as text, so that Excel does not calculate."""
    for position, text in enumerate(texts, start=1):
        cell = sheet.cell(number, position)
        cell.value = text or None
        if text:
            cell.data_type = "s"
        cell.alignment, cell.border = _WRAPPED, _BORDER


def _shape(sheet: Worksheet, last: int) -> None:
    """Widths, colours, the frozen header, filters, and the list of states."""
    for position, column in enumerate(_ALL, start=1):
        letter = get_column_letter(position)
        sheet.column_dimensions[letter].width = column.width
        sheet[f"{letter}1"].font = Font(bold=True)
        for number in range(1, last + 1):
            sheet[f"{letter}{number}"].fill = _EDIT if column.editable else _READ
    sheet.column_dimensions[_letter(STAMP)].hidden = True
    sheet.freeze_panes = f"{_letter(COLUMNS[3])}2"
    # With the hidden column, so that sorting moves the stamp along with its row.
    sheet.auto_filter.ref = f"A1:{_letter(STAMP)}{last}"
    status = next(column for column in COLUMNS if column.key == "status")
    states = DataValidation("list", formula1=f'"{",".join(STATUS_WORDS.values())}"')
    states.error, states.errorTitle = "请从列表里选。", "状态"
    states.showErrorMessage = True
    sheet.add_data_validation(states)
    states.add(f"{_letter(status)}2:{_letter(status)}{max(last, 2)}")
    for column in COLUMNS:
        if column.key in DATES:
            _ask_for_date(sheet, _letter(column), last)


def _ask_for_date(sheet: Worksheet, letter: str, last: int) -> None:
    """Text, so that a date stays as written, and a hint; the entry is checked on import."""
    for number in range(2, last + 1):
        sheet[f"{letter}{number}"].number_format = "@"
    hint = DataValidation(promptTitle="日期", prompt="写成 2026-11-23 的样子")
    hint.showInputMessage = True
    sheet.add_data_validation(hint)
    hint.add(f"{letter}2:{letter}{max(last, 2)}")


def _letter(column: Column) -> str:
    return get_column_letter(_ALL.index(column) + 1)


def _write_manual(sheet: Worksheet) -> None:
    sheet.column_dimensions["A"].width = 100
    for number, line in enumerate(INSTRUCTIONS, start=1):
        cell = sheet.cell(number, 1, line)
        cell.alignment = _WRAPPED
        cell.font = Font(bold=number == 1, size=12)
