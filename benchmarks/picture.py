"""The drawing of the page: how FAQ turns spread, and what a turn costs as a conversation grows."""

from __future__ import annotations

import statistics
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it calls pyparsing by names that are deprecated
    import matplotlib
    from matplotlib.figure import Figure

from benchmarks.comparison import Figures, Measured
from benchmarks.load import TURNS_PER_CONVERSATION

# Text stays text: the reader's own font shows Chinese, and none has to be installed here.
_STYLE = {"svg.hashsalt": "benchmarks", "svg.fonttype": "none", "font.size": 9}
_COLOURS = {"小保": "#1f5fa8", "Rasa 默认配置": "#d9822b", "极限": "#2e7d4f"}


def draw(path: Path, measured: Measured) -> None:
    """Left: share of FAQ turns answered within a time. Right: ms by turn of a conversation."""
    contestants = (measured.ours, measured.stock, measured.limit)
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(9.0, 3.6))
        spread, growth = figure.subplots(1, 2)
        for (name, colour), figures in zip(_COLOURS.items(), contestants, strict=True):
            if figures is not None:
                _add(spread, growth, figures, label=name, color=colour)
        spread.set(xscale="log", xlabel="问答一轮（毫秒）", ylabel="不超过这么久的（%）")
        growth.set(xlabel="对话的第几轮", ylabel="一轮（毫秒）", ylim=(0, None))
        for axes in (spread, growth):
            axes.grid(color="#dddddd", linewidth=0.5)
            axes.legend(frameon=False)
        figure.subplots_adjust(wspace=0.25)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no Chinese font here, and none is needed
            figure.savefig(path, format="svg", metadata={"Date": None}, bbox_inches="tight")


def _add(spread: Any, growth: Any, figures: Figures, **style: str) -> None:
    times = sorted(figures.asked.times)
    shares = [100 * (number + 1) / len(times) for number in range(len(times))]
    spread.plot(times, shares, **style)
    turns, medians = smoothed(figures.talk)
    if turns:
        growth.plot(turns, medians, **style)


def smoothed(times: Sequence[float]) -> tuple[list[int], list[float]]:
    """The last turn of every ten and the median of the ten: each question counts once."""
    step = TURNS_PER_CONVERSATION
    turns = list(range(step, len(times) + 1, step))
    return turns, [statistics.median(times[turn - step : turn]) for turn in turns]
