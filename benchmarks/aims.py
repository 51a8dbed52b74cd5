"""Figures against their aims: the rows, and the table they make on the screen and on a page."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.table import Table

HEAD = ("项目", "实测", "目标", "结论")

Digits = Callable[[str], int]
"""Unit → digits after the point."""


@dataclass(frozen=True)
class Row:
    """One line of the table; `most` is the aim, None for a line that only explains."""

    name: str
    value: float
    unit: str
    most: float | None = None

    @property
    def verdict(self) -> str:
        if self.most is None:
            return ""
        return "达到" if self.value <= self.most else "没有达到"


def quantile(times: Sequence[float], share: float) -> float:
    """The time below which `share` of the times lie."""
    return statistics.quantiles(times, n=100, method="inclusive")[round(share * 100) - 1]


def on_screen(table: Sequence[Row], digits: Digits) -> Table:
    shown = Table(*HEAD)
    for row in table:
        shown.add_row(*_cells(row, digits))
    return shown


def on_page(table: Sequence[Row], digits: Digits) -> list[str]:
    """Lines of Markdown."""
    return [
        "| " + " | ".join(HEAD) + " |",
        "|---|--:|--:|---|",
        *["| " + " | ".join(_cells(row, digits)) + " |" for row in table],
    ]


def _cells(row: Row, digits: Digits) -> tuple[str, str, str, str]:
    aim = "" if row.most is None else f"≤ {row.most:g} {row.unit}"
    return row.name, f"{row.value:,.{digits(row.unit)}f} {row.unit}", aim, row.verdict
