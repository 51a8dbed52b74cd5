"""Doubles of the two ports of the intake. Each passes the contract tests of the real thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from itertools import count
from typing import Any

from bot.errors import NotFound, Permanent, Retryable, TooManyAttempts
from bot.intake.calendar import local_day
from bot.intake.case_store import Document, Event, Events
from bot.intake.complaint import Complaint, Receipt
from bot.intake.fields import PHONE
from bot.intake.outbox import DELIVERED, PARKED, PENDING, UNDELIVERED, Backlog, Entry, Waiting
from bot.intake.reference import CROCKFORD, mint

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)
MOST_WRONG_PROOFS = 5
REVIEW_DAYS = 30
STATE_LABELS = {
    "registered": "已登记",
    "notified": "已答复",
    "under_review": "核查中",
    "withdrawn": "已撤回",
}


class Clock:
    """A clock that stands still until moved, or set: what is steady about it knows only the first."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment
        self._passed = timedelta(0)

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **duration: float) -> None:
        self.moment += timedelta(**duration)
        self._passed += timedelta(**duration)

    def steady(self) -> float:
        return self._passed.total_seconds()


def references() -> Callable[[Complaint, int], str]:
    """Mints valid references one after another."""
    numbers = count()

    digits = (CROCKFORD[number >> (5 * place) & 31] for number in numbers for place in range(6))
    return lambda complaint, _attempt: mint(complaint.submitted_at.date(), lambda _: next(digits))


