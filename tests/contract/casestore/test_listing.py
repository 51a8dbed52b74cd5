"""Lists of cases on both databases: filters, rights, pages, search, the work that waits."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Engine

from casestore.domain.case import (
    Act,
    CaseState,
    Confirmed,
    EventKind,
    Flag,
    Grade,
    Priority,
    Source,
)
from casestore.domain.errors import NotAllowed
from casestore.domain.filters import NOBODY, CaseFilter, Due, Sort
from casestore.domain.staff import Officer, StaffRole
from casestore.service.casework import Casework
from casestore.service.desk import ComplaintDesk
from casestore.service.indexing import Indexer, index_case
from casestore.service.listing import COUNTED_UP_TO, Listing
from casestore.service.listing_ports import Selection
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import branches, notices, reminders, replies, tasks
from tests.contract.casestore.kit import (
    FIELD_KEY,
    NOW,
    PROMISE,
    Clock,
    make_complaint,
    make_id,
    make_reference,
)

HEAD = Officer("zhao", "赵主管", frozenset({StaffRole.SUPERVISOR}))
HANDLER = Officer("qian", "钱处理", frozenset({StaffRole.HANDLER}), branch="SZ01")
CLERK = Officer("sun", "孙登记", frozenset({StaffRole.CLERK}), branch="SZ02")
ADMIN = Officer("root", "管理员", frozenset({StaffRole.ADMIN}))


class Bank:
    """A store with a desk and lists; cases are made as tests need them."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = SqlStore(engine, Keyring([FIELD_KEY]))
        self.clock = Clock()
        self.desk = ComplaintDesk(self.store, self.clock, PROMISE, hooks=[index_case])
        self.listing = Listing(self.store, self.clock)

    def case(self, number: int, standing: dict[str, Any] | None = None, **fields: Any) -> str:
        """A case received ``number`` hours before now, moved to where ``standing`` says."""
        received = NOW - timedelta(hours=number)
        reference = make_reference(number)
        complaint = make_complaint(reference=reference, submitted_at=received.isoformat(), **fields)
        self.desk.file(complaint, "bot")
        if standing:
            self.move(reference, **standing)
        return reference

    def move(self, reference: str, **changes: Any) -> None:
        with self.store.transaction() as tx:
            now = tx.cases.lock(reference)
            assert now is not None
            parts = {
                part: replace(
                    getattr(now, part),
                    **{k: v for k, v in changes.items() if hasattr(getattr(now, part), k)},
                )
                for part in ("progress", "handling", "due")
            }
            tx.cases.move(replace(now, **parts))
            tx.commit()

    def write(self, table: Any, **values: Any) -> None:
        with self.engine.begin() as connection:
            connection.execute(insert(table).values(**values))

    def found(self, officer: Officer = HEAD, sort: Sort = Sort.NEWEST, **conditions: Any) -> Any:
        page = self.listing.page(CaseFilter(**conditions), sort, None, 50, officer)
        assert page.total == len(page.items)
        return [item.standing.reference for item in page.items]


@pytest.fixture
def bank(engine: Engine) -> Bank:
    return Bank(engine)


CONFIRMED = Confirmed("信用卡", "因定价收费引起的投诉", "电子渠道", "qian", NOW)


