"""Measures both products and writes docs/benchmarks.md. BENCH_FULL=1 trains stock Rasa fully."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import stock, xiaobao
from benchmarks.figures import ROOT, Row, commit, machine, rows

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = ("项目", "小保", "Rasa 默认配置", "小保好多少")


def main() -> None:
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        ours_folder, stock_folder = Path(folder, "ours"), Path(folder, "stock")
        ours_folder.mkdir()
        stock_folder.mkdir()
        with console.status("小保：训练、启动、对话…"):
            ours = xiaobao.measure(ours_folder)
        with console.status("Rasa 默认配置：训练、启动、对话…（需要较长时间）"):
            theirs = stock.measure(stock_folder, full=os.environ.get("BENCH_FULL") == "1")
    table = rows(ours, theirs)
    console.print(_screen(table))
    console.print(f"机器：{machine()}；提交：{commit()}")
    PAGE.write_text(_page(table), encoding="utf-8")


def _cells(row: Row) -> tuple[str, str, str, str]:
    return (
        row.name,
        f"{row.ours:,.1f} {row.unit}",
        f"{row.stock:,.1f} {row.unit}",
        f"{row.ratio:.1f} 倍",
    )


def _screen(table: Sequence[Row]) -> Table:
    shown = Table(*HEAD)
    for row in table:
        shown.add_row(*_cells(row))
    return shown


def _page(table: Sequence[Row]) -> str:
    lines = [
        "# 性能对照",
        "",
        "由 `make bench` 生成：同一台机器、同一次运行、同一份数据。数字随机器变化，请看比值。",
        "",
        f"- 机器：{machine()}",
        f"- 提交：`{commit()}`",
        f"- 时间：{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        "- 对照：`rasa init` 的默认 pipeline 和 policies；分词器换成 Jieba（否则不支持中文），"
        "会话存在 SQLite（与小保一样落盘）。数据里只有规则没有故事，TED 等策略因此没有训练",
        *[f"- {row.name}：{row.note}" for row in table if row.note],
        "",
        "| " + " | ".join(HEAD) + " |",
        "|---|--:|--:|--:|",
        *["| " + " | ".join(_cells(row)) + " |" for row in table],
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
