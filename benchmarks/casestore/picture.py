"""The drawing of the page: how each time grows with the number of cases."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls pyparsing by names that are deprecated
    import matplotlib
    from matplotlib.figure import Figure

from benchmarks.casestore.figures import Row

# Text stays text: the reader's own font shows Chinese, and none has to be installed here.
_STYLE = {"svg.hashsalt": "casestore", "svg.fonttype": "none", "font.size": 9}
_COLOURS = ("#1f5fa8", "#d9822b", "#2e7d4f", "#8a4fa0", "#a83232")


def draw_growth(path: Path, sizes: Sequence[int], table: Sequence[Row]) -> None:
    """p95 over the number of cases, both on scales of tens."""
    times = [row for row in table if not row.more_is_better]
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.0, 3.8))
        axes = figure.add_subplot(1, 1, 1)
        for row, colour in zip(times, _COLOURS, strict=True):
            axes.plot(sizes, row.values, color=colour, marker="o", markersize=4, label=row.name)
        axes.axhline(200, color="#999999", linestyle=":", linewidth=1)
        axes.set(xscale="log", yscale="log", xlabel="投诉件数", ylabel="p95（毫秒）")
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.legend(loc="upper left", frameon=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no Chinese font here, and none is needed
            figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
