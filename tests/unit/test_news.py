"""Events of the case store: each handled, in order, and again when a handling did not end."""

from __future__ import annotations

import pytest

from bot.errors import Retryable, StorageError
from bot.intake import news
from bot.intake.case_store import Event
from bot.intake.news import News
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
        self.news = News(self.cases, self.feed, [self.journal], self._on_reply)
        self.reference = self.journal.record(complaint(), NOW).reference

    def _on_reply(self, event: Event) -> None:
        if self.trouble is not None:
            raise self.trouble
        self.passed_on.append(event.text)


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