@pytest.mark.parametrize(
    ("made", "conditions"),
    [
        ({"standing": {"state": CaseState.ASSIGNED}}, {"states": frozenset({CaseState.ASSIGNED})}),
        ({"source": "wechat_chat"}, {"sources": frozenset({Source.WECHAT_CHAT})}),
        ({"complaint_business": "银行卡"}, {"businesses": frozenset({"银行卡", "贷款"})}),
        ({"standing": {"confirmed": CONFIRMED}}, {"businesses": frozenset({"信用卡"})}),
        ({"standing": {"confirmed": CONFIRMED}}, {"reasons": frozenset({CONFIRMED.reason})}),
        ({"standing": {"confirmed": CONFIRMED}}, {"channels": frozenset({"电子渠道"})}),
        ({"standing": {"confirmed": CONFIRMED}}, {"confirmed": True}),
        ({"standing": {"grade": Grade.MAJOR}}, {"grades": frozenset({Grade.MAJOR})}),
        ({"standing": {"priority": Priority.URGENT}}, {"priorities": frozenset({Priority.URGENT})}),
        ({"standing": {"flags": frozenset({Flag.MEDIA})}}, {"flags": frozenset({Flag.MEDIA})}),
        ({"complaint_branch": "解放路营业部"}, {"branch": "解放路"}),
        ({"complaint_branch": "100%_行"}, {"branch": "0%_"}),
        ({"standing": {"accused": "SZ09"}}, {"branch": "SZ09"}),
        ({"standing": {"unit": "SZ01"}}, {"unit": "SZ01"}),
        ({"standing": {"assignee": "qian"}}, {"assignee": "qian"}),
        ({"standing": {"assignee": "zhao"}}, {"mine": True}),
        ({"complaint_detail": "柜员态度恶劣"}, {"text": "态度恶劣"}),
        ({"complaint_request": "我要求恢复额度"}, {"text": "额度 恢复"}),
        ({"complainant_phone": "17000009999"}, {"phone": "17000009999"}),
        ({"complainant_phone": "+8617000009999"}, {"phone": "170 0000 9999"}),
        (
            {"standing": {"settled_on": date(2026, 11, 20)}},
            {"settled_from": date(2026, 11, 20), "settled_to": date(2026, 11, 20)},
        ),
        ({"standing": {"settled_on": date(2026, 11, 20)}}, {"pending": False}),
        ({"standing": {"legal": date(2026, 11, 22)}}, {"due": Due.OVERDUE}),
        ({"standing": {"legal": date(2026, 11, 23)}}, {"due": Due.SOON}),
    ],
)
def test_each_condition_finds_the_cases_it_means_and_no_other(
    bank: Bank, made: dict[str, Any], conditions: dict[str, Any]
) -> None:
    bank.write(branches, code="SZ09", name="第九支行")
    bank.case(1)
    wanted = bank.case(2, **made)
    bank.case(3)
    assert bank.found(**conditions) == [wanted]


def test_conditions_hold_together(bank: Bank) -> None:
    bank.case(1, source="wechat_chat")
    both = bank.case(2, source="wechat_chat", complaint_business="银行卡")
    bank.case(3, complaint_business="银行卡")
    chosen = {"sources": frozenset({Source.WECHAT_CHAT}), "businesses": frozenset({"银行卡"})}
    assert bank.found(**chosen) == [both]


def test_days_of_receipt_are_days_in_china_and_inclusive(bank: Bank) -> None:
    late = bank.case(1)  # 16:00 in China on the 23rd
    early = bank.case(18)  # 23:00 on the 22nd, where UTC has the same day as its evening
    day = date(2026, 11, 22)
    assert bank.found(received_from=day, received_to=day) == [early]
    assert bank.found(received_from=day + timedelta(days=1)) == [late]


def test_a_stopped_clock_is_running_and_never_overdue(bank: Bank) -> None:
    reference = bank.case(1, {"legal": date(2026, 11, 1), "state": CaseState.IN_MEDIATION})
    with bank.store.transaction() as tx:
        standing = tx.cases.lock(reference)
        assert standing is not None
        terms = replace(standing.progress.terms, stopped_on=date(2026, 10, 30))
        tx.cases.move(replace(standing, progress=replace(standing.progress, terms=terms)))
        tx.commit()
    assert bank.found(due=Due.OVERDUE) == []
    assert bank.found(due=Due.RUNNING) == [reference]


def test_an_answered_case_has_no_due_date_any_more(bank: Bank) -> None:
    answered = {"state": CaseState.NOTIFIED, "settled_on": date(2026, 11, 20)}
    bank.case(1, {**answered, "legal": date(2026, 11, 1)})
    assert bank.found(due=Due.OVERDUE) == []


def test_a_branch_sees_what_it_handles_is_assigned_or_has_registered(bank: Bank) -> None:
    theirs = bank.case(1, {"unit": "SZ01"})
    assigned = bank.case(2, {"unit": "SZ02", "assignee": "qian"})
    bank.case(3, {"unit": "SZ02"})
    bank.case(4)
    assert bank.found(HANDLER) == [theirs, assigned]
    assert len(bank.found(HEAD)) == 4
    filed = bank.desk.register(make_complaint(source="web_chat"), CLERK, make_id(9))
    assert filed.standing.reference in bank.found(CLERK)
    assert filed.standing.reference not in bank.found(HANDLER)


