"""Where campaigns lie, and what they may refer to."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from bot.campaigns.shelf import Library, Shelf
from bot.knowledge.catalogue import load_catalogue
from bot.knowledge.files import FAQ, SOURCES
from bot.knowledge.sources_file import load_sources


def load_library() -> Library:
    """The governed answers and the list of sources. Raises ConfigurationError."""
    return Library(load_catalogue(FAQ), load_sources(SOURCES))


def open_shelf(
    folder: Path, today: Callable[[], date], steady: Callable[[], float] = time.monotonic
) -> Shelf:
    """The campaigns of `folder`, read when first asked for. Raises ConfigurationError."""
    return Shelf(folder, load_library(), today, steady)
