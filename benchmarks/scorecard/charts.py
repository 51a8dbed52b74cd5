"""The two drawings of the page; the same figures give the same bytes again."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls pyparsing by names that are deprecated
    import matplotlib
    from matplotlib.figure import Figure

from benchmarks.scorecard.measure import Point
from benchmarks.scorecard.metrics import Bin

# Text stays text: the reader's own font shows Chinese, and none has to be installed here.
_STYLE = {"svg.hashsalt": "scorecard", "svg.fonttype": "none", "font.size": 9}
_WIDTH, _HEIGHT = 4.0, 3.4
_COLOURS = {"strict": "#1f5fa8", "lenient": "#d9822b"}
_NAMES = {"strict": "严格", "lenient": "宽松"}


def draw_calibration(path: Path, bins: Mapping[str, Sequence[Bin]]) -> None:
    """Accuracy over confidence, one panel a file; on the diagonal the confidence is true."""
    with matplotlib.rc_context(_STYLE):
        figure, panels = _panels(len(bins))
        for axes, (name, found) in zip(panels, bins.items(), strict=True):
            axes.plot([0, 1], [0, 1], color="#999999", linestyle=":", linewidth=1)
            for of, colour in _COLOURS.items():
                filled = [b for b in found if b.n]
                xs, ys = [b.confidence for b in filled], [getattr(b, of) for b in filled]
                axes.plot(xs, ys, color=colour, label=_NAMES[of], linewidth=1)
                axes.scatter(xs, ys, s=[6 + 150 * b.share for b in filled], color=colour)
            axes.set(title=name, xlabel="置信度", ylabel="准确率", xlim=(0, 1), ylim=(0, 1))
            axes.legend(loc="upper left", frameon=False)
        _save(figure, path)


def draw_curve(path: Path, points: Sequence[Point]) -> None:
    """Scores over training lines, one panel a file."""
    with matplotlib.rc_context(_STYLE):
        names = list(points[0].strict)
        figure, panels = _panels(len(names))
        for axes, name in zip(panels, names, strict=True):
            for of, colour in _COLOURS.items():
                for concepts in (True, False):
                    some = [p for p in points if p.concepts is concepts]
                    axes.plot(
                        [p.lines for p in some],
                        [getattr(p, of)[name] for p in some],
                        color=colour,
                        linestyle="-" if concepts else "--",
                        marker="o",
                        markersize=3,
                        linewidth=1,
                        label=f"{_NAMES[of]}，{'有' if concepts else '没有'}概念",
                    )
            axes.set(title=name, xlabel="训练问法（句）", ylabel="准确率")
            axes.grid(color="#dddddd", linewidth=0.5)
            axes.legend(loc="lower right", frameon=False)
        _save(figure, path)


def _panels(count: int) -> tuple[Figure, list[Any]]:
    figure = Figure(figsize=(_WIDTH * count, _HEIGHT))
    margin = 0.55
    figure.subplots_adjust(
        left=margin / (_WIDTH * count),
        right=1 - 0.15 / count / _WIDTH,
        bottom=0.15,
        top=0.9,
        wspace=0.25,
    )
    return figure, [figure.add_subplot(1, count, n + 1) for n in range(count)]


def _save(figure: Figure, path: Path) -> None:
    with warnings.catch_warnings():
        # Text is measured, not drawn, with a font that has no Chinese.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(path, format="svg", metadata={"Date": None})
