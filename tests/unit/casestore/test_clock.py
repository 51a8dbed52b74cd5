"""The legal limits, one test per article, and the bank's promise, on the calendars of 2026."""

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casestore.domain.case import ClockTerms, Regime
from casestore.domain.clock import (
    due_dates,
    due_dates_on,
    earliest_at_regulator,
    extended,
    is_stopped,
    limit,
    next_limit,
    opening_terms,
    restarted,
    resumed,
    stage,
    stopped,
    under,
)
from casestore.domain.deadlines import (
    DueDates,
    ServicePromise,
    calendar_end,
    local_date,
    working_days_after,
)
from casestore.domain.staff import Right

PROMISE = ServicePromise(ordinary=2, complex=5)
MONDAY = date(2026, 11, 23)


def day(text: str) -> date:
    return date.fromisoformat(text)


def terms_of(
    received: date = MONDAY, regime: Regime = Regime.GENERAL, forwarded_due: date | None = None
) -> ClockTerms:
    return opening_terms(received, PROMISE, regime, forwarded_due)


def after_extensions(terms: ClockTerms, count: int) -> ClockTerms:
    for _ in range(count):
        terms = extended(terms)
    return terms


@pytest.mark.parametrize(
    ("received", "promise", "legal"),
    [
        ("2026-11-23", "2026-11-25", "2026-12-08"),  # an ordinary Monday
        ("2026-11-26", "2026-11-30", "2026-12-11"),  # a weekend between
        ("2026-11-28", "2026-12-01", "2026-12-13"),  # received on a Saturday
        ("2026-09-18", "2026-09-21", "2026-10-03"),  # Sunday 20 September is worked
        ("2026-09-24", "2026-09-29", "2026-10-09"),  # Mid-autumn 25 to 27 September
        ("2026-09-30", "2026-10-09", "2026-10-15"),  # National Day 1 to 7 October
        ("2026-10-08", "2026-10-10", "2026-10-23"),  # Saturday 10 October is worked
        ("2026-10-09", "2026-10-12", "2026-10-24"),  # which makes it Saturday, Monday
        ("2026-02-13", "2026-02-24", "2026-02-28"),  # Saturday 14 worked, then Spring Festival
        ("2024-02-27", "2024-02-29", "2024-03-13"),  # a leap year
    ],
)
def test_promise_and_law_follow_the_official_calendar(
    received: str, promise: str, legal: str
) -> None:
    terms = opening_terms(day(received), ServicePromise(2, 2))
    assert due_dates(terms) == DueDates(day(promise), day(promise), day(legal), provisional=False)


def test_complex_complaints_have_a_later_promise() -> None:
    found = due_dates(terms_of(day("2026-09-24")))
    assert (found.promise, found.complex) == (day("2026-09-29"), day("2026-10-09"))


@pytest.mark.parametrize(
    ("regime", "extensions", "legal"),
    [
        # 投诉办法 article 18 para 1: 15, 30, 60 days.
        (Regime.GENERAL, 0, "2026-12-08"),
        (Regime.GENERAL, 1, "2026-12-23"),
        (Regime.GENERAL, 2, "2027-01-22"),
        (Regime.REGULATOR, 0, "2026-12-08"),
        (Regime.REGULATOR, 2, "2027-01-22"),
        # 央行消保办法 article 43 para 3: 15, at most 60.
        (Regime.CENTRAL_BANK, 0, "2026-12-08"),
        (Regime.CENTRAL_BANK, 1, "2027-01-22"),
        (Regime.AML_CONTROL, 0, "2026-12-08"),  # 反洗钱法 article 39
        (Regime.CREDIT_REPORT, 0, "2026-12-13"),  # 征信业管理条例 article 25
        # 银发〔2016〕29号 article 39: 3 working days, 10 in special cases.
        (Regime.NOTE_SERIAL, 0, "2026-11-26"),
        (Regime.NOTE_SERIAL, 1, "2026-12-07"),
    ],
)
def test_every_rule_has_its_own_limits(regime: Regime, extensions: int, legal: str) -> None:
    terms = after_extensions(terms_of(regime=regime), extensions)
    assert due_dates(terms).legal == day(legal)


@pytest.mark.parametrize(
    ("regime", "granted_by"),
    [
        (Regime.GENERAL, [Right.EXTEND, Right.EXTEND_AGAIN]),
        (Regime.REGULATOR, [Right.EXTEND, Right.EXTEND_AGAIN]),
        (Regime.CENTRAL_BANK, [Right.EXTEND]),
        (Regime.AML_CONTROL, []),
        (Regime.CREDIT_REPORT, []),
        (Regime.NOTE_SERIAL, [Right.EXTEND]),
    ],
)
def test_every_rule_says_how_often_and_by_whom_it_is_extended(
    regime: Regime, granted_by: list[Right]
) -> None:
    terms, found = terms_of(regime=regime), []
    while further := next_limit(terms):
        found.append(further.granted_by)
        terms = extended(terms)
    assert found == granted_by


