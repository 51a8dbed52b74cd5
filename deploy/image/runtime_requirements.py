"""Prints the part of requirements.lock that runs in production, hashes and all.

    python runtime_requirements.py requirements.in requirements.lock

What only development needs (from the heading `# Development` of requirements.in on) and what only
that needs is left out, by the `# via` notes of the lock. Needs nothing but Python.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

DEVELOPMENT = "# Development"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VIA = re.compile(r"^    #(?: via)?\s*(?P<parent>[A-Za-z0-9][A-Za-z0-9._-]*)?(?:\[.*\])?$")


def direct(requirements: str) -> set[str]:
    """The packages a requirements.in asks for in production. Raises ValueError without heading."""
    above, heading, _ = requirements.partition(DEVELOPMENT)
    if not heading:
        raise ValueError(f"requirements.in has no heading {DEVELOPMENT}")
    lines = (line.split("#")[0].strip() for line in above.splitlines())
    return {_name(line) for line in lines if line}


def blocks(lock: str) -> dict[str, list[str]]:
    """The lines of each package of a lock, by name."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in lock.splitlines():
        if _NAME.match(line):
            lines = found.setdefault(_name(line), [])
        lines.append(line)
    return found


def needed(roots: set[str], packages: Mapping[str, Sequence[str]]) -> set[str]:
    """`roots` and whatever of `packages` they need, directly or not."""
    parents = {name: _parents(lines) for name, lines in packages.items()}
    found = roots & packages.keys()
    while True:
        more = {name for name in packages if parents[name] & found} - found
        if not more:
            return found
        found |= more


def _parents(lines: Sequence[str]) -> set[str]:
    matches = (_VIA.match(line) for line in lines)
    return {_name(m["parent"]) for m in matches if m and m["parent"]}


def _name(line: str) -> str:
    """The package a line begins with, spelt as PEP 503 compares names."""
    match = _NAME.match(line)
    if match is None:
        raise ValueError(f"no package: {line}")
    return re.sub(r"[-_.]+", "-", match.group()).lower()


def main(requirements: str, lock: str) -> None:
    packages = blocks(Path(lock).read_text(encoding="utf-8"))
    wanted = needed(direct(Path(requirements).read_text(encoding="utf-8")), packages)
    lines = (line for name, lines in packages.items() if name in wanted for line in lines)
    sys.stdout.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    main(*sys.argv[1:])
