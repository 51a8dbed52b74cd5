"""What a case can be found by: the customer's own words, masked. Notes and replies of officers are
not searched, nor names."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from casestore.domain.case import Case, CaseEvent, EventKind
from casestore.domain.masking import mask_text
from casestore.service.ports import Store, Transaction

_BATCH = 200
_CUSTOMERS_WORDS = frozenset({EventKind.SUPPLEMENTED, EventKind.REVIEW_REQUESTED})


def index_case(tx: Transaction, case: Case, _now: datetime) -> None:
    """A hook of the desk: make a new case findable. Raises StoreUnavailable."""
    tx.search.put(case.standing.reference, _words(case, ()))


def index_words(tx: Transaction, event: CaseEvent) -> None:
    """Make a case findable by what the customer added; other events change nothing.

    Raises FieldUnreadable, StoreUnavailable.
    """
    if event.kind not in _CUSTOMERS_WORDS or event.act is None or not event.act.text:
        return
    if (case := tx.cases.get(event.reference)) is not None:
        tx.search.add(event.reference, _masked(case, event.act.text))


class Indexer:
    """Builds the index anew: for cases of before there was one, or after a change of its rules."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rebuild(self) -> Iterator[int]:
        """Index every case again, a few at a time so that others can go on working; gives how many
        are done after each few. Raises FieldUnreadable, StoreUnavailable."""
        done, after = 0, ""
        while True:
            with self._store.transaction() as tx:
                references = tx.search.references(after, _BATCH)
                for reference in references:
                    index_again(tx, reference)
                tx.commit()
            if not references:
                return
            after, done = references[-1], done + len(references)
            yield done


def index_again(tx: Transaction, reference: str) -> None:
    """Make a case findable by what it says now. Raises FieldUnreadable, StoreUnavailable."""
    case = tx.cases.get(reference)
    if case is not None:
        tx.search.put(reference, _words(case, tx.cases.events(reference)))


def _words(case: Case, events: Sequence[CaseEvent]) -> str:
    complaint = case.complaint
    added = (
        event.act.text
        for event in events
        if event.kind in _CUSTOMERS_WORDS and event.act is not None and event.act.text
    )
    words = [complaint.detail, complaint.request, complaint.branch, *added]
    return _masked(case, "\n".join(words))


def _masked(case: Case, text: str) -> str:
    person = case.complaint.complainant
    return mask_text(text, name=person.name, phone=person.phone)
