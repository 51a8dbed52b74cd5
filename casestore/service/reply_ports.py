"""What replies and notices need from the store. ``casestore.storage`` implements it.

Every method may raise StoreUnavailable. Whoever changes a reply, points or a notice of a case has
locked the case (``Cases.lock``; ``service.acting.perform`` does). An act on a case is performed
before its reply is changed, so that guards see what the act is about.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from casestore.domain.notice import Notice
from casestore.domain.reply import Point, Reply, ReplyStage
from casestore.domain.staff import Officer


@dataclass(frozen=True)
class ReplyFacts:
    """What the guards of acts ask about the reply of a case.

    ``points`` and ``answered`` count its points. ``submitted`` is the id of the reply that awaits
    approval, ``approved`` of the one that was approved and may be released; ``submitted_by`` who
    wrote the latest reply, ``reviewed_by`` who last approved one, released or not (the decider).
    """

    points: int = 0
    answered: int = 0
    submitted: str | None = None
    approved: str | None = None
    submitted_by: str | None = None
    reviewed_by: str | None = None


@dataclass(frozen=True)
class NoticeFacts:
    """What the guards of acts ask about the notices of a case.

    ``open`` counts those the customer has not been told (pending or failed), ``delivered`` those
    told (confirmed by the client or logged by an officer); ``is_decision_told`` is about the latest
    notice of a decision (reply or review decision).
    """

    open: int = 0
    delivered: int = 0
    is_decision_told: bool = False


class Replies(Protocol):
    """Points and replies of cases."""

    def points(self, reference: str) -> Sequence[Point]:
        """The points of a case, in their order."""

    def put_points(self, reference: str, points: Sequence[Point]) -> None:
        """Replace all points of a case, in this order."""

    def put(self, reply: Reply) -> None:
        """Write a reply, or overwrite the one with this id."""

    def get(self, reply_id: str) -> Reply | None:
        """The reply of that id; None if unknown."""

    def latest(self, reference: str) -> Reply | None:
        """The reply of the last round; None if nobody has begun one."""

    def stages(self, references: Collection[str]) -> Mapping[str, ReplyStage]:
        """How far the last round of each case is; cases without a reply are left out."""

    def rounds(self, reference: str) -> Sequence[Reply]:
        """All replies of a case, first round first."""

    def submitted(self, officer: Officer, limit: int) -> Sequence[Reply]:
        """Up to ``limit`` replies of others that await approval in the cases an officer sees,
        longest waiting first."""

    def circumstances(self, reference: str) -> ReplyFacts:
        """What the guards of acts ask."""


class Notices(Protocol):
    """Notices to customers."""

    def put(self, notice: Notice) -> None:
        """Write a notice, or overwrite the one with this id."""

    def get(self, notice_id: str) -> Notice | None:
        """The notice of that id; None if unknown."""

    def of(self, reference: str) -> Sequence[Notice]:
        """The notices of a case, oldest first."""

    def undelivered(self, silent_since: datetime, officer: Officer, limit: int) -> Sequence[Notice]:
        """Up to ``limit`` notices somebody has to deliver in the cases an officer sees, oldest
        first: failed, for a way that needs a person, or sent to a conversation at or before
        ``silent_since`` and not confirmed."""

    def facts(self, reference: str) -> NoticeFacts:
        """What the guards of acts ask."""
