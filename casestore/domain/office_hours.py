"""When people are at work: fixed periods on every working day, make-up days among them.

Written as in the setting OFFICE_HOURS: ``08:30-17:30``, or with a break
``08:30-12:00,13:30-17:30``. A period holds its first minute and not its last.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from casestore.domain.deadlines import CHINA_TIME, working_days_after

_PERIOD = re.compile(r" *([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2}) *")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class OfficeHours:
    """Periods of a working day in China time, in order and apart from each other."""

    periods: tuple[tuple[time, time], ...]

    @classmethod
    def parse(cls, text: str) -> "OfficeHours":
        """Read the grammar of the module. Raises ValueError."""
        periods = tuple(_period(part) for part in text.split(","))
        edges = [edge for period in periods for edge in period]
        if any(earlier >= later for earlier, later in pairwise(edges)):
            raise ValueError("periods must follow each other")
        return cls(periods)

    def is_open(self, moment: datetime) -> bool:
        """Whether people are at work at an aware moment."""
        local = moment.astimezone(CHINA_TIME)
        if working_days_after(local.date() - _ONE_DAY, 1) != local.date():
            return False
        return any(start <= local.time() < end for start, end in self.periods)


def _period(text: str) -> tuple[time, time]:
    match = _PERIOD.fullmatch(text)
    if match is None:
        raise ValueError("not HH:MM-HH:MM")
    return time.fromisoformat(match[1]), time.fromisoformat(match[2])
