"""Noting what people did and saw, looking it up, and proving that nothing was changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casestore.domain.audit import AuditEntry, ChainReport, Head, verify
from casestore.domain.staff import Officer
from casestore.service.audit_ports import AuditQuery
from casestore.service.ports import Clock, Store

PAGE_SIZE = 50
_PORTION = 1_000


@dataclass(frozen=True)
class AuditPage:
    """A page of entries, newest first; ``following`` is where the next one begins, if any."""

    entries: Sequence[AuditEntry]
    following: int | None


class AuditRoom:
    """The audit log as a use case. Every method may raise StoreUnavailable."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def note(self, officer: Officer, action: str, subject: str, detail: str = "") -> None:
        """Write an entry in a transaction of its own; for what is read rather than changed."""
        self.note_actor(officer.actor, action, subject, detail)

    def note_actor(self, actor: str, action: str, subject: str, detail: str = "") -> None:
        """The same for somebody who is no officer."""
        with self._store.transaction() as tx:
            tx.audit.append(actor, action, subject, detail, self._now())
            tx.commit()

    def page(self, query: AuditQuery, before: int | None = None) -> AuditPage:
        """Entries that fit, newest first, with numbers under ``before``."""
        with self._store.transaction() as tx:
            found = tx.audit.find(query, before, PAGE_SIZE + 1)
        entries = found[:PAGE_SIZE]
        return AuditPage(entries, entries[-1].number if len(found) > PAGE_SIZE else None)

    def every(self, query: AuditQuery) -> Iterator[AuditEntry]:
        """All entries that fit, newest first, a portion at a time."""
        before: int | None = None
        while True:
            with self._store.transaction() as tx:
                found = tx.audit.find(query, before, _PORTION)
            yield from found
            if len(found) < _PORTION:
                return
            before = found[-1].number

    def verify(self, expected: Head | None = None) -> ChainReport:
        """Compute the whole chain anew; see ``domain.audit.verify``."""
        return verify(self._walk(), expected)

    def _walk(self) -> Iterator[AuditEntry]:
        """Every entry from the first one; between portions others may write."""
        last = -1
        while True:
            with self._store.transaction() as tx:
                found = tx.audit.after(last, _PORTION)
            yield from found
            if len(found) < _PORTION:
                return
            last = found[-1].number
