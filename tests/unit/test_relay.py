"""Delivery: at least once, in order, never given up, nobody told twice or too early."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import (
    CaseStoreError,
    JournalUnavailable,
    NotFound,
    Permanent,
    Retryable,
    StorageError,
    TooManyAttempts,
)
from bot.intake.outbox import DELIVERED, PARKED, PENDING, Entry
from bot.intake.relay import LEASE, Line, Relay, wait_before_retry
from tests.fakes import Clock, FakeCaseStore, FakeJournal, FakeOutbox
from tests.samples import act, complaint


class Rig:
    """A relay between the doubles, and what it told the customers."""

    def __init__(self) -> None:
        self.journal, self.later, self.cases = FakeJournal(), FakeOutbox(), FakeCaseStore()
        self.clock, self.jitter = Clock(), 0.0
        self.told: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.trouble: Exception | None = None
        filing = Line(
            self.journal, lambda e: self.cases.file(e.payload), self._tell, self._tell_parked
        )
        acting = Line(self.later, self._act, self._tell, self._tell_parked)
        self.relay = Relay((filing, acting), "relay-1", now=self.clock, jitter=lambda: self.jitter)

    def _act(self, entry: Entry) -> dict[str, Any]:
        return self.cases.act(entry.kind, entry.reference, entry.payload)

    def _tell(self, entry: Entry, answer: dict[str, Any]) -> None:
        if self.trouble is not None:
            raise self.trouble
        outbox = self.journal if entry.kind == "complaint" else self.later
        assert outbox.entries[entry.id].status == PENDING, "the notice goes before the mark"
        self.told.append((entry.sender_id, answer["promise_due"]))

    def _tell_parked(self, entry: Entry, error: str) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.refused.append((entry.id, error))

    def supplement(self, reference: str) -> Entry:
        payload = act(1, reference).payload()
        whose = ("web", "web-0", payload, PENDING, 0, None, self.clock())
        entry = Entry(str(payload["id"]), "supplement", reference, *whose)
        self.later.add(entry)
        return entry

    def record(self, number: int = 0) -> str:
        return self.journal.record(complaint(number), self.clock()).reference

    def entry(self, reference: str) -> Entry:
        found = self.journal.find(reference)
        assert found is not None
        return found


def test_a_complaint_arrives_and_its_customer_hears_of_it() -> None:
    rig = Rig()
    reference = rig.record()
    assert rig.relay.deliver_next()
    assert rig.cases.filed[reference]["complainant_phone"] == "13800138000"
    assert rig.entry(reference).status == DELIVERED
    assert rig.told == [("web-0", "2026-11-25")]
    assert not rig.relay.deliver_next()


def test_complaints_arrive_in_the_order_they_were_made() -> None:
    rig = Rig()
    made = []
    for number in range(3):
        made.append(rig.record(number))
        rig.clock.forward(seconds=1)
    while rig.relay.deliver_next():
        pass
    assert rig.cases.calls == made


def test_a_failure_waits_and_the_next_complaint_does_not() -> None:
    rig = Rig()
    first = rig.record(0)
    rig.clock.forward(seconds=1)
    second = rig.record(1)
    rig.cases.failures = [Retryable("HTTP 503 unavailable")]
    assert rig.relay.deliver_next()
    assert rig.relay.deliver_next()
    assert not rig.relay.deliver_next()
    assert rig.entry(first).last_error == "HTTP 503 unavailable"
    assert rig.entry(second).status == DELIVERED
    rig.clock.forward(seconds=4.9)
    assert not rig.relay.deliver_next()
    rig.clock.forward(seconds=0.1)
    assert rig.relay.deliver_next()
    assert rig.entry(first).status == DELIVERED
    assert rig.entry(first).attempts == 2


@pytest.mark.parametrize("failure", [NotFound(), TooManyAttempts(), CaseStoreError()])
def test_whatever_the_case_store_says_only_this_entry_waits(failure: CaseStoreError) -> None:
    rig = Rig()
    first = rig.record(0)
    rig.clock.forward(seconds=1)
    second = rig.record(1)
    rig.cases.failures = [failure]
    assert rig.relay.deliver_next()
    assert rig.relay.deliver_next()
    assert rig.entry(first).last_error == failure.message
    assert rig.entry(second).status == DELIVERED
    rig.clock.forward(seconds=5)
    assert rig.relay.deliver_next()
    assert rig.entry(first).status == DELIVERED


def test_a_mistake_of_ours_holds_up_one_entry_and_is_logged_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = Rig()
    first = rig.record(0)
    rig.clock.forward(seconds=1)
    second = rig.record(1)
    rig.cases.failures = [KeyError("李建国 13800138000")]
    with caplog.at_level(logging.INFO):
        assert rig.relay.deliver_next()
    assert f"complaint of {first} failed: KeyError" in caplog.messages
    assert "李建国" not in caplog.text
    assert rig.entry(first).last_error == "程序出错 KeyError"
    assert rig.relay.deliver_next()
    assert rig.entry(second).status == DELIVERED
    rig.clock.forward(seconds=5)
    assert rig.relay.deliver_next()
    assert rig.entry(first).status == DELIVERED


def test_waits_double_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_before_retry(attempts, 0).total_seconds() for attempts in range(1, 12)]
    assert waits == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900]
    assert wait_before_retry(10**6, 0) == timedelta(minutes=15)
    assert wait_before_retry(0, 0) == timedelta(seconds=5)


@pytest.mark.parametrize(("jitter", "seconds"), [(-1.0, 4), (0.5, 5.5), (1.0, 6)])
def test_waits_are_spread_by_a_fifth(jitter: float, seconds: float) -> None:
    assert wait_before_retry(1, jitter).total_seconds() == pytest.approx(seconds)
    rig = Rig()
    rig.jitter = jitter
    rig.record()
    rig.cases.failures = [Retryable()]
    rig.relay.deliver_next()
    rig.clock.forward(seconds=seconds - 0.01)
    assert not rig.relay.deliver_next()
    rig.clock.forward(seconds=0.02)
    assert rig.relay.deliver_next()


def test_a_refused_complaint_is_parked_until_a_person_tries_again() -> None:
    rig = Rig()
    reference = rig.record()
    rig.cases.failures = [Permanent("HTTP 422 invalid_request")]
    assert rig.relay.deliver_next()
    assert rig.entry(reference).status == PARKED
    assert rig.entry(reference).last_error == "HTTP 422 invalid_request"
    rig.clock.forward(days=30)
    assert not rig.relay.deliver_next()
    assert rig.told == []
    rig.journal.try_again(reference, rig.clock())
    assert rig.relay.deliver_next()
    assert rig.entry(reference).status == DELIVERED


def test_killed_after_filing_it_delivers_again_and_the_case_is_one() -> None:
    rig = Rig()
    reference = rig.record()
    rig.trouble = KeyboardInterrupt()  # stands in for the kill: nothing after the filing happens
    with pytest.raises(KeyboardInterrupt):
        rig.relay.deliver_next()
    rig.trouble = None
    assert not rig.relay.deliver_next(), "the lease still holds"
    rig.clock.forward(seconds=LEASE.total_seconds())
    assert rig.relay.deliver_next()
    assert rig.cases.calls == [reference, reference]
    assert len(rig.cases.filed) == 1
    assert rig.told == [("web-0", "2026-11-25")]


@pytest.mark.parametrize("trouble", [StorageError(), KeyError("promise_due")])
def test_a_notice_that_cannot_be_stored_does_not_deliver_again(trouble: Exception) -> None:
    rig = Rig()
    reference = rig.record()
    rig.trouble = trouble
    assert rig.relay.deliver_next()
    assert rig.entry(reference).status == DELIVERED


def test_it_goes_on_without_waiting_while_there_is_work_and_stops_when_told() -> None:
    rig = Rig()
    for number in range(2):
        rig.record(number)
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) == 4

    rig.relay.run(wait)
    assert waited == [0, 0, 0.5, 0.5]
    assert len(rig.cases.filed) == 2


def test_complaints_go_before_what_was_done_about_them() -> None:
    rig = Rig()
    first = rig.record(0)
    rig.supplement(first)
    second = rig.record(1)
    while rig.relay.deliver_next():
        pass
    assert rig.cases.calls == [first, second, first]
    assert len(rig.cases.acts) == 1


def test_a_refused_entry_is_parked_after_its_customer_was_told_why() -> None:
    rig = Rig()
    entry = rig.supplement(rig.record())
    assert rig.relay.deliver_next()
    rig.cases.failures = [Permanent("HTTP 409 case_withdrawn")]
    assert rig.relay.deliver_next()
    assert rig.refused == [(entry.id, "HTTP 409 case_withdrawn")]
    assert rig.later.entries[entry.id].status == PARKED


@pytest.mark.parametrize("trouble", [StorageError(), KeyError("supplement")])
def test_an_entry_whose_refusal_cannot_be_told_is_refused_again_later(trouble: Exception) -> None:
    rig = Rig()
    entry = rig.supplement(rig.record())
    rig.relay.deliver_next()
    rig.cases.failures = [Permanent("HTTP 409 case_withdrawn")] * 2
    rig.trouble = trouble
    assert rig.relay.deliver_next()
    assert rig.later.entries[entry.id].status == PENDING
    rig.trouble = None
    assert not rig.relay.deliver_next()
    rig.clock.forward(seconds=5)
    assert rig.relay.deliver_next()
    assert rig.refused == [(entry.id, "HTTP 409 case_withdrawn")]
    assert rig.later.entries[entry.id].status == PARKED


def test_a_document_that_cannot_be_read_now_is_tried_again_with_its_reason() -> None:
    rig = Rig()
    entry = rig.supplement("TS20261123-7K3QF8K")
    rig.cases.failures = [StorageError("材料文件读不出来。")]
    assert rig.relay.deliver_next()
    assert rig.later.entries[entry.id].last_error == "材料文件读不出来。"
    assert rig.later.entries[entry.id].status == PENDING


@pytest.mark.parametrize(
    "trouble", [JournalUnavailable(), StorageError("无法解密"), KeyError("text")]
)
def test_a_line_in_trouble_holds_up_no_other(trouble: Exception) -> None:
    class Away(FakeJournal):
        def claim(self, *_: Any) -> Entry | None:
            raise trouble

    rig = Rig()
    rig.cases.file(complaint().payload("TS20261123-7K3QF8K"))
    entry = rig.supplement("TS20261123-7K3QF8K")
    relay = Relay(
        (
            Line(Away(), lambda _: {}, lambda *_: None, lambda *_: None),
            Line(rig.later, rig._act, rig._tell, rig._tell_parked),
        ),
        "r",
        now=rig.clock,
        jitter=lambda: 0,
    )
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return len(waited) == 3

    relay.run(wait)
    assert waited == [0, 0.5, 0.5]
    assert rig.later.entries[entry.id].status == DELIVERED
