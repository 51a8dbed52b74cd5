"""Who looks at a case at the same time, and the lists an officer keeps for themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

PRESENT_FOR = timedelta(minutes=3)
"""How long after their last sign of life somebody counts as looking at a case."""
LONGEST_VIEW_NAME = 50
MOST_VIEWS = 30


@dataclass(frozen=True)
class Viewer:
    """An officer at a case's page; ``name`` is what colleagues call them."""

    reference: str
    username: str
    name: str
    seen_at: datetime
    is_writing: bool


@dataclass(frozen=True)
class SavedView:
    """A list of cases under a name; ``query`` is the part of the address after the ``?``."""

    id: str
    username: str
    name: str
    query: str
