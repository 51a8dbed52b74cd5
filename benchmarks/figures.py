"""What every page of figures says of its run: the machine and the commit."""

from __future__ import annotations

import platform
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def machine() -> str:
    """Processor, cores and Python of this machine."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    cores = Path("/proc/cpuinfo").read_text(encoding="utf-8").count("processor\t")
    return f"{model}, {cores} cores, Linux {platform.release()}, Python {platform.python_version()}"


def commit() -> str:
    """The commit measured, marked when the tree has changes."""
    run = ["git", "describe", "--always", "--dirty", "--abbrev=10"]
    return subprocess.run(  # noqa: S603 - a fixed command
        run, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
