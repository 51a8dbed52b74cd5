"""Charts as SVG.

Written by hand rather than by a plotting library: the texts stay texts in the reader's own fonts,
the colours follow the page's theme, a reader can be told what is in it, and the same figures always
give the same bytes.
"""

from xml.etree.ElementTree import Element, tostring

from casestore.reports.layout import Bar, Chart, Shape
from casestore.reports.svg import LEGEND, WIDTH, frame, legend, rectangle, words

_BAR = 18
_LABEL = 22
_GAP = 12
_NUMBER = 56
_SHORTEST = 1.5
_STEP = 26
_PLOT, _DAY_LINE = 150, 24
_BETWEEN = 0.2
"""How much of a day's place stays free, in a chart of columns."""

Numbers = tuple[int | Bar, ...]


def draw(chart: Chart) -> str:
    """The chart as an SVG element."""
    return tostring(_SHAPES[chart.shape](chart), encoding="unicode")


def _bars(chart: Chart) -> Element:
    per_row = _LABEL + _BAR * len(chart.series) + _GAP
    svg = frame(chart, LEGEND + per_row * len(chart.rows))
    legend(svg, chart)
    scale = (WIDTH - _NUMBER) / _longest(chart)
    for number, (label, values) in enumerate(chart.rows):
        top = LEGEND + number * per_row
        words(svg, 0, top + 16, label)
        for place, value in enumerate(values):
            y, width = top + _LABEL + place * _BAR, _width(value, scale)
            rectangle(svg, place, 0, y, width, _BAR - 3)
            words(svg, width + 6, y + 13, str(value))
    return svg


def _funnel(chart: Chart) -> Element:
    per_row, middle = _LABEL + _STEP + _GAP, WIDTH / 2
    svg = frame(chart, per_row * len(chart.rows))
    scale = WIDTH / _longest(chart)
    for number, (label, (value, *_)) in enumerate(chart.rows):
        top, width = number * per_row, _width(value, scale)
        words(svg, middle, top + 16, f"{label} {value}", "middle")
        rectangle(svg, 0, middle - width / 2, top + _LABEL, width, _STEP)
    return svg


def _columns(chart: Chart) -> Element:
    """The first and the last place are named, and where the first series is highest."""
    svg = frame(chart, LEGEND + _LABEL + _PLOT + _DAY_LINE)
    legend(svg, chart)
    if not chart.rows:
        return svg
    ground = LEGEND + _LABEL + _PLOT
    per_row = WIDTH / len(chart.rows)
    wide = per_row * (1 - _BETWEEN) / len(chart.series)
    scale = _PLOT / _longest(chart)
    for number, (_, values) in enumerate(chart.rows):
        for place, value in enumerate(values):
            height = _width(value, scale)
            x = number * per_row + place * wide
            rectangle(svg, place, x, ground - height, wide, height)
    _name_the_highest(svg, chart, per_row)
    words(svg, 0, ground + 18, chart.rows[0][0])
    if len(chart.rows) > 1:
        words(svg, WIDTH, ground + 18, chart.rows[-1][0], "end")
    return svg


def _name_the_highest(svg: Element, chart: Chart, per_row: float) -> None:
    number = max(range(len(chart.rows)), key=lambda each: int(chart.rows[each][1][0]))
    label, (value, *_) = chart.rows[number]
    middle = (number + 0.5) * per_row
    anchor = "start" if middle < WIDTH / 3 else "end" if middle > WIDTH * 2 / 3 else "middle"
    words(svg, middle, LEGEND + 14, f"{chart.series[0]}最多：{label}，{value}", anchor)


_SHAPES = {Shape.BARS: _bars, Shape.FUNNEL: _funnel, Shape.COLUMNS: _columns}


def _width(value: int | Bar, scale: float) -> float:
    return max(int(value) * scale, _SHORTEST if int(value) else 0)


def _longest(chart: Chart) -> int:
    return max((_highest(values) for _, values in chart.rows), default=0) or 1


def _highest(values: Numbers) -> int:
    return max(map(int, values))
