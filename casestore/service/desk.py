"""The complaint desk: files complaints exactly once and tells customers where theirs stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from casestore.domain.attachment import Attachment
from casestore.domain.attempts import AttemptLimit
from casestore.domain.case import (
    Case,
    CaseEvent,
    CaseStanding,
    CaseState,
    CaseSummary,
    Complaint,
    EventKind,
    Progress,
)
from casestore.domain.deadlines import ServicePromise, due_dates
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    StoreUnavailable,
    TooManyAttempts,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.reference import is_reference
from casestore.service.ports import Clock, Store, Transaction
from casestore.service.skew import refuse_future

PROOF_LIMIT = AttemptLimit(allowed=5, window=timedelta(hours=1))


@dataclass(frozen=True)
class Filing:
    """The outcome of a filing; ``created`` is False for a repeat."""

    standing: CaseStanding
    created: bool


@dataclass(frozen=True)
class Status:
    """What a customer may know: where the case stands and what the bank last replied."""

    standing: CaseStanding
    last_reply: CaseEvent | None


@dataclass(frozen=True)
class LinkedCase:
    """Another case about the same matter; ``state`` is None if it has not arrived here."""

    reference: str
    state: CaseState | None


@dataclass(frozen=True)
class CaseFile:
    """A case with its history and files, oldest first, and the cases it belongs with."""

    case: Case
    events: Sequence[CaseEvent]
    attachments: Sequence[Attachment]
    linked: Sequence[LinkedCase]


class ComplaintDesk:
    """``now`` gives aware moments; ``promise`` is the bank's own."""

    def __init__(self, store: Store, now: Clock, promise: ServicePromise) -> None:
        self._store = store
        self._now = now
        self._promise = promise

    def file(self, complaint: Complaint, client: str) -> Filing:
        """Register a complaint once, however often it is sent.

        Raises InvalidRequest if it was confirmed in the future, IdempotencyConflict if the
        reference was filed with other content, StoreUnavailable.
        """
        case = self._new_case(complaint, client)
        mark = fingerprint(complaint)
        with self._store.transaction() as tx:
            if not tx.cases.add(case, mark):
                return Filing(self._repeat(tx, complaint.reference, mark), created=False)
            tx.cases.record(_registered(case))
            tx.commit()
        return Filing(case.standing, created=True)

    def status(self, reference: str, proof: str) -> Status:
        """Where a case stands, for a customer who knows the last digits of the phone.

        Raises CaseNotFound, TooManyAttempts, StoreUnavailable. Unknown references are counted
        like known ones, so the answers do not tell which exist.
        """
        if not is_reference(reference):
            raise CaseNotFound
        now, subject = self._now(), f"proof:{reference}"
        with self._store.transaction() as tx:
            failures = tx.attempts.lock(subject)
            if wait := PROOF_LIMIT.wait(failures, now):
                raise TooManyAttempts(wait)
            proven = tx.cases.has_phone_tail(reference, proof)
            standing = tx.cases.standing(reference)
            if standing is not None and proven:
                return Status(standing, tx.cases.last_event(reference, EventKind.REPLIED))
            failures = PROOF_LIMIT.after_failure(failures, now)
            tx.attempts.save(subject, failures, now + PROOF_LIMIT.window)
            tx.attempts.forget_before(now)
            tx.commit()
        raise CaseNotFound

    def page(self, after: str | None, size: int) -> Sequence[CaseSummary]:
        """Cases for the console, newest first; see ``Cases.page``."""
        if after is not None and not is_reference(after):
            return []
        with self._store.transaction() as tx:
            return tx.cases.page(after, size)

    def open_case(self, reference: str) -> CaseFile:
        """A case for the console. Raises CaseNotFound, FieldUnreadable, StoreUnavailable."""
        if not is_reference(reference):
            raise CaseNotFound
        with self._store.transaction() as tx:
            case = tx.cases.get(reference)
            if case is None:
                raise CaseNotFound
            return CaseFile(
                case=case,
                events=tx.cases.events(reference),
                attachments=tx.attachments.of(reference),
                linked=[_linked(tx, other) for other in _neighbours(tx, case)],
            )

    def _new_case(self, complaint: Complaint, client: str) -> Case:
        now = self._now()
        received_at = complaint.submitted_at
        refuse_future(received_at, now)
        standing = CaseStanding(
            reference=complaint.reference,
            progress=Progress(),
            received_at=received_at,
            due=due_dates(received_at, self._promise),
        )
        return Case(standing, complaint, client, recorded_at=now)

    @staticmethod
    def _repeat(tx: Transaction, reference: str, mark: str) -> CaseStanding:
        if not tx.cases.has_fingerprint(reference, mark):
            raise IdempotencyConflict
        standing = tx.cases.standing(reference)
        if standing is None:
            raise StoreUnavailable
        # The first answer again, whatever has happened since.
        return replace(standing, progress=Progress())


def _registered(case: Case) -> CaseEvent:
    return CaseEvent(
        reference=case.standing.reference,
        kind=EventKind.REGISTERED,
        actor=f"client:{case.client}",
        happened_at=case.recorded_at,
    )


def _neighbours(tx: Transaction, case: Case) -> list[str]:
    """The case it names itself, then those that name it; each once."""
    own = case.complaint.linked_to
    others = [own] if own else []
    return list(dict.fromkeys([*others, *tx.cases.linked_from(case.standing.reference)]))


def _linked(tx: Transaction, reference: str) -> LinkedCase:
    standing = tx.cases.standing(reference)
    return LinkedCase(reference, standing.progress.state if standing else None)
