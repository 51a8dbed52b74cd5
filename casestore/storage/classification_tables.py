"""Which cases wait for a person to confirm their classes, and what was confirmed, in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.engine import Connection

from casestore.domain.case import CaseState, Confirmed
from casestore.domain.staff import Officer
from casestore.service.classification_ports import Example, Place
from casestore.storage.keyring import Keyring
from casestore.storage.rows import read_classification
from casestore.storage.sight import visible_to
from casestore.storage.tables import UtcDateTime, cases

_ENDED_EARLY = (CaseState.WITHDRAWN.value, CaseState.MERGED.value)


class SqlClasses:
    """Implements ``service.classification_ports.ClassBook`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def unconfirmed(self, officer: Officer, skipped: str | None) -> str | None:
        """See the port."""
        query = _waiting(select(cases.c.reference), officer)
        place = self._place(skipped) if skipped else None
        if place is not None:
            query = query.where(tuple_(cases.c.received_at, cases.c.reference) > place)
        query = query.order_by(cases.c.received_at, cases.c.reference).limit(1)
        found: str | None = self._connection.execute(query).scalar()
        return found

    def count_unconfirmed(self, officer: Officer, limit: int) -> int:
        """See the port."""
        some = _waiting(select(cases.c.reference), officer).limit(limit).subquery()
        return int(self._connection.execute(select(func.count()).select_from(some)).scalar_one())

    def confirmed(self, officer: Officer, after: Place | None, size: int) -> Sequence[Example]:
        """See the port."""
        order = (cases.c.confirmed_at, cases.c.reference)
        query = select(cases).where(
            cases.c.confirmed_at.is_not(None), cases.c.erased_at.is_(None), *visible_to(officer)
        )
        if after is not None:
            moment = bindparam("moment", after[0], type_=UtcDateTime())
            query = query.where(tuple_(*order) > tuple_(moment, after[1]))
        rows = self._connection.execute(query.order_by(*order).limit(size)).all()
        return [self._example(row) for row in rows]

    def _place(self, reference: str) -> Any:
        """Where a case stands in the order; None if it is unknown."""
        query = select(cases.c.received_at, cases.c.reference)
        found = self._connection.execute(query.where(cases.c.reference == reference)).first()
        if found is None:
            return None
        return tuple_(bindparam("moment", found.received_at, type_=UtcDateTime()), reference)

    def _example(self, row: Any) -> Example:
        return Example(
            reference=row.reference,
            detail=row.detail,
            name=self._keyring.open(row.name_sealed),
            phone=self._keyring.open(row.phone_sealed),
            proposed=read_classification(row),
            confirmed=Confirmed(
                business=row.confirmed_business,
                reason=row.confirmed_reason,
                channel=row.confirmed_channel,
                by=row.confirmed_by,
                at=row.confirmed_at,
            ),
        )


def _waiting(query: Any, officer: Officer) -> Any:
    return query.where(
        cases.c.confirmed_at.is_(None),
        cases.c.erased_at.is_(None),
        cases.c.state.not_in(_ENDED_EARLY),
        *visible_to(officer),
    )
