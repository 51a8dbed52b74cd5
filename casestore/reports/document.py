"""A report as a Word document to be finished by hand."""

import re
from io import BytesIO

from docx import Document
from docx.document import Document as Page
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.shared import Pt

from casestore.reports.layout import Block, Chart, Heading, Layout, Paragraph, Table
from casestore.reports.safe import printable
from casestore.reports.svg import described

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_TO_FILL = re.compile("(【请[^】]*】)")
_BODY_FONT = "仿宋"
_BODY_SIZE, _TABLE_SIZE = Pt(14), Pt(9)


def write_document(layout: Layout) -> bytes:
    """The file. Charts are told in words: Word shows no SVG on every machine."""
    page = Document()
    _set_fonts(page)
    page.add_heading(layout.title, 0).alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name, words in layout.facts:
        page.add_paragraph(printable(f"{name}：{words}"))
    for block in layout.blocks:
        _add(page, block)
    content = BytesIO()
    page.save(content)
    return content.getvalue()


def _set_fonts(page: Page) -> None:
    style = page.styles["Normal"]
    style.font.name, style.font.size = _BODY_FONT, _BODY_SIZE
    # Word takes the font of Chinese characters from an attribute of its own.
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _BODY_FONT)


def _add(page: Page, block: Block) -> None:
    if isinstance(block, Heading):
        page.add_heading(block.text, block.level)
    elif isinstance(block, Paragraph):
        _add_words(page, block.text)
    elif isinstance(block, Chart):
        page.add_paragraph(printable(described(block)))
    else:
        _add_table(page, block)


def _add_words(page: Page, words: str) -> None:
    """A paragraph; what is still to be written by hand stands out."""
    paragraph = page.add_paragraph()
    for part in _TO_FILL.split(printable(words)):
        run = paragraph.add_run(part)
        if _TO_FILL.fullmatch(part):
            run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _add_table(page: Page, table: Table) -> None:
    page.add_paragraph(table.title).runs[0].bold = True
    grid = page.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    grid.style = "Table Grid"
    lines = [table.columns, *(tuple(cell.text for cell in row) for row in table.rows)]
    for row, line in zip(grid.rows, lines, strict=True):
        for cell, words in zip(row.cells, line, strict=True):
            run = cell.paragraphs[0].add_run(printable(words))
            run.font.size = _TABLE_SIZE
            run.bold = line is lines[0]
