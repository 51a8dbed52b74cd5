"""The table on the screen, and docs/benchmarks-cluster.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.table import Table

from benchmarks.cluster.figures import Kind, Part, Run, growth, limit, one_core_each
from benchmarks.cluster.measure import CUSTOMERS, SECONDS

NAMES = {Kind.FAQ: "问答", Kind.FORM: "投诉表单"}
HEAD = ("Rasa 进程", "每秒", "增长", "p50", "p95", "没有回答", "机器用了", "到头的是")


def on_screen(runs: Sequence[Run], cores: int) -> Table:
    shown = Table("", *HEAD)
    for run in runs:
        shown.add_row(NAMES[run.kind], *_cells(runs, run, cores))
    return shown


def _cells(runs: Sequence[Run], run: Run, cores: int) -> tuple[str, ...]:
    return (
        str(run.processes),
        f"{run.rate:.1f} 条",
        f"{growth(runs, run):.2f} 倍",
        f"{run.p50:.0f} 毫秒",
        f"{run.p95:.0f} 毫秒",
        str(run.load.failures),
        f"{100 * run.share_of(cores):.0f}%",
        limit(run, cores),
    )


def markdown(
    runs: Sequence[Run],
    *,
    cores: int,
    machine: str,
    commit: str,
    at: datetime,
    picture: str,
    note: str,
) -> str:
    """The page. `note`: what else has to be known of this run; may be empty."""
    lines = [
        "# 几个 Rasa 进程的快慢",
        "",
        "由 `python -m benchmarks.cluster` 生成：真的 PostgreSQL（写到磁盘才算数）、真的 nginx"
        "（`deploy/nginx` 的配置，按客户分流），每个分片一个 Rasa 进程和它自己的动作服务，"
        "全部经过 HTTP。数字随机器变化，也随机器上别的程序变化。",
        "",
        f"- 机器：{machine}",
        f"- 提交：`{commit}`",
        f"- 时间：{at:%Y-%m-%d %H:%M} UTC",
        f"- 负载：{CUSTOMERS} 位客户，每位一得到回答就说下一句，每项 {SECONDS:.0f} 秒；"
        "客户端是单独一个进程，连接一直开着。问答十句换一个新会话；投诉表单一问一答填到复述，共九句",
        "- 这是压满时的快慢：客户一多，多出来的时间都在排队。不排队时的快慢见[性能](benchmarks.md)",
        *([f"- {note}"] if note else []),
        "",
    ]
    for kind in Kind:
        lines += [f"## {NAMES[kind]}", "", *_throughput(runs, kind, cores), ""]
    lines += [f"![每秒几条，随 Rasa 进程数]({picture})", ""]
    lines += ["## 时间花在哪里", "", *_costs(runs), "", "## 怎么看", "", *_reading(runs, cores)]
    return "\n".join(lines) + "\n"


def _throughput(runs: Sequence[Run], kind: Kind, cores: int) -> list[str]:
    return [
        f"| {' | '.join(HEAD)} |",
        "|--:|--:|--:|--:|--:|--:|--:|---|",
        *(f"| {' | '.join(_cells(runs, run, cores))} |" for run in runs if run.kind is kind),
    ]


def _costs(runs: Sequence[Run]) -> list[str]:
    idle = runs[0].idle
    head = ["", "没有客户，每秒", *(f"{NAMES[run.kind]}，{run.processes} 个" for run in runs)]
    body = [
        [
            part.value,
            f"{1000 * idle.get(part, 0):.0f}",
            *(f"{run.cpu_ms(part):.1f}" for run in runs),
        ]
        for part in Part
    ]
    total = [
        "**合计**",
        f"**{1000 * sum(idle.values()):.0f}**",
        *(f"**{run.all_cpu_ms:.1f}**" for run in runs),
    ]
    return [
        f"每一轮用的 CPU 时间，毫秒，已经减去没有客户时（{max(r.processes for r in runs)} 个分片都开着）"
        "也要用的：",
        "",
        f"| {' | '.join(head)} |",
        f"|---|{'--:|' * (len(runs) + 1)}",
        *(f"| {' | '.join(cells)} |" for cells in [*body, total]),
    ]


def _reading(runs: Sequence[Run], cores: int) -> list[str]:
    """What follows from the figures; the last run of each kind has the most processes."""
    lines = [
        f"“机器用了”是表里各部分一共用掉的 {cores} 个核的份额，别的程序不算。“到头的是”："
        f"**机器**，{cores} 个核都用满了，再加进程不会更快，分到几台机器上才会；**一个核**，"
        "每个 Rasa 进程用满了一个核，再加进程就更快；**等待**，两样都没有用满，"
        "时间花在等磁盘、等锁、等客户端，或者机器上别的程序占了核。",
        "",
    ]
    for kind in Kind:
        alone, *_, last = [run for run in runs if run.kind is kind]
        lines.append(
            f"- **{NAMES[kind]}**：一轮一共用 {last.all_cpu_ms:.1f} 毫秒 CPU，其中 Rasa "
            f"{last.cpu_ms(Part.RASA):.1f} 毫秒。所以全放在这 {cores} 个核上，最多每秒 "
            f"{last.most_of(cores):.0f} 条（量到 {max(r.rate for r in runs if r.kind is kind):.0f} "
            f"条）；按一个进程时的用量推算，一个独占一个核的 Rasa 进程每秒 {one_core_each(alone):.0f} "
            "条。PostgreSQL 每个核够 "
            f"{1000 / last.cpu_ms(Part.POSTGRES):.0f} 条，nginx 每个核够 "
            f"{1000 / last.cpu_ms(Part.NGINX):.0f} 条"
        )
    return [
        *lines,
        "",
        "推算的数字没有在几台机器上量过：它们只说明各部分谁先到头。",
    ]
