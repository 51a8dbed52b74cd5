"""How much processor time processes have used, from /proc (Linux only)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def used(pids: Iterable[int]) -> float:
    """Seconds that these processes and all below them have used, those that have ended included."""
    ticks = sum(ticks_of(_stat(pid)) for root in pids for pid in _family(root))
    return ticks / _TICKS


def ticks_of(stat: str) -> int:
    """Clock ticks in a line of /proc/PID/stat: the process's own and those of ended children."""
    # The name, in brackets, may hold blanks and brackets.
    fields = stat.rpartition(")")[2].split()
    return sum(map(int, fields[11:15]))


def _family(root: int) -> Iterator[int]:
    yield root
    children = Path(f"/proc/{root}/task/{root}/children")
    for child in children.read_text("ascii").split():
        yield from _family(int(child))


def _stat(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
