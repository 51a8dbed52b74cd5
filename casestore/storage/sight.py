"""The branch right (``casestore.domain.access``) as a condition on rows of ``cases``."""

from typing import Any

from sqlalchemy import or_, select

from casestore.domain.case import EventKind
from casestore.domain.staff import SYSTEM, Officer
from casestore.storage.tables import case_events, cases


def visible_to(officer: Officer) -> tuple[Any, ...]:
    """Conditions for ``where``: the cases an officer sees; none for who sees all."""
    if officer is SYSTEM or officer.branch is None:
        return ()
    registered = select(case_events.c.id).where(
        case_events.c.reference == cases.c.reference,
        case_events.c.kind == EventKind.REGISTERED.value,
        case_events.c.actor == officer.actor,
    )
    return (
        or_(
            cases.c.unit == officer.branch,
            cases.c.assignee == officer.username,
            registered.exists(),
        ),
    )
