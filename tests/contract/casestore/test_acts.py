"""Later acts on every kind of store: once each, in order, whatever is sent at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from casestore.domain.case import Act, CaseState, EventKind
from casestore.domain.errors import CaseWithdrawn, IdempotencyConflict, Refused
from casestore.domain.exchange import Backlog, BacklogItem, ItemKind, ItemStatus, NewsKind
from casestore.service.casework import Casework
from casestore.service.desk import ComplaintDesk
from casestore.service.exchange import Exchange
from casestore.service.ports import Store
from tests.contract.casestore.kit import (
    NOW,
    PROMISE,
    Clock,
    make_complaint,
    make_id,
    make_reference,
)

REFERENCE, OTHER = make_reference(), make_reference(1)
CLIENT = "client:bot"


def make_act(number: int = 1, text: str | None = "补充") -> Act:
    return Act(make_id(number), NOW, text)


@pytest.fixture
def desk(store: Store) -> ComplaintDesk:
    """With two cases."""
    desk = ComplaintDesk(store, Clock(), PROMISE)
    desk.file(make_complaint(), "bot")
    desk.file(make_complaint(reference=OTHER), "bot")
    return desk


@pytest.fixture
def casework(store: Store, desk: ComplaintDesk) -> Casework:  # noqa: ARG001  # files the cases
    return Casework(store, Clock())


def at_once(actions: list[Callable[[], object]]) -> list[object]:
    """Outcomes of actions in as many threads; a refusal counts as its type."""

    def outcome(action: Callable[[], object]) -> object:
        try:
            return action()
        except Refused as exc:
            return type(exc)

    with ThreadPoolExecutor(len(actions)) as threads:
        return list(threads.map(outcome, actions))


def kinds(desk: ComplaintDesk, reference: str = REFERENCE) -> list[EventKind]:
    return [event.kind for event in desk.open_case(reference).events]


def test_an_act_comes_back_as_it_was_written(casework: Casework, desk: ComplaintDesk) -> None:
    act = Act(make_id(1), NOW - timedelta(hours=1), "慢", rating=2)
    casework.reply(REFERENCE, make_id(2), "已退还", "admin")
    casework.act(REFERENCE, EventKind.RATED, act, CLIENT)
    _, reply, rating = desk.open_case(REFERENCE).events
    assert (rating.act, rating.actor, rating.happened_at) == (act, CLIENT, NOW)
    assert rating.progress is not None
    assert rating.progress.state is CaseState.NOTIFIED
    assert (reply.act, reply.actor) == (Act(make_id(2), None, "已退还"), "staff:admin")


def test_a_case_keeps_where_it_was_moved_to(casework: Casework, desk: ComplaintDesk) -> None:
    casework.reply(REFERENCE, make_id(1), "已退还", "admin")
    casework.act(REFERENCE, EventKind.REVIEW_REQUESTED, make_act(2), CLIENT)
    progress = desk.open_case(REFERENCE).case.standing.progress
    assert (progress.state, progress.review_due) == (CaseState.UNDER_REVIEW, date(2026, 12, 23))
    casework.act(REFERENCE, EventKind.WITHDRAWN, make_act(3), CLIENT)
    progress = desk.open_case(REFERENCE).case.standing.progress
    assert (progress.state, progress.review_due) == (CaseState.WITHDRAWN, None)
    assert progress.ended_on == date(2026, 11, 23)
    assert desk.open_case(OTHER).case.standing.progress.state is CaseState.REGISTERED


def test_the_same_act_at_once_is_written_once(casework: Casework, desk: ComplaintDesk) -> None:
    once = lambda: casework.act(REFERENCE, EventKind.SUPPLEMENTED, make_act(), CLIENT)  # noqa: E731
    outcomes = at_once([lambda: once().created] * 6)
    assert sorted(map(bool, outcomes)) == [False] * 5 + [True]
    assert kinds(desk) == [EventKind.REGISTERED, EventKind.SUPPLEMENTED]


def test_withdrawals_at_once_end_the_case_once(casework: Casework, desk: ComplaintDesk) -> None:
    def withdrawal(number: int) -> Callable[[], object]:
        act = make_act(number)
        return lambda: casework.act(REFERENCE, EventKind.WITHDRAWN, act, CLIENT).created

    outcomes = at_once([withdrawal(number) for number in range(6)])
    assert sorted(map(bool, outcomes)) == [False] * 5 + [True]
    assert kinds(desk) == [EventKind.REGISTERED, EventKind.WITHDRAWN]


def test_one_id_at_once_on_two_cases_is_written_once(
    casework: Casework, desk: ComplaintDesk
) -> None:
    def supplement(reference: str) -> Callable[[], object]:
        return lambda: casework.act(reference, EventKind.SUPPLEMENTED, make_act(), CLIENT).created

    outcomes = at_once([supplement(REFERENCE), supplement(OTHER)] * 3)
    assert outcomes.count(True) == 1
    assert outcomes.count(IdempotencyConflict) == 3
    assert len(kinds(desk)) + len(kinds(desk, OTHER)) == 3


def test_a_withdrawal_and_a_supplement_at_once_leave_nothing_after_the_end(
    casework: Casework, desk: ComplaintDesk
) -> None:
    def supplement(number: int) -> Callable[[], object]:
        act = make_act(number)
        return lambda: casework.act(REFERENCE, EventKind.SUPPLEMENTED, act, CLIENT).created

    def withdraw() -> object:
        return casework.act(REFERENCE, EventKind.WITHDRAWN, make_act(9), CLIENT).created

    outcomes = at_once([supplement(1), supplement(2), withdraw, supplement(3)])
    assert set(outcomes) <= {True, CaseWithdrawn}
    assert kinds(desk)[-1] is EventKind.WITHDRAWN


def test_a_reply_sent_twice_at_once_is_one_reply_and_one_piece_of_news(
    casework: Casework, desk: ComplaintDesk, store: Store
) -> None:
    reply = lambda: casework.reply(REFERENCE, make_id(1), "已退还", "admin").created  # noqa: E731
    outcomes = at_once([reply] * 4)
    assert sorted(map(bool, outcomes)) == [False] * 3 + [True]
    assert kinds(desk) == [EventKind.REGISTERED, EventKind.REPLIED]
    (entry,) = Exchange(store, Clock()).news("bot", 0, 10)
    assert (entry.news.kind, entry.news.text, entry.news.actor) == (
        NewsKind.REPLIED,
        "已退还",
        "staff:admin",
    )


def test_news_at_once_all_have_a_place_of_their_own(casework: Casework, store: Store) -> None:
    def reply(number: int) -> Callable[[], object]:
        reference = (REFERENCE, OTHER)[number % 2]
        return lambda: casework.reply(reference, make_id(number), f"第{number}次", "admin")

    at_once([reply(number) for number in range(8)])
    exchange = Exchange(store, Clock())
    seen, cursor = [], 0
    while entries := exchange.news("bot", cursor, 3):
        assert [entry.cursor for entry in entries] == sorted({entry.cursor for entry in entries})
        seen += [entry.news.text for entry in entries]
        cursor = entries[-1].cursor
    assert sorted(filter(None, seen)) == [f"第{number}次" for number in range(8)]


def test_news_is_for_the_client_that_filed_the_case(
    casework: Casework, desk: ComplaintDesk, store: Store
) -> None:
    third = make_reference(2)
    desk.file(make_complaint(reference=third), "another")
    casework.reply(REFERENCE, make_id(1), "甲", "admin")
    casework.reply(third, make_id(2), "乙", "admin")
    exchange = Exchange(store, Clock())
    assert [entry.news.text for entry in exchange.news("bot", 0, 10)] == ["甲"]
    assert [entry.news.text for entry in exchange.news("another", 0, 10)] == ["乙"]


def test_the_status_tells_the_last_reply(casework: Casework, desk: ComplaintDesk) -> None:
    assert desk.status(REFERENCE, "1234").last_reply is None
    casework.reply(REFERENCE, make_id(1), "第一次", "admin")
    casework.reply(REFERENCE, make_id(2), "第二次", "admin")
    reply = desk.status(REFERENCE, "1234").last_reply
    assert reply is not None
    assert reply.act is not None
    assert reply.act.text == "第二次"


def test_linked_cases_know_each_other_both_ways(desk: ComplaintDesk) -> None:
    third = make_reference(2)
    desk.file(make_complaint(reference=third, linked_to=REFERENCE), "bot")
    fourth = make_reference(3)
    desk.file(make_complaint(reference=fourth, linked_to=make_reference(99)), "bot")
    assert [(each.reference, each.state) for each in desk.open_case(third).linked] == [
        (REFERENCE, CaseState.REGISTERED)
    ]
    assert [each.reference for each in desk.open_case(REFERENCE).linked] == [third]
    assert [each.state for each in desk.open_case(fourth).linked] == [None]
    assert list(desk.open_case(OTHER).linked) == []


def test_a_group_and_a_link_come_back_as_they_were_written(desk: ComplaintDesk) -> None:
    for number, group in ((2, {"size": 25, "text": "同事"}), (3, {"size": None, "text": ""})):
        reference = make_reference(number)
        complaint = make_complaint(reference=reference, complaint_group=group, linked_to=REFERENCE)
        desk.file(complaint, "bot")
        assert desk.open_case(reference).case.complaint == complaint
        assert desk.page(None, 1)[0].group == complaint.group


def test_the_last_backlog_report_of_each_client_is_kept(store: Store) -> None:
    clock = Clock()
    exchange = Exchange(store, clock)
    item = BacklogItem(REFERENCE, ItemKind.SUPPLEMENT, ItemStatus.PARKED, 3, NOW, "HTTP 422")
    exchange.report("bot", Backlog(5, 0, 60, ()))
    clock.forward(minutes=1)
    exchange.report("bot", Backlog(0, 1, 120, (item,)))
    exchange.report("another", Backlog(0, 0, 0, ()))
    another, bot = exchange.reports()
    assert (another.client, bot.client) == ("another", "bot")
    assert (bot.reported_at, bot.backlog) == (clock.moment, Backlog(0, 1, 120, (item,)))


def test_a_retry_is_remembered_until_the_next_report(store: Store) -> None:
    clock = Clock()
    exchange = Exchange(store, clock)
    item = BacklogItem(REFERENCE, ItemKind.COMPLAINT, ItemStatus.PARKED, 3, NOW, None)
    exchange.report("bot", Backlog(0, 1, 120, (item,)))
    exchange.retry(REFERENCE, "admin")
    (waiting,) = exchange.waiting()
    assert waiting.retried == {REFERENCE}
    (entry,) = exchange.news("bot", 0, 10)
    assert (entry.news.kind, entry.news.reference) == (NewsKind.RETRY, REFERENCE)
    clock.forward(seconds=1)
    exchange.report("bot", Backlog(0, 1, 121, (item,)))
    (waiting,) = exchange.waiting()
    assert waiting.retried == frozenset()