def test_extending_leaves_the_promise_as_it_was_given() -> None:
    first, longer = due_dates(terms_of()), due_dates(after_extensions(terms_of(), 2))
    assert (longer.promise, longer.complex) == (first.promise, first.complex)


def test_a_regulators_deadline_counts_where_it_is_earlier() -> None:
    early, late = day("2026-12-01"), day("2026-12-31")
    assert due_dates(terms_of(regime=Regime.REGULATOR, forwarded_due=early)).legal == early
    assert due_dates(terms_of(regime=Regime.REGULATOR, forwarded_due=late)).legal == day(
        "2026-12-08"
    )
    extended_late = extended(terms_of(regime=Regime.REGULATOR, forwarded_due=late))
    assert due_dates(extended_late).legal == day("2026-12-23")


@pytest.mark.parametrize(
    ("received", "earliest"),
    [
        ("2026-12-02", "2026-11-23"),
        ("2026-10-13", "2026-09-28"),  # National Day between, Saturday 10 October worked
        ("2026-11-30", "2026-11-19"),
    ],
)
def test_the_regulator_passes_on_within_seven_working_days(received: str, earliest: str) -> None:
    """投诉办法 article 33; for information, the bank's clock does not know it."""
    assert earliest_at_regulator(day(received)) == day(earliest)
    assert working_days_after(day(earliest), 7) >= day(received)


def test_basic_services_under_money_laundering_control_are_promised_the_next_working_day() -> None:
    found = due_dates(terms_of(day("2026-11-27"), Regime.AML_CONTROL))
    assert (found.promise, found.complex) == (day("2026-11-30"), day("2026-11-30"))


@pytest.mark.parametrize(
    ("from_", "to", "legal", "promise"),
    [
        ("2026-11-24", "2026-11-24", "2026-12-08", "2026-11-25"),  # stopped and on the same day
        ("2026-11-24", "2026-11-27", "2026-12-11", "2026-11-30"),  # three working days
        ("2026-11-24", "2026-11-30", "2026-12-14", "2026-12-01"),  # a weekend between: four
    ],
)
def test_mediation_and_appraisal_are_not_counted(
    from_: str, to: str, legal: str, promise: str
) -> None:
    """投诉办法 articles 18 para 2 and 23: calendar days for the law, working days for us."""
    terms = resumed(stopped(terms_of(), day(from_)), day(to))
    found = due_dates(terms)
    assert (found.legal, found.promise) == (day(legal), day(promise))
    assert not is_stopped(terms)


def test_working_day_limits_are_stopped_by_working_days() -> None:
    terms = terms_of(regime=Regime.NOTE_SERIAL)
    terms = resumed(stopped(terms, day("2026-11-27")), day("2026-11-30"))
    assert due_dates(terms).legal == day("2026-11-27")


def test_stopping_over_the_national_holiday_moves_the_law_but_hardly_the_promise() -> None:
    terms = terms_of(day("2026-09-29"))  # Tuesday; 30 September worked, 1 to 7 October not
    terms = resumed(stopped(terms, day("2026-09-30")), day("2026-10-08"))
    found = due_dates(terms)
    assert found.legal == day("2026-10-22")
    assert found.promise == day("2026-10-09")  # 8 October was not counted


def test_what_is_stopped_twice_is_not_counted_twice() -> None:
    terms = resumed(stopped(terms_of(), day("2026-11-24")), day("2026-11-26"))
    terms = resumed(stopped(terms, day("2026-11-30")), day("2026-12-03"))
    assert terms.stopped_days == 5
    assert due_dates(terms).legal == day("2026-12-13")
    again = stopped(stopped(terms_of(), day("2026-11-24")), day("2026-11-26"))
    assert again.stopped_on == day("2026-11-24")


def test_a_stopped_clock_shows_what_would_be_if_it_went_on_today() -> None:
    terms = stopped(terms_of(), day("2026-11-24"))
    assert due_dates(terms).legal == day("2026-12-08")
    assert due_dates_on(terms, day("2026-12-04")).legal == day("2026-12-18")


def test_new_facts_start_the_count_anew() -> None:
    """投诉办法 article 18 para 3: extensions and stops of the former count are gone."""
    terms = resumed(stopped(extended(terms_of()), day("2026-11-24")), day("2026-11-30"))
    fresh = restarted(terms, day("2026-12-07"))
    assert fresh == terms_of(day("2026-12-07"))
    assert due_dates(fresh) == due_dates(terms_of(day("2026-12-07")))


