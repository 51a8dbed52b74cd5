"""What a customer may learn about a complaint, and from whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import NotFound, Retryable, TooManyAttempts
from bot.intake.status import Status, inquire, not_now, standing
from tests.fakes import NOW, FakeCaseStore, FakeJournal
from tests.samples import TAIL, complaint


def filed(journal: FakeJournal, cases: FakeCaseStore) -> str:
    """A complaint that arrived in the case store."""
    reference = journal.record(complaint(), NOW).reference
    cases.file(complaint().payload(reference))
    entry = next(iter(journal.entries.values()))
    journal.delivered(entry, NOW)
    return reference


def test_a_filed_complaint_is_told_from_the_case_store() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = filed(journal, cases)
    status = inquire(cases, journal, reference, TAIL)
    dates = ("2026-11-23", "2026-11-25", "2026-12-08")
    assert status == Status(reference, "已登记", *dates, code="registered")
    assert status.variables()["last_message"] == "暂时没有新的答复"


def test_a_provisional_date_says_so_and_a_message_is_passed_on() -> None:
    class Answering(FakeCaseStore):
        def status(self, reference: str, phone_tail: str) -> dict[str, object]:
            body = super().status(reference, phone_tail)
            message = {"text": "已联系您", "sent_at": NOW.isoformat()}
            return {
                **body,
                "received_at": "2026-11-22T17:30:00Z",
                "due_provisional": True,
                "last_message": message,
            }

    cases = Answering()
    cases.file(complaint().payload("TS20261123-7K3QF8K"))
    status = inquire(cases, FakeJournal(), "TS20261123-7K3QF8K", TAIL)
    assert status.promise_due == "2026-11-25（暂定）"
    assert status.received == "2026-11-23", "the day in Beijing"
    assert status.variables()["last_message"] == "已联系您"


def test_what_waits_in_the_journal_is_told_from_there() -> None:
    journal = FakeJournal()
    reference = journal.record(complaint(), NOW).reference
    status = inquire(FakeCaseStore(), journal, reference, TAIL)
    assert status == Status(reference, None, "2026-11-23")
    assert status.variables()["state"] == ""


def test_what_waits_in_the_journal_is_told_even_while_the_case_store_is_away() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = journal.record(complaint(), NOW).reference
    cases.failures = [Retryable(), Retryable()]
    assert inquire(cases, journal, reference, TAIL).state is None
    with pytest.raises(NotFound):
        inquire(cases, journal, reference, "0000")


@pytest.mark.parametrize("tail", ["0000", "", "八千零零"])
def test_a_wrong_proof_learns_nothing(tail: str) -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    waiting = journal.record(complaint(1), NOW).reference
    with pytest.raises(NotFound):
        inquire(cases, journal, waiting, tail)
    with pytest.raises(NotFound):
        inquire(cases, journal, filed(FakeJournal(), cases), tail)


def test_an_unknown_reference_is_not_found() -> None:
    with pytest.raises(NotFound):
        inquire(FakeCaseStore(), FakeJournal(), "TS20261123-7K3QF8K", TAIL)


def test_a_delivered_complaint_is_the_case_stores_matter() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = filed(journal, cases)
    cases.failures = [Retryable()]
    with pytest.raises(Retryable):
        inquire(cases, journal, reference, TAIL)


def test_too_many_attempts_are_passed_on() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = filed(journal, cases)
    for _ in range(5):
        with pytest.raises(NotFound):
            inquire(cases, journal, reference, "0000")
    with pytest.raises(TooManyAttempts):
        inquire(cases, journal, reference, TAIL)


# -- later acts --------------------------------------------------------------------------------


def test_whoever_filed_it_in_this_conversation_needs_no_proof() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = filed(journal, cases)
    found = standing(cases, journal, reference, None)
    assert found is not None
    assert found.code == "registered"


def test_a_good_proof_is_enough_while_the_case_store_is_away() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = filed(journal, cases)
    cases.failures.append(Retryable())
    assert standing(cases, journal, reference, TAIL) is None


def test_a_wrong_proof_is_refused_while_the_case_store_is_away() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = filed(journal, cases)
    cases.failures.append(Retryable())
    with pytest.raises(NotFound):
        standing(cases, journal, reference, "0000")


def test_a_case_the_journal_does_not_know_is_not_believed_while_the_case_store_is_away() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    cases.failures.append(Retryable())
    with pytest.raises(Retryable):
        standing(cases, journal, "TS20261123-7K3QF8K", TAIL)


REGISTERED = Status("TS20261123-7K3QF8K", "已登记", "2026-11-23", code="registered")
WITHDRAWN = replace(REGISTERED, code="withdrawn")
ANSWERED = replace(REGISTERED, code="notified", replied_at=NOW - timedelta(days=30))
LONG_AGO = replace(ANSWERED, replied_at=NOW - timedelta(days=31))


@pytest.mark.parametrize(
    ("act", "status", "refusal"),
    [
        ("supplement", REGISTERED, None),
        ("supplement", ANSWERED, None),
        ("supplement", WITHDRAWN, "utter_case_is_withdrawn"),
        ("withdrawal", REGISTERED, None),
        ("withdrawal", WITHDRAWN, "utter_case_is_withdrawn"),
        ("satisfaction", REGISTERED, "utter_satisfaction_too_early"),
        ("satisfaction", LONG_AGO, None),
        ("review_request", REGISTERED, "utter_review_request_too_early"),
        ("review_request", ANSWERED, None),
        ("review_request", LONG_AGO, "utter_review_request_too_late"),
        ("review_request", WITHDRAWN, "utter_case_is_withdrawn"),
        ("review_request", None, None),
    ],
)
def test_an_act_that_makes_no_sense_now_is_refused_with_a_reason(
    act: str, status: Status | None, refusal: str | None
) -> None:
    assert not_now(act, status, NOW) == refusal
