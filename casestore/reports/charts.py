"""Charts as SVG: plain bars with their numbers, one block of bars per row.

Written by hand rather than by a plotting library: the texts stay texts in the reader's own fonts,
the colours follow the page's theme (classes; the attributes are what a file on its own shows),
a reader can be told what is in it, and the same figures always give the same bytes.
"""

from xml.etree.ElementTree import Element, SubElement, tostring

from casestore.reports.layout import Chart
from casestore.reports.safe import printable

_WIDTH = 340
_BAR = 18
_LABEL = 22
_GAP = 12
_LEGEND = 30
_NUMBER = 56
_SHORTEST = 1.5
_COLOURS = ("#0f766e", "#8aa39e")
_INK = "#1b2523"
_FONT = "sans-serif"


def draw(chart: Chart) -> str:
    """The chart as an SVG element."""
    per_row = _LABEL + _BAR * len(chart.series) + _GAP
    height = _LEGEND + per_row * len(chart.rows)
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {_WIDTH} {height}",
            "role": "img",
            "aria-labelledby": f"chart-{chart.name}",
            "class": "chart",
            "font-family": _FONT,
            "font-size": "14",
        },
    )
    SubElement(svg, "title", {"id": f"chart-{chart.name}"}).text = printable(described(chart))
    _legend(svg, chart)
    longest = max((max(values) for _, values in chart.rows), default=0)
    scale = (_WIDTH - _NUMBER) / max(longest, 1)
    for number, (label, values) in enumerate(chart.rows):
        _row(svg, _LEGEND + number * per_row, label, values, scale)
    return tostring(svg, encoding="unicode")


def described(chart: Chart) -> str:
    """What the chart shows, in words."""
    rows = (
        f"{label} " + "、".join(map(" ".join, zip(chart.series, map(str, values), strict=True)))
        for label, values in chart.rows
    )
    return f"{chart.title}：{'；'.join(rows) or '没有数据'}"


def _legend(svg: Element, chart: Chart) -> None:
    for place, name in enumerate(chart.series):
        left = place * 110
        _bar(svg, place, left, 6, 14, 14)
        _write(svg, left + 20, 18, name)


def _row(svg: Element, top: int, label: str, values: tuple[int, ...], scale: float) -> None:
    _write(svg, 0, top + 16, label)
    for place, value in enumerate(values):
        y = top + _LABEL + place * _BAR
        width = max(value * scale, _SHORTEST if value else 0)
        _bar(svg, place, 0, y, width, _BAR - 3)
        _write(svg, width + 6, y + 13, str(value))


def _bar(svg: Element, place: int, x: float, y: float, width: float, height: float) -> None:
    SubElement(
        svg,
        "rect",
        {
            "class": f"bar-{place}",
            "x": f"{x:.1f}",
            "y": f"{y:.1f}",
            "width": f"{width:.1f}",
            "height": f"{height:.1f}",
            "fill": _COLOURS[place],
        },
    )


def _write(svg: Element, x: float, y: float, words: str) -> None:
    SubElement(svg, "text", {"x": f"{x:.1f}", "y": f"{y:.1f}", "fill": _INK}).text = printable(
        words
    )
