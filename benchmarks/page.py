"""The comparison on the screen and in docs/benchmarks.md. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.table import Column, Table

from benchmarks.aims import on_page, quantile
from benchmarks.comparison import Figures, Line, Measured, aims, lines
from benchmarks.stages import Part

HEAD = ("项目", "小保", "Rasa 默认配置", "极限", "小保好几倍")
PART_HEAD = ("阶段", "平均", "占比")
NOTHING = "—"


@dataclass(frozen=True)
class Run:
    """What the page says of the run; `others`: titles of further pages by file name."""

    machine: str
    commit: str
    at: str
    is_quick: bool
    notes: Sequence[str]
    others: Mapping[str, str]


def digits(unit: str) -> int:
    """Digits after the point."""
    return 2 if unit in ("毫秒", "倍") else 1


def on_screen(measured: Measured) -> Table:
    shown = Table(*(Column(name, overflow="fold") for name in HEAD))
    for line in lines(measured):
        shown.add_row(*_cells(line))
    return shown


def parts_on_screen(parts: Sequence[Part]) -> Table:
    shown = Table(*PART_HEAD, title="小保问答一轮的时间去了哪里")
    for part in parts:
        shown.add_row(*_part(part))
    return shown


def page(measured: Measured, run: Run, picture: str) -> str:
    """The whole page, in Markdown; `picture` is a file next to it."""
    content = [
        "# 性能对照",
        "",
        "由 `make bench` 生成：同一台机器、同一次运行（默认配置的训练见下）、同一份数据，发请求的程序也在这台机器上。"
        "数字随机器变化，也随机器上别的程序变化，请看比值。",
        "",
        *(["**这是一次试跑（`--quick`）：次数很少，不作数。**", ""] if run.is_quick else []),
        f"- 机器：{run.machine}",
        f"- 提交：`{run.commit}`",
        f"- 时间：{run.at}",
        *(f"- {note}" for note in run.notes),
        "",
        *_table(HEAD, [_cells(line) for line in lines(measured)]),
        "",
        "## 目标",
        "",
        *on_page(aims(measured), digits),
        "",
        *_where_time_goes(measured),
        f"![一轮的时间怎样分布，怎样随对话变长]({picture})",
        "",
        "## 另见",
        "",
        *(f"- [{title}]({name})" for name, title in run.others.items()),
    ]
    return "\n".join(content) + "\n"


def _where_time_goes(measured: Measured) -> list[str]:
    if measured.ours is None or not measured.ours.stages:
        return []
    parts = [_part(part) for part in measured.ours.stages]
    return [
        "## 一轮的时间去了哪里",
        "",
        "小保问答一轮，各阶段取自它自己的指标（`xiaobao_turn_stage_seconds`），平均值。"
        + _distance(measured.ours, measured.limit),
        "",
        *_table(PART_HEAD, parts),
        "",
    ]


def _distance(ours: Figures, limit: Figures | None) -> str:
    """How far the product is from the limit, in a sentence."""
    if limit is None:
        return ""
    far, near = quantile(ours.asked.times, 0.5), quantile(limit.asked.times, 0.5)
    return (
        f"极限的一轮（p50）是 {near:.2f} 毫秒，小保是 {far:.2f} 毫秒，{far / near:.0f} 倍；"
        f"服务进程的处理器时间，极限每轮 {limit.asked.cpu_ms:.2f} 毫秒，"
        f"小保 {ours.asked.cpu_ms:.2f} 毫秒。差的就是下面这些。"
    )


def _part(part: Part) -> list[str]:
    return [part.name, f"{part.ms:.2f} 毫秒", f"{part.share:.0%}"]


def _cells(line: Line) -> list[str]:
    ours, stock, limit = (_value(value, line.unit) for value in (line.ours, line.stock, line.limit))
    better, least = line.times_better, "≥ " if line.stock_is_least else ""
    times = NOTHING if better is None else f"{least}{better:.1f} 倍"
    return [line.name, ours, NOTHING if line.stock is None else least + stock, limit, times]


def _value(value: float | None, unit: str) -> str:
    return NOTHING if value is None else f"{value:,.{digits(unit)}f} {unit}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"| {' | '.join(head)} |",
        f"|---|{'--:|' * (len(head) - 1)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
