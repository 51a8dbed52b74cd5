"""Which warning is due on which day, and who stands up the line: pure rules."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from casestore.domain.case import (
    CaseStanding,
    CaseState,
    ClockTerms,
    Grade,
    Handling,
    Priority,
    Progress,
    Regime,
)
from casestore.domain.clock import due_dates
from casestore.domain.deadlines import CHINA_TIME
from casestore.domain.office_hours import OfficeHours
from casestore.domain.reminder import ReminderKind
from casestore.domain.staff import Account, Branch, StaffRole
from casestore.domain.watch import (
    Level,
    Watched,
    is_told_at_once,
    line_of,
    task_warning,
    text_of,
    warnings,
)

K = ReminderKind
# Received on Thursday 26 November: promise Monday 30th, complex Thursday 3 December,
# legal limit Friday 11 December 2026.
RECEIVED = datetime(2026, 11, 26, 9, 0, tzinfo=CHINA_TIME)
TERMS = ClockTerms(started_on=RECEIVED.date())


def case(state: CaseState = CaseState.INVESTIGATING, **progress: Any) -> CaseStanding:
    made = replace(Progress(state=state, terms=TERMS), **progress)
    return CaseStanding("TS20261126-7K3QF9X", made, RECEIVED, due_dates(made.terms))


def due_on(standing: CaseStanding, day: str) -> list[tuple[str, int]]:
    now = datetime.fromisoformat(f"{day}T10:00+08:00")
    return [(w.kind.value, w.level) for w in warnings(Watched(standing, RECEIVED), now)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-26", []),
        ("2026-11-27", [("promise_soon", 0)]),  # Friday: Monday is one working day off
        ("2026-11-30", [("promise_soon", 0)]),
        ("2026-12-01", [("promise_overdue", 1)]),
        ("2026-12-07", [("promise_overdue", 1)]),  # four days before the legal limit
        ("2026-12-08", [("promise_overdue", 1), ("legal_soon", 1)]),
        ("2026-12-10", [("promise_overdue", 1), ("legal_soon", 2)]),
        ("2026-12-11", [("promise_overdue", 1), ("legal_soon", 2)]),
        ("2026-12-12", [("promise_overdue", 1), ("legal_overdue", 3)]),
    ],
)
def test_an_ordinary_case_day_by_day(day: str, expected: list[tuple[str, int]]) -> None:
    assert due_on(case(), day) == expected


def test_a_complex_case_is_measured_by_its_own_promise() -> None:
    standing = replace(case(), handling=Handling(grade=Grade.COMPLEX))
    assert due_on(standing, "2026-12-01") == []
    assert due_on(standing, "2026-12-02") == [("promise_soon", 0)]


def test_a_limit_inside_a_holiday_is_heard_of_before_it() -> None:
    # Spring Festival 2026 is from 15 to 23 February; the limit is on the 20th.
    terms = ClockTerms(started_on=date(2026, 2, 5))
    standing = replace(case(), progress=Progress(CaseState.INVESTIGATING, terms=terms))
    standing = replace(standing, due=due_dates(terms))
    found = due_on(standing, "2026-02-14")
    assert ("legal_soon", 2) in found


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-12-14", []),
        ("2026-12-15", [("review_soon", 1)]),
        ("2026-12-18", [("review_soon", 1)]),
        ("2026-12-19", [("review_overdue", 3)]),
    ],
)
def test_a_review_has_its_own_limit_only(day: str, expected: list[tuple[str, int]]) -> None:
    standing = case(CaseState.UNDER_REVIEW, review_due=date(2026, 12, 18))
    assert due_on(standing, day) == expected


def test_an_answered_case_is_quiet() -> None:
    assert due_on(case(CaseState.NOTIFIED, answered_on=date(2026, 11, 30)), "2026-12-30") == []


def test_a_case_handled_again_has_the_legal_limit_but_no_promise() -> None:
    standing = case(CaseState.REOPENED, answered_on=date(2026, 11, 30))
    assert due_on(standing, "2026-12-12") == [("legal_overdue", 3)]


def test_a_stopped_clock_is_quiet() -> None:
    terms = replace(TERMS, stopped_on=date(2026, 11, 27))
    assert due_on(case(CaseState.IN_MEDIATION, terms=terms), "2026-12-30") == []


def test_idleness_counts_working_days_from_the_last_action() -> None:
    standing = case(CaseState.ASSIGNED)
    assert ("idle", 1) not in due_on(standing, "2026-11-30")
    assert ("idle", 1) in due_on(standing, "2026-12-01")


def test_keys_differ_by_kind_level_and_day_and_stay_short() -> None:
    keys = set()
    for offset in range(40):
        now = RECEIVED + timedelta(days=offset)
        keys |= {w.key for w in warnings(Watched(case(CaseState.ASSIGNED), RECEIVED), now)}
    assert len(keys) == 6
    assert max(map(len, keys)) <= 30


def test_every_warning_has_words_and_says_if_the_limit_was_extended() -> None:
    terms = replace(TERMS, extensions=1)
    standing = case(terms=terms)
    now = datetime(2026, 12, 24, 10, 0, tzinfo=CHINA_TIME)
    texts = [text_of(w, standing) for w in warnings(Watched(standing, RECEIVED), now)]
    assert any("法定期限（已延长）" in text for text in texts)


@pytest.mark.parametrize(
    ("regime", "advice"),
    [(Regime.GENERAL, "申请延长"), (Regime.AML_CONTROL, "不能再延长")],
)
def test_a_warning_speaks_of_an_extension_only_where_the_law_knows_one(
    regime: Regime, advice: str
) -> None:
    standing = case(terms=replace(TERMS, regime=regime))
    now = datetime(2026, 12, 9, 10, 0, tzinfo=CHINA_TIME)
    (legal,) = [w for w in warnings(Watched(standing, RECEIVED), now) if w.kind is K.LEGAL_SOON]
    assert advice in text_of(legal, standing)


@pytest.mark.parametrize(
    ("handling", "expected"),
    [
        (Handling(), False),
        (Handling(grade=Grade.MAJOR), True),
        (Handling(priority=Priority.EMERGENCY), True),
        (Handling(priority=Priority.URGENT), False),
    ],
)
def test_only_major_and_emergency_cases_disturb_at_night(
    handling: Handling, expected: bool
) -> None:
    assert is_told_at_once(replace(case(), handling=handling)) is expected


BRANCHES = (Branch("C1", "江城分行", None), Branch("B1", "人民路支行", "C1"))


def person(username: str, role: StaffRole, branch: str | None = None) -> Account:
    return Account(username, None, username, frozenset({role}), branch)


PEOPLE = (
    person("worker", StaffRole.HANDLER, "B1"),
    person("citylead", StaffRole.SUPERVISOR, "C1"),
    person("boss", StaffRole.SUPERVISOR),
    person("chief", StaffRole.EXECUTIVE),
)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Level.HANDLER, ["worker"]),
        (Level.UNIT, ["citylead"]),  # the branch has no supervisor of its own
        (Level.HEAD_OFFICE, ["boss"]),
        (Level.EXECUTIVE, ["chief"]),
    ],
)
def test_the_line_of_a_case(level: Level, expected: list[str]) -> None:
    assert line_of(level, "B1", "worker", PEOPLE, BRANCHES) == expected


def test_where_a_level_has_nobody_the_next_one_hears_it() -> None:
    few = [PEOPLE[0], PEOPLE[3]]
    assert line_of(Level.UNIT, "B1", "worker", few, BRANCHES) == ["chief"]
    assert line_of(Level.HANDLER, "B1", None, PEOPLE, BRANCHES) == ["citylead"]
    assert line_of(Level.EXECUTIVE, None, None, [PEOPLE[0]], BRANCHES) == []


def test_disabled_accounts_are_told_nothing() -> None:
    gone = [replace(each, is_active=False) for each in PEOPLE]
    assert line_of(Level.HANDLER, "B1", "worker", gone, BRANCHES) == []


@pytest.mark.parametrize(
    ("today", "says"),
    [("2026-11-26", None), ("2026-11-27", "到期"), ("2026-11-30", "到期"), ("2026-12-01", "已过")],
)
def test_tasks_are_heard_of_three_days_before(today: str, says: str | None) -> None:
    found = task_warning(date(2026, 11, 30), date.fromisoformat(today))
    assert (found is None) if says is None else (says in (found or ""))


class TestOfficeHours:
    HOURS = OfficeHours.parse("08:30-12:00, 13:30-17:30")

    @pytest.mark.parametrize(
        ("moment", "is_open"),
        [
            ("2026-11-23T08:29", False),
            ("2026-11-23T08:30", True),
            ("2026-11-23T12:00", False),
            ("2026-11-23T13:30", True),
            ("2026-11-23T17:30", False),
            ("2026-11-22T10:00", False),  # Sunday
            ("2026-10-10T10:00", True),  # a Saturday made up for the National Day
            ("2026-10-05T10:00", False),  # National Day, a Monday
        ],
    )
    def test_open_in_the_periods_of_working_days(self, moment: str, is_open: bool) -> None:
        assert self.HOURS.is_open(datetime.fromisoformat(f"{moment}+08:00")) is is_open

    @pytest.mark.parametrize(
        "text", ["", "8-17", "08:30", "17:30-08:30", "08:30-12:00,11:00-17:00", "25:00-26:00"]
    )
    def test_what_cannot_be_read_is_refused(self, text: str) -> None:
        with pytest.raises(ValueError, match=r"."):
            OfficeHours.parse(text)
