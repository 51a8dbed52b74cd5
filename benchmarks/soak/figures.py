"""What is sampled during a soak, and whether anything grows. Pure."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.aims import Row, quantile

MOST_MB_PER_10K = 1.0
"""Private memory per 10,000 messages. Less cannot be told from the allocator's own moving about in
half an hour; at ten messages a second it is some 90 MB a day, seen by the memory alert long before
a limit, and gone with every upgrade."""
MOST_WAL_MB = 16.0
"""SQLite writes the log back at 4 MB (1,000 pages) unless somebody reads; four times that is still
a reader who lets go, a log that is never written back passes it within minutes."""
MOST_FILES, MOST_CONNECTIONS, MOST_THREADS = 6, 2, 4
"""More at rest than after the warm-up. Pools of connections and threads open what they need when
they first need it, up to a limit, and keep it: two connections to SQLite are six files. One lost in
a thousand messages would be seventeen in half an hour."""
MOST_SLOWER = 1.5
"""p95 of the last quarter against the first: above what windows of a busy machine differ by."""
MB = 1024 * 1024


@dataclass(frozen=True)
class Process:
    """MB of memory, and counts; `cpu_seconds` since its start.

    `own` is memory that lies in no file. What lies in one, the code of libraries, is shared with all
    that run it, and counts as private whenever another program ends.
    """

    rss: float
    own: float
    files: int
    connections: int
    threads: int
    cpu_seconds: float


@dataclass(frozen=True)
class Sample:
    """One look: seconds and messages since the load began, and the acts since the last look (ms)."""

    at: float
    messages: int
    processes: Mapping[str, Process]
    sizes: Mapping[str, int]
    times: Sequence[float] = ()


@dataclass(frozen=True)
class Soak:
    """A whole run. `rest_before`, `rest_after`: looks without any load, before and after `steady`."""

    warm_up: Sequence[Sample]
    steady: Sequence[Sample]
    rest_before: Sequence[Sample]
    rest_after: Sequence[Sample]
    conversations: int
    pages: int
    resent: int
    troubles: Mapping[str, int]

    @property
    def names(self) -> list[str]:
        return list(self.steady[0].processes)

    @property
    def messages(self) -> int:
        return self.steady[-1].messages


@dataclass(frozen=True)
class Growth:
    """Of one process over the steady time: MB then and now, slopes, and counts at rest."""

    name: str
    first_mb: float
    last_mb: float
    rss_mb: float
    mb_per_10k: float
    mb_per_hour: float
    files: tuple[int, int]
    connections: tuple[int, int]
    threads: tuple[int, int]
    cpu_ms: float
    """Milliseconds of processor time a message."""

    @property
    def flat(self) -> bool:
        most = (
            (self.files, MOST_FILES),
            (self.connections, MOST_CONNECTIONS),
            (self.threads, MOST_THREADS),
        )
        few = all(now - then <= allowed for (then, now), allowed in most)
        return self.mb_per_10k <= MOST_MB_PER_10K and few


def slope(x: Sequence[float], y: Sequence[float]) -> float:
    """By least squares; 0 where nothing can be said."""
    middle_x, middle_y = statistics.fmean(x), statistics.fmean(y)
    spread = sum((each - middle_x) ** 2 for each in x)
    if not spread:
        return 0.0
    return sum((a - middle_x) * (b - middle_y) for a, b in zip(x, y, strict=True)) / spread


def growth(soak: Soak, name: str) -> Growth:
    steady = soak.steady
    messages = [float(sample.messages) for sample in steady]
    hours = [sample.at / 3600 for sample in steady]
    memory = [sample.processes[name].own for sample in steady]
    first, last = steady[0].processes[name], steady[-1].processes[name]

    def at_rest(count: Callable[[Process], int]) -> tuple[int, int]:
        before, after = (
            min(count(sample.processes[name]) for sample in rest)
            for rest in (soak.rest_before, soak.rest_after)
        )
        return before, after

    return Growth(
        name,
        first.own,
        last.own,
        max(sample.processes[name].rss for sample in steady),
        slope(messages, memory) * 10_000,
        slope(hours, memory),
        at_rest(lambda process: process.files),
        at_rest(lambda process: process.connections),
        at_rest(lambda process: process.threads),
        (last.cpu_seconds - first.cpu_seconds) * 1000 / max(messages[-1] - messages[0], 1),
    )


def rows(soak: Soak) -> list[Row]:
    """The verdicts; the names of processes are those of `tests.stack`."""
    table = []
    for name in soak.names:
        grown = growth(soak, name)
        table += [
            Row(f"{name}：内存增长", grown.mb_per_10k, "MB/万条", MOST_MB_PER_10K),
            Row(f"{name}：打开的文件，多出", _more(grown.files), "个", MOST_FILES),
            Row(f"{name}：TCP 连接，多出", _more(grown.connections), "条", MOST_CONNECTIONS),
            Row(f"{name}：线程，多出", _more(grown.threads), "个", MOST_THREADS),
        ]
    return [*table, *_files(soak), *_answers(soak)]


def _more(counts: tuple[int, int]) -> float:
    return float(counts[1] - counts[0])


def _files(soak: Soak) -> list[Row]:
    logs = sorted({name for sample in soak.steady for name in sample.sizes if _is_wal(name)})
    most = [(name, max(sample.sizes.get(name, 0) for sample in soak.steady) / MB) for name in logs]
    return [Row(f"{name}：最大", size, "MB", MOST_WAL_MB) for name, size in most]


def _is_wal(name: str) -> bool:
    return name.endswith("-wal")


def _answers(soak: Soak) -> list[Row]:
    early, late = quarter(soak.steady, 0), quarter(soak.steady, 3)
    return [
        Row(
            "最后四分之一的 p95 是开头的",
            quantile(late, 0.95) / quantile(early, 0.95),
            "倍",
            MOST_SLOWER,
        ),
        Row("“系统正忙”，重发", float(soak.resent), "次"),
        Row("没有回答或答得不对", float(sum(soak.troubles.values())), "次", 0.0),
    ]


def quarter(samples: Sequence[Sample], number: int) -> list[float]:
    """The times of one quarter of the samples, 0 to 3."""
    length = max(1, len(samples) // 4)
    start = min(number * length, len(samples) - length)
    return [time for sample in samples[start : start + length] for time in sample.times]


def bytes_a_message(soak: Soak) -> dict[str, float]:
    """By how much each database and log grew over the steady time, by a message."""
    first, last = soak.steady[0], soak.steady[-1]
    sent = max(last.messages - first.messages, 1)
    return {
        name: (last.sizes[name] - first.sizes.get(name, 0)) / sent
        for name in sorted(last.sizes)
        if not _is_wal(name)
    }
