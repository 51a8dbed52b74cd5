"""What the measurements come to: aims, verdicts, and how each grows with the number of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.casestore.measure import Stage

# At most so many ms in 95 of 100 requests, and at least so many cases filed a second.
AIMS_MS = {
    "投诉页": 200.0,
    "投诉列表（各种筛选）": 200.0,
    "投诉列表（分行人员）": 200.0,
    "季度通报": 5000.0,
}
AIM_FILED = 200.0
FILED, LOADED = "登记（8 个客户端同时）", "成批写入（load）"


@dataclass(frozen=True)
class Row:
    """One thing measured at every size. ``typical`` and ``values`` are p50 and p95 in ms, or cases
    a second, one for each size; ``aim`` the value to keep to, None without one."""

    name: str
    unit: str
    typical: Sequence[float]
    values: Sequence[float]
    aim: float | None = None
    more_is_better: bool = False

    @property
    def growth(self) -> float:
        """How many times the first size's value the last one's is."""
        return self.values[-1] / self.values[0]

    @property
    def verdict(self) -> str:
        """Whether the last size keeps to the aim."""
        if self.aim is None:
            return "—"
        last = self.values[-1]
        return (
            "达到" if (last >= self.aim if self.more_is_better else last <= self.aim) else "未达到"
        )

    @property
    def aim_text(self) -> str:
        """The aim as a reader sees it."""
        if self.aim is None:
            return ""
        return f"{'≥' if self.more_is_better else '≤'} {self.aim:,.0f} {self.unit}"


def rows(stages: Sequence[Stage]) -> list[Row]:
    """The table of all stages, the smallest first."""
    times = [
        Row(
            name,
            "毫秒",
            [stage.quantile(name, 50) for stage in stages],
            [stage.quantile(name, 95) for stage in stages],
            AIMS_MS.get(name),
        )
        for name in stages[0].seconds
    ]
    filed, loaded = [s.filed for s in stages], [s.loaded for s in stages]
    return [
        *times,
        Row(FILED, "件/秒", filed, filed, AIM_FILED, more_is_better=True),
        Row(LOADED, "件/秒", loaded, loaded, more_is_better=True),
    ]
