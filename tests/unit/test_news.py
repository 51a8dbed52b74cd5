"""Events of the case store: each handled, in order, and again when a handling did not end."""

from __future__ import annotations

import pytest

from bot.errors import Permanent, Retryable, StorageError
from bot.intake import news
from bot.intake.case_store import Event
from bot.intake.news import News, Told
from bot.intake.outbox import PARKED, PENDING
from tests.fakes import NOW, FakeCaseStore, FakeJournal
from tests.samples import complaint


class Notebook:
    """A cursor in memory."""

    def __init__(self) -> None:
        self.noted = 0

    def cursor(self) -> int:
        return self.noted

    def advance(self, cursor: int) -> None:
        self.noted = max(self.noted, cursor)


class Desk:
    """The bank's side, the notebook, and what was passed on."""

    def __init__(self) -> None:
        self.cases, self.feed, self.journal = FakeCaseStore(), Notebook(), FakeJournal()
        self.passed_on: list[str | None] = []
        self.trouble: Exception | None = None
        self.outcome = Told()
        self.news = News(self.cases, self.feed, [self.journal], self._tell)
        self.reference = self.journal.record(complaint(), NOW).reference

    def _tell(self, event: Event) -> Told:
        if self.trouble is not None:
            raise self.trouble
        self.passed_on.append(event.text)
        return self.outcome


def test_replies_are_passed_on_in_order_and_once() -> None:
    desk = Desk()
    for number in range(news.PAGE + 3):
        desk.cases.reply(desk.reference, str(number))
    for _ in range(2):
        desk.news.fetch(NOW)
    assert desk.passed_on == [str(number) for number in range(news.PAGE + 3)]
    assert desk.feed.noted == news.PAGE + 3


def test_a_reply_that_could_not_be_passed_on_comes_again() -> None:
    desk = Desk()
    desk.cases.reply(desk.reference, "第一次答复")
    desk.news.fetch(NOW)
    desk.cases.reply(desk.reference, "第二次答复")
    desk.trouble = StorageError()
    with pytest.raises(StorageError):
        desk.news.fetch(NOW)
    assert desk.feed.noted == 1
    desk.trouble = None
    desk.news.fetch(NOW)
    assert desk.passed_on == ["第一次答复", "第二次答复"]


def test_an_officer_who_presses_try_again_moves_what_is_parked() -> None:
    desk = Desk()
    entry = desk.journal.claim("a", NOW, NOW - NOW)
    assert entry is not None
    desk.journal.parked(entry, "HTTP 422 invalid_request")
    assert desk.journal.entries[entry.id].status == PARKED
    desk.cases.press_retry(desk.reference)
    desk.cases.press_retry("TS20261123-7K3QF8K")
    desk.news.fetch(NOW)
    assert desk.journal.entries[entry.id].status == PENDING
    assert desk.feed.noted == 2


def test_a_kind_of_a_later_version_is_passed_over() -> None:
    desk = Desk()
    desk.cases.happened.append(Event(5, desk.reference, "assigned", None, NOW.isoformat()))
    desk.news.fetch(NOW)
    assert desk.passed_on == []
    assert desk.feed.noted == 5


def test_a_case_store_that_is_away_moves_nothing() -> None:
    desk = Desk()
    desk.cases.reply(desk.reference, "答复")
    desk.cases.failures = [Retryable("HTTP 503")]
    with pytest.raises(Retryable):
        desk.news.fetch(NOW)
    assert desk.feed.noted == 0


def test_what_was_told_is_confirmed_to_the_bank_with_its_moment() -> None:
    desk = Desk()
    desk.cases.reply(desk.reference, "答复")
    desk.cases.tell(desk.reference, "延长期限")
    desk.news.fetch(NOW)
    assert desk.passed_on == ["答复", "延长期限"]
    assert desk.cases.receipts == {"notice-1": (NOW, None), "notice-2": (NOW, None)}


def test_what_could_not_be_told_is_confirmed_as_failed_and_passed() -> None:
    desk = Desk()
    desk.outcome = Told("没有找到提出这件投诉的对话")
    desk.cases.tell(desk.reference, "延长期限")
    desk.news.fetch(NOW)
    assert desk.cases.receipts == {"notice-1": (NOW, desk.outcome.failure)}
    assert desk.feed.noted == 1


def test_what_is_still_on_its_way_is_not_confirmed_and_holds_nothing_up() -> None:
    desk = Desk()
    desk.outcome = Told(is_on_its_way=True)
    desk.cases.tell(desk.reference, "延长期限")
    desk.news.fetch(NOW)
    assert desk.passed_on == ["延长期限"]
    assert desk.cases.receipts == {}
    assert desk.feed.noted == 1


def test_a_receipt_that_was_lost_is_sent_again_before_anything_else_is_handled() -> None:
    desk = Desk()
    desk.cases.reply(desk.reference, "第一次")
    desk.cases.reply(desk.reference, "第二次")
    for _ in range(3):
        desk.cases.receipt_failures = [Retryable("HTTP 503")]
        with pytest.raises(Retryable):
            desk.news.fetch(NOW)
    assert desk.feed.noted == 0
    assert desk.cases.receipts == {}
    desk.news.fetch(NOW)
    assert set(desk.cases.receipts) == {"notice-1", "notice-2"}
    assert desk.feed.noted == 2
    assert desk.passed_on[-1] == "第二次"


def test_a_receipt_the_bank_refuses_for_good_holds_nothing_up() -> None:
    desk = Desk()
    desk.cases.tell(desk.reference, "旧的")
    desk.cases.tell(desk.reference, "新的")
    desk.cases.receipt_failures = [Permanent("HTTP 404 notice_not_found")]
    desk.news.fetch(NOW)
    assert desk.passed_on == ["旧的", "新的"]
    assert set(desk.cases.receipts) == {"notice-2"}
    assert desk.feed.noted == 2


def test_an_event_of_an_older_case_store_asks_for_no_receipt() -> None:
    desk = Desk()
    desk.cases.happened.append(Event(1, desk.reference, "replied", "答复", NOW.isoformat()))
    desk.news.fetch(NOW)
    assert desk.passed_on == ["答复"]
    assert desk.cases.receipts == {}
