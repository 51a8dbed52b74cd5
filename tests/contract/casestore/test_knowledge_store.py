"""Clients' reports on their answers, and marks on questions, on both databases."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casestore.domain.errors import InvalidRequest, NotAllowed
from casestore.domain.knowledge import (
    AnswerStatus,
    DueAnswer,
    Knowledge,
    OpenQuestion,
    QuestionKind,
)
from casestore.domain.staff import Officer, StaffRole
from casestore.service.knowledge import LONGEST_DEPARTMENT, KnowledgeBook, QuestionFilter
from casestore.service.ports import Store
from tests.contract.casestore.kit import NOW, Clock

LI = Officer("li", "李处理", frozenset({StaffRole.HANDLER}))
AUDITOR = Officer("zhou", "周审计", frozenset({StaffRole.AUDITOR}))


def question(words: str, times: int = 1, theme: str = "", **more: QuestionKind) -> OpenQuestion:
    kind = more.get("kind", QuestionKind.UNKNOWN)
    return OpenQuestion(words, times, NOW - timedelta(days=3), NOW, kind, theme)


def due(key: str, day: int, owner: str = "个人金融部") -> DueAnswer:
    review = date(2026, 12, day)
    return DueAnswer(key, "标题", "服务收费", owner, AnswerStatus.DRAFT, review, None)


KNOWLEDGE = Knowledge(
    days=30,
    missed=9,
    questions=(
        question("外币兑换要预约吗", 2, "人民币", kind=QuestionKind.NONE_OF_THESE),
        question("数字人民币钱包怎么开", 6),
    ),
    answers_total=203,
    drafts_total=200,
    due_total=2,
    due=(
        due("fees.b", 9, owner="财务部"),
        replace(due("fees.a", 1), valid_until=date(2027, 1, 1), status=AnswerStatus.APPROVED),
    ),
)


@pytest.fixture
def book(store: Store, clock: Clock) -> KnowledgeBook:
    return KnowledgeBook(store, clock)


def words(book: KnowledgeBook, **wanted: object) -> list[str]:
    found = book.unanswered(QuestionFilter(**wanted))  # type: ignore[arg-type]  # named by tests
    return [asked.question.question for asked in found]


def test_a_report_is_read_as_it_was_sent_and_the_next_takes_its_place(
    book: KnowledgeBook, clock: Clock
) -> None:
    book.report("bot", KNOWLEDGE)
    clock.forward(days=1)
    changed = replace(KNOWLEDGE, missed=10, questions=())
    book.report("bot", changed)
    book.report("other", KNOWLEDGE)
    first, second = book.reports()
    assert (first.client, first.reported_at, first.knowledge) == ("bot", clock(), changed)
    assert (second.client, second.knowledge) == ("other", KNOWLEDGE)


def test_a_client_that_is_silent_for_more_than_two_days_is_stale(
    book: KnowledgeBook, clock: Clock
) -> None:
    book.report("bot", KNOWLEDGE)
    (report,) = book.reports()
    clock.forward(days=2)
    assert not report.is_stale(clock())
    clock.forward(seconds=1)
    assert report.is_stale(clock())


def test_the_most_frequent_question_comes_first_and_filters_choose(book: KnowledgeBook) -> None:
    book.report("bot", KNOWLEDGE)
    assert words(book) == ["数字人民币钱包怎么开", "外币兑换要预约吗"]
    assert words(book, kind=QuestionKind.NONE_OF_THESE) == ["外币兑换要预约吗"]
    assert words(book, theme="人民币") == ["外币兑换要预约吗"]
    assert words(book, is_marked=True) == []


def test_a_mark_says_who_handed_a_question_where_and_outlives_reports(
    book: KnowledgeBook, clock: Clock
) -> None:
    book.report("bot", KNOWLEDGE)
    key = KNOWLEDGE.questions[0].key
    book.mark(key, " 运营部 ", LI)
    clock.forward(days=1)
    book.report("bot", replace(KNOWLEDGE, missed=11))
    (asked,) = book.unanswered(QuestionFilter(is_marked=True))
    assert asked.mark is not None
    assert (asked.mark.department, asked.mark.by, asked.mark.at) == ("运营部", "li", NOW)
    book.mark(key, "", LI)
    assert words(book, is_marked=True) == []


def test_only_who_handles_cases_marks_and_a_name_has_its_limit(book: KnowledgeBook) -> None:
    book.report("bot", KNOWLEDGE)
    key = KNOWLEDGE.questions[0].key
    with pytest.raises(NotAllowed):
        book.mark(key, "运营部", AUDITOR)
    for wrong in ("部" * (LONGEST_DEPARTMENT + 1), "运\0营"):
        with pytest.raises(InvalidRequest):
            book.mark(key, wrong, LI)


def test_a_question_nobody_reports_is_not_marked(book: KnowledgeBook, store: Store) -> None:
    book.report("bot", KNOWLEDGE)
    for unknown in ("0" * 64, "\0"):
        book.mark(unknown, "运营部", LI)
        book.mark(unknown, "", LI)
    with store.transaction() as tx:
        assert tx.knowledge.marks() == {}


def test_reviews_come_by_date_and_by_owner(book: KnowledgeBook) -> None:
    book.report("bot", KNOWLEDGE)
    assert [answer.id for answer in book.due()] == ["fees.a", "fees.b"]
    assert [answer.id for answer in book.due("财务部")] == ["fees.b"]
    assert book.due("没有这个部门") == []
