"""Made-up figures of the three contestants."""

from __future__ import annotations

from benchmarks.comparison import Figures
from benchmarks.load import Crowd, Filled
from benchmarks.measure import Asked, Pressed
from benchmarks.stages import Part


def _figures(ms: float, rate: float) -> Figures:
    times = [ms + number / 100 for number in range(100)]
    return Figures(
        Asked(times, ms / 2, 0.05, 1500), Pressed(Crowd(times, rate), [ms * 50], [ms * 5])
    )


_OURS, _STOCK = _figures(6.0, 150.0), _figures(30.0, 25.0)
LIMIT = _figures(0.5, 3000.0)
OURS = Figures(
    _OURS.asked,
    _OURS.pressed,
    talk=[6.0] * 405,
    filled=Filled([21.0, 22.0], [30.0, 32.0]),
    start_seconds=11.0,
    memory_mb=701.0,
    train_seconds=44.0,
    parse_ms=2.0,
    wechat=[7.0, 9.0],
    stages=[Part("理解", 2.0, 0.32), Part("Rasa 自己（其余）", 4.25, 0.68)],
)
STOCK = Figures(
    _STOCK.asked,
    _STOCK.pressed,
    talk=[30.0 + number for number in range(405)],
    form_note="没有编号",
    start_seconds=25.0,
    memory_mb=3100.0,
    train_seconds=7785.0,
    train_note="只训练了 1 轮",
    parse_ms=12.0,
)
