"""Reports over a bank small enough to count by hand, on SQLite and PostgreSQL."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from casestore.domain.errors import (
    InvalidRequest,
    NeedsAnother,
    NotAllowed,
    ReportAlreadySigned,
    ReportChanged,
    ReportDoesNotReconcile,
    ReportNotFound,
)
from casestore.domain.figures import RULES, Dimension, Measure, Scope, Selection, Tally
from casestore.domain.period import PeriodUnit, parse_period
from casestore.domain.report import ReportKind, ReportOrder
from casestore.domain.task import CauseCount, RootCause, Task, TaskStatus
from casestore.reports.builder import Names, Stamp, build
from casestore.reports.layout import Format
from casestore.service.reports import Reports
from casestore.storage.keyring import Keyring
from casestore.storage.store import SqlStore
from casestore.storage.tables import cases, report_cases
from casestore.storage.tables import reports as report_table
from tests.contract.casestore.kit import FIELD_KEY, NOW, Clock, make_id, make_reference
from tests.contract.casestore.report_kit import (
    AT_B1,
    BRANCH_SUPERVISOR,
    CARD,
    CLERK,
    EXECUTIVE,
    SUPERVISOR,
    add_branches,
    add_case,
    add_small_bank,
    day,
)

QUARTER = ReportOrder(ReportKind.QUARTERLY, parse_period("2026-Q4"))
YEAR = ReportOrder(ReportKind.ANNUAL, parse_period("2026"))
ID = make_id(1)


@pytest.fixture
def reports(engine: Engine) -> Reports:
    return Reports(SqlStore(engine, Keyring([FIELD_KEY])), Clock())


@pytest.fixture
def bank(engine: Engine) -> None:
    add_small_bank(engine)


def open_task(engine: Engine, reference: str, number: int, **changes: Any) -> None:
    task = Task(
        id=make_id(number),
        reference=reference,
        category=RootCause.DISCLOSURE,
        root_cause="收费没有公示",
        measure="张贴收费表",
        owner="zhang",
        unit=None,
        due_on=day("11-30"),
        status=TaskStatus.OPEN,
        opened_by="zhang",
        opened_at=NOW,
    )
    with SqlStore(engine, Keyring([FIELD_KEY])).transaction() as tx:
        tx.tasks.put(replace(task, **changes))
        tx.commit()


# -- figures -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_a_quarter_under_way_is_counted_until_today(reports: Reports) -> None:
    figures = reports.figures(QUARTER, SUPERVISOR)
    assert (figures.span.first, figures.span.last) == (day("10-01"), day("11-23"))
    assert figures.current.total == Tally(
        opening=2,
        received=5,
        settled=5,
        pending=2,
        overdue=1,
        answered=4,
        in_promise=2,
        in_law=3,
        days=10 + 1 + 18 + 3,
        rated=3,
        satisfied=2,
        repeats=1,
    )


@pytest.mark.usefixtures("bank")
def test_the_quarter_before_is_counted_whole(reports: Reports) -> None:
    figures = reports.figures(QUARTER, SUPERVISOR)
    assert figures.previous is not None
    assert figures.previous.total == Tally(
        received=3, settled=1, pending=2, answered=1, in_promise=1, in_law=1, days=2, rated=1
    )


@pytest.mark.usefixtures("bank")
def test_cases_are_grouped_by_what_an_officer_confirmed(reports: Reports) -> None:
    current = reports.figures(QUARTER, SUPERVISOR).current
    received = {
        dimension: {name: tally.received for name, tally in current.by(dimension).items()}
        for dimension in Dimension
    }
    assert received == {
        Dimension.BUSINESS: {"信用卡": 2, "贷款": 2, "个人储蓄": 1},
        Dimension.REASON: {"定价收费": 3, "服务态度": 2},
        Dimension.CHANNEL: {"营业现场": 2, "电话渠道": 2, "未确认": 1},
        Dimension.BRANCH: {"人民路支行": 3, "解放路支行": 2},
        Dimension.UNIT: {"人民路支行": 2, "解放路支行": 2, "未分派": 1},
        Dimension.SOURCE: {"phone": 0, "web_chat": 5},
    }


@pytest.mark.usefixtures("bank")
def test_the_annual_summary_counts_rectification_tasks(reports: Reports, engine: Engine) -> None:
    open_task(engine, make_reference(5), 90, status=TaskStatus.CONFIRMED)
    open_task(engine, make_reference(7), 91, due_on=day("11-20"))
    found = reports.figures(YEAR, SUPERVISOR).causes
    assert found == (CauseCount(RootCause.DISCLOSURE, opened=2, confirmed=1, overdue=1),)
    assert reports.figures(QUARTER, SUPERVISOR).causes == ()
    own = reports.figures(YEAR, BRANCH_SUPERVISOR).causes
    assert own == (CauseCount(RootCause.DISCLOSURE, opened=1, confirmed=1, overdue=0),)


@pytest.mark.usefixtures("bank")
def test_the_tasks_of_a_frozen_summary_stay_as_they_were(reports: Reports, engine: Engine) -> None:
    open_task(engine, make_reference(5), 90)
    reports.freeze(ID, YEAR, SUPERVISOR)
    open_task(engine, make_reference(5), 90, status=TaskStatus.CONFIRMED)
    (kept,) = reports.get(ID, SUPERVISOR).figures.causes
    assert (kept.opened, kept.confirmed) == (1, 0)
    assert reports.verify(ID, SUPERVISOR) == ()


@pytest.mark.usefixtures("bank")
def test_every_breakdown_adds_up_to_the_same_total(reports: Reports) -> None:
    current = reports.figures(QUARTER, SUPERVISOR).current
    for groups in current.groups.values():
        assert Tally(*map(sum, zip(*groups.values(), strict=True))) == current.total


@pytest.mark.usefixtures("bank")
def test_months_are_counted_by_day_of_receipt_and_of_settlement(reports: Reports) -> None:
    months = reports.figures(QUARTER, SUPERVISOR).months
    assert [(m.month, m.received, m.settled) for m in months] == [
        (day("10-01"), 2, 3),
        (day("11-01"), 3, 2),
    ]


@pytest.mark.usefixtures("bank")
def test_a_month_is_compared_with_nothing(reports: Reports) -> None:
    order = ReportOrder(ReportKind.MONTHLY, parse_period("2026-10"))
    figures = reports.figures(order, SUPERVISOR)
    assert figures.previous is None
    assert figures.current.total.received == 2


@pytest.mark.parametrize(
    ("received", "settled", "expected"),
    [
        ("09-30", None, Tally(opening=1, pending=1)),
        ("10-01", None, Tally(received=1, pending=1)),
        ("09-30", "10-01", Tally(opening=1, settled=1)),
        ("09-29", "09-30", Tally()),
        ("10-31", "11-01", Tally(received=1, pending=1)),
        ("10-31", "10-31", Tally(received=1, settled=1)),
        ("11-01", None, Tally()),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_period(
    reports: Reports, engine: Engine, received: str, settled: str | None, expected: Tally
) -> None:
    settled_on = day(settled) if settled else None
    add_case(engine, 1, received, settled_on=settled_on, legal_due=day("12-31"))
    order = ReportOrder(ReportKind.MONTHLY, parse_period("2026-10"))
    assert reports.figures(order, SUPERVISOR).current.total == expected


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize(
    ("scope", "received"),
    [
        (Scope(unit="b1"), 2),
        (Scope(branch="解放路支行"), 2),
        (Scope(business="信用卡"), 2),
        (Scope(source="phone"), 0),
        (Scope(unit="b2", business="信用卡"), 0),
    ],
)
def test_a_scope_leaves_the_other_cases_out(reports: Reports, scope: Scope, received: int) -> None:
    figures = reports.figures(replace(QUARTER, scope=scope), SUPERVISOR)
    assert figures.current.total.received == received


@pytest.mark.usefixtures("bank")
def test_a_branch_reports_only_on_what_it_handles(reports: Reports) -> None:
    asked = replace(QUARTER, scope=Scope(unit="b2"))
    assert reports.figures(asked, BRANCH_SUPERVISOR).current.by(Dimension.UNIT).keys() == {
        "人民路支行"
    }


def test_the_future_has_no_report(reports: Reports) -> None:
    order = ReportOrder(ReportKind.QUARTERLY, parse_period("2027-Q1"))
    with pytest.raises(InvalidRequest):
        reports.figures(order, SUPERVISOR)


def test_who_may_not_report_sees_no_figures(reports: Reports) -> None:
    with pytest.raises(NotAllowed):
        reports.figures(QUARTER, CLERK)


def test_an_empty_bank_counts_nothing_and_reconciles(reports: Reports) -> None:
    head = reports.freeze(ID, QUARTER, SUPERVISOR)
    assert reports.get(head.id, SUPERVISOR).figures.current.total == Tally()


# -- the cases behind a figure -----------------------------------------------------------------


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("measure", list(Measure))
def test_as_many_cases_stand_behind_a_figure_as_it_says(reports: Reports, measure: Measure) -> None:
    total = reports.figures(QUARTER, SUPERVISOR).current.total
    found = reports.behind(QUARTER, Selection(measure), SUPERVISOR, None, 100).cases
    assert len(found) == total.of(measure)


@pytest.mark.usefixtures("bank")
def test_the_cases_behind_a_figure_are_those_of_its_row(reports: Reports) -> None:
    names = {Dimension.BUSINESS: "信用卡", Dimension.BRANCH: "人民路支行"}
    selection = Selection(Measure.SETTLED, names)
    found = reports.behind(QUARTER, selection, SUPERVISOR, None, 100).cases
    assert [case.reference for case in found] == [make_reference(n) for n in (2, 4, 5)]


@pytest.mark.usefixtures("bank")
def test_the_cases_behind_a_figure_come_page_by_page(reports: Reports) -> None:
    selection = Selection(Measure.RECEIVED)
    first = reports.behind(QUARTER, selection, SUPERVISOR, None, 3)
    second = reports.behind(QUARTER, selection, SUPERVISOR, first.following, 3)
    found = [case.reference for page in (first, second) for case in page.cases]
    assert found == [make_reference(number) for number in (4, 5, 6, 7, 8)]
    assert second.following is None


@pytest.mark.usefixtures("bank")
@pytest.mark.parametrize("kind", list(ReportKind))
def test_every_figure_of_every_table_opens_as_many_cases_as_it_says(
    reports: Reports, kind: ReportKind
) -> None:
    periods = {PeriodUnit.MONTH: "2026-11", PeriodUnit.QUARTER: "2026-Q4", PeriodUnit.YEAR: "2026"}
    order = ReportOrder(kind, parse_period(periods[kind.unit]))
    figures = reports.figures(order, SUPERVISOR)
    layout = build(order, figures, Stamp(NOW, RULES, ""), Names())
    rows = [row for table in layout.tables for row in table.rows]
    counts = [cell for row in rows for cell in row if cell.format is Format.COUNT]
    opened = {str(cell.behind): cell for cell in counts if cell.behind}
    assert len(opened) > 10
    for cell in opened.values():
        assert cell.behind is not None
        found = reports.behind(order, cell.behind, SUPERVISOR, None, 100).cases
        assert len(found) == cell.value, cell


def test_a_report_that_does_not_compare_opens_no_case_of_the_month_before(
    reports: Reports,
) -> None:
    order = ReportOrder(ReportKind.MONTHLY, parse_period("2026-10"))
    with pytest.raises(InvalidRequest):
        reports.behind(order, Selection(Measure.RECEIVED, {}, True), SUPERVISOR, None, 10)


@pytest.mark.usefixtures("bank")
def test_a_frozen_report_also_opens_the_cases_of_the_period_before(reports: Reports) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    found = reports.frozen_behind(
        ID, Selection(Measure.RECEIVED, {}, True), SUPERVISOR, None, 10
    ).cases
    assert [case.reference for case in found] == [make_reference(n) for n in (1, 2, 3)]


# -- frozen reports ----------------------------------------------------------------------------


@pytest.mark.usefixtures("bank")
def test_a_frozen_report_stays_as_it_was_when_cases_go_on(reports: Reports, engine: Engine) -> None:
    before = reports.figures(QUARTER, SUPERVISOR)
    reports.freeze(ID, QUARTER, SUPERVISOR)
    with engine.begin() as connection:
        connection.execute(update(cases).values(settled_on=day("11-23"), confirmed_business="外汇"))
    assert reports.figures(QUARTER, SUPERVISOR) != before
    assert reports.get(ID, SUPERVISOR).figures == before
    assert reports.verify(ID, SUPERVISOR) == ()


@pytest.mark.usefixtures("bank")
def test_the_cases_behind_a_frozen_figure_are_shown_as_they_stood_then(
    reports: Reports, engine: Engine
) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    with engine.begin() as connection:
        connection.execute(update(cases).values(confirmed_business="外汇"))
    selection = Selection(Measure.PENDING, {Dimension.BUSINESS: "贷款"})
    found = reports.frozen_behind(ID, selection, SUPERVISOR, None, 10).cases
    assert [(case.reference, case.business) for case in found] == [(make_reference(7), "贷款")]


@pytest.mark.usefixtures("bank")
def test_freezing_again_under_the_same_id_keeps_the_first(reports: Reports) -> None:
    first = reports.freeze(ID, QUARTER, SUPERVISOR)
    month = ReportOrder(ReportKind.MONTHLY, parse_period("2026-10"))
    assert reports.freeze(ID, month, SUPERVISOR) == first
    assert [head.id for head in reports.all(SUPERVISOR)] == [ID]


def test_a_report_that_contradicts_itself_is_not_frozen(reports: Reports, engine: Engine) -> None:
    add_case(engine, 1, "10-10", settled_on=day("09-01"))
    order = ReportOrder(ReportKind.MONTHLY, parse_period("2026-10"))
    with pytest.raises(ReportDoesNotReconcile) as caught:
        reports.freeze(ID, order, SUPERVISOR)
    assert "期末未结" in caught.value.problems[0]
    assert reports.all(SUPERVISOR) == []


@pytest.mark.usefixtures("bank")
def test_a_changed_snapshot_is_found_and_not_signed(reports: Reports, engine: Engine) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    _unguarded(engine, "UPDATE report_cases SET legal_due = '2020-01-01'")
    assert len(reports.verify(ID, SUPERVISOR)) == 2
    with pytest.raises(ReportChanged):
        reports.sign(ID, "", EXECUTIVE)


@pytest.mark.usefixtures("bank")
def test_a_changed_case_that_no_figure_shows_is_found(reports: Reports, engine: Engine) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    _unguarded(engine, "UPDATE report_cases SET state = 'merged'")
    assert len(reports.verify(ID, SUPERVISOR)) == 1


@pytest.mark.usefixtures("bank")
def test_another_person_signs_and_nothing_changes_afterwards(
    reports: Reports, engine: Engine
) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    signed = reports.sign(ID, "同意报送", EXECUTIVE)
    assert signed.signature is not None
    assert (signed.signature.by, signed.signature.note) == ("li", "同意报送")
    assert reports.get(ID, SUPERVISOR).head == signed
    with pytest.raises(ReportAlreadySigned):
        reports.sign(ID, "", EXECUTIVE)
    for statement in (
        update(report_table).values(title="另一份"),
        report_table.delete(),
        update(report_cases).values(business="外汇"),
        report_cases.delete(),
    ):
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(statement)


@pytest.mark.usefixtures("bank")
def test_the_maker_does_not_sign(reports: Reports) -> None:
    maker = replace(EXECUTIVE, roles=EXECUTIVE.roles | SUPERVISOR.roles)
    reports.freeze(ID, QUARTER, maker)
    with pytest.raises(NeedsAnother):
        reports.sign(ID, "", maker)


@pytest.mark.usefixtures("bank")
def test_only_those_with_the_right_sign(reports: Reports) -> None:
    reports.freeze(ID, QUARTER, EXECUTIVE)
    with pytest.raises(NotAllowed):
        reports.sign(ID, "", SUPERVISOR)


@pytest.mark.usefixtures("bank")
def test_a_note_that_is_too_long_is_refused(reports: Reports) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    with pytest.raises(InvalidRequest):
        reports.sign(ID, "长" * 501, EXECUTIVE)


@pytest.mark.usefixtures("bank")
def test_a_branch_sees_only_its_own_reports(reports: Reports) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    own = reports.freeze(make_id(2), QUARTER, BRANCH_SUPERVISOR)
    assert reports.all(BRANCH_SUPERVISOR) == [own]
    with pytest.raises(ReportNotFound):
        reports.get(ID, BRANCH_SUPERVISOR)


def test_an_unknown_report_is_not_found(reports: Reports) -> None:
    with pytest.raises(ReportNotFound):
        reports.verify(ID, SUPERVISOR)


@pytest.mark.usefixtures("bank")
def test_freezing_and_signing_are_in_the_audit_log(reports: Reports, engine: Engine) -> None:
    reports.freeze(ID, QUARTER, SUPERVISOR)
    reports.sign(ID, "", EXECUTIVE)
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT actor, action, subject FROM audit ORDER BY number"))
        assert [tuple(row) for row in rows] == [
            ("staff:zhang", "report_frozen", ID),
            ("staff:li", "report_signed", ID),
        ]


def test_a_bulletin_for_programs_is_the_same_as_for_people(
    reports: Reports, engine: Engine
) -> None:
    add_branches(engine)
    add_case(engine, 1, "10-10", **CARD, **AT_B1)
    assert reports.bulletin(2026, 4) == reports.figures(QUARTER, SUPERVISOR)


def _unguarded(engine: Engine, statement: str) -> None:
    """As somebody who takes the database's own guard away first."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            connection.execute(text(statement))
            return
        trigger = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE name = 'keep_report_cases_update'")
        ).scalar_one()
        connection.execute(text("DROP TRIGGER keep_report_cases_update"))
        connection.execute(text(statement))
        connection.exec_driver_sql(trigger)
