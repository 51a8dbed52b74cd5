"""The complaint desk: files complaints exactly once and tells customers where theirs stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from casestore.domain.attempts import AttemptLimit
from casestore.domain.case import (
    Case,
    CaseEvent,
    CaseStanding,
    CaseState,
    CaseSummary,
    Complaint,
    EventKind,
)
from casestore.domain.deadlines import due_dates
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    InvalidRequest,
    StoreUnavailable,
    TooManyAttempts,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.reference import is_reference
from casestore.service.ports import Clock, Store, Transaction

CLOCK_SKEW = timedelta(minutes=5)
PROOF_LIMIT = AttemptLimit(allowed=5, window=timedelta(hours=1))


@dataclass(frozen=True)
class Filing:
    """The outcome of a filing; ``created`` is False for a repeat."""

    standing: CaseStanding
    created: bool


@dataclass(frozen=True)
class CaseFile:
    """A case with its history, oldest event first."""

    case: Case
    events: Sequence[CaseEvent]


class ComplaintDesk:
    """``now`` gives aware moments; ``promise_working_days`` is the bank's service promise."""

    def __init__(self, store: Store, now: Clock, promise_working_days: int) -> None:
        self._store = store
        self._now = now
        self._promise_working_days = promise_working_days

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

    def status(self, reference: str, proof: str) -> CaseStanding:
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
                return standing
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
            return CaseFile(case, tx.cases.events(reference))

    def _new_case(self, complaint: Complaint, client: str) -> Case:
        now = self._now()
        if complaint.submitted_at > now + CLOCK_SKEW:
            raise InvalidRequest({"submitted_at": "提交时间晚于现在，请检查系统时钟"})
        received_at = complaint.submitted_at
        standing = CaseStanding(
            reference=complaint.reference,
            state=CaseState.REGISTERED,
            received_at=received_at,
            due=due_dates(received_at, self._promise_working_days),
        )
        return Case(standing, complaint, client, recorded_at=now)

    @staticmethod
    def _repeat(tx: Transaction, reference: str, mark: str) -> CaseStanding:
        if not tx.cases.has_fingerprint(reference, mark):
            raise IdempotencyConflict
        standing = tx.cases.standing(reference)
        if standing is None:
            raise StoreUnavailable
        return standing


def _registered(case: Case) -> CaseEvent:
    return CaseEvent(
        reference=case.standing.reference,
        kind=EventKind.REGISTERED,
        actor=f"client:{case.client}",
        happened_at=case.recorded_at,
    )
