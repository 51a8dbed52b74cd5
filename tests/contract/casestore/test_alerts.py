"""Early warnings over real cases, on SQLite and PostgreSQL."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.engine import Engine

from casestore.domain.alert import EVERYWHERE, Kind
from casestore.domain.errors import AlertNotFound, InvalidRequest, NotAllowed
from casestore.domain.staff import Account, StaffRole
from casestore.service.alerts import AlertRoom
from casestore.service.ports import Store
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from tests.contract.casestore.kit import FIELD_KEY, NOW, Clock, Ids, make_reference
from tests.contract.casestore.report_kit import (
    AT_B1,
    AT_B2,
    BRANCH_SUPERVISOR,
    CARD,
    CLERK,
    EXECUTIVE,
    SUPERVISOR,
    add_branches,
    add_case,
)

TODAY = date(2026, 11, 23)
AT_ROAD = Kind("信用卡", "定价收费", "人民路支行")


class Bank:
    """Warnings over a bank of two branches."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.clock = Clock()
        self.store: Store = SqlStore(engine, Keyring([FIELD_KEY]))
        self.alerts = AlertRoom(self.store, self.clock, Ids())
        self._cases = 0
        add_branches(engine)

    def receive(self, count: int, days_ago: int, **columns: Any) -> None:
        """So many cases on a day; credit card fees at the first branch unless told otherwise."""
        day = (TODAY - timedelta(days=days_ago)).strftime("%m-%d")
        for _ in range(count):
            self._cases += 1
            add_case(self.engine, self._cases, day, **{**CARD, **AT_B1, **columns})

    def watch(self) -> int:
        return self.alerts.watch(self.clock())

    def hire(self, username: str, role: StaffRole, **changes: Any) -> None:
        with self.store.transaction() as tx:
            account = Account(username, None, name=username, roles=frozenset({role}), **changes)
            assert tx.staff.add_account(account, NOW)
            tx.commit()

    def told(self, username: str) -> list[str]:
        with self.store.transaction() as tx:
            return [reminder.text for reminder in tx.reminders.unread(username, 10)]


@pytest.fixture
def bank(engine: Engine) -> Bank:
    return Bank(engine)


def test_a_quiet_bank_has_no_warnings(bank: Bank) -> None:
    bank.receive(4, days_ago=0)
    assert bank.watch() == 0
    assert bank.alerts.recent(SUPERVISOR) == []


def test_a_rise_is_raised_with_the_cases_behind_it(bank: Bank) -> None:
    bank.receive(3, days_ago=0)
    bank.receive(2, days_ago=6)
    bank.receive(4, days_ago=7)  # the first day to compare with
    bank.receive(9, days_ago=63)  # before the eight weeks
    assert bank.watch() == 1
    (alert,) = bank.alerts.recent(SUPERVISOR)
    assert (alert.kind, alert.count, alert.expected) == (AT_ROAD, 5, 0.5)
    assert (alert.first, alert.last) == (date(2026, 11, 17), TODAY)
    opened, cases = bank.alerts.open(alert.id, SUPERVISOR)
    assert opened == alert
    assert [case.reference for case in cases] == [make_reference(n) for n in (3, 2, 1, 5, 4)]


def test_the_last_of_the_eight_weeks_counts(bank: Bank) -> None:
    bank.receive(5, days_ago=0)
    bank.receive(8, days_ago=62)
    assert bank.watch() == 0


def test_a_rise_over_the_whole_bank_is_raised_where_no_branch_stands_out(bank: Bank) -> None:
    bank.receive(4, days_ago=1)
    bank.receive(4, days_ago=1, **AT_B2)
    assert bank.watch() == 1
    (alert,) = bank.alerts.recent(SUPERVISOR)
    assert (alert.kind.branch, alert.count) == (EVERYWHERE, 8)
    assert len(bank.alerts.open(alert.id, SUPERVISOR)[1]) == 8


def test_the_same_rise_is_raised_once_a_week(bank: Bank) -> None:
    bank.receive(9, days_ago=0)
    assert bank.watch() == 1
    bank.clock.forward(days=6)
    assert bank.watch() == 0
    bank.clock.forward(days=1, minutes=1)
    assert bank.watch() == 0  # the cases are no longer of the last seven days
    bank.receive(9, days_ago=-7)
    assert bank.watch() == 1


def test_a_warning_nobody_has_seen_is_brought_up_to_date(bank: Bank) -> None:
    bank.hire("head", StaffRole.SUPERVISOR)
    bank.receive(6, days_ago=1)
    bank.watch()
    bank.clock.forward(days=1)
    bank.receive(4, days_ago=-1)
    assert bank.watch() == 0, "one warning a week"
    (alert,) = bank.alerts.recent(SUPERVISOR)
    assert (alert.count, alert.first, alert.last) == (10, date(2026, 11, 18), date(2026, 11, 24))
    assert len(bank.alerts.open(alert.id, SUPERVISOR)[1]) == 10
    assert len(bank.told("head")) == 1


def test_what_somebody_has_seen_stays_as_they_saw_it(bank: Bank) -> None:
    bank.receive(6, days_ago=0)
    bank.watch()
    (alert,) = bank.alerts.recent(SUPERVISOR)
    bank.alerts.see(alert.id, "已联系支行", SUPERVISOR)
    bank.receive(4, days_ago=0)
    bank.watch()
    assert [each.count for each in bank.alerts.recent(SUPERVISOR)] == [6]


