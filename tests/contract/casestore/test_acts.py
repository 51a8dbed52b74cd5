"""Later acts on every kind of store: once each, in order, whatever is sent at the same time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from casestore.domain.case import Act, CaseState, EventKind
from casestore.domain.errors import (
    CaseWithdrawn,
    IdempotencyConflict,
    InvalidRequest,
    NoReplyYet,
    Refused,
)
from casestore.domain.exchange import Backlog, BacklogItem, ItemKind, ItemStatus, NewsKind
from casestore.domain.staff import SYSTEM
from casestore.service.acting import Deed
from casestore.service.casework import Casework
from casestore.service.desk import ComplaintDesk
from casestore.service.exchange import Exchange
from casestore.service.notices import Receipt
from casestore.service.ports import Store
from tests.contract.casestore.kit import (
    NOW,
    PROMISE,
    Clock,
    make_complaint,
    make_id,
    make_reference,
)
from tests.contract.casestore.reply_kit import LI, SUN, WANG, Office

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


@pytest.fixture
def office(store: Store) -> Office:
    """With one case that is being investigated."""
    office = Office(store, Clock())
    office.open()
    return office


def deliver(office: Office) -> None:
    """The bot confirms that the customer has what it was given."""
    for _, _, notice in office.news():
        if notice is not None:
            office.notices.confirm("bot", notice, Receipt(True, NOW))


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
    return [event.kind for event in desk.open_case(reference, SYSTEM).events]


def test_an_act_comes_back_as_it_was_written(office: Office) -> None:
    act = Act(make_id(1001), NOW - timedelta(hours=1), "慢", rating=2)
    office.answer()
    office.casework.act(REFERENCE, EventKind.RATED, act, CLIENT)
    with office.store.transaction() as tx:
        rating = tx.cases.events(REFERENCE)[-1]
    assert (rating.act, rating.actor, rating.happened_at) == (act, CLIENT, NOW)
    assert rating.progress is not None
    assert rating.progress.state is CaseState.NOTIFIED
    assert office.standing().handling.rating == 2


def test_a_case_keeps_where_it_was_moved_to(office: Office) -> None:
    office.answer()
    office.casework.act(REFERENCE, EventKind.REVIEW_REQUESTED, make_act(1001), CLIENT)
    progress = office.standing().progress
    assert (progress.state, progress.review_due) == (CaseState.UNDER_REVIEW, date(2026, 12, 23))
    done = office.casework.act(REFERENCE, EventKind.WITHDRAWN, make_act(1002), CLIENT)
    assert office.standing() == done.standing
    progress = office.standing().progress
    assert (progress.state, progress.review_due) == (CaseState.WITHDRAWN, None)
    assert progress.ended_on == date(2026, 11, 23)


def test_whoever_handles_a_case_is_told_what_the_customer_says_also_after_closing(
    office: Office,
) -> None:
    office.answer()
    deliver(office)
    office.do(
        EventKind.CLASSIFIED, LI, business="借记卡", reason="服务态度及服务质量", channel="电话"
    )
    office.do(EventKind.CLOSED, LI)
    office.casework.act(REFERENCE, EventKind.SUPPLEMENTED, make_act(1001), CLIENT)
    assert office.standing().progress.state is CaseState.CLOSED
    office.casework.act(REFERENCE, EventKind.RATED, Act(make_id(1002), NOW, None, 5), CLIENT)
    office.casework.act(REFERENCE, EventKind.RATED, Act(make_id(1003), NOW, None, 1), CLIENT)
    with office.store.transaction() as tx:
        told = [each for each in tx.reminders.unread("li", 10) if each.kind.value == "supplemented"]
    assert sorted(each.text for each in told) == [
        f"客户补充：{REFERENCE}",
        f"客户评价：{REFERENCE}",
    ]


def test_what_a_colleague_takes_down_reaches_whoever_handles_the_case(office: Office) -> None:
    office.do(EventKind.SUPPLEMENTED, SUN, "客户来电：还有一笔蓝色水杯的费用")
    office.do(EventKind.SUPPLEMENTED, LI, "客户又打给我")
    with office.store.transaction() as tx:
        told = [each.text for each in tx.reminders.unread("li", 10)]
    assert told.count(f"客户补充：{REFERENCE}") == 1


def test_what_is_added_to_a_merged_case_reaches_whoever_handles_the_other(office: Office) -> None:
    desk = ComplaintDesk(office.store, office.clock, PROMISE)
    desk.file(make_complaint(reference=OTHER), "bot")
    merge = Deed(EventKind.MERGED, make_id(1001), "同一件事", {"into": REFERENCE})
    office.casework.do(OTHER, merge, WANG)
    office.casework.act(OTHER, EventKind.SUPPLEMENTED, make_act(1002), CLIENT)
    with office.store.transaction() as tx:
        told = [each.text for each in tx.reminders.unread("li", 10)]
    assert f"客户补充：{OTHER}" in told


def test_what_a_customer_says_of_the_reply_on_the_phone_is_a_rating(office: Office) -> None:
    with pytest.raises(NoReplyYet):
        office.do(EventKind.RATED, LI, "还行", rating="4")
    office.answer()
    office.do(EventKind.RATED, LI, "还行", rating="4")
    assert office.standing().handling.rating == 4
    with office.store.transaction() as tx:
        act = tx.cases.events(REFERENCE)[-1].act
    assert act is not None
    assert (act.rating, act.text) == (4, "还行")
    for wrong in ("", "0", "6", "好"):
        with pytest.raises(InvalidRequest):
            office.do(EventKind.RATED, LI, rating=wrong)


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


def test_the_status_tells_the_last_reply(office: Office) -> None:
    desk = ComplaintDesk(office.store, office.clock, PROMISE)
    assert desk.status(REFERENCE, "1234").last_reply is None
    office.answer()
    reply = desk.status(REFERENCE, "1234").last_reply
    assert reply is not None
    assert reply.act is not None
    assert "退还手续费 12.5 元" in (reply.act.text or "")


def test_linked_cases_know_each_other_both_ways(desk: ComplaintDesk) -> None:
    third = make_reference(2)
    desk.file(make_complaint(reference=third, linked_to=REFERENCE), "bot")
    fourth = make_reference(3)
    desk.file(make_complaint(reference=fourth, linked_to=make_reference(99)), "bot")
    assert [(each.reference, each.state) for each in desk.open_case(third, SYSTEM).linked] == [
        (REFERENCE, CaseState.REGISTERED)
    ]
    assert [each.reference for each in desk.open_case(REFERENCE, SYSTEM).linked] == [third]
    assert [each.state for each in desk.open_case(fourth, SYSTEM).linked] == [None]
    assert list(desk.open_case(OTHER, SYSTEM).linked) == []


def test_a_group_and_a_link_come_back_as_they_were_written(desk: ComplaintDesk) -> None:
    for number, group in ((2, {"size": 25, "text": "同事"}), (3, {"size": None, "text": ""})):
        reference = make_reference(number)
        complaint = make_complaint(reference=reference, complaint_group=group, linked_to=REFERENCE)
        desk.file(complaint, "bot")
        assert desk.open_case(reference, SYSTEM).case.complaint == complaint
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
