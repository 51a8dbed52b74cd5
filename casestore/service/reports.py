"""Making, freezing, checking and signing reports.

An officer of a branch sees reports over the cases their branch handles; the head office sees all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timezone

from casestore.domain.deadlines import local_date
from casestore.domain.errors import (
    InvalidRequest,
    NeedsAnother,
    NotAllowed,
    ReportAlreadySigned,
    ReportChanged,
    ReportDoesNotReconcile,
    ReportNotFound,
)
from casestore.domain.figures import RULES, Figures, MonthCount, Selection, contradictions
from casestore.domain.period import Period, PeriodUnit, Span
from casestore.domain.report import (
    LONGEST_NOTE,
    CountedCase,
    Report,
    ReportHead,
    ReportKind,
    ReportOrder,
    Signature,
    digest_of,
)
from casestore.domain.staff import Officer, Right
from casestore.domain.task import CauseCount
from casestore.domain.taxonomy import Codes
from casestore.service.ports import Clock, Store, Transaction
from casestore.service.report_ports import CountedCases

_CHANGED_FIGURES = "用定稿时的投诉快照重新计算，数字与定稿时不同"
_CHANGED_CONTENT = "定稿的内容或投诉快照被改动过"


@dataclass(frozen=True)
class CasesPage:
    """Cases behind a figure; ``following`` is the reference to go on after, None at the end."""

    cases: Sequence[CountedCase]
    following: str | None


@dataclass(frozen=True)
class Reports:
    """Reports as a use case. ``codes`` are the official codes of classes, ``customers``
    the number of customers by name of branch.

    Every method may raise StoreUnavailable, and NotAllowed for officers without the right.
    """

    store: Store
    now: Clock
    codes: Codes = field(default_factory=Codes)
    customers: Mapping[str, int] = field(default_factory=dict)

    def figures(self, order: ReportOrder, officer: Officer) -> Figures:
        """The figures of a report as they are now. Raises InvalidRequest for the future."""
        order = within_rights(order, officer)
        with self.store.transaction() as tx:
            figures = self._count(order, tx.reports.live(order.scope))
            return replace(figures, causes=_causes(tx, order, figures.span))

    def bulletin(self, year: int, quarter: int) -> Figures:
        """The figures of a quarterly bulletin over the whole bank, for programs."""
        order = ReportOrder(ReportKind.QUARTERLY, Period(PeriodUnit.QUARTER, year, quarter))
        with self.store.transaction() as tx:
            return self._count(order, tx.reports.live(order.scope))

    def behind(
        self,
        order: ReportOrder,
        selection: Selection,
        officer: Officer,
        after: str | None,
        size: int,
    ) -> CasesPage:
        """The cases behind a figure, as they are now. Raises InvalidRequest for the future and for
        the period before where the report does not compare."""
        order = within_rights(order, officer)
        span = _selected(order, selection, order.period.span.until(self._today()))
        with self.store.transaction() as tx:
            return _page(tx.reports.live(order.scope), selection, span, after, size)

    def freeze(self, report_id: str, order: ReportOrder, officer: Officer) -> ReportHead:
        """Keep a report and every case it counts, as they are now; the same id again gives the
        report kept before.

        Raises InvalidRequest for the future, ReportDoesNotReconcile.
        """
        order = within_rights(order, officer)
        span = order.period.span.until(self._today())
        with self.store.transaction() as tx:
            existing = tx.reports.head(report_id)
            if existing is not None:
                return _visible(existing, officer)
            tx.reports.take_snapshot(report_id, _whole(order, span), order.scope)
            figures = self._count(order, tx.reports.frozen(report_id))
            figures = replace(figures, causes=_causes(tx, order, span))
            problems = contradictions(figures)
            if problems:
                raise ReportDoesNotReconcile(problems)
            made_at = self.now().astimezone(timezone.utc)
            head = ReportHead(report_id, order, span, officer.username, made_at)
            digest = digest_of(head, figures, RULES, tx.reports.snapshot_digest(report_id))
            tx.reports.add(Report(head, figures, RULES, digest))
            tx.audit.append(officer.actor, "report_frozen", report_id, order.title, made_at)
            tx.commit()
        return head

    def all(self, officer: Officer) -> Sequence[ReportHead]:
        """The frozen reports the officer may see, newest first."""
        _require(officer, Right.REPORT)
        with self.store.transaction() as tx:
            return tx.reports.all(officer.branch)

    def get(self, report_id: str, officer: Officer) -> Report:
        """A frozen report. Raises ReportNotFound."""
        _require(officer, Right.REPORT)
        with self.store.transaction() as tx:
            return _found(tx, report_id, officer)

    def frozen_behind(
        self,
        report_id: str,
        selection: Selection,
        officer: Officer,
        after: str | None,
        size: int,
    ) -> CasesPage:
        """The cases behind a figure of a frozen report, as they were then.
        Raises ReportNotFound."""
        _require(officer, Right.REPORT)
        with self.store.transaction() as tx:
            head = tx.reports.head(report_id)
            visible = _visible(head, officer)
            span = _selected(visible.order, selection, visible.span)
            return _page(tx.reports.frozen(report_id), selection, span, after, size)

    def verify(self, report_id: str, officer: Officer) -> tuple[str, ...]:
        """What is no longer as it was frozen, in plain Chinese; empty if nothing changed.
        Raises ReportNotFound."""
        _require(officer, Right.REPORT)
        with self.store.transaction() as tx:
            return self._changes(tx, _found(tx, report_id, officer))

    def sign(self, report_id: str, note: str, officer: Officer) -> ReportHead:
        """Answer for a report somebody else has made; it never changes afterwards.

        Raises ReportNotFound, NeedsAnother for the maker, ReportAlreadySigned, ReportChanged,
        InvalidRequest for a note that is too long.
        """
        _require(officer, Right.SIGN)
        if len(note) > LONGEST_NOTE:
            raise InvalidRequest({"note": f"最多 {LONGEST_NOTE} 字"})
        with self.store.transaction() as tx:
            report = _found(tx, report_id, officer)
            if report.head.made_by == officer.username:
                raise NeedsAnother("做报告的人不能自己签署")
            if report.head.signature is not None:
                raise ReportAlreadySigned
            if self._changes(tx, report):
                raise ReportChanged
            signature = Signature(officer.username, self.now(), note)
            if not tx.reports.sign(report_id, signature):
                raise ReportAlreadySigned
            title = report.head.order.title
            tx.audit.append(officer.actor, "report_signed", report_id, title, signature.at)
            tx.commit()
        return replace(report.head, signature=signature)

    def _today(self) -> date:
        return local_date(self.now())

    def _count(
        self, order: ReportOrder, counted: CountedCases, span: Span | None = None
    ) -> Figures:
        span = span or order.period.span.until(self._today())
        before = order.period.previous.span if _compares(order.kind) else None
        return Figures(
            span=span,
            current=counted.count(span),
            previous_span=before,
            previous=counted.count(before) if before else None,
            months=_months(counted, span),
            customers=self.customers,
        )

    def _changes(self, tx: Transaction, report: Report) -> tuple[str, ...]:
        head, kept = report.head, report.figures
        counted = tx.reports.frozen(head.id)
        # Only cases are kept one by one; all else is as it was then, and the digest covers it.
        again = self._count(head.order, counted, head.span)
        again = replace(again, customers=kept.customers, causes=kept.causes)
        found = [] if again == kept else [_CHANGED_FIGURES]
        snapshot = tx.reports.snapshot_digest(head.id)
        if digest_of(head, kept, report.rules, snapshot) != report.digest:
            found.append(_CHANGED_CONTENT)
        return tuple(found)


def _require(officer: Officer, right: Right) -> None:
    if not officer.may(right):
        raise NotAllowed


def within_rights(order: ReportOrder, officer: Officer) -> ReportOrder:
    """The order as the officer may have it: over their own branch if they have one.
    Raises NotAllowed."""
    _require(officer, Right.REPORT)
    if officer.branch is None:
        return order
    return replace(order, scope=replace(order.scope, unit=officer.branch))


def _visible(head: ReportHead | None, officer: Officer) -> ReportHead:
    if head is None or officer.branch not in (None, head.order.scope.unit):
        raise ReportNotFound
    return head


def _found(tx: Transaction, report_id: str, officer: Officer) -> Report:
    report = tx.reports.get(report_id)
    if report is None:
        raise ReportNotFound
    _visible(report.head, officer)
    return report


def _causes(tx: Transaction, order: ReportOrder, span: Span) -> tuple[CauseCount, ...]:
    """The rectification tasks the annual summary tells of; other reports do not."""
    if order.kind is not ReportKind.ANNUAL:
        return ()
    return tuple(tx.tasks.summary(span.first, span.last, order.scope))


def _compares(kind: ReportKind) -> bool:
    """The monthly table states; all others say what changed."""
    return kind is not ReportKind.MONTHLY


def _whole(order: ReportOrder, span: Span) -> Span:
    """The days of the report and of what it is compared with."""
    first = order.period.previous.span.first if _compares(order.kind) else span.first
    return Span(first, span.last)


def _selected(order: ReportOrder, selection: Selection, span: Span) -> Span:
    """The days a selection is about: those of the report, or of the period before."""
    if not selection.is_before:
        return span
    if not _compares(order.kind):
        raise InvalidRequest({"before": "这份报告不和上期比较"})
    return order.period.previous.span


def _page(
    counted: CountedCases, selection: Selection, span: Span, after: str | None, size: int
) -> CasesPage:
    found = counted.behind(selection, span, after, size + 1)
    shown = found[:size]
    return CasesPage(shown, shown[-1].reference if len(found) > size else None)


def _months(counted: CountedCases, span: Span) -> tuple[MonthCount, ...]:
    """Every month of the span, also those in which nothing happened."""
    sums = {
        span.first.replace(month=month): [0, 0]
        for month in range(span.first.month, span.last.month + 1)
    }
    for day, (received, settled) in counted.daily(span).items():
        month = sums[day.replace(day=1)]
        month[0] += received
        month[1] += settled
    return tuple(MonthCount(month, *numbers) for month, numbers in sums.items())
