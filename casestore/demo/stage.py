"""Time on the stage: what happened to many cases is played in the order in which it happened.

Each case's life is a generator that yields the moment of its next act and, resumed, does it. The
clock stands at that moment meanwhile, so that services and history agree.
"""

import heapq
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from casestore.domain.deadlines import CHINA_TIME, local_date, working_days_after

Life = Iterator[datetime]

_OPENS, _CLOSES = 9, 17


class StageClock:
    """A clock that stands where the play is."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment


def play(lives: Iterable[Life], clock: StageClock, until: datetime) -> Iterator[int]:
    """Play all lives up to a moment, one act after the other; gives the lives over or broken off
    so far after each act."""
    waiting: list[tuple[datetime, int, Life]] = []
    for number, life in enumerate(lives):
        _wait(waiting, number, life)
    total = len(waiting)
    while waiting:
        moment, number, life = heapq.heappop(waiting)
        if moment < until:
            clock.moment = max(clock.moment, moment)
            _wait(waiting, number, life)
        yield total - len(waiting)


def _wait(waiting: list[tuple[datetime, int, Life]], number: int, life: Life) -> None:
    moment = next(life, None)
    if moment is not None:
        heapq.heappush(waiting, (moment, number, life))


def in_office(after: datetime, working_days: int, rng: Random) -> datetime:
    """Some moment in office hours that many working days later, or later on the same day."""
    if working_days == 0:
        return after + timedelta(minutes=rng.randint(5, 40))
    return at_work(working_days_after(local_date(after), working_days), rng)


def at_work(day: date, rng: Random) -> datetime:
    """Some moment of a day in office hours."""
    hour, minute = rng.randint(_OPENS, _CLOSES - 1), rng.randint(0, 59)
    return datetime.combine(day, time(hour, minute, rng.randint(0, 59)), CHINA_TIME)


def any_time(day: date, rng: Random) -> datetime:
    """Some moment of a day: customers write to the assistant at all hours, mostly awake."""
    minutes = rng.randint(7 * 60, 23 * 60)
    return datetime.combine(day, time(minutes // 60, minutes % 60, rng.randint(0, 59)), CHINA_TIME)