class FakeOutbox:
    """An outbox in memory; tests put entries into it with `add`."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._due: dict[str, datetime] = {}
        self._leased: dict[str, datetime] = {}

    def add(self, entry: Entry) -> None:
        self.entries[entry.id], self._due[entry.id] = entry, entry.created_at

    def claim(self, owner: str, now: datetime, lease: timedelta) -> Entry | None:
        free = [key for key, entry in self.entries.items() if self._is_free(entry, now)]
        if not free:
            return None
        key = min(free, key=lambda key: (self._due[key], self.entries[key].created_at))
        self._leased[key] = now + lease
        entry = self.entries[key]
        self.entries[key] = replace(entry, attempts=entry.attempts + 1, lease_owner=owner)
        return self.entries[key]

    def _is_free(self, entry: Entry, now: datetime) -> bool:
        leased = self._leased.get(entry.id)
        due = entry.status == PENDING and self._due[entry.id] <= now
        return due and (leased is None or leased <= now)

    def delivered(self, entry: Entry, now: datetime) -> None:  # noqa: ARG002 - the port's
        self._finish(entry, status=DELIVERED, last_error=None)

    def postponed(self, entry: Entry, until: datetime, error: str) -> None:
        if self._finish(entry, last_error=error):
            self._due[entry.id] = until

    def parked(self, entry: Entry, error: str) -> None:
        self._finish(entry, status=PARKED, last_error=error)

    def _finish(self, entry: Entry, **values: Any) -> bool:
        present = self.entries[entry.id]
        if present.lease_owner != entry.lease_owner:
            return False
        self._leased.pop(entry.id, None)
        self.entries[entry.id] = replace(present, lease_owner=None, **values)
        return True

    def try_again(self, reference: str, now: datetime) -> bool:
        stuck = [entry for entry in self._undelivered() if entry.reference == reference]
        for entry in stuck:
            self.entries[entry.id] = replace(entry, status=PENDING)
            self._due[entry.id] = now
        return bool(stuck)

    def _undelivered(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.status in UNDELIVERED]

    def backlog(self, now: datetime) -> Backlog:
        by_kind: dict[str, dict[str, int]] = {}
        for entry in self._undelivered():
            counts = by_kind.setdefault(entry.kind, {})
            counts[entry.status] = counts.get(entry.status, 0) + 1
        pending = [e.created_at for e in self._undelivered() if e.status == PENDING]
        parked = len(self._undelivered()) - len(pending)
        oldest = max(now - min(pending, default=now), timedelta(0))
        return Backlog(len(pending), parked, oldest, by_kind)

    def waiting(self, limit: int) -> list[Waiting]:
        found = sorted(self._undelivered(), key=lambda e: (e.status != PARKED, e.created_at))
        return [
            Waiting(e.reference, e.kind, e.status, e.attempts, e.created_at, e.last_error)
            for e in found[:limit]
        ]


class FakeJournal(FakeOutbox):
    """The journal in memory."""

    def __init__(self) -> None:
        super().__init__()
        self._mint = references()

    def record(self, complaint: Complaint, now: datetime) -> Receipt:
        key = str(complaint.intake_id)
        known = self.entries.get(key)
        if known is not None:
            return Receipt(known.reference, first_time=False)
        reference = self._mint(complaint, 0)
        payload = complaint.payload(reference)
        whose = (complaint.channel, complaint.sender_id)
        self.add(Entry(key, "complaint", reference, *whose, payload, PENDING, 0, None, now))
        return Receipt(reference, first_time=True)

    def find(self, reference: str) -> Entry | None:
        return next((e for e in self.entries.values() if e.reference == reference), None)

    def sender_of(self, reference: str) -> str | None:
        entry = self.find(reference)
        return None if entry is None else entry.sender_id

    def phone_of(self, reference: str) -> str | None:
        entry = self.find(reference)
        return None if entry is None else str(entry.payload[PHONE])

    def of_sender(self, sender_id: str) -> list[Entry]:
        return self._newest_first(lambda entry: entry.sender_id == sender_id)

    def recent_of_phone(self, phone: str, since: datetime) -> list[Entry]:
        return self._newest_first(
            lambda e: e.payload["complainant_phone"] == phone and e.created_at >= since
        )

    def _newest_first(self, wanted: Callable[[Entry], bool]) -> list[Entry]:
        found = [entry for entry in self.entries.values() if wanted(entry)]
        return sorted(found, key=lambda entry: entry.created_at, reverse=True)

    def check_writable(self) -> None:
        """Memory always is."""


class FakeCaseStore:
    """The bank's case store in memory; `failures` are raised, one per call, before it answers.

    The staff's side: `reply`, `tell` and `press_retry`.
    """

    def __init__(self) -> None:
        self.filed: dict[str, dict[str, Any]] = {}
        self.acts: dict[str, tuple[str, str, dict[str, Any]]] = {}
        self.documents: dict[str, tuple[str, Document]] = {}
        self.happened: list[Event] = []
        self.reports: list[Mapping[str, Any]] = []
        self.receipts: dict[str, tuple[datetime, str | None]] = {}
        self.receipt_failures: list[Exception] = []
        self.knowledge: list[Mapping[str, Any]] = []
        self.campaigns: list[Mapping[str, Any]] = []
        self.calls: list[str] = []
        self.failures: list[Exception] = []
        self._wrong: dict[str, int] = {}
        self._progress: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, dict[str, Any]] = {}

    def file(self, payload: dict[str, Any]) -> dict[str, Any]:
        reference = str(payload["reference"])
        self._enter(reference)
        if self.filed.setdefault(reference, payload) != payload:
            raise Permanent("HTTP 422 idempotency_conflict")
        return self._standing(reference)

    def status(self, reference: str, phone_tail: str) -> dict[str, Any]:
        self._enter(reference)
        if self._wrong.get(reference, 0) >= MOST_WRONG_PROOFS:
            raise TooManyAttempts()
        case = self.filed.get(reference)
        if case is None or str(case["complainant_phone"])[-4:] != phone_tail:
            self._wrong[reference] = self._wrong.get(reference, 0) + 1
            raise NotFound()
        reply = self._reply_to(reference)
        last = None if reply is None else {"text": reply.text, "sent_at": reply.happened_at}
        return {**self._standing(reference), "last_message": last}

    def act(self, kind: str, reference: str, payload: dict[str, Any]) -> dict[str, Any]:
        self._enter(reference)
        self._must_be_filed(reference)
        known = self.acts.get(payload["id"])
        if known is None:
            self._apply(kind, reference, payload)
            self._answers[payload["id"]] = {**self._standing(reference), "id": payload["id"]}
        elif known != (kind, reference, payload):
            raise Permanent("HTTP 422 idempotency_conflict")
        return self._answers[payload["id"]]

    def _apply(self, kind: str, reference: str, payload: dict[str, Any]) -> None:
        submitted = datetime.fromisoformat(payload["submitted_at"])
        progress = self._progress.setdefault(reference, {})
        if progress.get("state") == "withdrawn":
            if kind != "withdrawal":
                raise Permanent("HTTP 409 case_withdrawn")
        elif kind == "withdrawal":
            progress.update(state="withdrawn", ended_on=local_day(submitted).isoformat())
        elif kind in ("satisfaction", "review_request"):
            self._must_be_answered(kind, reference, submitted)
        if kind == "review_request":
            due = local_day(submitted) + timedelta(days=REVIEW_DAYS)
            progress.update(state="under_review", review_due=due.isoformat())
        self.acts[payload["id"]] = (kind, reference, payload)

    def _must_be_answered(self, kind: str, reference: str, submitted: datetime) -> None:
        reply = self._reply_to(reference)
        if reply is None:
            raise Permanent("HTTP 409 no_reply_yet")
        age: timedelta = local_day(submitted) - _day(reply.happened_at)
        if kind == "review_request" and age.days > REVIEW_DAYS:
            raise Permanent("HTTP 409 review_too_late")

    def attach(self, reference: str, document: Document) -> None:
        self._enter(reference)
        self._must_be_filed(reference)
        known = self.documents.get(document.id)
        if known is None and self._progress.get(reference, {}).get("state") == "withdrawn":
            raise Permanent("HTTP 409 case_withdrawn")
        if known is not None and known[1].sha256 != document.sha256:
            raise Permanent("HTTP 422 idempotency_conflict")
        self.documents.setdefault(document.id, (reference, document))

    def _must_be_filed(self, reference: str) -> None:
        if reference not in self.filed:
            raise Retryable("HTTP 404 not_found")

    def events(self, after: int, limit: int) -> Events:
        self._enter("events")
        found = [event for event in self.happened if event.cursor > after][:limit]
        return Events(found, found[-1].cursor if found else after)

    def confirm(self, notice: str, at: datetime, failure: str | None) -> None:
        self._enter("confirm")
        if self.receipt_failures:
            raise self.receipt_failures.pop(0)
        if notice not in [event.notice for event in self.happened]:
            raise Permanent("HTTP 404 notice_not_found")
        known = self.receipts.get(notice)
        if known is None or known[1] is not None:
            self.receipts[notice] = (at, failure)

    def report(self, backlog: Mapping[str, Any]) -> None:
        self._enter("report")
        self.reports.append(backlog)

    def report_knowledge(self, knowledge: Mapping[str, Any]) -> None:
        self._enter("knowledge")
        self.knowledge.append(knowledge)

    def report_campaign(self, campaign: str, figures: Mapping[str, Any]) -> None:
        self._enter("campaign")
        if figures["campaign"]["id"] != campaign:
            raise Permanent("HTTP 422 invalid_request")
        self.campaigns.append(figures)

    def campaign_report_file(self, campaign: str, suffix: str) -> bytes:
        self._enter("campaign")
        told = [each for each in self.campaigns if each["campaign"]["id"] == campaign]
        if not told:
            raise NotFound()
        # Both kinds of file are ZIP archives.
        return f"PK {suffix} {told[-1]['counted_at']}".encode()

    def reply(self, reference: str, text: str, at: datetime = NOW) -> None:
        self._progress.setdefault(reference, {})["state"] = "notified"
        self._happens(reference, "replied", text, at, is_notice=True)

    def tell(self, reference: str, text: str, at: datetime = NOW) -> None:
        self._happens(reference, "notice", text, at, is_notice=True)

    def press_retry(self, reference: str, at: datetime = NOW) -> None:
        self._happens(reference, "retry", None, at)

    def _happens(
        self, reference: str, kind: str, text: str | None, at: datetime, is_notice: bool = False
    ) -> None:
        number = len(self.happened) + 1
        notice = f"notice-{number}" if is_notice else None
        self.happened.append(Event(number, reference, kind, text, at.isoformat(), notice))

    def _reply_to(self, reference: str) -> Event | None:
        replies = (e for e in reversed(self.happened) if e.kind == "replied")
        return next((e for e in replies if e.reference == reference), None)

    def _enter(self, reference: str) -> None:
        self.calls.append(reference)
        if self.failures:
            raise self.failures.pop(0)

    def _standing(self, reference: str) -> dict[str, Any]:
        progress = {"state": "registered", **self._progress.get(reference, {})}
        return {
            "reference": reference,
            "state": progress["state"],
            "state_label": STATE_LABELS[progress["state"]],
            "received_at": self.filed[reference]["submitted_at"],
            "promise_due": "2026-11-25",
            "complex_due": "2026-11-30",
            "legal_due": "2026-12-08",
            "due_provisional": False,
            "review_due": progress.get("review_due"),
            "ended_on": progress.get("ended_on"),
        }


def _day(moment: str) -> date:
    return local_day(datetime.fromisoformat(moment))