def test_who_may_not_read_cases_gets_no_list(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        bank.found(ADMIN)
    with pytest.raises(NotAllowed):
        bank.listing.work(ADMIN, NOW)
    with pytest.raises(NotAllowed):
        next(bank.listing.references(CaseFilter(), ADMIN))


def test_pages_follow_each_other_without_gaps_or_repeats_while_cases_come_in(bank: Bank) -> None:
    made = [bank.case(number) for number in range(1, 8)]
    seen: list[str] = []
    after = None
    for new in (100, 101, 102, 103):
        page = bank.listing.page(CaseFilter(), Sort.NEWEST, after, 2, HEAD)
        seen += [item.standing.reference for item in page.items]
        after = page.next
        bank.desk.file(make_complaint(reference=make_reference(new)), "bot")
    assert after is None or len(seen) == 8
    assert seen[:7] == made


def test_by_due_date_what_is_pending_comes_first_page_after_page(bank: Bank) -> None:
    settled = [
        bank.case(number, {"settled_on": date(2026, 11, 20), "state": CaseState.CLOSED})
        for number in (1, 2, 3)
    ]
    pending = [bank.case(number, {"legal": date(2026, 12, 20 - number)}) for number in (4, 5, 6)]
    seen, after = [], None
    while True:
        page = bank.listing.page(CaseFilter(), Sort.DUE, after, 2, HEAD)
        seen += [item.standing.reference for item in page.items]
        after = page.next
        if after is None:
            break
    assert seen == [*reversed(pending), *settled]


def test_a_case_answered_between_two_pages_hides_no_other(bank: Bank) -> None:
    due = [bank.case(n, {"legal": date(2026, 12, n)}) for n in (1, 2, 3, 4)]
    first = bank.listing.page(CaseFilter(), Sort.DUE, None, 2, HEAD)
    bank.move(due[1], state=CaseState.NOTIFIED, settled_on=date(2026, 11, 23))
    second = bank.listing.page(CaseFilter(), Sort.DUE, first.next, 2, HEAD)
    assert [item.standing.reference for item in second.items] == due[2:]


def test_a_page_address_changed_by_hand_starts_at_the_top(bank: Bank) -> None:
    reference = bank.case(1)
    for nonsense in ("x", "p~~", "s~2026-99-99~TS", "~~~"):
        page = bank.listing.page(CaseFilter(), Sort.NEWEST, nonsense, 5, HEAD)
        assert [item.standing.reference for item in page.items] == [reference]


def test_the_total_is_counted_up_to_a_limit(bank: Bank) -> None:
    for number in range(1, 5):
        bank.case(number)
    page = bank.listing.page(CaseFilter(), Sort.NEWEST, None, 2, HEAD)
    assert (page.total, page.is_capped, COUNTED_UP_TO) == (4, False, 1000)
    with bank.store.transaction() as tx:
        selection = Selection(CaseFilter(), HEAD, NOW.date())
        assert tx.listings.count(selection, 3) == 3


def test_every_page_of_a_search_names_the_same_total(bank: Bank) -> None:
    wanted = [bank.case(number, complaint_detail="短信费涨价没有通知") for number in range(1, 4)]
    bank.case(4, complaint_detail="柜员态度不好")
    chosen = CaseFilter(text="短信费 涨价")
    for sort in Sort:
        after, seen, totals = None, [], []
        for _ in range(2):
            page = bank.listing.page(chosen, sort, after, 2, HEAD)
            seen += [item.standing.reference for item in page.items]
            totals.append(page.total)
            after = page.next
        assert (sorted(seen), totals, after) == (sorted(wanted), [3, 3], None)
    assert bank.found(text="短信费 没有这个词") == []


def test_an_export_gives_every_case_once(bank: Bank) -> None:
    made = [bank.case(number) for number in range(1, 6)]
    found = [item.standing.reference for item in bank.listing.references(CaseFilter(), HEAD)]
    assert found == made


def test_a_phone_number_or_the_customers_name_cannot_be_searched_for(bank: Bank) -> None:
    bank.case(1, complaint_detail="我是欧阳小雨，打13800001234找我")
    assert bank.found(text="欧阳小雨") == []
    assert bank.found(text="13800001234") == []
    assert len(bank.found(text="找我")) == 1


def test_what_the_customer_adds_is_found_too(bank: Bank) -> None:
    reference = bank.case(1)
    act = Act(make_id(5), NOW, "补充：客服承诺过免年费")
    Casework(bank.store, bank.clock).act(reference, EventKind.SUPPLEMENTED, act, "client:bot")
    assert bank.found(text="免年费") == [reference]
    assert bank.found(text="手续费") == [reference]


def test_cases_of_before_the_index_are_found_after_indexing_anew(bank: Bank) -> None:
    unindexed = ComplaintDesk(bank.store, bank.clock, PROMISE)
    reference = make_reference(7)
    unindexed.file(make_complaint(reference=reference), "bot")
    act = Act(make_id(5), NOW, "还有短信费")
    assert bank.found(text="手续费") == []
    Casework(bank.store, bank.clock).act(reference, EventKind.SUPPLEMENTED, act, "client:bot")
    assert list(Indexer(bank.store).rebuild()) == [1]
    assert bank.found(text="手续费") == bank.found(text="短信费") == [reference]


def test_what_was_dropped_from_the_index_is_found_no_more(bank: Bank) -> None:
    reference = bank.case(1)
    with bank.store.transaction() as tx:
        tx.search.drop(reference)
        tx.commit()
    assert bank.found(text="手续费") == []


def test_the_work_list_names_what_waits_for_whom(bank: Bank) -> None:
    late = bank.case(1, {"assignee": "zhao", "legal": date(2026, 11, 25)})
    soon = bank.case(2, {"assignee": "zhao", "legal": date(2026, 11, 24)})
    to_close = bank.case(
        3,
        {"assignee": "zhao", "state": CaseState.NOTIFIED, "settled_on": date(2026, 11, 20)},
    )
    review = bank.case(
        4,
        {"state": CaseState.UNDER_REVIEW, "review_due": date(2026, 12, 1), "assignee": "li"},
    )
    bank.case(5, {"assignee": "zhao", "state": CaseState.CLOSED})
    unassigned = bank.case(6)
    submitted = bank.case(7, {"assignee": "qian"})
    bank.write(replies, **reply_row(submitted, "qian"))
    bank.write(replies, **reply_row(soon, "zhao"))
    work = bank.listing.work(HEAD, NOW)
    assert [item.standing.reference for item in work.mine] == [soon, late, to_close]
    assert [item.standing.reference for item in work.unassigned] == [unassigned]
    assert [item.standing.reference for item in work.approvals] == [submitted]
    assert [item.standing.reference for item in work.reviews] == [review]
    assert not work.is_empty


def test_who_may_neither_assign_nor_approve_is_not_shown_such_work(bank: Bank) -> None:
    bank.case(1, {"unit": "SZ01"})
    bank.write(replies, **reply_row(make_reference(1), "other"))
    work = bank.listing.work(HANDLER, NOW)
    assert work.is_empty


def test_the_work_list_counts_notices_tasks_and_reminders(bank: Bank) -> None:
    reference = bank.case(1, {"unit": "SZ02"})
    bank.write(notices, **notice_row(reference, "a", way="sms"))
    bank.write(notices, **notice_row(reference, "b", way="chat"))  # on its way
    bank.write(tasks, **task_row(reference, "a", date(2026, 11, 25)))
    bank.write(tasks, **task_row(reference, "b", date(2027, 1, 1)))
    for key, read in (("a", None), ("b", NOW)):
        bank.write(
            reminders,
            id=key,
            username="zhao",
            kind="due",
            text="提醒",
            made_at=NOW,
            read_at=read,
            key=key,
        )
    counts = bank.listing.work(HEAD, NOW).counts
    assert (counts.undelivered, counts.tasks_due, counts.reminders) == (1, 1, 1)
    assert bank.listing.work(HANDLER, NOW).counts.undelivered == 0


def test_nobody_assigned_is_a_choice_of_its_own(bank: Bank) -> None:
    bank.case(1, {"assignee": "qian"})
    free = bank.case(2)
    assert bank.found(assignee=NOBODY) == [free]


def reply_row(reference: str, writer: str) -> dict[str, Any]:
    texts = dict.fromkeys(("facts", "decision", "basis", "remedies", "text"), "文字")
    return {
        "id": f"reply-{reference}",
        "reference": reference,
        "round": 1,
        "status": "submitted",
        "written_by": writer,
        "written_at": NOW,
        **texts,
    }


def notice_row(reference: str, key: str, way: str) -> dict[str, Any]:
    return {
        "id": key,
        "reference": reference,
        "kind": "reply",
        "way": way,
        "text": "文字",
        "status": "pending",
        "made_by": "staff:zhao",
        "made_at": NOW,
    }


def task_row(reference: str, key: str, due: date) -> dict[str, Any]:
    return {
        "id": key,
        "reference": reference,
        "category": "流程",
        "root_cause": "流程",
        "measure": "整改",
        "owner": "zhao",
        "due_on": due,
        "status": "open",
        "opened_by": "zhao",
        "opened_at": NOW,
    }
