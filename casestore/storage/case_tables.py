"""Cases, their history and what is known of their files in SQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.engine import Connection

from casestore.domain.attachment import Attachment
from casestore.domain.case import (
    Case,
    CaseEvent,
    CaseStanding,
    CaseSummary,
    Complaint,
    EventKind,
)
from casestore.storage.keyring import Keyring
from casestore.storage.rows import (
    FINGERPRINT,
    attachment_row,
    case_row,
    content_columns,
    event_row,
    phone_macs,
    phone_tail_purpose,
    read_attachment,
    read_case,
    read_event,
    read_summary,
)
from casestore.storage.standing_rows import read_standing, standing_columns
from casestore.storage.statements import insert_once
from casestore.storage.tables import attachments, case_events, cases

# Compared with when there is no case, so that an unknown reference takes as long as a known one.
_NO_MAC = "0" * 64
# Built once, because every filing asks it and building it takes longer than asking.
_EARLIER = (
    select(cases.c.reference)
    .where(
        cases.c.phone_mac.in_(bindparam("macs", expanding=True)),
        cases.c.business == bindparam("business"),
        cases.c.received_at.between(
            bindparam("since"),
            select(cases.c.received_at)
            .where(cases.c.reference == bindparam("than"))
            .correlate(None)
            .scalar_subquery(),
        ),
        cases.c.reference != bindparam("than"),
    )
    .order_by(cases.c.received_at.desc(), cases.c.reference.desc())
    .limit(1)
)


class SqlCases:
    """Implements ``service.ports.Cases`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def add(self, case: Case, fingerprint: str) -> bool:
        """See the port: the unique key on the reference decides, not a look before the leap."""
        return insert_once(self._connection, cases, case_row(case, fingerprint, self._keyring))

    def record(self, event: CaseEvent) -> bool:
        """See the port: the unique key on the act's id decides."""
        return insert_once(self._connection, case_events, event_row(event))

    def standing(self, reference: str) -> CaseStanding | None:
        """See the port."""
        row = self._row(reference)
        return read_standing(row) if row else None

    def lock(self, reference: str) -> CaseStanding | None:
        """See the port. SQLite's BEGIN IMMEDIATE has locked everything already."""
        query = select(cases).where(cases.c.reference == reference).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return read_standing(row) if row else None

    def move(self, standing: CaseStanding) -> None:
        """See the port."""
        mine = cases.c.reference == standing.reference
        self._connection.execute(update(cases).where(mine).values(**standing_columns(standing)))

    def correct(self, complaint: Complaint) -> None:
        """See the port."""
        mine = cases.c.reference == complaint.reference
        values = content_columns(complaint, self._keyring)
        self._connection.execute(update(cases).where(mine).values(**values))

    def client(self, reference: str) -> str | None:
        """See the port."""
        row = self._row(reference)
        return row.client if row else None

    def registered_by(self, reference: str) -> str | None:
        """See the port."""
        query = select(case_events.c.actor).where(
            case_events.c.reference == reference,
            case_events.c.kind == EventKind.REGISTERED.value,
        )
        actor: str | None = self._connection.execute(query).scalar()
        return actor

    def staff_named(self, reference: str) -> str | None:
        """See the port."""
        query = select(cases.c.staff).where(cases.c.reference == reference)
        named: str | None = self._connection.execute(query).scalar()
        return named

    def same_customer(self, reference: str) -> Sequence[str]:
        """See the port."""
        query = select(cases.c.phone_sealed).where(cases.c.reference == reference)
        sealed = self._connection.execute(query).scalar()
        if sealed is None:
            return []
        others = self._by_phone(self._keyring.open(sealed)).where(cases.c.reference != reference)
        found: Sequence[str] = self._connection.execute(others).scalars().all()
        return found

    def earlier(self, phone: str, business: str, since: datetime, than: str) -> str | None:
        """See the port."""
        asked = {
            "macs": phone_macs(phone, self._keyring),
            "business": business,
            "since": since,
            "than": than,
        }
        found: str | None = self._connection.execute(_EARLIER, asked).scalar()
        return found

    def is_linked(self, one: str, other: str) -> bool:
        """See the port."""
        pair = (one, other)
        named = select(cases.c.reference).where(
            cases.c.reference.in_(pair), cases.c.linked_to.in_(pair)
        )
        if self._connection.execute(named).first() is not None:
            return True
        links = [event for event in self.events(one) if event.kind is EventKind.LINKED]
        return any(event.act and event.act.data.get("other") == other for event in links)

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

    def event_of(self, act_id: str) -> CaseEvent | None:
        """See the port."""
        query = select(case_events).where(case_events.c.act_id == act_id)
        row = self._connection.execute(query).one_or_none()
        return read_event(row) if row else None

    def last_event(self, reference: str, kind: EventKind) -> CaseEvent | None:
        """See the port."""
        query = select(case_events).where(
            case_events.c.reference == reference, case_events.c.kind == kind.value
        )
        latest = query.order_by(case_events.c.id.desc()).limit(1)
        row = self._connection.execute(latest).one_or_none()
        return read_event(row) if row else None

    def linked_from(self, reference: str) -> Sequence[str]:
        """See the port."""
        query = select(cases.c.reference).where(cases.c.linked_to == reference)
        found: Sequence[str] = (
            self._connection.execute(query.order_by(cases.c.reference)).scalars().all()
        )
        return found

    def _by_phone(self, phone: str) -> Any:
        macs = phone_macs(phone, self._keyring)
        query = select(cases.c.reference).where(cases.c.phone_mac.in_(macs))
        return query.order_by(cases.c.received_at.desc(), cases.c.reference.desc())

    def _row(self, reference: str) -> Any:
        query = select(cases).where(cases.c.reference == reference)
        return self._connection.execute(query).one_or_none()


class SqlAttachments:
    """Implements ``service.ports.Attachments`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def add(self, attachment: Attachment) -> bool:
        """See the port: the unique key on the id decides."""
        row = attachment_row(attachment, self._keyring)
        return insert_once(self._connection, attachments, row)

    def get(self, attachment_id: str) -> Attachment | None:
        """See the port."""
        query = select(attachments).where(attachments.c.id == attachment_id)
        row = self._connection.execute(query).one_or_none()
        return read_attachment(row, self._keyring) if row else None

    def of(self, reference: str) -> Sequence[Attachment]:
        """See the port."""
        query = select(attachments).where(attachments.c.reference == reference)
        oldest_first = query.order_by(attachments.c.received_at, attachments.c.id)
        rows = self._connection.execute(oldest_first).all()
        return [read_attachment(row, self._keyring) for row in rows]


def _older_than(row: Any) -> Any:
    same_moment = and_(cases.c.received_at == row.received_at, cases.c.reference < row.reference)
    return or_(cases.c.received_at < row.received_at, same_moment)
