"""What staff see of undelivered items: at every change, else every fifteen seconds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import Retryable
from bot.intake.backlog_report import MOST_ITEMS, BacklogReport
from bot.intake.outbox import PENDING, Entry
from tests.fakes import NOW, FakeCaseStore, FakeJournal, FakeOutbox
from tests.samples import complaint

SECOND = timedelta(seconds=1)


class Rig:
    """A journal, later things, and the bank they are reported to."""

    def __init__(self) -> None:
        self.journal, self.later, self.cases = FakeJournal(), FakeOutbox(), FakeCaseStore()
        self.report = BacklogReport(self.cases, (self.journal, self.later))

    def add(self, number: int, reference: str = "TS20261123-7K3QF8K") -> None:
        whose = ("web", "web-0", {}, PENDING, 0, None, NOW + number * SECOND)
        self.later.add(Entry(f"s{number}", "supplement", reference, *whose))


def test_the_report_names_every_undelivered_item_and_nothing_personal() -> None:
    rig = Rig()
    rig.add(1)
    reference = rig.journal.record(complaint(), NOW).reference
    entry = rig.journal.claim("a", NOW, SECOND)
    assert entry is not None
    rig.journal.parked(entry, "HTTP 422 invalid_request")
    rig.report.send_if_needed(NOW + 31 * SECOND)
    assert rig.cases.reports == [
        {
            "pending": 1,
            "parked": 1,
            "oldest_seconds": 30,
            "items": [
                {
                    "reference": reference,
                    "kind": "complaint",
                    "status": "parked",
                    "attempts": 1,
                    "waiting_since": "2026-11-23T01:00:00+00:00",
                    "last_error": "HTTP 422 invalid_request",
                },
                {
                    "reference": "TS20261123-7K3QF8K",
                    "kind": "supplement",
                    "status": "pending",
                    "attempts": 0,
                    "waiting_since": "2026-11-23T01:00:01+00:00",
                    "last_error": None,
                },
            ],
        }
    ]


def test_it_is_sent_at_once_every_fifteen_seconds_and_at_changes() -> None:
    rig = Rig()
    sent = []
    for second in range(40):
        if second == 20:
            rig.add(second)
        before = len(rig.cases.reports)
        rig.report.send_if_needed(NOW + second * SECOND)
        sent += [second] * (len(rig.cases.reports) - before)
    assert sent == [0, 15, 20, 35]


def test_a_clock_that_is_set_back_keeps_no_report_waiting() -> None:
    rig = Rig()
    rig.report.send_if_needed(NOW)
    rig.report.send_if_needed(NOW - timedelta(hours=1))
    assert len(rig.cases.reports) == 2


def test_a_report_that_fails_is_not_repeated_at_once() -> None:
    rig = Rig()
    rig.cases.failures = [Retryable("HTTP 503")]
    with pytest.raises(Retryable):
        rig.report.send_if_needed(NOW)
    for second in range(1, 16):
        rig.report.send_if_needed(NOW + second * SECOND)
    assert len(rig.cases.calls) == 2
    assert len(rig.cases.reports) == 1


def test_of_very_many_items_the_oldest_are_named_and_all_counted() -> None:
    rig = Rig()
    for number in range(MOST_ITEMS + 20):
        rig.add(number)
    rig.report.send_if_needed(NOW)
    (report,) = rig.cases.reports
    assert report["pending"] == MOST_ITEMS + 20
    assert [item["waiting_since"] for item in report["items"]] == [
        (NOW + number * SECOND).isoformat() for number in range(MOST_ITEMS)
    ]
