"""The months, quarters and years that reports are made for. Days are China local dates."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from casestore.domain.errors import InvalidRequest

_ONE_DAY = timedelta(days=1)
_TEXT = re.compile(r"(20\d\d)(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?")
_QUARTER_NAMES = "一二三四"
_WRONG_PERIOD = "期间应写成 2026-11（月）、2026-Q4（季）或 2026（年）"


class PeriodUnit(Enum):
    """How long a period is; the value is its number of months."""

    MONTH = 1
    QUARTER = 3
    YEAR = 12


@dataclass(frozen=True)
class Span:
    """Days from ``first`` to ``last``, both included."""

    first: date
    last: date

    def until(self, day: date) -> "Span":
        """The part of the span that is not after a day. Raises InvalidRequest if there is none."""
        if day < self.first:
            raise InvalidRequest({"period": "这个期间还没有开始"})
        return Span(self.first, min(self.last, day))

    @property
    def text(self) -> str:
        """The days as people read them."""
        return f"{self.first} 至 {self.last}"


@dataclass(frozen=True)
class Period:
    """A calendar month, quarter or year; ``number`` is 1 to 12, 1 to 4, or 1."""

    unit: PeriodUnit
    year: int
    number: int = 1

    @property
    def span(self) -> Span:
        """The days of the period."""
        following = self._moved(1)
        return Span(self._first(), following._first() - _ONE_DAY)

    @property
    def previous(self) -> "Period":
        """The period of the same length just before."""
        return self._moved(-1)

    @property
    def text(self) -> str:
        """The period as it stands in an address: ``2026-11``, ``2026-Q4`` or ``2026``."""
        if self.unit is PeriodUnit.MONTH:
            return f"{self.year}-{self.number:02}"
        return f"{self.year}-Q{self.number}" if self.unit is PeriodUnit.QUARTER else f"{self.year}"

    @property
    def name(self) -> str:
        """The period as people read it: 2026年第四季度."""
        if self.unit is PeriodUnit.MONTH:
            return f"{self.year}年{self.number}月"
        if self.unit is PeriodUnit.QUARTER:
            return f"{self.year}年第{_QUARTER_NAMES[self.number - 1]}季度"
        return f"{self.year}年"

    def _first(self) -> date:
        return date(self.year, (self.number - 1) * self.unit.value + 1, 1)

    def _moved(self, steps: int) -> "Period":
        per_year = 12 // self.unit.value
        year, index = divmod(self.year * per_year + self.number - 1 + steps, per_year)
        return Period(self.unit, year, index + 1)


def parse_period(text: str) -> Period:
    """The period written as ``Period.text`` writes it. Raises InvalidRequest."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise InvalidRequest({"period": _WRONG_PERIOD})
    year, month, quarter = found.groups()
    if month:
        return Period(PeriodUnit.MONTH, int(year), int(month))
    if quarter:
        return Period(PeriodUnit.QUARTER, int(year), int(quarter))
    return Period(PeriodUnit.YEAR, int(year))


def period_of(unit: PeriodUnit, day: date) -> Period:
    """The period of a length that a day lies in."""
    return Period(unit, day.year, (day.month - 1) // unit.value + 1)


def recent_periods(unit: PeriodUnit, today: date, count: int) -> tuple[Period, ...]:
    """The period under way and those before it, newest first, ``count`` in all."""
    found = [period_of(unit, today)]
    while len(found) < count:
        found.append(found[-1].previous)
    return tuple(found)
