"""What no Rasa server can start faster than: importing Rasa and TensorFlow, and nothing else."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks.progress import Steps


def import_seconds(times: int, steps: Steps) -> float:
    """Median over fresh processes, from their start to their end."""
    command = [sys.executable, "-c", "import rasa.core.run, tensorflow"]
    found = []
    for _ in steps.over(range(times), "只导入 Rasa 和 TensorFlow"):
        began = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a fixed command
        found.append(time.perf_counter() - began)
    return statistics.median(found)
