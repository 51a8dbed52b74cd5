"""What happens to a case after it was filed: every act once, every act an event."""

from dataclasses import dataclass, replace
from datetime import datetime

from casestore.domain.case import Act, CaseEvent, CaseStanding, EventKind
from casestore.domain.deadlines import local_date
from casestore.domain.errors import CaseNotFound, IdempotencyConflict, InvalidRequest
from casestore.domain.exchange import News, NewsKind
from casestore.domain.handling import changes_nothing, progress_after
from casestore.domain.reference import is_reference
from casestore.domain.texts import reply_problem
from casestore.service.ports import Clock, Store, Transaction
from casestore.service.skew import refuse_future


@dataclass(frozen=True)
class Done:
    """How an act left the case; ``created`` is False if nothing new was written."""

    standing: CaseStanding
    created: bool


class Casework:
    """Acts of customers and replies of officers. ``now`` gives aware moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def act(self, reference: str, kind: EventKind, act: Act, actor: str) -> Done:
        """Do what was asked, once, however often it is sent; ``actor`` as in ``CaseEvent``.

        Raises InvalidRequest if it was submitted in the future, CaseNotFound, NotInThisState
        where the case does not allow it, IdempotencyConflict if the id was used for something
        else, StoreUnavailable.
        """
        now = self._now()
        if act.submitted_at is not None:
            refuse_future(act.submitted_at, now)
        if not is_reference(reference):
            raise CaseNotFound
        asked = CaseEvent(reference, kind, actor, now, act)
        with self._store.transaction() as tx:
            standing = tx.cases.lock(reference)
            if standing is None:
                raise CaseNotFound
            before = tx.cases.event_of(act.id)
            if before is not None:
                return Done(_as_left_by(before, asked, standing), created=False)
            if changes_nothing(standing.progress, kind):
                return Done(standing, created=False)
            standing = _carry_out(tx, standing, asked, act.submitted_at or now)
            tx.commit()
        return Done(standing, created=True)

    def reply(self, reference: str, reply_id: str, text: str, username: str) -> Done:
        """Answer the customer; the client that filed the case is told.

        Sent twice under one id it is one reply. Raises InvalidRequest for an unusable text, and
        else as ``act``.
        """
        if problem := reply_problem(text):
            raise InvalidRequest({"text": problem})
        reply = Act(reply_id, submitted_at=None, text=text)
        return self.act(reference, EventKind.REPLIED, reply, f"staff:{username}")


def _as_left_by(before: CaseEvent, asked: CaseEvent, standing: CaseStanding) -> CaseStanding:
    """The first answer again. Raises IdempotencyConflict unless both ask for the same."""
    same = (before.reference, before.kind, before.act) == (asked.reference, asked.kind, asked.act)
    if not same or before.progress is None:
        raise IdempotencyConflict
    return replace(standing, progress=before.progress)


def _carry_out(
    tx: Transaction, standing: CaseStanding, asked: CaseEvent, acted_at: datetime
) -> CaseStanding:
    """Write an act on a locked case. The day the customer acted counts, not that of delivery."""
    reply = tx.cases.last_event(asked.reference, EventKind.REPLIED)
    progress = progress_after(
        standing.progress,
        asked.kind,
        day=local_date(acted_at),
        replied_on=local_date(reply.happened_at) if reply else None,
    )
    # The case is locked, so only an act on another case can have taken the id since we looked.
    if not tx.cases.record(replace(asked, progress=progress)):
        raise IdempotencyConflict
    tx.cases.move(asked.reference, progress)
    if asked.kind is EventKind.REPLIED:
        tx.feed.publish(_news(asked, tx.cases.client(asked.reference)))
    return replace(standing, progress=progress)


def _news(reply: CaseEvent, client: str | None) -> News:
    return News(
        client=client or "",
        reference=reply.reference,
        kind=NewsKind.REPLIED,
        text=reply.act.text if reply.act else None,
        actor=reply.actor,
        happened_at=reply.happened_at,
    )
