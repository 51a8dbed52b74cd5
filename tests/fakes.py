"""Doubles of the two ports of the intake. Each passes the contract tests of the real thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from bot.errors import NotFound, Permanent, TooManyAttempts
from bot.intake.complaint import Complaint, Receipt
from bot.intake.journal import DELIVERED, PARKED, PENDING, Backlog, Entry
from bot.intake.reference import CROCKFORD, mint

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=timezone.utc)
MOST_WRONG_PROOFS = 5


class Clock:
    """A clock that stands still until moved."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **duration: float) -> None:
        self.moment += timedelta(**duration)


def references() -> Callable[[datetime], str]:
    """Mints valid references one after another."""
    numbers = count()

    digits = (CROCKFORD[number >> (5 * place) & 31] for number in numbers for place in range(6))
    return lambda moment: mint(moment.date(), lambda _: next(digits))


class FakeJournal:
    """The journal in memory."""

    def __init__(self) -> None:
        self._mint = references()
        self.entries: dict[str, Entry] = {}
        self.amendments: dict[str, set[str]] = {}
        self._first: dict[str, str] = {}
        self._due: dict[str, datetime] = {}
        self._leased: dict[str, datetime] = {}

    def record(self, complaint: Complaint, now: datetime) -> Receipt:
        key = str(complaint.intake_id)
        known = self.entries.get(key)
        if known is not None:
            if complaint.fingerprint() != self._first[key]:
                self.amendments.setdefault(key, set()).add(complaint.fingerprint())
            return Receipt(known.reference, first_time=False)
        reference = self._mint(complaint.submitted_at)
        payload = complaint.payload(reference)
        self.entries[key] = Entry(
            key, reference, complaint.channel, complaint.sender_id, payload, PENDING, 0, None, now
        )
        self._first[key], self._due[key] = complaint.fingerprint(), now
        return Receipt(reference, first_time=True)

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
        leased = self._leased.get(entry.intake_id)
        due = entry.status == PENDING and self._due[entry.intake_id] <= now
        return due and (leased is None or leased <= now)

    def delivered(self, entry: Entry, now: datetime) -> None:  # noqa: ARG002 - the port's
        self._finish(entry, status=DELIVERED, last_error=None)

    def postponed(self, entry: Entry, until: datetime, error: str) -> None:
        if self._finish(entry, last_error=error):
            self._due[entry.intake_id] = until

    def parked(self, entry: Entry, error: str) -> None:
        self._finish(entry, status=PARKED, last_error=error)

    def _finish(self, entry: Entry, **values: Any) -> bool:
        present = self.entries[entry.intake_id]
        if present.lease_owner != entry.lease_owner:
            return False
        self._leased.pop(entry.intake_id, None)
        self.entries[entry.intake_id] = replace(present, lease_owner=None, **values)
        return True

    def try_again(self, reference: str, now: datetime) -> bool:
        entry = self.find(reference)
        if entry is None or entry.status != PARKED:
            return False
        self.entries[entry.intake_id] = replace(entry, status=PENDING)
        self._due[entry.intake_id] = now
        return True

    def find(self, reference: str) -> Entry | None:
        return next((e for e in self.entries.values() if e.reference == reference), None)

    def backlog(self, now: datetime) -> Backlog:
        pending = [e.created_at for e in self.entries.values() if e.status == PENDING]
        parked = sum(e.status == PARKED for e in self.entries.values())
        oldest = now - min(pending, default=now)
        return Backlog(len(pending), parked, max(oldest, timedelta(0)))

    def check_writable(self) -> None:
        """Memory always is."""


class FakeCaseStore:
    """The bank's case store in memory; `failures` are raised, one per call, before it answers."""

    def __init__(self) -> None:
        self.filed: dict[str, dict[str, Any]] = {}
        self.calls: list[str] = []
        self.failures: list[Exception] = []
        self._wrong: dict[str, int] = {}

    def file(self, payload: dict[str, Any]) -> dict[str, Any]:
        reference = str(payload["reference"])
        self._enter(reference)
        if self.filed.setdefault(reference, payload) != payload:
            raise Permanent("HTTP 422 idempotency_conflict")
        return _standing(payload)

    def status(self, reference: str, phone_tail: str) -> dict[str, Any]:
        self._enter(reference)
        if self._wrong.get(reference, 0) >= MOST_WRONG_PROOFS:
            raise TooManyAttempts()
        case = self.filed.get(reference)
        if case is None or str(case["complainant_phone"])[-4:] != phone_tail:
            self._wrong[reference] = self._wrong.get(reference, 0) + 1
            raise NotFound()
        return {**_standing(case), "last_message": None}

    def _enter(self, reference: str) -> None:
        self.calls.append(reference)
        if self.failures:
            raise self.failures.pop(0)


def _standing(case: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reference": case["reference"],
        "state": "registered",
        "state_label": "已登记",
        "received_at": case["submitted_at"],
        "promise_due": "2026-11-25",
        "legal_due": "2026-12-08",
        "due_provisional": False,
    }
