"""What a Rasa server can hardly start faster than: importing Rasa, and nothing else."""

from __future__ import annotations

import os
import statistics
import sys
import time

from benchmarks.comparison import Floor
from benchmarks.figures import ROOT
from benchmarks.processes import run
from benchmarks.progress import Steps

RASA = "rasa.core.run"
MOST_SECONDS = 300.0


def measure(times: int, steps: Steps) -> Floor:
    """Medians over fresh processes, from their start to their end."""
    rasa = [_seconds(RASA) for _ in steps.over(range(times), "只导入 Rasa")]
    both = [
        _seconds(f"{RASA}, tensorflow")
        for _ in steps.over(range(times), "只导入 Rasa 和 TensorFlow")
    ]
    return Floor(statistics.median(rasa), statistics.median(both))


def _seconds(modules: str) -> float:
    began = time.perf_counter()
    run([sys.executable, "-c", f"import {modules}"], ROOT, dict(os.environ), MOST_SECONDS)
    return time.perf_counter() - began
