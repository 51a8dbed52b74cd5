"""What a call costs at its best, whatever machine this is and whatever else it does."""

from __future__ import annotations

import time
from collections.abc import Callable

YARDSTICK_MICROSECONDS = 6.0
"""What `_yardstick` takes on the machine that the figures of these tests are about."""


def best_of(work: Callable[[], object], rounds: int = 40, each: int = 50) -> float:
    """Microseconds of one call in the quickest round: what else runs here slows the others.

    On a slower machine the yardstick, which is measured in turn with it, takes longer as well.
    """
    measured = [(_seconds(work, each), _seconds(_yardstick, each)) for _ in range(rounds)]
    quickest, yardstick = (min(seconds) for seconds in zip(*measured, strict=True))
    return quickest / yardstick * YARDSTICK_MICROSECONDS


def _seconds(work: Callable[[], object], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - began


def _yardstick() -> int:
    """Some work of the interpreter that nothing of ours is part of."""
    return len({f"{number}": number for number in range(80)})
