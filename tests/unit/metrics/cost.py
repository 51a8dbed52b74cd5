"""What a call costs at its best."""

from __future__ import annotations

import time
from collections.abc import Callable


def best_of(work: Callable[[], object], rounds: int = 40, each: int = 50) -> float:
    """Microseconds of one call in the quickest round: what else runs here slows the others."""
    quickest = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(each):
            work()
        quickest = min(quickest, time.perf_counter() - began)
    return quickest / each * 1e6
