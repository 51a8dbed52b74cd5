"""Reports people sign: kinds, the frozen report, its digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Any

from casestore.domain.case import CaseState, Source
from casestore.domain.errors import InvalidRequest
from casestore.domain.figures import (
    BREAKDOWNS,
    EVERYTHING,
    Count,
    Dimension,
    Figures,
    MonthCount,
    Scope,
    Tally,
)
from casestore.domain.period import Period, PeriodUnit, Span
from casestore.domain.task import CauseCount, RootCause

LONGEST_NOTE = 500


class ReportKind(str, Enum):
    """What is made for whom."""

    MONTHLY = "month"
    QUARTERLY = "quarter"
    ANNUAL = "year"
    DISCLOSURE = "disclosure"

    @property
    def label(self) -> str:
        """The word people read."""
        return _LABELS[self]

    @property
    def unit(self) -> PeriodUnit:
        """How long the periods are it is made for."""
        return _UNITS[self]


_LABELS = {
    ReportKind.MONTHLY: "月度投诉统计表",
    ReportKind.QUARTERLY: "季度投诉情况通报",
    ReportKind.ANNUAL: "年度投诉工作总结",
    ReportKind.DISCLOSURE: "年度投诉信息披露",
}
_UNITS = {
    ReportKind.MONTHLY: PeriodUnit.MONTH,
    ReportKind.QUARTERLY: PeriodUnit.QUARTER,
    ReportKind.ANNUAL: PeriodUnit.YEAR,
    ReportKind.DISCLOSURE: PeriodUnit.YEAR,
}


@dataclass(frozen=True)
class ReportOrder:
    """Which report is wanted. Raises InvalidRequest if the period is not of the kind's length."""

    kind: ReportKind
    period: Period
    scope: Scope = EVERYTHING

    def __post_init__(self) -> None:
        if self.period.unit is not self.kind.unit:
            raise InvalidRequest({"period": f"{self.kind.label}不是按这样的期间做的"})

    @property
    def title(self) -> str:
        """The heading of the report."""
        return f"{self.period.name}{_HEADINGS[self.kind]}"

    def as_query(self) -> dict[str, str]:
        """The order as it stands in an address."""
        return {"kind": self.kind.value, "period": self.period.text, **self.scope.as_query()}


_HEADINGS = {
    ReportKind.MONTHLY: "消费投诉统计表",
    ReportKind.QUARTERLY: "消费投诉情况通报",
    ReportKind.ANNUAL: "消费者投诉处理工作总结",
    ReportKind.DISCLOSURE: "消费投诉情况披露",
}


@dataclass(frozen=True)
class Signature:
    """Who answers for a report."""

    by: str
    at: datetime
    note: str


@dataclass(frozen=True)
class ReportHead:
    """A frozen report without its figures; ``made_by`` is a username."""

    id: str
    order: ReportOrder
    span: Span
    made_by: str
    made_at: datetime
    signature: Signature | None = None


@dataclass(frozen=True)
class Report:
    """A frozen report. ``rules`` is the version of the counting rules, ``digest`` of ``digest_of``
    over the figures and the snapshot of the cases behind them."""

    head: ReportHead
    figures: Figures
    rules: str
    digest: str


@dataclass(frozen=True)
class CountedCase:
    """A case behind a figure; nothing personal."""

    reference: str
    received_on: date
    settled_on: date | None
    state: CaseState
    business: str
    reason: str
    branch: str
    source: Source


def digest_of(head: ReportHead, figures: Figures, rules: str, snapshot: str) -> str:
    """SHA-256 over everything that may not change: what was asked, the figures and, by their own
    digest ``snapshot``, the cases behind them."""
    whole = {
        "id": head.id,
        "order": head.order.as_query(),
        "made_by": head.made_by,
        "made_at": head.made_at.isoformat(),
        "figures": figures_to_json(figures),
        "rules": rules,
        "snapshot": snapshot,
    }
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def figures_to_json(figures: Figures) -> dict[str, Any]:
    """The figures as plain JSON values; ``figures_from_json`` reads them back."""
    return {
        "span": _span_json(figures.span),
        "current": _count_json(figures.current),
        "previous_span": figures.previous_span and _span_json(figures.previous_span),
        "previous": figures.previous and _count_json(figures.previous),
        "months": [[m.month.isoformat(), m.received, m.settled] for m in figures.months],
        "customers": dict(figures.customers),
        "causes": [
            [cause.category.value, cause.opened, cause.confirmed, cause.overdue]
            for cause in figures.causes
        ],
    }


def figures_from_json(data: Mapping[str, Any]) -> Figures:
    """What ``figures_to_json`` wrote."""
    return Figures(
        span=_read_span(data["span"]),
        current=_read_count(data["current"]),
        previous_span=_read_span(data["previous_span"]) if data["previous_span"] else None,
        previous=_read_count(data["previous"]) if data["previous"] else None,
        months=tuple(
            MonthCount(date.fromisoformat(month), received, settled)
            for month, received, settled in data["months"]
        ),
        customers=data["customers"],
        causes=tuple(
            CauseCount(RootCause(category), *numbers) for category, *numbers in data["causes"]
        ),
    )


def _span_json(span: Span) -> list[str]:
    return [span.first.isoformat(), span.last.isoformat()]


def _read_span(data: list[str]) -> Span:
    return Span(*map(date.fromisoformat, data))


def _count_json(count: Count) -> list[Any]:
    """Sorted, so that equal figures are equal texts."""
    return [
        [
            [dimension.value for dimension in dimensions],
            [[list(names), list(tally)] for names, tally in sorted(groups.items())],
        ]
        for dimensions, groups in ((each, count.groups[each]) for each in BREAKDOWNS)
    ]


def _read_count(data: list[Any]) -> Count:
    return Count(
        {
            tuple(map(Dimension, dimensions)): {
                tuple(names): Tally(*numbers) for names, numbers in groups
            }
            for dimensions, groups in data
        }
    )
