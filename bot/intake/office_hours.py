"""When people are at work: fixed periods on every working day, make-up days among them. Pure.

Written as in the setting OFFICE_HOURS: `08:30-17:30`, or with a break
`08:30-12:00,13:30-17:30`. A period holds its first minute and not its last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import pairwise

from bot.intake.calendar import BEIJING, is_working_day, local_day, next_working_day

_PERIOD = re.compile(r" *([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})")
_EXAMPLE = "请写成 08:30-17:30，中间有休息的写成 08:30-12:00,13:30-17:30"


@dataclass(frozen=True)
class OfficeHours:
    """Opening periods of a working day in China time, in order and apart from each other."""

    periods: tuple[tuple[time, time], ...]

    @classmethod
    def parse(cls, text: str) -> OfficeHours:
        """Reads the grammar of the module.

        Raises ValueError with a message in plain Chinese that shows the right form.
        """
        periods = tuple(_period(part) for part in text.split(","))
        edges = [edge for period in periods for edge in period]
        if any(earlier >= later for earlier, later in pairwise(edges)):
            raise ValueError(f"上班时间要从早到晚写，各段不能重叠：{text}。{_EXAMPLE}。")
        return cls(periods)

    def is_open(self, moment: datetime) -> bool:
        """Whether people are at work at an aware moment."""
        return self.next_open(moment) == moment

    def next_open(self, moment: datetime) -> datetime:
        """The first moment from an aware `moment` on when people are at work, in China time."""
        local = moment.astimezone(BEIJING)
        day = local_day(moment)
        if is_working_day(day):
            for start, end in self.periods:
                if local.time() < end:
                    return max(local, datetime.combine(day, start, BEIJING))
        return datetime.combine(next_working_day(day), self.periods[0][0], BEIJING)

    def after(self, moment: datetime, working: timedelta) -> datetime:
        """The moment, in China time, when people have been at work for `working` since `moment`.

        It is never the first minute of a period where the last one of the period before will do.
        """
        at = self.next_open(moment)
        while True:
            left_today = self._closes(at) - at
            if working <= left_today:
                return at + working
            working -= left_today
            at = self.next_open(at + left_today)

    def _closes(self, at: datetime) -> datetime:
        """The end of the period that the China time `at` is in."""
        end = next(end for start, end in self.periods if start <= at.time() < end)
        return datetime.combine(at.date(), end, BEIJING)


def _period(text: str) -> tuple[time, time]:
    match = _PERIOD.fullmatch(text)
    try:
        if match:
            return time.fromisoformat(match[1]), time.fromisoformat(match[2])
    except ValueError:
        pass  # 25:00: refused below like any other slip
    raise ValueError(f"上班时间看不懂：{text.strip() or '（空）'}。{_EXAMPLE}。")
