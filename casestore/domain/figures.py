"""What is counted of cases in a period, and how rates follow from the counts.

Rules of counting (``RULES`` names this version; it is kept with every frozen report):

- received: the day of receipt lies in the period; settled: the day the case stopped being pending
  (answered, withdrawn, merged or closed) lies in it;
- pending on a day: received by then, and not settled by then; opening: pending on the day before
  the period. So opening + received − settled = pending, for the whole and for every group;
- answered: the day of the first decision told lies in the period; in time if it is not after the
  due day as it stood when counted (extensions and stopped clocks included);
- satisfied: the customer's latest rating is 4 or 5, among rated cases answered in the period.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from casestore.domain.errors import InvalidRequest
from casestore.domain.period import Span
from casestore.domain.task import CauseCount

RULES = "2026-11"
SMALLEST_BASE = 5
"""Rates over fewer cases say more about chance than about the bank; counts are shown instead."""
SATISFIED_FROM = 4
UNCONFIRMED_CHANNEL = "未确认"
NO_UNIT = "未分派"


class Dimension(str, Enum):
    """Along what cases are grouped. Business, reason and channel: JR/T 0169—2018, as confirmed by
    an officer (channel only then); branch: the institution complained of; unit: the one that
    handles the case; source: the way the complaint came."""

    BUSINESS = "business"
    REASON = "reason"
    CHANNEL = "channel"
    BRANCH = "branch"
    UNIT = "unit"
    SOURCE = "source"

    @property
    def label(self) -> str:
        """The word people read."""
        return _DIMENSION_LABELS[self]


_DIMENSION_LABELS = {
    Dimension.BUSINESS: "业务类别",
    Dimension.REASON: "投诉原因",
    Dimension.CHANNEL: "业务办理渠道",
    Dimension.BRANCH: "被投诉机构",
    Dimension.UNIT: "承办部门",
    Dimension.SOURCE: "投诉来源",
}


class Measure(str, Enum):
    """A number of cases; the values are the fields of ``Tally``."""

    OPENING = "opening"
    RECEIVED = "received"
    SETTLED = "settled"
    PENDING = "pending"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    IN_PROMISE = "in_promise"
    IN_LAW = "in_law"
    RATED = "rated"
    SATISFIED = "satisfied"
    REPEATS = "repeats"

    @property
    def label(self) -> str:
        """The word people read."""
        return _MEASURE_LABELS[self]


_MEASURE_LABELS = {
    Measure.OPENING: "期初未结",
    Measure.RECEIVED: "本期收到",
    Measure.SETTLED: "本期办结",
    Measure.PENDING: "期末未结",
    Measure.OVERDUE: "期末超过法定期限未结",
    Measure.ANSWERED: "本期作出答复",
    Measure.IN_PROMISE: "承诺期限内答复",
    Measure.IN_LAW: "法定期限内答复",
    Measure.RATED: "客户已评价",
    Measure.SATISFIED: "评价满意",
    Measure.REPEATS: "重复投诉",
}


@dataclass(frozen=True)
class Rate:
    """``part`` of ``whole`` cases."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, 0 to 1; None over fewer than ``SMALLEST_BASE`` cases."""
        return self.part / self.whole if self.whole >= SMALLEST_BASE else None


class Tally(NamedTuple):
    """Numbers of cases in a period, and ``days``: calendar days from receipt to answer, summed
    over the answered ones. A tuple, because large reports add up tens of thousands of them."""

    opening: int = 0
    received: int = 0
    settled: int = 0
    pending: int = 0
    overdue: int = 0
    answered: int = 0
    in_promise: int = 0
    in_law: int = 0
    days: int = 0
    rated: int = 0
    satisfied: int = 0
    repeats: int = 0

    def of(self, measure: Measure) -> int:
        """The number a measure names."""
        number: int = getattr(self, measure.value)
        return number

    @property
    def handled_rate(self) -> Rate:
        """办结率: settled among all that were there to be settled."""
        return Rate(self.settled, self.opening + self.received)

    @property
    def promise_rate(self) -> Rate:
        """Answered within the bank's own promise, among the answered."""
        return Rate(self.in_promise, self.answered)

    @property
    def law_rate(self) -> Rate:
        """Answered within the legal limit, among the answered."""
        return Rate(self.in_law, self.answered)

    @property
    def satisfaction_rate(self) -> Rate:
        """Satisfied among those who rated."""
        return Rate(self.satisfied, self.rated)

    @property
    def repeat_rate(self) -> Rate:
        """Repeated complaints among the received ones."""
        return Rate(self.repeats, self.received)

    @property
    def average_days(self) -> float | None:
        """Mean calendar days to the answer; None over fewer than ``SMALLEST_BASE`` answers."""
        return self.days / self.answered if self.answered >= SMALLEST_BASE else None

    @property
    def gap(self) -> int:
        """opening + received − settled − pending: 0 if the counts reconcile."""
        return self.opening + self.received - self.settled - self.pending


