"""The store in memory, for tests of use cases. Held to the same contract as SQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

from casestore.domain.case import Case, CaseEvent, CaseStanding, CaseSummary
from casestore.domain.staff import Account, Session


@dataclass
class _Data:
    cases: dict[str, tuple[Case, str]] = field(default_factory=dict)
    events: list[CaseEvent] = field(default_factory=list)
    clients: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    attempts: dict[str, tuple[tuple[datetime, ...], datetime]] = field(default_factory=dict)


class _Cases:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def add(self, case: Case, fingerprint: str) -> bool:
        if case.standing.reference in self._data.cases:
            return False
        self._data.cases[case.standing.reference] = (case, fingerprint)
        return True

    def record(self, event: CaseEvent) -> None:
        self._data.events.append(event)

    def standing(self, reference: str) -> CaseStanding | None:
        case = self.get(reference)
        return case.standing if case else None

    def has_fingerprint(self, reference: str, fingerprint: str) -> bool:
        return self._data.cases.get(reference, (None, None))[1] == fingerprint

    def has_phone_tail(self, reference: str, tail: str) -> bool:
        case = self.get(reference)
        return case is not None and case.complaint.complainant.phone_tail == tail

    def get(self, reference: str) -> Case | None:
        found = self._data.cases.get(reference)
        return found[0] if found else None

    def page(self, after: str | None, size: int) -> Sequence[CaseSummary]:
        found = sorted((case for case, _ in self._data.cases.values()), key=_age, reverse=True)
        if after is not None:
            last = self.get(after)
            found = [case for case in found if last is not None and _age(case) < _age(last)]
        return [_summary(case) for case in found[:size]]

    def events(self, reference: str) -> Sequence[CaseEvent]:
        return [event for event in self._data.events if event.reference == reference]


class _Clients:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def put(self, name: str, token_hash: str) -> None:
        self._data.clients[name] = token_hash

    def name_for(self, token_hash: str) -> str | None:
        names = (name for name, known in self._data.clients.items() if known == token_hash)
        return next(names, None)


class _Staff:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def any_account(self) -> bool:
        return bool(self._data.accounts)

    def add_account(self, account: Account, created_at: datetime) -> bool:  # noqa: ARG002  # a port
        if account.username in self._data.accounts:
            return False
        self._data.accounts[account.username] = account
        return True

    def account(self, username: str) -> Account | None:
        return self._data.accounts.get(username)

    def put_session(self, session: Session) -> None:
        self._data.sessions[session.token_hash] = session

    def session(self, token_hash: str) -> Session | None:
        return self._data.sessions.get(token_hash)

    def drop_session(self, token_hash: str) -> None:
        self._data.sessions.pop(token_hash, None)

    def drop_sessions_before(self, seen_before: datetime, started_before: datetime) -> None:
        self._data.sessions = {
            key: session
            for key, session in self._data.sessions.items()
            if session.seen_at >= seen_before and session.started_at >= started_before
        }


class _Attempts:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def lock(self, subject: str) -> tuple[datetime, ...]:
        return self._data.attempts.get(subject, ((), None))[0]

    def save(self, subject: str, failures: Sequence[datetime], forget_at: datetime) -> None:
        self._data.attempts[subject] = (tuple(failures), forget_at)

    def forget(self, subject: str) -> None:
        self._data.attempts.pop(subject, None)

    def forget_before(self, moment: datetime) -> None:
        kept = {key: value for key, value in self._data.attempts.items() if value[1] >= moment}
        self._data.attempts = kept


class MemoryTransaction:
    """Works on a copy, which ``commit`` puts in place."""

    def __init__(self, store: "MemoryStore") -> None:
        self._store = store
        self._data = deepcopy(store.data)
        self.cases = _Cases(self._data)
        self.clients = _Clients(self._data)
        self.staff = _Staff(self._data)
        self.attempts = _Attempts(self._data)

    def commit(self) -> None:
        self._store.data = self._data


class MemoryStore:
    """One transaction at a time."""

    def __init__(self) -> None:
        self.data = _Data()
        self._lock = Lock()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            yield MemoryTransaction(self)


def _age(case: Case) -> tuple[datetime, str]:
    return case.standing.received_at, case.standing.reference


def _summary(case: Case) -> CaseSummary:
    person = case.complaint.complainant
    return CaseSummary(case.standing, case.complaint.business, person.name, person.phone)
