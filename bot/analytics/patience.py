"""How long to leave something alone that does not answer. Pure."""

from __future__ import annotations

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0


def pause_after(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 1, 2, 4 … 30."""
    return min(FIRST_SECONDS * 2.0 ** min(failures - 1, 10), LONGEST_SECONDS)
