"""Where and on what the figures were taken."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bot.settings import ROOT

_MEASURED = ("data", "bot", "config.yml")
_PACKAGES = ("rasa", "scikit-learn", "tensorflow", "jieba")


def commit() -> str:
    """The commit measured, and whether what was measured differs from it."""
    changed = _git("status", "--porcelain", "--", *_MEASURED)
    head = f"`{_git('rev-parse', '--short', 'HEAD')}`"
    return f"{head}，有未提交的改动" if changed else head


def _git(*arguments: str) -> str:
    return subprocess.run(  # noqa: S603 - fixed commands
        ["git", *arguments],  # noqa: S607
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def machine() -> str:
    """Processor, cores and memory, without the name of the machine."""
    memory = _first("/proc/meminfo", "MemTotal").split()[0]
    model = _first("/proc/cpuinfo", "model name")
    return f"{model}，{os.cpu_count()} 核，内存 {int(memory) / 1024**2:.0f} GB"


def _first(path: str, name: str) -> str:
    """The first value under `name` in a file of `name: value` lines."""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "0"


def versions() -> str:
    """Python and the packages that understand."""
    found = [f"{name} {version(name)}" for name in _PACKAGES]
    return "，".join([f"Python {platform.python_version()}", *found])