def add_up(tallies: Iterable[Tally]) -> Tally:
    """The sum, field by field; all 0 for none."""
    return Tally(*map(sum, zip(*tallies, strict=True)))


Names = tuple[str, ...]
Dimensions = tuple[Dimension, ...]

BREAKDOWNS: tuple[Dimensions, ...] = (
    (Dimension.BUSINESS, Dimension.REASON, Dimension.BRANCH),
    (Dimension.BUSINESS, Dimension.CHANNEL),
    (Dimension.UNIT,),
    (Dimension.SOURCE,),
)
"""What is counted together; everything a report shows can be added up from these."""


@dataclass(frozen=True)
class Count:
    """Tallies by the names along each of ``BREAKDOWNS``."""

    groups: Mapping[Dimensions, Mapping[Names, Tally]]

    @property
    def total(self) -> Tally:
        """All cases together."""
        return add_up(self.groups[BREAKDOWNS[0]].values())

    def along(self, *dimensions: Dimension) -> dict[Names, Tally]:
        """Tallies along some dimensions. Raises LookupError if they were not counted together."""
        whole = next((each for each in BREAKDOWNS if set(dimensions) <= set(each)), None)
        if whole is None:
            raise LookupError(dimensions)
        places = [whole.index(dimension) for dimension in dimensions]
        parts: dict[Names, list[Tally]] = {}
        for names, tally in self.groups[whole].items():
            parts.setdefault(tuple(names[place] for place in places), []).append(tally)
        return {names: add_up(tallies) for names, tallies in parts.items()}

    def by(self, dimension: Dimension) -> dict[str, Tally]:
        """Tallies along one dimension."""
        return {names[0]: tally for names, tally in self.along(dimension).items()}


@dataclass(frozen=True)
class MonthCount:
    """Cases received and settled in a calendar month (in the part of it that lies in the span)."""

    month: date
    received: int
    settled: int


@dataclass(frozen=True)
class Scope:
    """Which cases a report is about; None: all. ``unit`` is the code of the handling branch,
    the others are names as cases are grouped by."""

    unit: str | None = None
    branch: str | None = None
    business: str | None = None
    source: str | None = None

    def as_query(self) -> dict[str, str]:
        """The set parts, as they stand in an address."""
        return {name: value for name, value in vars(self).items() if value}


EVERYTHING = Scope()


@dataclass(frozen=True)
class Selection:
    """The cases behind one figure: those a measure counts whose dimensions have these names, in
    the report's period or (``is_before``) in the one it is compared with."""

    measure: Measure
    names: Mapping[Dimension, str] = field(default_factory=dict)
    is_before: bool = False

    def as_query(self) -> dict[str, str]:
        """The selection as it stands in an address; ``parse_selection`` reads it back."""
        named = {f"{_IN}{dimension.value}": name for dimension, name in self.names.items()}
        before = {_BEFORE: "1"} if self.is_before else {}
        return {"measure": self.measure.value, **named, **before}


_IN = "in_"
_BEFORE = "before"


def parse_selection(query: Mapping[str, str]) -> Selection:
    """The selection in an address, whatever else stands there. Raises InvalidRequest."""
    try:
        measure = Measure(query.get("measure", ""))
    except ValueError as exc:
        raise InvalidRequest({"measure": "没有这个指标"}) from exc
    named = {dimension: query.get(f"{_IN}{dimension.value}") for dimension in Dimension}
    names = {each: name for each, name in named.items() if name is not None}
    return Selection(measure, names, _BEFORE in query)


@dataclass(frozen=True)
class Figures:
    """Everything a report is laid out from.

    ``previous`` and ``previous_span`` are of the period before, to compare with; None where a
    report does not compare. ``months`` covers ``span``. ``customers`` gives branches their number
    of customers, so that complaints can be put in proportion; empty if the bank did not say.
    ``causes`` are the rectification tasks (溯源整改) opened in the span, where a report tells of
    them.
    """

    span: Span
    current: Count
    previous_span: Span | None = None
    previous: Count | None = None
    months: tuple[MonthCount, ...] = ()
    customers: Mapping[str, int] = field(default_factory=dict)
    causes: tuple[CauseCount, ...] = ()


def contradictions(figures: Figures) -> list[str]:
    """Why the figures cannot be right, in plain Chinese; empty if they reconcile."""
    found = []
    for count in (figures.current, figures.previous):
        if count is not None:
            found += _contradictions(count)
    return found


def _contradictions(count: Count) -> list[str]:
    total = count.total
    found = []
    if total.gap:
        found.append(
            f"期初未结 {total.opening} ＋ 收到 {total.received} － 办结 {total.settled} "
            f"≠ 期末未结 {total.pending}"
        )
    for dimensions in BREAKDOWNS:
        if add_up(count.groups[dimensions].values()) != total:
            labels = "、".join(dimension.label for dimension in dimensions)
            found.append(f"按{labels}分组的合计与总数不符")
    return found
