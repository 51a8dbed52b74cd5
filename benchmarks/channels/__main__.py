"""Measures the channels, prints the table and writes docs/benchmarks-channels.md."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from rich.console import Console

from benchmarks.aims import Row, on_page, on_screen
from benchmarks.channels import measure as m
from benchmarks.channels.figures import rows
from benchmarks.channels.widget import VISITS
from benchmarks.figures import ROOT, commit, machine

PAGE = ROOT / "docs" / "benchmarks-channels.md"


def main() -> None:
    console = Console()
    began_at = commit()
    with tempfile.TemporaryDirectory() as folder, console.status("启动、微信、网页、重复推送…"):
        table = rows(m.measure(Path(folder)))
    console.print(on_screen(table, _digits))
    console.print(f"机器：{machine()}；提交：{began_at}")
    PAGE.write_text(_page(table, began_at), encoding="utf-8")


def _digits(unit: str) -> int:
    return 1 if unit in ("毫秒", "条/秒", "kB") else 0


def _page(table: Sequence[Row], measured: str) -> str:
    lines = [
        "# 微信和网页的快慢",
        "",
        "由 `python -m benchmarks.channels` 生成：整套产品照 `make run` 的样子启动，"
        "微信的消息按安全模式加密、签名，全部经过 HTTP，同一台机器、同一次运行，发消息的也在这台机器上。"
        "数字随机器变化，也随机器上别的程序变化。",
        "",
        f"- 机器：{machine()}",
        f"- 提交：`{measured}`",
        f"- 时间：{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"- 微信：{m.CUSTOMERS} 位客户轮流提问，每秒 {m.PER_SECOND} 条、{m.SECONDS} 秒，"
        "不管前面的答完没有都按时发；从发出到收到整个回包。一个 Rasa 进程",
        f"- 同时：微信和网页各每秒 {m.PER_SECOND // 2} 条、{m.SECONDS} 秒",
        f"- 重复推送：{m.REPLAYED} 条消息，每条推 {m.DELIVERIES} 次，打乱次序，"
        f"同时有 {m.AT_ONCE} 个请求在路上，轮流推给同一个数据库上的两个进程；"
        "处理了几轮数的是 Rasa 的会话库",
        f"- 聊天页：真的 Chromium，没有缓存，{VISITS} 次第一次打开；大小是压缩后实际传送的",
        "",
        *on_page(table, _digits),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
