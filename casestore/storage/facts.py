"""The facts of cases that reports count, and the conditions that count them, in SQL.

The same statements run over the cases as they are now (``live_facts``) and over the cases of a
frozen report as they were then (``frozen_facts``): both have the same columns.
"""

from typing import Any

from sqlalchemy import case, func, literal_column, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.case import Grade
from casestore.domain.figures import (
    NO_UNIT,
    SATISFIED_FROM,
    UNCONFIRMED_CHANNEL,
    Dimension,
    Measure,
    Scope,
)
from casestore.domain.period import Span
from casestore.storage.tables import branches, cases, report_cases

FACTS = tuple(column.name for column in report_cases.c if column.name != "report_id")


def live_facts(scope: Scope) -> Any:
    """A selectable of the facts of all cases in a scope, as they stand now."""
    accused, unit = branches.alias("accused"), branches.alias("unit")
    columns = {
        "reference": cases.c.reference,
        "received_on": cases.c.received_on,
        "answered_on": cases.c.answered_on,
        "settled_on": cases.c.settled_on,
        "promise_due": _promise_due(),
        "legal_due": cases.c.legal_due,
        "state": cases.c.state,
        "business": func.coalesce(cases.c.confirmed_business, cases.c.business),
        "reason": func.coalesce(cases.c.confirmed_reason, cases.c.reason),
        "channel": func.coalesce(cases.c.confirmed_channel, _constant(UNCONFIRMED_CHANNEL)),
        "branch": func.coalesce(accused.c.name, cases.c.branch),
        "unit": func.coalesce(unit.c.name, cases.c.unit, _constant(NO_UNIT)),
        "source": cases.c.source,
        "rating": cases.c.rating,
        "repeat_of": cases.c.repeat_of,
    }
    joined = cases.outerjoin(accused, accused.c.code == cases.c.accused)
    joined = joined.outerjoin(unit, unit.c.code == cases.c.unit)
    query = select(*(columns[name].label(name) for name in FACTS)).select_from(joined)
    if scope.unit is not None:
        query = query.where(cases.c.unit == scope.unit)
    for name in ("branch", "business", "source"):
        if getattr(scope, name) is not None:
            query = query.where(columns[name] == getattr(scope, name))
    return query.subquery("facts")


def frozen_facts(report_id: str) -> Any:
    """A selectable of the facts of the cases that a frozen report counted."""
    columns = (report_cases.c[name] for name in FACTS)
    return select(*columns).where(report_cases.c.report_id == report_id).subquery("facts")


def relevant(facts: Any, span: Span) -> Any:
    """The condition that a case is counted at all: received by the end of the span, and not
    settled before it began. What was received in the span counts in any case, so that a day of
    settlement before the day of receipt comes to light."""
    received, settled = facts.c.received_on, facts.c.settled_on
    began = received >= span.first
    return (received <= span.last) & or_(settled.is_(None), settled >= span.first, began)


def condition(facts: Any, measure: Measure, span: Span) -> Any:
    """The condition that a measure counts a relevant case; rules: ``domain.figures``."""
    received, settled, answered = facts.c.received_on, facts.c.settled_on, facts.c.answered_on
    pending = or_(settled.is_(None), settled > span.last)
    is_answered = answered.between(span.first, span.last)
    return {
        Measure.OPENING: received < span.first,
        Measure.RECEIVED: received >= span.first,
        Measure.SETTLED: settled.between(span.first, span.last),
        Measure.PENDING: pending,
        Measure.OVERDUE: pending & (facts.c.legal_due < span.last),
        Measure.ANSWERED: is_answered,
        Measure.IN_PROMISE: is_answered & (answered <= facts.c.promise_due),
        Measure.IN_LAW: is_answered & (answered <= facts.c.legal_due),
        Measure.RATED: is_answered & facts.c.rating.isnot(None),
        Measure.SATISFIED: is_answered & (facts.c.rating >= SATISFIED_FROM),
        Measure.REPEATS: (received >= span.first) & facts.c.repeat_of.isnot(None),
    }[measure]


def days_to_answer(connection: Connection, facts: Any) -> Any:
    """Calendar days from receipt to the first answer, as the dialect counts them."""
    if connection.dialect.name == "postgresql":
        return facts.c.answered_on - facts.c.received_on
    return func.julianday(facts.c.answered_on) - func.julianday(facts.c.received_on)


def named(facts: Any, dimension: Dimension) -> Any:
    """The column of a dimension."""
    return facts.c[dimension.value]


def _promise_due() -> Any:
    """Complex and major cases have the longer promise."""
    longer = func.coalesce(cases.c.complex_due, cases.c.promise_due)
    return case((cases.c.grade == Grade.ORDINARY.value, cases.c.promise_due), else_=longer)


def _constant(text: str) -> Any:
    """A constant in the statement's text, so that PostgreSQL knows its type when grouping."""
    return literal_column(f"'{text}'")
