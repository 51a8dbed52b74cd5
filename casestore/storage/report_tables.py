"""Reports in SQL: counting, snapshots, frozen reports."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    Date,
    Text,
    case,
    cast,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.engine import Connection

from casestore.domain.case import CaseState, Source
from casestore.domain.figures import (
    BREAKDOWNS,
    Count,
    Dimension,
    Dimensions,
    Measure,
    Names,
    Scope,
    Selection,
    Tally,
)
from casestore.domain.period import Span, parse_period
from casestore.domain.report import (
    CountedCase,
    Report,
    ReportHead,
    ReportKind,
    ReportOrder,
    Signature,
    figures_from_json,
    figures_to_json,
)
from casestore.service.report_ports import CountedCases
from casestore.storage import facts as sql
from casestore.storage.tables import report_cases, reports

# A year of a large bank takes longer than other statements may. Compiling these to machine code
# (JIT) costs PostgreSQL more than it saves, and its usual memory would make it group on disk.
_FOR_LARGE_COUNTS = (
    "SET LOCAL statement_timeout = '120s'; SET LOCAL jit = off; SET LOCAL work_mem = '64MB'"
)
_DIGEST_BATCH = 5000
_MOST_NAMES = max(len(dimensions) for dimensions in BREAKDOWNS)
_HEAD = tuple(column for column in reports.c if column.name != "figures")


class SqlCountedCases:
    """Implements ``service.report_ports.CountedCases`` over one selectable of facts."""

    def __init__(self, connection: Connection, facts: Any) -> None:
        self._connection = connection
        self._facts = facts

    def count(self, span: Span) -> Count:
        """See the port. One statement: the facts are marked once and grouped once per breakdown."""
        marked = self._marked(span).cte("marked")
        parts = [_grouped(marked, number) for number in range(len(BREAKDOWNS))]
        groups: dict[Dimensions, dict[Names, Tally]] = {each: {} for each in BREAKDOWNS}
        for number, *rest in self._connection.execute(union_all(*parts)):
            dimensions = BREAKDOWNS[number]
            names, numbers = rest[: len(dimensions)], rest[_MOST_NAMES:]
            groups[dimensions][tuple(names)] = Tally(*map(int, numbers))
        return Count(groups)

    def daily(self, span: Span) -> Mapping[date, tuple[int, int]]:
        """See the port."""
        received = self._per_day("received_on", span)
        settled = self._per_day("settled_on", span)
        days = sorted(received.keys() | settled.keys())
        return {day: (received.get(day, 0), settled.get(day, 0)) for day in days}

    def behind(
        self, selection: Selection, span: Span, after: str | None, size: int
    ) -> Sequence[CountedCase]:
        """See the port."""
        facts = self._facts
        query = select(facts).where(
            sql.relevant(facts, span),
            sql.condition(facts, selection.measure, span),
            *(sql.named(facts, each) == name for each, name in selection.names.items()),
        )
        if after is not None:
            query = query.where(facts.c.reference > after)
        rows = self._connection.execute(query.order_by(facts.c.reference).limit(size))
        return [read_counted(row) for row in rows]

    def _marked(self, span: Span) -> Any:
        """Each relevant case with its names and, field by field of ``Tally``, what it counts."""
        facts = self._facts
        days = case(
            (
                sql.condition(facts, Measure.ANSWERED, span),
                sql.days_to_answer(self._connection, facts),
            ),
            else_=0,
        )
        counted = {
            measure.value: case((sql.condition(facts, measure, span), 1), else_=0)
            for measure in Measure
        }
        columns = {**counted, "days": days}
        return select(
            *(sql.named(facts, dimension) for dimension in Dimension),
            *(columns[field].label(field) for field in Tally._fields),
        ).where(sql.relevant(facts, span))

    def _per_day(self, column: str, span: Span) -> dict[date, int]:
        day = self._facts.c[column]
        query = select(day, func.count()).where(day.between(span.first, span.last)).group_by(day)
        return dict(self._connection.execute(query).all())


class SqlReports:
    """Implements ``service.report_ports.Reports`` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def live(self, scope: Scope) -> CountedCases:
        """See the port."""
        self._prepare()
        return SqlCountedCases(self._connection, sql.live_facts(scope))

    def frozen(self, report_id: str) -> CountedCases:
        """See the port."""
        self._prepare()
        return SqlCountedCases(self._connection, sql.frozen_facts(report_id))

    def take_snapshot(self, report_id: str, span: Span, scope: Scope) -> None:
        """See the port. The database copies; no case travels."""
        self._prepare()
        facts = sql.live_facts(scope)
        columns = [facts.c[name] for name in sql.FACTS]
        query = select(literal(report_id), *columns).where(sql.relevant(facts, span))
        self._connection.execute(insert(report_cases).from_select(["report_id", *sql.FACTS], query))

    def snapshot_digest(self, report_id: str) -> str:
        """See the port. Days travel as text, which spares making and writing a million dates."""
        facts = sql.frozen_facts(report_id)
        columns = [
            cast(column, Text) if isinstance(column.type, Date) else column for column in facts.c
        ]
        query = select(*columns).order_by(facts.c.reference)
        rows = self._connection.execute(query.execution_options(stream_results=True))
        digest = hashlib.sha256()
        for batch in rows.partitions(_DIGEST_BATCH):
            digest.update(json.dumps([list(row) for row in batch], ensure_ascii=False).encode())
        return digest.hexdigest()

    def add(self, report: Report) -> None:
        """See the port."""
        head = report.head
        row = {
            "id": head.id,
            "kind": head.order.kind.value,
            "title": head.order.title,
            "first_on": head.span.first,
            "last_on": head.span.last,
            "filters": head.order.as_query(),
            "figures": figures_to_json(report.figures),
            "digest": report.digest,
            "rules": report.rules,
            "made_by": head.made_by,
            "made_at": head.made_at,
        }
        self._connection.execute(insert(reports).values(**row))

    def head(self, report_id: str) -> ReportHead | None:
        """See the port."""
        query = select(*_HEAD).where(reports.c.id == report_id)
        row = self._connection.execute(query).one_or_none()
        return row and _read_head(row)

    def get(self, report_id: str) -> Report | None:
        """See the port."""
        query = select(reports).where(reports.c.id == report_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return Report(_read_head(row), figures_from_json(row.figures), row.rules, row.digest)

    def all(self, unit: str | None) -> Sequence[ReportHead]:
        """See the port."""
        query = select(*_HEAD).order_by(reports.c.made_at.desc(), reports.c.id)
        heads = [_read_head(row) for row in self._connection.execute(query)]
        return [head for head in heads if unit is None or head.order.scope.unit == unit]

    def sign(self, report_id: str, signature: Signature) -> bool:
        """See the port."""
        statement = (
            update(reports)
            .where(reports.c.id == report_id, reports.c.signed_by.is_(None))
            .values(signed_by=signature.by, signed_at=signature.at, sign_note=signature.note)
        )
        return bool(self._connection.execute(statement).rowcount)

    def _prepare(self) -> None:
        if self._connection.dialect.name == "postgresql":
            self._connection.exec_driver_sql(_FOR_LARGE_COUNTS)


def read_counted(row: Any) -> CountedCase:
    """A row of facts to a case behind a figure."""
    return CountedCase(
        reference=row.reference,
        received_on=row.received_on,
        settled_on=row.settled_on,
        state=CaseState(row.state),
        business=row.business,
        reason=row.reason,
        branch=row.branch,
        source=Source(row.source),
    )


def _grouped(marked: Any, number: int) -> Any:
    """One breakdown of the marked facts: its number, its names (padded), its tally."""
    names = [marked.c[dimension.value] for dimension in BREAKDOWNS[number]]
    padding = [literal_column("''")] * (_MOST_NAMES - len(names))
    sums = [func.sum(marked.c[field]) for field in Tally._fields]
    return select(literal_column(str(number)), *names, *padding, *sums).group_by(*names)


def _read_head(row: Any) -> ReportHead:
    asked = row.filters
    scope = {name: asked.get(name) for name in ("unit", "branch", "business", "source")}
    order = ReportOrder(ReportKind(row.kind), parse_period(asked["period"]), Scope(**scope))
    return ReportHead(
        id=row.id,
        order=order,
        span=Span(row.first_on, row.last_on),
        made_by=row.made_by,
        made_at=row.made_at,
        signature=(
            Signature(row.signed_by, row.signed_at, row.sign_note or "") if row.signed_by else None
        ),
    )
