"""What the kernel says of a process, and what lies on its disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from benchmarks.processor import cpu_seconds
from benchmarks.soak.figures import Process

_NETS = ("tcp", "tcp6")


def process(pid: int) -> Process:
    """Raises OSError when the process has ended."""
    at = Path(f"/proc/{pid}")
    rollup = _fields(at / "smaps_rollup")
    links = _open_files(at / "fd")
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    return Process(
        rss=rollup["Rss"] / 1024,
        own=rollup["Anonymous"] / 1024,
        files=len(links),
        connections=len(sockets & _connected(at)),
        threads=_fields(at / "status")["Threads"],
        cpu_seconds=cpu_seconds(pid),
    )


def sizes(folder: Path) -> Mapping[str, int]:
    """Bytes of the databases, of their write-ahead logs and of the logs, by the file's name."""
    kinds = ("*.db", "*.db-wal", "*.log")
    return {file.name: file.stat().st_size for kind in kinds for file in folder.glob(kind)}


def _fields(file: Path) -> dict[str, int]:
    """The numbers of a file with lines like `Rss:  1234 kB`."""
    found = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdigit():
            found[name] = int(words[0])
    return found


def _open_files(folder: Path) -> list[str]:
    """Where the open descriptors lead; one that is closed meanwhile is left out."""
    links = []
    for each in list(folder.iterdir()):
        try:
            links.append(os.readlink(each))
        except FileNotFoundError:
            continue
    return links


def _connected(at: Path) -> set[str]:
    """Inodes of the TCP sockets of the machine that are connections, no listeners (state 0A)."""
    inodes = set()
    for net in _NETS:
        file = at / "net" / net
        if file.exists():
            rows = (line.split() for line in file.read_text(encoding="utf-8").splitlines()[1:])
            inodes |= {row[9] for row in rows if row[3] != "0A"}
    return inodes
