"""What deleting cases whose time is over needs from the store."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Protocol

from casestore.domain.retention import Expired


class Archive(Protocol):
    """Ended cases and when they go."""

    def expired(self, before: date, after: str, size: int) -> Sequence[Expired]:
        """Ended cases closed before a day that are neither erased nor held, by reference, following
        ``after``; among them those erased to which something was added since and before that day.
        One merged into another case stays as long as that one does."""

    def held(self, before: date) -> int:
        """How many ended cases closed before a day only a legal hold keeps."""

    def erase(self, reference: str, now: datetime) -> Sequence[str]:
        """Empty a locked case of everything personal and everything said: fields, texts of its
        history, files, points, replies, notices, tasks' texts, checks, search entry. What counts in
        statistics stays. Gives the stored names of its files, to be deleted after the commit."""

    def named_files(self, names: Collection[str]) -> frozenset[str]:
        """Which of these stored names belong to a file of a case."""


class FileRoom(Protocol):
    """The folder of sealed files, as a whole."""

    def names(self, older_than: datetime) -> Iterator[str]:
        """The names of all files last written before a moment. Raises StoreUnavailable."""

    def delete(self, name: str) -> bool:
        """Delete a file; False if there is none. Raises StoreUnavailable."""
