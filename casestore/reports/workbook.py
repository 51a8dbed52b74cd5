"""A report as an Excel workbook: one sheet that says what it is, one per table."""

from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from casestore.reports.layout import Cell, Format, Heading, Layout, Paragraph, Table
from casestore.reports.safe import plain

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LONGEST_TITLE = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NUMBER_FORMATS = {
    Format.COUNT: "0",
    Format.PERCENT: "0.0%",
    Format.WHOLE_PERCENT: "0%",
    Format.DECIMAL: "0.0",
    Format.RATIO: "0.000",
    Format.POINTS: '+0"个百分点";-0"个百分点";0"个百分点"',
}
_WIDE, _NARROW, _TEXT_COLUMN = 24, 14, 90
_BOLD = Font(bold=True)


def write_workbook(layout: Layout) -> bytes:
    """The file."""
    book = Workbook()
    book.remove(book.worksheets[0])
    _fill_cover(book.create_sheet("说明"), layout)
    for number, table in enumerate(layout.tables, 1):
        title = table.sheet or f"{number} {table.title}"
        sheet = book.create_sheet(title.translate(_FORBIDDEN)[:_LONGEST_TITLE])
        _fill_table(sheet, layout, table)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _fill_cover(sheet: Worksheet, layout: Layout) -> None:
    _head(sheet, layout, layout.title)
    for block in layout.blocks:
        if isinstance(block, Heading | Paragraph):
            sheet.append([plain(block.text)])
            words = sheet.cell(sheet.max_row, 1)
            words.alignment = Alignment(wrap_text=True, vertical="top")
            words.font = Font(bold=isinstance(block, Heading))
    sheet.column_dimensions["A"].width = _TEXT_COLUMN
    sheet.column_dimensions["B"].width = _WIDE


def _fill_table(sheet: Worksheet, layout: Layout, table: Table) -> None:
    _head(sheet, layout, f"{layout.title}：{table.title}")
    sheet.append([plain(column) for column in table.columns])
    first = sheet.max_row
    _make_bold(sheet, first)
    for row in table.rows:
        sheet.append([_value(cell) for cell in row])
        for place, cell in enumerate(row, 1):
            if cell.is_number:
                sheet.cell(sheet.max_row, place).number_format = _NUMBER_FORMATS[cell.format]
    if table.has_total:
        _make_bold(sheet, sheet.max_row)
    for place in range(1, len(table.columns) + 1):
        width = _WIDE if place == 1 else _NARROW
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"B{first + 1}"


def _make_bold(sheet: Worksheet, row: int) -> None:
    for cell in next(sheet.iter_rows(row, row)):
        cell.font = _BOLD
        cell.alignment = Alignment(wrap_text=True)


def _head(sheet: Worksheet, layout: Layout, title: str) -> None:
    """What it is, on top of every sheet: sheets travel alone."""
    sheet.append([plain(title)])
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    for name, words in layout.facts:
        sheet.append([plain(f"{name}：{words}")])
    sheet.append([])


def _value(cell: Cell) -> str | int | float:
    return plain(cell.value) if isinstance(cell.value, str) else cell.value
