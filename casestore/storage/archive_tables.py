"""Cases whose time of keeping is over, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, null, or_, select, update
from sqlalchemy.engine import Connection

from casestore.domain.case import ENDED
from casestore.domain.deadlines import midnight
from casestore.domain.retention import Expired
from casestore.storage.keyring import Keyring
from casestore.storage.tables import (
    attachments,
    case_events,
    cases,
    checks,
    feed,
    notices,
    points,
    reminders,
    replies,
    tasks,
    viewers,
)

_ENDED = sorted(state.value for state in ENDED)
_NO_MAC = "0" * 64
# Tables whose rows say nothing that anybody counts once the case is empty.
_DROPPED = (points, replies, notices, checks, viewers, attachments, reminders)


class SqlArchive:
    """Implements ``service.retention_ports.Archive`` on one connection."""

    def __init__(self, connection: Connection, keyring: Keyring) -> None:
        self._connection = connection
        self._keyring = keyring

    def expired(self, before: date, after: str, size: int) -> Sequence[Expired]:
        """See the port."""
        query = select(cases.c.reference, cases.c.closed_on).where(
            *_over(before),
            cases.c.is_held.is_(False),
            _is_on_its_own(),
            cases.c.reference > after,
        )
        rows = self._connection.execute(query.order_by(cases.c.reference).limit(size))
        return [Expired(row.reference, row.closed_on) for row in rows]

    def held(self, before: date) -> int:
        """See the port."""
        query = select(func.count()).select_from(cases)
        held = query.where(*_over(before), cases.c.is_held.is_(True))
        return int(self._connection.execute(held).scalar_one())

    def erase(self, reference: str, now: datetime) -> Sequence[str]:
        """See the port. The mark comes first: only then does the history let itself be emptied."""
        files = self._files(reference)
        mine = cases.c.reference == reference
        self._connection.execute(update(cases).where(mine).values(erased_at=now, **self._empty()))
        self._blank(case_events, reference, {"text": None, "data": null()})
        self._blank(feed, reference, {"text": None})
        self._blank(
            tasks, reference, {"root_cause": "", "measure": "", "result": None, "check_note": None}
        )
        for table in _DROPPED:
            self._connection.execute(delete(table).where(table.c.reference == reference))
        return files

    def named_files(self, names: Collection[str]) -> frozenset[str]:
        """See the port."""
        # An id holds hyphens, a SHA-256 none.
        ids = {name.rpartition("-")[0] for name in names}
        query = select(attachments.c.id, attachments.c.sha256).where(attachments.c.id.in_(ids))
        stored = {f"{row.id}-{row.sha256}" for row in self._connection.execute(query)}
        return frozenset(stored & set(names))

    def _files(self, reference: str) -> Sequence[str]:
        query = select(attachments.c.id, attachments.c.sha256)
        rows = self._connection.execute(query.where(attachments.c.reference == reference))
        return [f"{row.id}-{row.sha256}" for row in rows]

    def _empty(self) -> Mapping[str, Any]:
        """Dimensions of statistics, dates, grade and who handled it are left as they were."""
        nothing = self._keyring.seal("")
        return {
            "name_sealed": nothing,
            "phone_sealed": nothing,
            "id_number_sealed": None,
            "phone_tail_mac": _NO_MAC,
            "phone_mac": None,
            "fingerprint": _NO_MAC,
            "detail": "",
            "request": "",
            "staff": None,
            "incident_text": "",
            "incident_start": None,
            "incident_end": None,
            "amount_fen": None,
            "amount_text": None,
            "contact_preference": "",
            "attachments": [],
            "forwarded_number": None,
            "group_text": func.substr(cases.c.group_text, 1, 0),  # still a group, or none
        }

    def _blank(self, table: Any, reference: str, values: Mapping[str, Any]) -> None:
        self._connection.execute(
            update(table).where(table.c.reference == reference).values(**values)
        )


def _over(before: date) -> tuple[Any, ...]:
    return (
        cases.c.state.in_(_ENDED),
        cases.c.closed_on < before,
        or_(cases.c.erased_at.is_(None), _was_spoken_of_since(before)),
    )


def _was_spoken_of_since(before: date) -> Any:
    """Something was added after the case was emptied, and that is old enough now too."""
    later = select(case_events.c.id).where(
        case_events.c.reference == cases.c.reference,
        case_events.c.happened_at > cases.c.erased_at,
        case_events.c.happened_at < midnight(before),
    )
    return later.exists()


def _is_on_its_own() -> Any:
    other = cases.alias("other")
    goes_on = select(other.c.reference).where(
        other.c.reference == cases.c.merged_into, other.c.erased_at.is_(None)
    )
    return or_(cases.c.merged_into.is_(None), ~goes_on.exists())
