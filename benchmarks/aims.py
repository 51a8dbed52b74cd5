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
    """One line of the table; `most` or `least` is the aim, neither for a line that only explains."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def verdict(self) -> str:
        if self.most is None and self.least is None:
            return ""
        too_much = self.most is not None and self.value > self.most
        too_little = self.least is not None and self.value < self.least
        return "没有达到" if too_much or too_little else "达到"

    @property
    def aim(self) -> str:
        """As a reader sees it."""
        if self.most is not None:
            return f"≤ {self.most:g} {self.unit}"
        return "" if self.least is None else f"≥ {self.least:g} {self.unit}"


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
    value = f"{row.value:,.{digits(row.unit)}f} {row.unit}"
    return row.name, value, row.aim, row.verdict
