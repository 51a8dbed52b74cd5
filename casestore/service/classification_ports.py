"""What confirming classes needs from the storage. Every method may raise StoreUnavailable."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casestore.domain.case import Classification, Confirmed
from casestore.domain.staff import Officer

Place = tuple[datetime, str]
"""When it was confirmed, and the reference."""


@dataclass(frozen=True)
class Example:
    """A case whose classes a person confirmed: the story, what was proposed, what it is.

    ``name`` and ``phone`` are plain and are there to be masked out of ``detail``.
    """

    reference: str
    detail: str
    name: str
    phone: str
    proposed: Classification
    confirmed: Confirmed

    @property
    def place(self) -> Place:
        """Where it stands in the order of confirmation."""
        return self.confirmed.at, self.reference


class ClassBook(Protocol):
    """Cases by whether a person confirmed their classes."""

    def unconfirmed(self, officer: Officer, skipped: str | None) -> str | None:
        """The reference of the case that has waited longest for its classes to be confirmed, of
        those the officer may see that are neither withdrawn, merged nor erased; with ``skipped``,
        of those received after that case. None if there is none."""

    def count_unconfirmed(self, officer: Officer, limit: int) -> int:
        """How many of them there are; counting stops at ``limit``."""

    def confirmed(self, officer: Officer, after: Place | None, size: int) -> Sequence[Example]:
        """Up to ``size`` confirmed cases the officer may see that were not erased, in the order of
        confirmation, behind a place. Raises FieldUnreadable."""
