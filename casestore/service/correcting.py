"""Putting a registration right: an act like any other, which changes the complaint itself."""

from dataclasses import replace
from datetime import datetime

from casestore.domain.correction import corrected
from casestore.domain.errors import CaseNotFound
from casestore.domain.reference import is_reference
from casestore.domain.staff import Officer
from casestore.service.access import check_access
from casestore.service.acting import Deed, Done, perform
from casestore.service.indexing import index_again
from casestore.service.ports import Transaction


def correct(tx: Transaction, reference: str, deed: Deed, officer: Officer, now: datetime) -> Done:
    """Put right the field ``field`` of ``deed.data`` to its ``value``; the caller commits.

    What the history keeps is told by ``domain.correction``. The filing stays known by its first
    content, so that a client that sends it again is answered as before. Raises InvalidRequest
    (field, value), FieldUnreadable, else as ``service.acting.perform``.
    """
    standing = tx.cases.lock(reference) if is_reference(reference) else None
    case = tx.cases.get(reference) if standing is not None else None
    if case is None:
        raise CaseNotFound
    check_access(tx, case.standing, officer)
    known = tx.cases.event_of(deed.id)
    if known is not None and known.act is not None:
        # The same form again: the field holds the new value already.
        return perform(tx, reference, replace(deed, data=known.act.data), officer, now)
    complaint, told = corrected(
        case.complaint, deed.data.get("field", ""), deed.data.get("value", "")
    )
    done = perform(tx, reference, replace(deed, data=told), officer, now)
    tx.cases.correct(complaint)
    index_again(tx, reference)
    return done
