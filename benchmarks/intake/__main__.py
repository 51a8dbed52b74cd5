"""Measures the intake, prints the table and writes docs/benchmarks-intake.md."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console

from benchmarks.aims import Row, on_page, on_screen
from benchmarks.figures import ROOT, commit, machine
from benchmarks.intake import measure as m
from benchmarks.intake.figures import rows

PAGE = ROOT / "docs" / "benchmarks-intake.md"


def main() -> None:
    console = Console()
    began_at = commit()
    with tempfile.TemporaryDirectory() as folder, console.status("启动、投诉、连发、长谈…"):
        table = rows(m.measure(Path(folder)))
    console.print(on_screen(table, _digits))
    console.print(f"机器：{machine()}；提交：{began_at}")
    PAGE.write_text(_page(table, began_at), encoding="utf-8")


def _digits(unit: str) -> int:
    return 2 if unit == "倍" else 1


def _page(table: Sequence[Row], measured: str) -> str:
    lines = [
        "# 受理快慢",
        "",
        "由 `python -m benchmarks.intake` 生成：整套产品照 `make run` 的样子启动，全部经过 HTTP，"
        "同一台机器、同一次运行。数字随机器变化，也随机器上别的程序变化。",
        "",
        f"- 机器：{machine()}",
        f"- 提交：`{measured}`",
        f"- 时间：{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"- 确认到编号：一位客户，{m.COMPLAINTS} 件投诉，每件一个新的手机号；"
        "从发出“确认提交”到收到编号。停机是杀掉受理系统的进程，投递进程照常一直在重试",
        f"- 连发：同一位客户单独发一条、再同时发两条，各 {m.PAIRS} 次；"
        "第二条从两条一起发出时算起，到后一个回答收到为止，所以包含前一条的处理",
        f"- 长谈：{m.CONVERSATIONS} 段对话，每 {m.ROUND} 轮四个问题、一件四轮的投诉；"
        f"第 {m.EARLY} 轮和第 {m.LATE} 轮前后各取整整 {m.ROUND} 轮的平均，两边是同样的话",
        "",
        *on_page(table, _digits),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
