"""The tables of docs/capacity.md, and putting them in their places between the words. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from benchmarks.capacity.inputs import Figure, Inputs, values
from benchmarks.capacity.model import (
    CUSTOMERS,
    CaseNeeds,
    Needs,
    case_needs,
    extrapolated,
    needs,
    uses,
)

_PLACE = re.compile(r"<!-- 表：(\S+) -->\n.*?<!-- 表完 -->", re.DOTALL)

Table = list[str]
_Line = tuple[str, Callable[[Needs], float], str]

_NEEDS: tuple[_Line, ...] = (
    ("平常忙时（条/秒）", lambda n: n.messages, ",.0f"),
    ("高峰（条/秒）", lambda n: n.peak, ",.0f"),
    ("高峰时开着的长轮询", lambda n: n.polls, ",.0f"),
    ("Rasa 分片（各带一个动作服务）", lambda n: n.shards, ",.0f"),
    ("其中长轮询占的工作", lambda n: n.for_polls, ".0%"),
    ("`relay`", lambda n: n.relays, ",.0f"),
    ("这些进程的内存（GB）", lambda n: n.memory_gb, ",.0f"),
    ("PostgreSQL 的核", lambda n: n.postgresql_cores, ",.0f"),
    ("PostgreSQL 事务（个/秒）", lambda n: n.transactions, ",.0f"),
    ("PostgreSQL 日志（MB/秒）", lambda n: n.log_mb, ",.1f"),
    ("PostgreSQL 连接，不用连接池", lambda n: n.connections, ",.0f"),
    ("nginx 的连接", lambda n: n.web_connections, ",.0f"),
    ("对外的网络（Mbit/秒）", lambda n: n.network_mbit, ",.0f"),
    ("一天（万条）", lambda n: n.messages_a_day / 10_000, ",.0f"),
    ("对话数据，保留期满以后（TB）", lambda n: n.conversation_tb, ",.2f"),
    ("把它导出一遍（小时）", lambda n: n.dump_hours, ",.1f"),
)
_CASES: tuple[tuple[str, Callable[[CaseNeeds], float], str], ...] = (
    ("登记，工作时间平均（件/秒）", lambda c: c.filings, ",.1f"),
    ("登记，最忙的一小时（件/秒）", lambda c: c.peak_filings, ",.1f"),
    ("是 2 个受理系统进程能登记的", lambda c: c.share_of_filing, ".0%"),
    ("受理人员", lambda c: c.officers, ",.0f"),
    ("受理台的页面（页/秒）", lambda c: c.pages, ",.0f"),
    ("受理系统进程", lambda c: c.processes, ",.0f"),
    ("库里的投诉（万件）", lambda c: c.rows / 10_000, ",.0f"),
    ("受理系统的库（TB）", lambda c: c.case_tb, ",.2f"),
    ("登记簿，每年增加（TB）", lambda c: c.journal_tb_a_year, ",.3f"),
    ("附件（TB）", lambda c: c.file_tb, ",.1f"),
    ("把受理系统的库导出一遍（小时）", lambda c: c.dump_hours, ",.1f"),
    ("导出的文件（TB）", lambda c: c.dump_tb, ",.2f"),
)
_USED = {"log_mb": "log_mb_a_second"}
_ENOUGH = 3_000
_TOO_FEW = (
    f"> **这一次不到 {_ENOUGH:,} 条消息，机器上还有别的程序，只能看个大概**（CPU 偏高，"
    "每件投诉的字节也偏高）；请在空闲的机器上用 `--minutes 10` 再量一遍。"
)
_SMALL = 20.0
"""Bytes a message or case below which a table is not worth a line."""


def tables(inputs: Inputs) -> dict[str, Table]:
    """Every table by the name of its place."""
    assumed, measured = values(inputs.assumed), values(inputs.measured)
    steps = [needs(customers, inputs.costs, assumed) for customers in CUSTOMERS]
    cases = case_needs(inputs.costs, measured, assumed)
    return {
        "结论": [*_conclusions(steps, inputs.limits), _conclusion_of_cases(cases, measured)],
        "代价": _costs(inputs),
        "每张表": _sizes(inputs),
        "别处量的": _figures(inputs.measured),
        "假设": _figures(inputs.assumed),
        "客户": _needs(steps),
        "瓶颈": _uses(steps, inputs.limits),
        "案件": _cases(cases),
        "列表": _lists(measured),
    }


def filled(text: str, made: Mapping[str, Table]) -> str:
    """The page with its tables made anew. Raises KeyError for a place without a table."""

    def table(found: re.Match[str]) -> str:
        name = found.group(1)
        return "\n".join([f"<!-- 表：{name} -->", "", *made[name], "", "<!-- 表完 -->"])

    return _PLACE.sub(table, text)


def places(text: str) -> list[str]:
    """The names of the places in a page."""
    return [found.group(1) for found in _PLACE.finditer(text)]


def _conclusions(steps: Sequence[Needs], limits: Sequence[Figure]) -> Table:
    used = uses(steps, values(limits))
    lines = []
    for place, step in enumerate(steps):
        first = max(used, key=lambda use: use.shares[place])
        limit = _limit_of(first.key, limits)
        lines.append(
            f"- **{step.customers:,} 位客户同时在谈**：忙时每秒 {step.messages:,.0f} 条、"
            f"高峰 {step.peak:,.0f} 条，要 {step.shards:,} 个 Rasa 分片（每个一个核）、"
            f"PostgreSQL 共 {step.postgresql_cores:,.0f} 个核、对话数据 "
            f"{step.conversation_tb:,.1f} TB。最先到头的是{limit.name}：上限的 "
            f"{first.shares[place]:.0%}。"
        )
    share = steps[0].for_polls
    polls = f"- **长轮询**占 Rasa 分片工作的 {share:.0%}，客户不说话也在花。"
    return [*lines, polls]


def _conclusion_of_cases(needed: CaseNeeds, measured: Mapping[str, float]) -> str:
    report = extrapolated(measured["report_p95_ms_100k"], measured["report_p95_ms_1m"], 1e7)
    return (
        f"- **一年一千万件投诉**：登记最忙时每秒 {needed.peak_filings:.1f} 件，"
        f"是现在能力的 {needed.share_of_filing:.0%}；受理系统 {needed.processes} 个进程、"
        f"库 {needed.case_tb:.2f} TB、附件 {needed.file_tb:,.0f} TB。先慢下来的是季度通报"
        f"（一千万件推算 {report / 1000:.1f} 秒）。"
    )


def _limit_of(key: str, limits: Sequence[Figure]) -> Figure:
    return next(figure for figure in limits if figure.key == _USED.get(key, key))


def _costs(inputs: Inputs) -> Table:
    costs, taken = inputs.costs, inputs.taken
    cpu = "，".join(f"{name} {ms:g}" for name, ms in costs.cpu_ms.items())
    memory = "，".join(f"{name} {mb:g}" for name, mb in costs.resident_mb.items())
    polls = "，".join(f"{name} {ms:g}" for name, ms in costs.poll_ms.items())
    connections = "，".join(f"{name} {count:g}" for name, count in costs.connections.items())
    lines = (
        ("机器", taken["machine"]),
        ("提交、时间", f"`{taken['commit']}`，{taken['taken_at']}"),
        (
            "量了多少",
            f"{taken['messages']:,} 条消息、{taken['cases']:,} 件投诉，每秒 {taken['messages_a_second']} 条",
        ),
        ("CPU，毫秒/条", cpu),
        ("CPU，毫秒，等一秒的长轮询", polls),
        ("内存，MB", memory),
        ("PostgreSQL 事务，个/条", f"{costs.transactions:g}"),
        ("PostgreSQL 日志，字节/条", f"{costs.log_bytes:,.0f}"),
        ("PostgreSQL 连接，一个分片的一套", connections),
        ("对话数据，字节/条", f"{costs.bytes_a_message:,.0f}"),
        ("一件投诉，字节，受理系统 `load` 写入的", f"{costs.loaded_bytes_a_case:,.0f}"),
        ("`pg_dump`", f"{costs.dump_mb_a_second:g} MB/秒，压到 {costs.dump_share:.0%}"),
    )
    table = ["| 项目 | 实测 |", "|---|---|", *(f"| {name} | {value} |" for name, value in lines)]
    return table if taken["messages"] >= _ENOUGH else [_TOO_FEW, "", *table]


def _sizes(inputs: Inputs) -> Table:
    costs = inputs.costs
    rows = [("条消息", name, size) for name, size in costs.tables.items()]
    rows += [("件投诉", name, size) for name, size in costs.case_tables.items()]
    kept = [row for row in rows if row[2] >= _SMALL]
    kept.sort(key=lambda row: (row[0], -row[2]))
    return [
        "| 库和表 | 每 | 字节，含索引 |",
        "|---|---|--:|",
        *(f"| `{name}` | {each} | {size:,.0f} |" for each, name, size in kept),
    ]


def _figures(figures: Sequence[Figure]) -> Table:
    return [
        "| 项目 | 数 | 从哪里来 |",
        "|---|--:|---|",
        *(f"| {f.name} | {f.value:,g} {f.unit} | {f.source} |" for f in figures),
    ]


def _needs(steps: Sequence[Needs]) -> Table:
    return [
        _head("", [f"{step.customers:,} 位" for step in steps]),
        *(
            _row(name, [format(value(step), digits) for step in steps])
            for name, value, digits in _NEEDS
        ),
    ]


def _uses(steps: Sequence[Needs], limits: Sequence[Figure]) -> Table:
    rows = []
    for use in uses(steps, values(limits)):
        limit = _limit_of(use.key, limits)
        shown = [f"**{share:.0%}**" if share > 1 else f"{share:.0%}" for share in use.shares]
        rows.append(_row(f"{limit.name}（{limit.value:,g} {limit.unit}）", shown))
    return [_head("一台的上限", [f"{step.customers:,} 位" for step in steps]), *rows]


def _cases(needed: CaseNeeds) -> Table:
    return [
        _head("", ["一年一千万件"]),
        *(_row(name, [format(value(needed), digits)]) for name, value, digits in _CASES),
    ]


def _lists(measured: Mapping[str, float]) -> Table:
    kinds = (("投诉列表 p95", "list"), ("分行人员的列表 p95", "branch"), ("季度通报 p95", "report"))
    rows = []
    for name, key in kinds:
        at_100k, at_1m = (measured[f"{key}_p95_ms_{size}"] for size in ("100k", "1m"))
        guessed = [extrapolated(at_100k, at_1m, cases) for cases in (1e7, 4e7)]
        rows.append(_row(f"{name}（毫秒）", [f"{ms:,.0f}" for ms in (at_100k, at_1m, *guessed)]))
    heads = ["十万件，实测", "一百万件，实测", "一千万件，推算", "四千万件，推算"]
    return [_head("", heads), *rows]


def _head(first: str, names: Sequence[str]) -> str:
    return f"{_row(first, names)}\n|---|{'--:|' * len(names)}"


def _row(first: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"
