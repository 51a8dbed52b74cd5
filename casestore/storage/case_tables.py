"""Cases and their history in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, insert, or_, select
from sqlalchemy.engine import Connection

from casestore.domain.case import Case, CaseEvent, CaseStanding, CaseSummary
from casestore.storage.keyring import Keyring
from casestore.storage.rows import (
    FINGERPRINT,
    case_row,
    event_row,
    phone_tail_purpose,
    read_case,
    read_event,
    read_standing,
    read_summary,
)
from casestore.storage.statements import insert_once
from casestore.storage.tables import case_events, cases

# Compared with when there is no case, so that an unknown reference takes as long as a known one.
_NO_MAC = "0" * 64


class SqlCases:
    """Implements ``service.ports.Cases`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def add(self, case: Case, fingerprint: str) -> bool:
        """See the port: the unique key on the reference decides, not a look before the leap."""
        return insert_once(self._connection, cases, case_row(case, fingerprint, self._keyring))

    def record(self, event: CaseEvent) -> None:
        """See the port."""
        self._connection.execute(insert(case_events).values(**event_row(event)))

    def standing(self, reference: str) -> CaseStanding | None:
        """See the port."""
        row = self._row(reference)
        return read_standing(row) if row else None

    def has_fingerprint(self, reference: str, fingerprint: str) -> bool:
        """See the port."""
        row = self._row(reference)
        stored = row.fingerprint if row else _NO_MAC
        return self._keyring.recognises(FINGERPRINT, fingerprint, stored)

    def has_phone_tail(self, reference: str, tail: str) -> bool:
        """See the port."""
        row = self._row(reference)
        stored = row.phone_tail_mac if row else _NO_MAC
        return self._keyring.recognises(phone_tail_purpose(reference), tail, stored)

    def get(self, reference: str) -> Case | None:
        """See the port."""
        row = self._row(reference)
        return read_case(row, self._keyring) if row else None

    def page(self, after: str | None, size: int) -> Sequence[CaseSummary]:
        """See the port."""
        newest_first = (cases.c.received_at.desc(), cases.c.reference.desc())
        query = select(cases).order_by(*newest_first).limit(size)
        if after is not None:
            last = self._row(after)
            if last is None:
                return []
            query = query.where(_older_than(last))
        rows = self._connection.execute(query).all()
        return [read_summary(row, self._keyring) for row in rows]

    def events(self, reference: str) -> Sequence[CaseEvent]:
        """See the port."""
        query = select(case_events).where(case_events.c.reference == reference)
        rows = self._connection.execute(query.order_by(case_events.c.id)).all()
        return [read_event(row) for row in rows]

    def _row(self, reference: str) -> Any:
        query = select(cases).where(cases.c.reference == reference)
        return self._connection.execute(query).one_or_none()


def _older_than(row: Any) -> Any:
    same_moment = and_(cases.c.received_at == row.received_at, cases.c.reference < row.reference)
    return or_(cases.c.received_at < row.received_at, same_moment)
