"""``python -m benchmarks.casestore [--cases N]``: measures, prints and writes the page."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from benchmarks.casestore import measure as m
from benchmarks.casestore.figures import Row, rows
from benchmarks.casestore.picture import draw_growth
from benchmarks.casestore.server import Installation
from benchmarks.figures import ROOT, commit, machine
from tests.postgres import throwaway_cluster

PAGE = ROOT / "docs" / "benchmarks-casestore.md"
PICTURE = ROOT / "docs" / "benchmarks-casestore.svg"
SIZES = (10_000, 100_000, 1_000_000)


def main(
    cases: Annotated[int, typer.Option(min=10_000, help="量到多少件为止。")] = SIZES[-1],
    processes: Annotated[int, typer.Option(min=1, help="受理系统的进程数。")] = 1,
) -> None:
    """Measure at ten thousand, a hundred thousand and so on up to ``cases``."""
    console = Console()
    sizes = [*(size for size in SIZES if size < cases), cases]
    began_at = commit()
    with tempfile.TemporaryDirectory() as folder, throwaway_cluster() as url:
        at = Installation(url, Path(folder))
        stages = list(_stages(at, sizes, processes, console))
    table = rows(stages)
    console.print(_screen(sizes, table))
    console.print(f"机器：{machine()}；提交：{began_at}")
    draw_growth(PICTURE, sizes, table)
    PAGE.write_text(_page(sizes, table, began_at, processes), encoding="utf-8")


def _stages(
    at: Installation, sizes: Sequence[int], processes: int, console: Console
) -> Iterator[m.Stage]:
    at.verb("migrate")
    loaded = 0
    for size in sizes:
        with console.status(f"写入到 {size:,} 件…"):
            rate = at.load(size - loaded)
        loaded = size
        at.make_officers()
        with console.status(f"{size:,} 件：做完积下的分派和提醒…"):
            at.verb("tick")  # as in a bank that has been running, not on its first morning
        with console.status(f"{size:,} 件：打开、筛选、通报、登记…"), at.running(processes):
            stage = m.measure(at, size, rate)
        at.forget_filed()
        yield stage


def _screen(sizes: Sequence[int], table: Sequence[Row]) -> Table:
    shown = Table("项目", *(f"{size:,} 件" for size in sizes), "增长", "目标", "结论")
    for row in table:
        shown.add_row(*_cells(row))
    return shown


def _cells(row: Row) -> list[str]:
    values = [
        f"{value:,.0f} {row.unit}" if row.more_is_better else f"{typical:,.0f} / {value:,.0f}"
        for typical, value in zip(row.typical, row.values, strict=True)
    ]
    return [row.name, *values, f"{row.growth:.1f} 倍", row.aim_text, row.verdict]


def _page(sizes: Sequence[int], table: Sequence[Row], measured: str, processes: int) -> str:
    head = ["项目", *(f"{size:,} 件" for size in sizes), "增长", "目标", "结论"]
    lines = [
        "# 受理系统快慢",
        "",
        "由 `python -m benchmarks.casestore` 生成：临时的 PostgreSQL，用 `python -m casestore load` "
        "写入，真实启动受理系统，全部经过 HTTP，登录的人员和机器人的令牌都是真的。"
        "数字随机器变化，也随机器上别的程序变化。",
        "",
        f"- 机器：{machine()}（数据库、受理系统和发请求的程序都在这一台上）",
        f"- 提交：`{measured}`",
        f"- 时间：{datetime.now(timezone.utc):%Y-%m-%d %H:%M} UTC",
        f"- 受理系统进程：{processes} 个；临时数据库不等磁盘落盘（`fsync=off`），真实的库登记会慢一些",
        f"- 列表：{len(m.filters(datetime.now(timezone.utc).date()))} 种筛选各 {m.ROUNDS} 次，"
        "包括全文检索（常见词、少见词、没有的词）、电话、机构、到期、多个条件一起",
        f"- 登记：{m.CLIENTS} 个客户端各用一条连接，每个连续 {m.FILED_BY_EACH} 件，内容事先写好",
        "- 写入的投诉有经过和分类，没有答复正文、送达记录和附件；每件虚构的投诉以不同编号写入 10 次",
        "",
        "时间是 p50 / p95，单位毫秒；“增长”是最后一列与第一列之比（时间按 p95）。",
        "",
        f"| {' | '.join(head)} |",
        f"|---|{'---:|' * (len(sizes) + 1)}---|---|",
        *(f"| {' | '.join(_cells(row))} |" for row in table),
        "",
        f"![p95 随件数的变化]({PICTURE.name})",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    typer.run(main)
