"""The drawing of the page: memory, open files and the times of answers over the minutes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls pyparsing by names that are deprecated
    import matplotlib
    from matplotlib.figure import Figure

from benchmarks.aims import quantile
from benchmarks.soak.figures import Sample, Soak

# Text stays text: the reader's own font shows Chinese, and none has to be installed here.
_STYLE = {"svg.hashsalt": "soak", "svg.fonttype": "none", "font.size": 9}
_COLOURS = ("#1f5fa8", "#d9822b", "#2e7d4f", "#8a4fa0")


def draw(path: Path, soak: Soak) -> None:
    """Three panels over one another; the steady time begins at the dotted line."""
    samples = [*soak.warm_up, *soak.steady]
    minutes = [sample.at / 60 for sample in samples]
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(7.0, 7.5))
        memory, files, times = figure.subplots(3, 1, sharex=True)
        for name, colour in zip(soak.names, _COLOURS, strict=True):
            of_process = [sample.processes[name] for sample in samples]
            memory.plot(minutes, [each.own for each in of_process], color=colour, label=name)
            files.plot(minutes, [each.files for each in of_process], color=colour, label=name)
        _times(times, samples)
        for axes, label in ((memory, "自己的内存（MB）"), (files, "打开的文件"), (times, "毫秒")):
            axes.set(ylabel=label, ylim=(0, None))
            axes.axvline(soak.steady[0].at / 60, color="#999999", linestyle=":", linewidth=1)
            axes.grid(color="#dddddd", linewidth=0.5)
            axes.legend(loc="center right", frameon=False)
        times.set(xlabel="分钟")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no Chinese font here, and none is needed
            figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")


def _times(axes: Any, samples: Sequence[Sample]) -> None:
    answered = [sample for sample in samples if len(sample.times) > 1]
    minutes = [sample.at / 60 for sample in answered]
    for share, colour in ((0.5, _COLOURS[0]), (0.95, _COLOURS[1])):
        values = [quantile(sample.times, share) for sample in answered]
        axes.plot(minutes, values, color=colour, label=f"p{share * 100:.0f}")
