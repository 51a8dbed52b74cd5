"""Filing when the journal is away: straight into the case store, or an honest no."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.errors import JournalUnavailable, Permanent, Retryable
from bot.intake.bootstrap import mint_reference
from bot.intake.complaint import Complaint, Receipt
from bot.intake.desk import FilingDesk
from tests.fakes import NOW, FakeCaseStore, FakeJournal
from tests.samples import complaint


class BrokenJournal(FakeJournal):
    """A journal on a full disk."""

    def record(self, _complaint: Complaint, _now: object) -> Receipt:
        raise JournalUnavailable()


def desk(journal: FakeJournal, cases: FakeCaseStore) -> FilingDesk:
    return FilingDesk(journal, cases, mint_reference)


def test_while_the_journal_works_the_case_store_is_not_asked() -> None:
    journal, cases = FakeJournal(), FakeCaseStore()
    reference = desk(journal, cases).file(complaint(), NOW)
    assert journal.find(reference) is not None
    assert cases.calls == []


def test_with_the_journal_away_the_complaint_is_filed_directly() -> None:
    cases = FakeCaseStore()
    reference = desk(BrokenJournal(), cases).file(complaint(), NOW)
    assert cases.filed[reference]["complaint_detail"] == complaint().fields["complaint_detail"]


def test_the_same_form_again_is_the_same_case() -> None:
    cases = FakeCaseStore()
    first = desk(BrokenJournal(), cases).file(complaint(), NOW)
    later = replace(complaint(), submitted_at=NOW + timedelta(seconds=9))
    assert desk(BrokenJournal(), cases).file(later, NOW) == first
    assert len(cases.filed) == 1


@pytest.mark.parametrize("failure", [Retryable("HTTP 503"), Permanent("HTTP 422 invalid_request")])
def test_with_both_away_nothing_is_said_to_be_filed(failure: Exception) -> None:
    cases = FakeCaseStore()
    cases.failures.append(failure)
    with pytest.raises(JournalUnavailable):
        desk(BrokenJournal(), cases).file(complaint(), NOW)
    assert cases.filed == {}


def test_documents_cannot_follow_and_so_the_answers_wait() -> None:
    cases = FakeCaseStore()
    with pytest.raises(JournalUnavailable):
        desk(BrokenJournal(), cases).file(complaint(attachments=["some-id"]), NOW)
    assert cases.filed == {}