def test_new_facts_do_not_move_the_regulators_own_deadline() -> None:
    terms = terms_of(regime=Regime.REGULATOR, forwarded_due=day("2026-12-10"))
    assert due_dates(restarted(terms, day("2026-12-07"))).legal == day("2026-12-10")


def test_new_facts_during_mediation_leave_the_clock_stopped() -> None:
    terms = restarted(stopped(terms_of(), day("2026-11-24")), day("2026-11-30"))
    assert terms.stopped_on == day("2026-11-30")
    assert due_dates(resumed(terms, day("2026-12-02"))).legal == day("2026-12-17")


def test_another_rule_counts_from_the_same_day_without_former_extensions() -> None:
    terms = under(extended(terms_of()), Regime.CREDIT_REPORT)
    assert due_dates(terms).legal == day("2026-12-13")
    assert under(extended(terms_of()), Regime.GENERAL) == extended(terms_of())


@pytest.mark.parametrize(
    ("regime", "extensions", "words"),
    [
        (Regime.GENERAL, 0, "15 日"),
        (Regime.GENERAL, 2, "第 2 次延长，共 60 日"),
        (Regime.NOTE_SERIAL, 1, "第 1 次延长，共 10 个工作日"),
    ],
)
def test_the_stage_is_told_in_words(regime: Regime, extensions: int, words: str) -> None:
    assert stage(after_extensions(terms_of(regime=regime), extensions)) == words


@pytest.mark.parametrize(
    ("received", "promise", "provisional"),
    [
        ("2026-12-24", "2026-12-28", False),
        ("2026-12-28", "2026-12-30", True),  # the complex promise lies in 2027
        ("2026-12-30", "2027-01-01", True),  # a Friday; the calendar of 2027 is not known
        ("2026-12-31", "2027-01-04", True),
        ("2027-03-05", "2027-03-09", True),
        ("2003-12-31", "2004-01-05", True),  # before the first calendar; 1 January is known
    ],
)
def test_an_unpublished_year_counts_weekdays_and_says_so(
    received: str, promise: str, provisional: bool
) -> None:
    found = due_dates(terms_of(day(received)))
    assert found.promise == day(promise)
    assert found.provisional is provisional


def test_a_legal_limit_in_working_days_may_be_provisional_too() -> None:
    terms = opening_terms(day("2026-12-29"), ServicePromise(1, 1), Regime.NOTE_SERIAL)
    assert due_dates(terms).legal == day("2027-01-01")
    assert due_dates(terms).provisional
    assert not due_dates(under(terms, Regime.GENERAL)).provisional


def test_the_known_holidays_end_with_a_year() -> None:
    assert (calendar_end().month, calendar_end().day) == (12, 31)
    assert not due_dates(opening_terms(calendar_end(), ServicePromise(0, 0))).provisional
    assert due_dates(opening_terms(calendar_end(), ServicePromise(1, 1))).provisional


@pytest.mark.parametrize(
    ("moment", "legal"),
    [
        (datetime(2026, 11, 23, 15, 59, 59, tzinfo=timezone.utc), "2026-12-08"),
        (datetime(2026, 11, 23, 16, 0, 0, tzinfo=timezone.utc), "2026-12-09"),
    ],
)
def test_the_day_begins_at_midnight_in_china(moment: datetime, legal: str) -> None:
    assert due_dates(terms_of(local_date(moment))).legal == day(legal)


@given(st.dates(date(2000, 1, 1), date(2040, 12, 31)), st.integers(1, 15))
def test_more_days_are_never_earlier_and_the_legal_date_is_calendar_days(
    received: date, working_days: int
) -> None:
    promise = ServicePromise(working_days, working_days + 1)
    found = due_dates(opening_terms(received, promise))
    assert received < found.promise < found.complex
    assert found.legal == received + timedelta(days=15)


@given(
    st.dates(date(2025, 1, 1), date(2027, 12, 31)),
    st.integers(0, 20),
    st.integers(0, 60),
    st.sampled_from(Regime),
)
def test_a_stop_never_makes_a_date_earlier(
    received: date, before: int, length: int, regime: Regime
) -> None:
    terms = terms_of(received, regime)
    start = received + timedelta(days=before)
    paused = resumed(stopped(terms, start), start + timedelta(days=length))
    assert due_dates(paused).legal >= due_dates(terms).legal
    assert due_dates(paused).promise >= due_dates(terms).promise
    if not limit(terms).is_working:
        assert due_dates(paused).legal - due_dates(terms).legal == timedelta(days=length)


def test_a_clock_that_never_started_has_no_dates() -> None:
    with pytest.raises(ValueError, match="never started"):
        due_dates(ClockTerms())
