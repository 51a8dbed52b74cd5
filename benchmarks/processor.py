"""How much processor time processes have used, from /proc/PID/stat (Linux only; proc(5))."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Seconds of all threads of a process, in steps of a hundredth; its children not included."""
    return sum(_times(_stat(pid))[:2]) / _TICKS


def used(pids: Iterable[int]) -> float:
    """Seconds that these processes and all below them have used, those that have ended included."""
    return sum(map(_of_family, pids)) / _TICKS


def ticks_of(stat: str) -> int:
    """Clock ticks in a line of /proc/PID/stat: the process's own and those of ended children."""
    return sum(_times(stat))


def _times(stat: str) -> list[int]:
    """User and system time, then both of ended children."""
    # The name, in brackets, may hold blanks and brackets.
    return list(map(int, stat.rpartition(")")[2].split()[11:15]))


def _of_family(pid: int) -> int:
    # The children first: one that ends in between is counted with its parent then.
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return sum(map(_of_child, children)) + ticks_of(_stat(pid))


def _of_child(pid: str) -> int:
    try:
        return _of_family(int(pid))
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _stat(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
