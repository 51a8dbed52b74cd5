"""月度投诉统计表: business × channel and business × reason, as banks report it every month.

Source: 银发〔2018〕243号 三（二）; names: JR/T 0169—2018.
"""

from collections.abc import Mapping

from casestore.domain import taxonomy
from casestore.domain.figures import Dimension, Figures, Measure, Selection, Tally
from casestore.reports.layout import Block, Cell, Paragraph, Table, count, text
from casestore.reports.names import in_order
from casestore.reports.notes import rules_notes

_ADDRESSEE = "报送对象、表式以监管通知为准；类别名称按 JR/T 0169—2018；渠道由受理人员确认，还没有确认的列为“未确认”。"
_FLOW = (Measure.OPENING, Measure.RECEIVED, Measure.SETTLED, Measure.PENDING)


def monthly(figures: Figures, codes: taxonomy.Codes) -> list[Block]:
    """The blocks of the monthly table; with official codes where the bank has filled them in."""
    return [
        Paragraph(_ADDRESSEE, is_note=True),
        _flow(figures),
        cross(figures, Dimension.BUSINESS, Dimension.CHANNEL, codes),
        cross(figures, Dimension.BUSINESS, Dimension.REASON, codes),
        *rules_notes(),
    ]


def cross(figures: Figures, down: Dimension, along: Dimension, codes: taxonomy.Codes) -> Table:
    """Cases received along two dimensions, with sums; official codes stand before and below the
    names."""
    cells = figures.current.along(down, along)
    received = {names: tally for names, tally in cells.items() if tally.received}
    rows_of = in_order(down, {names[0] for names in received})
    columns_of = in_order(along, {names[1] for names in received})
    by_row, by_column = figures.current.by(down), figures.current.by(along)
    rows = [
        (
            text(_coded(down, row, codes)),
            *(
                _received(received.get((row, column), Tally()), {down: row, along: column})
                for column in columns_of
            ),
            _received(by_row[row], {down: row}),
        )
        for row in rows_of
    ]
    sums = (_received(by_column[column], {along: column}) for column in columns_of)
    rows.append((text("合计"), *sums, _received(figures.current.total, {})))
    heads = (_coded(along, column, codes) for column in columns_of)
    title = f"{down.label} × {along.label}（本期收到，件）"
    return Table(title, (down.label, *heads, "合计"), tuple(rows), has_total=True)


def _received(tally: Tally, names: Mapping[Dimension, str]) -> Cell:
    return count(tally, Selection(Measure.RECEIVED, names))


def _flow(figures: Figures) -> Table:
    total = figures.current.total
    row: tuple[Cell, ...] = tuple(count(total, Selection(measure)) for measure in _FLOW)
    return Table("收结存", ("项目", *(m.label for m in _FLOW)), ((text("件数"), *row),))


def _coded(dimension: Dimension, name: str, codes: taxonomy.Codes) -> str:
    code = codes.of(taxonomy.Dimension(dimension.value), name)
    return f"{code} {name}" if code else name
