"""The drawing of the page: turns a second over the number of Rasa processes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cluster.figures import Kind, Run
from benchmarks.cluster.page import NAMES

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls pyparsing by names that are deprecated
    import matplotlib
    from matplotlib.figure import Figure

# Text stays text: the reader's own font shows Chinese, and none has to be installed here.
_STYLE = {"svg.hashsalt": "cluster", "svg.fonttype": "none", "font.size": 9}
_COLOURS = {Kind.FAQ: "#1f5fa8", Kind.FORM: "#d9822b"}


def draw_growth(path: Path, runs: Sequence[Run], cores: int) -> None:
    """What was measured, and what the machine's cores would allow at these costs."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.0, 3.8))
        axes = figure.add_subplot(1, 1, 1)
        for kind, colour in _COLOURS.items():
            of_kind = [run for run in runs if run.kind is kind]
            processes = [run.processes for run in of_kind]
            rates, most = [r.rate for r in of_kind], [r.most_of(cores) for r in of_kind]
            axes.plot(processes, rates, color=colour, marker="o", label=NAMES[kind])
            label = f"{NAMES[kind]}：{cores} 个核用满时"
            axes.plot(processes, most, color=colour, linestyle=":", linewidth=1, label=label)
        axes.set(xlabel="Rasa 进程", ylabel="每秒几条", xticks=processes)
        axes.set_ylim(bottom=0)
        axes.grid(color="#dddddd", linewidth=0.5)
        axes.legend(loc="best", frameon=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no Chinese font here, and none is needed
            figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")
