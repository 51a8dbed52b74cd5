"""What is measured of the intake, and whether it meets its aim. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.aims import Row, quantile

MOST_CONFIRM_MS = 300.0
MOST_BURST_MS = 60.0
MOST_GROWTH = 1.5


@dataclass(frozen=True)
class Figures:
    """Milliseconds of single turns.

    `confirm_down`, `confirm_up`: from 「确认提交」 to the reference, case store down or up. `single`:
    one message alone. `second`: the later answered of two messages sent at once, from the sending.
    `early`, `late`: one round of the script each around turn 10 and turn 200 of conversations, FAQ
    and form turns separately.
    """

    confirm_down: Sequence[float]
    confirm_up: Sequence[float]
    single: Sequence[float]
    second: Sequence[float]
    early_faq: Sequence[float]
    early_form: Sequence[float]
    late_faq: Sequence[float]
    late_form: Sequence[float]


def rows(figures: Figures) -> list[Row]:
    return [*_confirming(figures), *_bursting(figures), *_growing(figures)]


def _confirming(figures: Figures) -> list[Row]:
    down, up = figures.confirm_down, figures.confirm_up
    return [
        Row("确认到编号 p50，受理系统停机", quantile(down, 0.5), "毫秒"),
        Row("确认到编号 p99，受理系统停机", quantile(down, 0.99), "毫秒", MOST_CONFIRM_MS),
        Row("确认到编号 p99，受理系统正常", quantile(up, 0.99), "毫秒"),
    ]


def _bursting(figures: Figures) -> list[Row]:
    single, second = figures.single, figures.second
    lines = [
        Row(f"{name} p{share * 100:.0f}", quantile(times, share), "毫秒")
        for name, times in (("单独一条", single), ("连发两条的第二条", second))
        for share in (0.5, 0.95)
    ]
    more = [
        Row(
            f"第二条多等 p{share * 100:.0f}",
            quantile(second, share) - quantile(single, share),
            "毫秒",
            MOST_BURST_MS,
        )
        for share in (0.5, 0.95)
    ]
    return [*lines, *more]


def _growing(figures: Figures) -> list[Row]:
    early = statistics.mean([*figures.early_faq, *figures.early_form])
    late = statistics.mean([*figures.late_faq, *figures.late_form])
    faq = statistics.mean(figures.late_faq) / statistics.mean(figures.early_faq)
    form = statistics.mean(figures.late_form) / statistics.mean(figures.early_form)
    return [
        Row("第 10 轮前后平均", early, "毫秒"),
        Row("第 200 轮前后平均", late, "毫秒"),
        Row("第 200 轮是第 10 轮的", late / early, "倍", MOST_GROWTH),
        Row("其中问答", faq, "倍"),
        Row("其中投诉表单", form, "倍"),
    ]