def test_a_rise_that_is_over_keeps_its_number(bank: Bank) -> None:
    bank.receive(6, days_ago=6)
    bank.watch()
    bank.clock.forward(days=3)
    bank.watch()
    (alert,) = bank.alerts.recent(SUPERVISOR)
    assert (alert.count, alert.last) == (6, TODAY)


def test_the_whole_bank_never_has_fewer_cases_than_one_branch(bank: Bank) -> None:
    bank.receive(4, days_ago=0)
    bank.receive(4, days_ago=0, **AT_B2)
    bank.watch()
    bank.receive(20, days_ago=0)
    bank.watch()
    counts = {alert.kind.branch: alert.count for alert in bank.alerts.recent(SUPERVISOR)}
    assert counts == {EVERYWHERE: 28, "人民路支行": 24}


def test_branches_that_are_quiet_now_count_for_what_is_usual(bank: Bank) -> None:
    bank.receive(6, days_ago=0)
    bank.receive(4, days_ago=0, **AT_B2)
    bank.receive(80, days_ago=30, accused=None, branch="解放路支行")
    bank.watch()
    assert [alert.kind for alert in bank.alerts.recent(SUPERVISOR)] == [AT_ROAD]


def test_supervisors_are_told_at_any_hour(bank: Bank) -> None:
    bank.hire("head", StaffRole.SUPERVISOR)
    bank.hire("own", StaffRole.SUPERVISOR, branch="b1")
    bank.hire("other", StaffRole.SUPERVISOR, branch="b2")
    bank.hire("gone", StaffRole.SUPERVISOR, is_active=False)
    bank.hire("handler", StaffRole.HANDLER)
    bank.receive(6, days_ago=0)
    bank.clock.forward(hours=14)  # seven in the morning in China
    bank.watch()
    words = "人民路支行“信用卡 / 定价收费”投诉近 7 天 6 件，平常每周约 0.1 件，请到“预警”查看。"
    assert bank.told("head") == [words]
    assert bank.told("own") == [words]
    assert bank.told("other") == bank.told("gone") == bank.told("handler") == []


def test_a_customers_words_for_a_branch_stay_out_of_reminders(bank: Bank) -> None:
    bank.hire("head", StaffRole.SUPERVISOR)
    bank.receive(6, days_ago=0, accused=None, branch="找张三那家店")
    bank.watch()
    (words,) = bank.told("head")
    assert words.startswith("一家网点“信用卡")


def test_who_saw_a_warning_first_stands_with_it(bank: Bank) -> None:
    bank.receive(9, days_ago=0)
    bank.watch()
    (alert,) = bank.alerts.recent(SUPERVISOR)
    bank.alerts.see(alert.id, "已通知个金部核查收费公示", SUPERVISOR)
    bank.alerts.see(alert.id, "晚了一步", BRANCH_SUPERVISOR)
    (seen,) = bank.alerts.recent(SUPERVISOR)
    assert seen.seen is not None
    assert (seen.seen.by, seen.seen.note) == ("zhang", "已通知个金部核查收费公示")


@pytest.mark.parametrize("note", ["", "长" * 501])
def test_taking_a_warning_up_needs_a_word_about_it(bank: Bank, note: str) -> None:
    bank.receive(9, days_ago=0)
    bank.watch()
    (alert,) = bank.alerts.recent(SUPERVISOR)
    with pytest.raises(InvalidRequest):
        bank.alerts.see(alert.id, note, SUPERVISOR)


def test_unseen_warnings_come_first(bank: Bank) -> None:
    bank.receive(9, days_ago=0)
    bank.watch()
    bank.receive(9, days_ago=0, confirmed_reason="服务质量")
    bank.clock.forward(minutes=15)
    bank.watch()
    newest, oldest = bank.alerts.recent(SUPERVISOR)
    assert (newest.kind.reason, oldest.kind.reason) == ("服务质量", "定价收费")
    bank.alerts.see(newest.id, "知道了", SUPERVISOR)
    assert [alert.id for alert in bank.alerts.recent(SUPERVISOR)] == [oldest.id, newest.id]


def test_a_branch_sees_only_warnings_about_itself(bank: Bank) -> None:
    bank.receive(9, days_ago=0)
    bank.receive(9, days_ago=0, **AT_B2)
    bank.watch()
    (own,) = bank.alerts.recent(BRANCH_SUPERVISOR)
    assert own.kind == AT_ROAD
    other = next(each for each in bank.alerts.recent(SUPERVISOR) if each.id != own.id)
    with pytest.raises(AlertNotFound):
        bank.alerts.open(other.id, BRANCH_SUPERVISOR)
    with pytest.raises(AlertNotFound):
        bank.alerts.see(other.id, "不是我的", BRANCH_SUPERVISOR)


def test_rights_are_checked(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        bank.alerts.recent(CLERK)
    with pytest.raises(NotAllowed):
        bank.alerts.see("any", "好", EXECUTIVE)


def test_an_unknown_warning_is_not_found(bank: Bank) -> None:
    with pytest.raises(AlertNotFound):
        bank.alerts.open("any", SUPERVISOR)
