"""What pictures are made of: a frame that says what is in it, rectangles and words.

Colours are classes, so that they follow the page's theme; the attributes are what a file on its own
shows.
"""

from xml.etree.ElementTree import Element, SubElement

from casestore.reports.layout import Chart
from casestore.reports.safe import printable

WIDTH = 340
"""Of every picture, in its own units; pages scale it."""
LEGEND = 30
"""How high the line with the names of the series is."""

_COLOURS = ("#0f766e", "#8aa39e")
_INK = "#1b2523"
_FONT = "sans-serif"
_PER_NAME = 110


def described(chart: Chart) -> str:
    """What the chart shows, in words."""
    rows = (
        f"{label} " + "、".join(map(" ".join, zip(chart.series, map(str, values), strict=True)))
        for label, values in chart.rows
    )
    return f"{chart.title}：{'；'.join(rows) or '没有数据'}"


def frame(chart: Chart, height: float) -> Element:
    """An empty picture that tells people who cannot see it what it shows."""
    svg = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "viewBox": f"0 0 {WIDTH} {height:g}",
            "role": "img",
            "aria-labelledby": f"chart-{chart.name}",
            "class": "chart",
            "font-family": _FONT,
            "font-size": "14",
        },
    )
    SubElement(svg, "title", {"id": f"chart-{chart.name}"}).text = printable(described(chart))
    return svg


def legend(svg: Element, chart: Chart) -> None:
    """The names of the series with their colours."""
    for place, name in enumerate(chart.series):
        left = place * _PER_NAME
        rectangle(svg, place, left, 6, 14, 14)
        words(svg, left + 20, 18, name)


def rectangle(svg: Element, series: int, x: float, y: float, width: float, height: float) -> None:
    """A bar in the colour of a series."""
    SubElement(
        svg,
        "rect",
        {
            "class": f"bar-{series}",
            "x": f"{x:.1f}",
            "y": f"{y:.1f}",
            "width": f"{width:.1f}",
            "height": f"{height:.1f}",
            "fill": _COLOURS[series],
        },
    )


def words(svg: Element, x: float, y: float, text: str, anchor: str = "start") -> None:
    """A line of words that begins, ends or has its middle at a place (``start``, ``end``,
    ``middle``)."""
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "fill": _INK}
    more = {} if anchor == "start" else {"text-anchor": anchor}
    SubElement(svg, "text", {**place, **more}).text = printable(text)
