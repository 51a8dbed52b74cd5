"""What the audit log needs of the storage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casestore.domain.audit import AuditEntry, Head


@dataclass(frozen=True)
class AuditQuery:
    """Which entries; empty texts and None mean any.

    ``actors`` and ``subjects`` are the exact texts of which one must fit, empty for any; ``start``
    (included) and ``end`` (not included) bound the moment.
    """

    actors: Sequence[str] = ()
    subjects: Sequence[str] = ()
    action: str = ""
    start: datetime | None = None
    end: datetime | None = None


class Audit(Protocol):
    """The append-only log; the database itself refuses changes of what was written."""

    def append(self, actor: str, action: str, subject: str, detail: str, now: datetime) -> None:
        """Add an entry to the end of the chain.

        Nobody else appends until the transaction ends, so make it the last thing of one.
        """

    def find(self, query: AuditQuery, before: int | None, size: int) -> Sequence[AuditEntry]:
        """Up to ``size`` entries, newest first, with numbers under ``before`` if one is given."""

    def head(self) -> Head:
        """The end of the chain."""

    def after(self, number: int, size: int) -> Sequence[AuditEntry]:
        """Up to ``size`` entries that follow ``number``, in order."""
