"""The classes a complaint is reported under: confirmed by a person."""

from casestore.domain.case import Case, EventKind
from casestore.domain.errors import InvalidRequest
from casestore.domain.reference import is_reference
from casestore.domain.staff import Officer
from casestore.domain.taxonomy import Codes, Dimension, is_term
from casestore.service.acting import Deed, Done, perform
from casestore.service.case_file import open_file
from casestore.service.ports import Clock, NewId, Store

MOST_COUNTED = 1000


class ClassificationDesk:
    """Confirms classes. ``codes`` are the bank's official codes of the names; ``now`` gives aware
    moments."""

    def __init__(self, store: Store, now: Clock, new_id: NewId, codes: Codes) -> None:
        self._store = store
        self._now = now
        self._new_id = new_id
        self.codes = codes

    def confirm(
        self,
        reference: str,
        business: str,
        reason: str,
        channel: str,
        version: int | None,
        officer: Officer,
        act_id: str | None = None,
    ) -> Done:
        """Put the three names in the place of what was proposed or confirmed before.

        Sent twice under one ``act_id`` it is done once. Raises InvalidRequest for a name the
        standard does not have, else as ``casestore.service.acting.perform``.
        """
        chosen = {"business": business, "reason": reason, "channel": channel}
        _require_terms(chosen)
        deed = Deed(EventKind.CLASSIFIED, act_id or self._new_id(), data=chosen, version=version)
        with self._store.transaction() as tx:
            done = perform(tx, reference, deed, officer, self._now())
            tx.commit()
        return done

    def next_unconfirmed(self, officer: Officer, skipped: str | None = None) -> Case | None:
        """The case that has waited longest, after ``skipped`` if that is given; None if nothing is
        left. Noted like every opening of a case. Raises FieldUnreadable, StoreUnavailable."""
        known = skipped if skipped and is_reference(skipped) else None
        with self._store.transaction() as tx:
            reference = tx.classes.unconfirmed(officer, known)
            if reference is None:
                return None
            case = open_file(tx, reference, officer, self._now()).case
            tx.commit()
        return case

    def count_unconfirmed(self, officer: Officer) -> int:
        """How many cases wait for a person, up to ``MOST_COUNTED``. Raises StoreUnavailable."""
        with self._store.transaction() as tx:
            return tx.classes.count_unconfirmed(officer, MOST_COUNTED)


def _require_terms(chosen: dict[str, str]) -> None:
    wrong = {
        name: f"请选择{Dimension(name).label}"
        for name, value in chosen.items()
        if not is_term(Dimension(name), value)
    }
    if wrong:
        raise InvalidRequest(wrong)
