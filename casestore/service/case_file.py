"""A case as an officer opens it: the whole file, or one personal field in clear; both noted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casestore.domain.attachment import Attachment
from casestore.domain.case import Case, CaseEvent, CaseState, Complainant, EventKind
from casestore.domain.errors import CaseNotFound, InvalidRequest
from casestore.domain.reference import is_reference
from casestore.domain.staff import SYSTEM, Officer
from casestore.service.access import check_access, may_see
from casestore.service.acting import Deed, perform
from casestore.service.ports import Transaction

REVEALABLE: Mapping[str, Callable[[Complainant], str | None]] = {
    "name": lambda person: person.name,
    "phone": lambda person: person.phone,
    "id_number": lambda person: person.id_number,
}
"""The personal fields that are masked until somebody asks, by name."""
_MOST_OTHERS = 20


@dataclass(frozen=True)
class LinkedCase:
    """Another case about the same matter; ``state`` is None if it has not arrived here, or is
    another branch's."""

    reference: str
    state: CaseState | None


@dataclass(frozen=True)
class CaseFile:
    """A case with its history and files, oldest first, and the cases it belongs with.

    ``same_customer`` are the latest other cases of the same phone that the officer may see, newest
    first.
    """

    case: Case
    events: Sequence[CaseEvent]
    attachments: Sequence[Attachment]
    linked: Sequence[LinkedCase]
    same_customer: Sequence[LinkedCase]


def open_file(tx: Transaction, reference: str, officer: Officer, now: datetime) -> CaseFile:
    """A case for an officer, noted in the audit log; the caller commits. Jobs are not noted.

    Raises CaseNotFound (also for a case of another branch), FieldUnreadable, StoreUnavailable.
    """
    case = tx.cases.get(reference) if is_reference(reference) else None
    if case is None:
        raise CaseNotFound
    check_access(tx, case.standing, officer)
    events = tx.cases.events(reference)
    file = CaseFile(
        case=case,
        events=events,
        attachments=tx.attachments.of(reference),
        linked=[_linked(tx, other, officer) for other in _neighbours(tx, case, events)],
        same_customer=_of_same_customer(tx, reference, officer),
    )
    if officer is not SYSTEM:
        tx.audit.append(officer.actor, "case_opened", reference, "", now)
    return file


def reveal(
    tx: Transaction, reference: str, field: str, officer: Officer, act_id: str, now: datetime
) -> str:
    """A personal field in clear, as an act of the case and an entry of the audit log; the caller
    commits. Empty if the field was never known.

    Raises InvalidRequest for a field there is not, FieldUnreadable, else as
    ``service.acting.perform``.
    """
    read = REVEALABLE.get(field)
    if read is None:
        raise InvalidRequest({"field": "没有这一项"})
    # One page may show several fields, one after the other.
    deed = Deed(EventKind.REVEALED, f"{act_id}-{field}", data={"field": field})
    perform(tx, reference, deed, officer, now)
    case = tx.cases.get(reference)
    if case is None:
        raise CaseNotFound
    tx.audit.append(officer.actor, "revealed", reference, field, now)
    return read(case.complaint.complainant) or ""


def _neighbours(tx: Transaction, case: Case, events: Sequence[CaseEvent]) -> list[str]:
    """The case it names itself, those that name it, those that officers linked; each once."""
    own = case.complaint.linked_to
    others = [own] if own else []
    acts = [event.act for event in events if event.act is not None]
    by_officers = [act.data[name] for act in acts for name in ("other", "into") if name in act.data]
    named = tx.cases.linked_from(case.standing.reference)
    return list(dict.fromkeys([*others, *named, *by_officers]))


def _of_same_customer(tx: Transaction, reference: str, officer: Officer) -> list[LinkedCase]:
    others = map(tx.cases.standing, tx.cases.same_customer(reference)[:_MOST_OTHERS])
    return [
        LinkedCase(standing.reference, standing.progress.state)
        for standing in others
        if standing is not None and may_see(tx, standing, officer)
    ]


def _linked(tx: Transaction, reference: str, officer: Officer) -> LinkedCase:
    standing = tx.cases.standing(reference)
    is_visible = standing is not None and may_see(tx, standing, officer)
    return LinkedCase(reference, standing.progress.state if standing and is_visible else None)
