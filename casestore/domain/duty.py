"""Who is on duty for customers who want to talk to a person now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

PRESENT_FOR = timedelta(minutes=2)
"""An officer without a sign of life for so long is gone."""


@dataclass(frozen=True)
class Duty:
    """An officer who is there; ``takes_talks`` whether they switched 在线接待 on. Who leads a talk
    without it is there for that one only."""

    username: str
    since: datetime
    seen_at: datetime
    takes_talks: bool

    def is_present(self, now: datetime) -> bool:
        """Whether the last sign of life is recent."""
        return now - self.seen_at < PRESENT_FOR


@dataclass(frozen=True)
class DeskStanding:
    """Whether a customer may expect a person now: ``is_open`` if somebody on duty has room,
    ``on_duty`` how many are there, ``waiting`` how many customers wait."""

    is_open: bool
    on_duty: int
    waiting: int


def desk_standing(
    duties: Sequence[Duty],
    led: Mapping[str, int],
    waiting: int,
    limit: int,
    is_office_hours: bool,
    now: datetime,
) -> DeskStanding:
    """The desk as it stands: ``led`` counts the talks each officer leads, ``limit`` how many one may
    lead at once."""
    there = [duty for duty in duties if duty.takes_talks and duty.is_present(now)]
    has_room = any(led.get(duty.username, 0) < limit for duty in there)
    return DeskStanding(is_office_hours and has_room, len(there), waiting)
