"""The page of a soak, in Markdown. Pure but for the machine's name and the time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from benchmarks.aims import on_page, quantile
from benchmarks.figures import machine
from benchmarks.soak.conversations import QUIZ_ANSWERS, REPEATED
from benchmarks.soak.figures import (
    MOST_CONNECTIONS,
    MOST_FILES,
    MOST_MB_PER_10K,
    MOST_SLOWER,
    MOST_THREADS,
    MOST_WAL_MB,
    Growth,
    Soak,
    bytes_a_message,
    growth,
    quarter,
    rows,
)
from benchmarks.soak.load import AT_ONCE, OFFICER_SECONDS
from benchmarks.soak.measure import EVERY_SECONDS, RATE, REST_SECONDS, WARM_UP, WARM_UP_RATE

FULL_MINUTES = 30


def digits(unit: str) -> int:
    return 0 if unit in ("个", "条", "次") else 2


def page(soak: Soak, minutes: float, measured: str, picture: str, now: datetime) -> str:
    """`measured`: the commit; `now` in UTC."""
    lines = [
        "# 长时间运行",
        "",
        "由 `python -m benchmarks.soak` 生成：整套产品照 `make run` 的样子启动（SQLite），"
        "公众号的平台是模拟器，发消息的也在这台机器上。看的是有没有东西一直在长：内存、打开的文件、"
        "连接、线程、没有写回的日志。",
        "",
        *_short(minutes),
        *_how(soak, minutes, measured, now),
        "",
        "## 结论",
        "",
        *on_page(rows(soak), digits),
        "",
        *_thresholds(),
        "",
        "## 各进程",
        "",
        *_processes([growth(soak, name) for name in soak.names]),
        "",
        "文件、连接、线程是预热以后、结束以后两次静置时的最低数。",
        "",
        f"![内存、打开的文件、快慢](./{picture})",
        "",
        "## 磁盘",
        "",
        "平稳期间平均每条消息增加的字节，包括表单、登记和索引。",
        "",
        "| 文件 | 字节/条 |",
        "|---|--:|",
        *(f"| `{name}` | {size:,.0f} |" for name, size in bytes_a_message(soak).items()),
    ]
    return "\n".join(lines) + "\n"


def _short(minutes: float) -> list[str]:
    if minutes >= FULL_MINUTES:
        return []
    return [
        f"> **这是 {minutes:g} 分钟的试跑**，只用来检查程序和找明显的泄漏；"
        f"结论以 {FULL_MINUTES} 分钟的一次为准。",
        "",
    ]


def _how(soak: Soak, minutes: float, measured: str, now: datetime) -> list[str]:
    early, late = quarter(soak.steady, 0), quarter(soak.steady, 3)
    times = "，".join(
        f"{name} p50 {quantile(each, 0.5):.0f}、p95 {quantile(each, 0.95):.0f} 毫秒"
        for name, each in (("开头四分之一", early), ("最后四分之一", late))
    )
    return [
        f"- 机器：{machine()}",
        f"- 提交：`{measured}`",
        f"- 时间：{now:%Y-%m-%d %H:%M} UTC",
        f"- 负载：{minutes:g} 分钟。先预热 {minutes * WARM_UP:.3g} 分钟，每秒 {WARM_UP_RATE:g} 条，"
        f"晚了就再长一点；以后每秒 {RATE:g} 条。{AT_ONCE} 位客户同时在谈，"
        "走了一位就来一位新的（新的会话、新的手机号）",
        f"- 内容：问答、答不上来的话、填完的投诉、填到一半的投诉、查进度、发文件、长轮询、扫码、"
        f"小问答（{QUIZ_ANSWERS} 题）；三分之一在微信，其中 {REPEATED:.0%} 的消息推三次；"
        f"一位受理人员每 {OFFICER_SECONDS:g} 秒看一次列表和一件投诉",
        f"- 一共：{soak.messages:,} 条消息，{soak.conversations:,} 段对话，受理台 {soak.pages:,} 次",
        f"- 快慢：{times}",
        f"- 每 {EVERY_SECONDS:g} 秒看一次；预热以后、结束以后各静置 {REST_SECONDS:g} 秒",
    ]


def _thresholds() -> list[str]:
    return [
        "- 内存看每个进程自己的部分（匿名页；程序和库的文件是大家共用的，不算），"
        f"按消息数用最小二乘求斜率；≤ {MOST_MB_PER_10K:g} MB/万条算平。"
        "有上限的缓存在预热里装满，见[容量](capacity.md#内存里有上限的缓存)。",
        f"- 静置时文件最多多 {MOST_FILES} 个、连接 {MOST_CONNECTIONS} 条、线程 {MOST_THREADS} 个："
        "连接池和线程池用到时才开、到上限为止，开了不关；一千条漏一个，半小时就多十几个。",
        f"- SQLite 的日志（WAL）满 4 MB 写回一次，有人在读就晚一点；不超过 {MOST_WAL_MB:g} MB。",
        f"- 快慢：最后四分之一的 p95 不超过开头四分之一的 {MOST_SLOWER:g} 倍。",
    ]


def _processes(grown: Sequence[Growth]) -> list[str]:
    head = (
        "| 进程 | 自己的内存 | 最大 RSS | MB/万条 | MB/小时 | 文件 | 连接 | 线程 | CPU 毫秒/条 | 结论 |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|",
    )
    return [*head, *map(_process, grown)]


def _process(of: Growth) -> str:
    cells = [
        of.name,
        f"{of.first_mb:.1f} → {of.last_mb:.1f} MB",
        f"{of.rss_mb:.1f} MB",
        f"{of.mb_per_10k:+.2f}",
        f"{of.mb_per_hour:+.1f}",
        *(f"{then} → {now}" for then, now in (of.files, of.connections, of.threads)),
        f"{of.cpu_ms:.1f}",
        "平" if of.flat else "在长",
    ]
    return f"| {' | '.join(cells)} |"
