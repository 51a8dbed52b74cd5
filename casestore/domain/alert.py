"""Early warning: are there more like cases this week than chance explains?

Cases of one kind (business × reason, at one branch or over all) come, as long as nothing changes,
about as a Poisson process. The last 7 days are compared with what the 8 weeks before lead to
expect; when so many or more would come by chance less than once in a thousand, people are told.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

RECENT_DAYS = 7
BASE_WEEKS = 8
FEWEST_CASES = 5
LARGEST_CHANCE = 0.001
QUIET = timedelta(days=7)
"""A group that was told of is not told of again for so long."""
EVERYWHERE = ""
"""The branch of an alert over all branches."""

# Nothing in 8 weeks does not mean that nothing can come: half a case is what is expected then.
_LEAST_BASE = 0.5


@dataclass(frozen=True)
class Kind:
    """Like cases; ``branch`` is ``EVERYWHERE`` for all branches together."""

    business: str
    reason: str
    branch: str


@dataclass(frozen=True)
class Load:
    """How many cases came in the last 7 days and in the 8 weeks before."""

    recent: int
    base: int

    @property
    def expected(self) -> float:
        """Cases per week that the weeks before lead to expect."""
        return max(float(self.base), _LEAST_BASE) / BASE_WEEKS

    @property
    def is_unusual(self) -> bool:
        """Whether chance hardly explains the recent number."""
        return (
            self.recent >= FEWEST_CASES
            and poisson_tail(self.recent, self.expected) < LARGEST_CHANCE
        )

    def __add__(self, other: "Load") -> "Load":
        return Load(self.recent + other.recent, self.base + other.base)


@dataclass(frozen=True)
class Rise:
    """An unusual number of like cases from ``first`` to ``last``."""

    kind: Kind
    load: Load
    first: date
    last: date


@dataclass(frozen=True)
class Seen:
    """Who took note of an alert, and what they make of it."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class Alert:
    """A rise that people were told of."""

    id: str
    kind: Kind
    count: int
    expected: float
    first: date
    last: date
    raised_at: datetime
    seen: Seen | None = None


def poisson_tail(count: int, mean: float) -> float:
    """The chance of ``count`` or more events when ``mean`` (> 0) are expected."""
    if count > mean:  # sum the tail itself: 1 − (almost 1) would have no digits left
        return min(_upper_sum(count, mean), 1.0)
    return 1.0 - sum(_poisson(k, mean) for k in range(count))


def rises(loads: Mapping[Kind, Load], today: date, quiet: Collection[Kind] = ()) -> list[Rise]:
    """What is unusual today, without the kinds told of lately, the largest first.

    ``loads`` is by single branch. There is a rise over all branches where what the branches that
    are unusual themselves do not explain is unusual, too; it counts every branch all the same.
    """
    found = {kind: load for kind, load in loads.items() if load.is_unusual}
    unexplained = _everywhere({kind: load for kind, load in loads.items() if kind not in found})
    whole = _everywhere(loads)
    found.update({kind: whole[kind] for kind, load in unexplained.items() if load.is_unusual})
    fresh = [_rise(kind, load, today) for kind, load in found.items() if kind not in quiet]
    return sorted(fresh, key=lambda rise: (-rise.load.recent, rise.kind.business, rise.kind.branch))


def still_rising(
    loads: Mapping[Kind, Load], today: date, told: Collection[Kind]
) -> Mapping[Kind, Rise]:
    """How those of the kinds ``told`` of stand today that are unusual still.

    ``loads`` is by single branch. All branches together go on as long as one of them does, so that
    the whole never stands with fewer cases than a part of it.
    """
    found = {kind: load for kind, load in loads.items() if load.is_unusual}
    risen = {Kind(kind.business, kind.reason, EVERYWHERE) for kind in found}
    whole = _everywhere(loads)
    found.update({k: load for k, load in whole.items() if load.is_unusual or k in risen})
    return {kind: _rise(kind, load, today) for kind, load in found.items() if kind in told}


def _rise(kind: Kind, load: Load, today: date) -> Rise:
    return Rise(kind, load, today - timedelta(days=RECENT_DAYS - 1), today)


def _everywhere(loads: Mapping[Kind, Load]) -> dict[Kind, Load]:
    """The branches of each business and reason together."""
    found: dict[Kind, Load] = {}
    for kind, load in loads.items():
        whole = Kind(kind.business, kind.reason, EVERYWHERE)
        found[whole] = found.get(whole, Load(0, 0)) + load
    return found


def _upper_sum(count: int, mean: float) -> float:
    total, term, k = 0.0, _poisson(count, mean), count
    while term > total * 1e-12:
        total += term
        k += 1
        term *= mean / k
    return total


def _poisson(count: int, mean: float) -> float:
    return math.exp(count * math.log(mean) - mean - math.lgamma(count + 1))
