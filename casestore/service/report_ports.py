"""What reports and early warnings need from the store."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from casestore.domain.alert import Alert, Kind, Load, Seen
from casestore.domain.figures import Count, Scope, Selection
from casestore.domain.period import Span
from casestore.domain.report import CountedCase, Report, ReportHead, Signature


class CountedCases(Protocol):
    """Cases as a report counts them."""

    def count(self, span: Span) -> Count:
        """All tallies of a span."""

    def daily(self, span: Span) -> Mapping[date, tuple[int, int]]:
        """Numbers received and settled on each day that had any."""

    def behind(
        self, selection: Selection, span: Span, after: str | None, size: int
    ) -> Sequence[CountedCase]:
        """Up to ``size`` cases behind a figure of a span, in the order of their references,
        following the reference ``after`` (from the first if None)."""


class Reports(Protocol):
    """Frozen reports, and the counting that makes them."""

    def live(self, scope: Scope) -> CountedCases:
        """The cases of a scope as they stand now."""

    def frozen(self, report_id: str) -> CountedCases:
        """The cases of a frozen report as they stood when it was frozen."""

    def take_snapshot(self, report_id: str, span: Span, scope: Scope) -> None:
        """Copy the facts of every case of a scope that counts in a span."""

    def snapshot_digest(self, report_id: str) -> str:
        """SHA-256 over the copied facts, in the order of the references."""

    def add(self, report: Report) -> None:
        """Write a report whose snapshot was taken."""

    def head(self, report_id: str) -> ReportHead | None:
        """A report without its figures; None if there is none."""

    def get(self, report_id: str) -> Report | None:
        """A report; None if there is none."""

    def all(self, unit: str | None) -> Sequence[ReportHead]:
        """Reports of one handling unit (None: all reports), newest first."""

    def sign(self, report_id: str, signature: Signature) -> bool:
        """Sign a report; False, and nothing written, if it was signed before."""


class Alerts(Protocol):
    """Early warnings."""

    def loads(self, base: Span, recent: Span) -> Mapping[Kind, Load]:
        """Numbers of like cases received in two spans, by business, reason and branch, of all
        kinds that had any."""

    def lock(self) -> None:
        """Nobody else adds warnings until the transaction ends."""

    def told_since(self, moment: datetime) -> frozenset[Kind]:
        """The kinds people were told of at or after a moment."""

    def open_since(self, moment: datetime) -> Sequence[Alert]:
        """The warnings raised at or after a moment that nobody has seen."""

    def add(self, alert: Alert) -> None:
        """Write a warning."""

    def renew(self, alert: Alert) -> None:
        """Overwrite count, expectation and days of a warning, unless somebody has seen it."""

    def get(self, alert_id: str) -> Alert | None:
        """A warning; None if there is none."""

    def recent(self, branch: str | None, size: int) -> Sequence[Alert]:
        """Up to ``size`` warnings (of one branch, by name), those nobody has seen first, then
        newest first."""

    def see(self, alert_id: str, seen: Seen) -> bool:
        """Note who saw a warning; False, and nothing written, if somebody had seen it before."""

    def cases(self, alert: Alert, unit: str | None, size: int) -> Sequence[CountedCase]:
        """Up to ``size`` cases a warning is about (of one handling unit, by code), newest first."""
