"""The store in memory, for tests of use cases. Held to the same contract as SQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock

from casestore.domain.attachment import Attachment
from casestore.domain.case import (
    Case,
    CaseEvent,
    CaseStanding,
    CaseSummary,
    EventKind,
    Progress,
)
from casestore.domain.exchange import BacklogReport, FeedEntry, News, NewsKind
from casestore.domain.staff import Account, Session


@dataclass
class _Data:
    cases: dict[str, tuple[Case, str]] = field(default_factory=dict)
    events: list[CaseEvent] = field(default_factory=list)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    feed: list[FeedEntry] = field(default_factory=list)
    backlogs: dict[str, BacklogReport] = field(default_factory=dict)
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

    def record(self, event: CaseEvent) -> bool:
        if event.act is not None and self.event_of(event.act.id) is not None:
            return False
        self._data.events.append(event)
        return True

    def standing(self, reference: str) -> CaseStanding | None:
        case = self.get(reference)
        return case.standing if case else None

    def lock(self, reference: str) -> CaseStanding | None:
        return self.standing(reference)

    def move(self, reference: str, progress: Progress) -> None:
        case, fingerprint = self._data.cases[reference]
        moved = replace(case, standing=replace(case.standing, progress=progress))
        self._data.cases[reference] = (moved, fingerprint)

    def client(self, reference: str) -> str | None:
        case = self.get(reference)
        return case.client if case else None

    def event_of(self, act_id: str) -> CaseEvent | None:
        events = (event for event in self._data.events if event.act and event.act.id == act_id)
        return next(events, None)

    def last_event(self, reference: str, kind: EventKind) -> CaseEvent | None:
        found = [event for event in self.events(reference) if event.kind is kind]
        return found[-1] if found else None

    def linked_from(self, reference: str) -> Sequence[str]:
        cases = self._data.cases.items()
        return sorted(key for key, (case, _) in cases if case.complaint.linked_to == reference)

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


class _Attachments:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def add(self, attachment: Attachment) -> bool:
        if attachment.id in self._data.attachments:
            return False
        self._data.attachments[attachment.id] = attachment
        return True

    def get(self, attachment_id: str) -> Attachment | None:
        return self._data.attachments.get(attachment_id)

    def of(self, reference: str) -> Sequence[Attachment]:
        found = [each for each in self._data.attachments.values() if each.reference == reference]
        return sorted(found, key=lambda each: (each.received_at, each.id))


class _Feed:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def publish(self, news: News) -> None:
        self._data.feed.append(FeedEntry(len(self._data.feed) + 1, news))

    def after(self, client: str, cursor: int, limit: int) -> Sequence[FeedEntry]:
        mine = [entry for entry in self._data.feed if entry.news.client == client]
        return [entry for entry in mine if entry.cursor > cursor][:limit]

    def retried_since(self, client: str, moment: datetime) -> frozenset[str]:
        return frozenset(
            entry.news.reference
            for entry in self.after(client, 0, len(self._data.feed))
            if entry.news.kind is NewsKind.RETRY and entry.news.happened_at >= moment
        )


class _Backlogs:
    def __init__(self, data: _Data) -> None:
        self._data = data

    def put(self, report: BacklogReport) -> None:
        self._data.backlogs[report.client] = report

    def all(self) -> Sequence[BacklogReport]:
        return [self._data.backlogs[client] for client in sorted(self._data.backlogs)]


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
        self.attachments = _Attachments(self._data)
        self.feed = _Feed(self._data)
        self.backlogs = _Backlogs(self._data)
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
    complaint, person = case.complaint, case.complaint.complainant
    business, group = complaint.business, complaint.group
    return CaseSummary(case.standing, business, person.name, person.phone, group)
