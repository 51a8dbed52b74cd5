"""What is measured, and how a table is made of it."""

from __future__ import annotations

import platform
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Figures:
    """Seconds, MB, milliseconds and messages a second of one product."""

    train_seconds: float
    train_note: str
    start_seconds: float
    memory_mb: float
    turns_ms: Sequence[float]
    messages_per_second: float

    def turn(self, quantile: float) -> float:
        """The turn time below which `quantile` of the turns lie, in ms."""
        return statistics.quantiles(self.turns_ms, n=100)[round(quantile * 100) - 1]


@dataclass(frozen=True)
class Row:
    """One line: a name, both products' values, and how many times better Xiaobao is."""

    name: str
    ours: float
    stock: float
    unit: str
    higher_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.stock if self.higher_is_better else self.stock / self.ours


def rows(ours: Figures, stock: Figures) -> list[Row]:
    return [
        Row("训练", ours.train_seconds, stock.train_seconds, "秒", note=stock.train_note),
        Row("冷启动到健康", ours.start_seconds, stock.start_seconds, "秒"),
        Row("Rasa 进程内存", ours.memory_mb, stock.memory_mb, "MB"),
        Row("问答一轮 p50（HTTP）", ours.turn(0.50), stock.turn(0.50), "毫秒"),
        Row("问答一轮 p95（HTTP）", ours.turn(0.95), stock.turn(0.95), "毫秒"),
        Row(
            "吞吐（8 个客户同时）",
            ours.messages_per_second,
            stock.messages_per_second,
            "条/秒",
            higher_is_better=True,
        ),
    ]


def machine() -> str:
    """Processor, cores and Python of this machine."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    cores = Path("/proc/cpuinfo").read_text(encoding="utf-8").count("processor\t")
    return f"{model}, {cores} cores, Linux {platform.release()}, Python {platform.python_version()}"


def commit() -> str:
    """The commit measured, marked when the tree has changes."""
    run = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(  # noqa: S603 - a fixed command
        run, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


def resident_mb(pid: int) -> float:
    """Resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no VmRSS for process {pid}")
