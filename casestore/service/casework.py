"""What happens to a case after it was filed: every act once, every act an event."""

from casestore.domain.case import Act, CaseEvent, CaseStanding, EventKind
from casestore.domain.errors import CaseNotFound
from casestore.domain.handling import BY_CUSTOMER
from casestore.domain.reference import is_reference
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Officer
from casestore.service.acting import Deed, Done, perform, perform_for_customer
from casestore.service.correcting import correct
from casestore.service.indexing import index_words
from casestore.service.informing import inform
from casestore.service.notices import announce
from casestore.service.ports import Clock, Store, Transaction
from casestore.service.skew import refuse_future

# Ratings up to this one are told to whoever handled the case.
_POOR_RATING = 2


class Casework:
    """Acts of customers and of officers, each in a transaction of its own. ``now`` gives aware
    moments."""

    def __init__(self, store: Store, now: Clock) -> None:
        self._store = store
        self._now = now

    def act(self, reference: str, kind: EventKind, act: Act, actor: str) -> Done:
        """Do what a customer asked through a client, once, however often it is sent; ``actor`` as
        in ``CaseEvent``. Whoever handles the case is told.

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
            done = perform_for_customer(tx, asked, act.submitted_at or now)
            if done.created:
                _hear(tx, done, asked)
                tx.commit()
        return done

    def do(self, reference: str, deed: Deed, officer: Officer) -> Done:
        """Do what an officer wants, and tell the customer where that is due.

        Raises as ``service.acting.perform``, and FieldUnreadable.
        """
        now = self._now()
        with self._store.transaction() as tx:
            carry_out = correct if deed.kind is EventKind.CORRECTED else perform
            done = carry_out(tx, reference, deed, officer, now)
            if done.created:
                announce(tx, done, deed, now)
                inform(tx, done, deed, now)
                event = tx.cases.event_of(deed.id) if deed.kind in BY_CUSTOMER else None
                if event is not None:
                    _hear(tx, done, event)
                tx.commit()
        return done


def _hear(tx: Transaction, done: Done, event: CaseEvent) -> None:
    """What a customer says is found by searches, and read by whoever handles the case, also after
    closing; unless that is who wrote it down."""
    index_words(tx, event)
    assignee, act = _handled_in(tx, done.standing).handling.assignee, event.act
    if assignee is None or act is None or event.actor == f"staff:{assignee}":
        return
    if (act.rating or 0) <= _POOR_RATING:
        text = f"{event.kind.label}：{event.reference}"
        kind = ReminderKind.SUPPLEMENTED
        tx.reminders.put(assignee, kind, event.reference, text, act.id, event.happened_at)


def _handled_in(tx: Transaction, standing: CaseStanding) -> CaseStanding:
    """Where a case is handled: itself, or the case it went into, however often that was merged."""
    while (into := standing.handling.merged_into) is not None:
        other = tx.cases.standing(into)
        if other is None:
            break
        standing = other
    return standing
