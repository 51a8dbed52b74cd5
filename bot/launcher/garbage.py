"""Has Python look for garbage less often in a process that serves.

Model, dictionaries and modules are hundreds of thousands of objects that stay for good, and a turn
makes some thousands that are gone at its end. Looking through them seven hundred at a time costs a
tenth of a turn (the `gc` module's `freeze` and `set_threshold`).
"""

from __future__ import annotations

import gc

YOUNG = 10_000
"""New objects after which Python looks through them; it does after 700 by itself."""


def look_rarely() -> None:
    """What has been made so far is never looked at again. Call it when a process is ready to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)
