"""The complaint desk: files complaints exactly once and tells customers where theirs stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_bytes

from casestore.domain.attempts import AttemptLimit
from casestore.domain.case import (
    Act,
    Case,
    CaseEvent,
    CaseStanding,
    CaseSummary,
    Complaint,
    EventKind,
    Handling,
    Progress,
    Regime,
    Source,
)
from casestore.domain.clock import due_dates, opening_terms
from casestore.domain.deadlines import ServicePromise, local_date
from casestore.domain.errors import (
    CaseNotFound,
    IdempotencyConflict,
    NotAllowed,
    StoreUnavailable,
    TooManyAttempts,
)
from casestore.domain.fingerprint import fingerprint
from casestore.domain.grading import grading
from casestore.domain.reference import is_reference, mint
from casestore.domain.staff import Officer, Right
from casestore.service.case_file import CaseFile, open_file, reveal
from casestore.service.ports import Clock, Store, Transaction
from casestore.service.skew import refuse_future

CONSOLE = "console"
"""The client under whose name officers register complaints."""
PROOF_LIMIT = AttemptLimit(allowed=5, window=timedelta(hours=1))
# 重复投诉: the same customer about the same business again within this long.
REPEAT_WINDOW = timedelta(days=90)

FilingHook = Callable[[Transaction, Case, datetime], None]
"""What else belongs to a filing, in its transaction; gets the new case and the moment."""
RandomBytes = Callable[[int], bytes]


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


class ComplaintDesk:
    """``now`` gives aware moments; ``promise`` is the bank's own; ``random_bytes`` makes
    references."""

    def __init__(
        self,
        store: Store,
        now: Clock,
        promise: ServicePromise,
        random_bytes: RandomBytes = token_bytes,
        hooks: Sequence[FilingHook] = (),
    ) -> None:
        self._store = store
        self._now = now
        self._promise = promise
        self._random_bytes = random_bytes
        self._hooks = hooks

    def file(self, complaint: Complaint, client: str) -> Filing:
        """Register a complaint once, however often it is sent.

        Raises InvalidRequest if it was confirmed in the future, IdempotencyConflict if the
        reference was filed with other content, StoreUnavailable.
        """
        case = self._new_case(complaint, client)
        with self._store.transaction() as tx:
            mark = fingerprint(complaint)
            if not tx.cases.add(case, mark):
                return Filing(_repeat(tx, complaint.reference, mark), created=False)
            standing = self._written(tx, case, _registered(case, f"client:{client}"))
            tx.commit()
        return Filing(standing, created=True)

    def register(
        self, complaint: Complaint, officer: Officer, form_id: str, note: str | None = None
    ) -> Filing:
        """Register a complaint an officer took, once for each form (``form_id``, a UUID).

        The reference of the complaint is not looked at; a new one is minted. ``note`` is kept in
        the history, such as why it is registered late. Raises NotAllowed, InvalidRequest if it was
        received in the future, IdempotencyConflict if the id was used for something else,
        StoreUnavailable.
        """
        if not officer.may(Right.REGISTER):
            raise NotAllowed
        reference = mint(local_date(self._now()), self._random_bytes)
        case = self._new_case(replace(complaint, reference=reference), CONSOLE)
        event = _registered(case, officer.actor, Act(form_id, None, note))
        try:
            return self._register(case, event)
        except IdempotencyConflict:
            # The same form at the same moment: what the other one wrote is there now.
            return self._register(case, event)

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
        """Cases, newest first; see ``Cases.page``."""
        if after is not None and not is_reference(after):
            return []
        with self._store.transaction() as tx:
            return tx.cases.page(after, size)

    def open_case(self, reference: str, officer: Officer) -> CaseFile:
        """See ``service.case_file.open_file``."""
        with self._store.transaction() as tx:
            file = open_file(tx, reference, officer, self._now())
            tx.commit()
        return file

    def reveal(self, reference: str, field: str, officer: Officer, act_id: str) -> str:
        """See ``service.case_file.reveal``."""
        with self._store.transaction() as tx:
            value = reveal(tx, reference, field, officer, act_id, self._now())
            tx.commit()
        return value

    def _register(self, case: Case, event: CaseEvent) -> Filing:
        with self._store.transaction() as tx:
            if (standing := _registered_before(tx, event, case.complaint)) is not None:
                return Filing(standing, created=False)
            if not tx.cases.add(case, fingerprint(case.complaint)):
                raise StoreUnavailable  # one reference in a thousand million: try again
            standing = self._written(tx, case, event)
            tx.commit()
        return Filing(standing, created=True)

    def _new_case(self, complaint: Complaint, client: str) -> Case:
        now = self._now()
        received_at = complaint.submitted_at
        refuse_future(received_at, now)
        forwarded_due = complaint.forwarded.due if complaint.forwarded else None
        regime = Regime.REGULATOR if complaint.source is Source.REGULATOR else Regime.GENERAL
        terms = opening_terms(local_date(received_at), self._promise, regime, forwarded_due)
        looks = grading(complaint)
        standing = CaseStanding(
            reference=complaint.reference,
            progress=Progress(terms=terms),
            received_at=received_at,
            due=due_dates(terms),
            handling=Handling(grade=looks.grade, priority=looks.priority, flags=looks.flags),
        )
        return Case(standing, complaint, client, recorded_at=now)

    def _written(self, tx: Transaction, case: Case, event: CaseEvent) -> CaseStanding:
        """Everything else that belongs to a new case; how it stands then."""
        if not tx.cases.record(event):
            raise IdempotencyConflict
        if (earlier := _earlier(tx, case)) is not None:
            handling = replace(case.standing.handling, repeat_of=earlier)
            case = replace(case, standing=replace(case.standing, handling=handling))
            tx.cases.move(case.standing)
        for hook in self._hooks:
            hook(tx, case, case.recorded_at)
        return case.standing


def _registered(case: Case, actor: str, act: Act | None = None) -> CaseEvent:
    return CaseEvent(
        reference=case.standing.reference,
        kind=EventKind.REGISTERED,
        actor=actor,
        happened_at=case.recorded_at,
        act=act,
    )


def _earlier(tx: Transaction, case: Case) -> str | None:
    """The customer's latest other complaint about the same business, not long ago."""
    complaint = case.complaint
    since = case.standing.received_at - REPEAT_WINDOW
    phone = complaint.complainant.phone
    return tx.cases.earlier(phone, complaint.business, since, complaint.reference)


def _repeat(tx: Transaction, reference: str, mark: str) -> CaseStanding:
    if not tx.cases.has_fingerprint(reference, mark):
        raise IdempotencyConflict
    standing = tx.cases.standing(reference)
    if standing is None:
        raise StoreUnavailable
    # The first answer again, whatever has happened since.
    return replace(standing, progress=Progress())


def _registered_before(
    tx: Transaction, asked: CaseEvent, complaint: Complaint
) -> CaseStanding | None:
    """The case of a form sent before. Raises IdempotencyConflict if its id means something else, or
    the form says something else by now."""
    before = tx.cases.event_of(asked.act.id) if asked.act else None
    if before is None:
        return None
    standing = tx.cases.standing(before.reference)
    mark = fingerprint(replace(complaint, reference=before.reference))
    is_same = (before.kind, before.actor) == (asked.kind, asked.actor)
    if not is_same or not tx.cases.has_fingerprint(before.reference, mark) or standing is None:
        raise IdempotencyConflict
    return standing
