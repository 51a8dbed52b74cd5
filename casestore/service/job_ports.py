"""What background jobs need from the store and from outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class JobState:
    """How a job stands: when it last worked, how often it failed since, and the kind of the last
    failure (None after a success)."""

    name: str
    worked_at: datetime | None
    failures: int
    error: str | None


class Leases(Protocol):
    """Who does which background work, so that of several processes one does it."""

    def claim(self, name: str, holder: str, now: datetime, until: datetime) -> bool:
        """Take the work, or go on having it, until a moment; False while somebody else has it."""

    def state(self, name: str) -> JobState | None:
        """How the job stands; None if nobody ever claimed it."""

    def finish(self, name: str, holder: str, now: datetime) -> None:
        """Give the work back and note that it was done."""

    def fail(self, name: str, holder: str, retry_at: datetime, error: str) -> None:
        """Give the work back with the kind of failure; nobody can claim it before ``retry_at``."""

    def failing(self) -> Sequence[JobState]:
        """The jobs whose last run failed."""

    def worked(self) -> Mapping[str, datetime]:
        """When each job last worked, of those that ever did."""


class Messenger(Protocol):
    """The way to a group of the staff's messenger."""

    def post(self, text: str) -> bool:
        """Send a text; False if it did not arrive. Never raises, never waits long."""
