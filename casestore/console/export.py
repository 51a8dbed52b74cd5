"""A list of cases as a file: CSV and XLSX, with the filter and the time of making on top."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from openpyxl import Workbook

from casestore.console.list_views import promised_on
from casestore.console.views import minute
from casestore.domain.case import CaseSummary
from casestore.domain.directory import Directory
from casestore.domain.masking import mask_name, mask_phone
from casestore.reports.safe import plain

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv; charset=utf-8"
MOST_XLSX_ROWS = 100_000
"""A workbook is put together in memory; longer lists are for CSV."""

_HEADER = (
    "编号",
    "状态",
    "来源",
    "业务",
    "网点",
    "等级",
    "优先级",
    "投诉人",
    "电话",
    "收到时间",
    "承诺答复",
    "法定期限",
    "经办人",
    "办理单位",
    "被投诉机构",
)
Row = Sequence[str]


def rows(
    cases: Iterable[CaseSummary], chosen: str, directory: Directory, made_at: datetime
) -> Iterator[Row]:
    """Heading lines, then one row for each case; people are masked as on the page."""
    yield ("投诉清单",)
    yield ("筛选条件", plain(chosen))
    yield ("导出时间", minute(made_at))
    yield ()
    yield _HEADER
    for summary in cases:
        yield tuple(map(plain, _cells(summary, directory)))


def as_csv(table: Iterable[Row]) -> Iterator[str]:
    """The table line by line, with a mark that makes spreadsheets read it as UTF-8."""
    yield "\ufeff"
    for row in table:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        yield line.getvalue()


def as_xlsx(table: Iterable[Row]) -> bytes:
    """The table as a workbook, cut after ``MOST_XLSX_ROWS`` with a line that says so."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("投诉清单")
    for number, row in enumerate(table):
        if number == MOST_XLSX_ROWS:
            sheet.append([f"只列出前 {MOST_XLSX_ROWS} 行，全部请导出 CSV"])
            break
        sheet.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cells(summary: CaseSummary, directory: Directory) -> Row:
    standing, handling = summary.standing, summary.standing.handling
    return (
        standing.reference,
        standing.progress.state.label,
        summary.source.label,
        summary.business,
        summary.branch,
        handling.grade.label,
        handling.priority.label,
        mask_name(summary.name),
        mask_phone(summary.phone),
        minute(standing.received_at),
        promised_on(standing, standing.due).isoformat(),
        standing.due.legal.isoformat(),
        directory.person(handling.assignee),
        directory.branch(handling.unit),
        directory.branch(handling.accused),
    )
