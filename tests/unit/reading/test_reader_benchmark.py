"""The comparison of readers counts fairly and names what is not installed."""

from __future__ import annotations

from datetime import date

from benchmarks.readers import contestants as field
from benchmarks.readers.contestants import Contestant, Missing, contestants
from benchmarks.readers.expressions import Days, Expression, Value, load
from benchmarks.readers.tally import measure, row

TODAY = date(2026, 11, 26)
DAY, SPAN, TRAP, WRONG = (
    Expression("dates", say, TODAY, (), fields)
    for say, fields in (
        ("前天", {"days": date(2026, 11, 24)}),
        ("上周", {"days": "2026-11-16..2026-11-22", "vague": True}),
        ("三天了", {"none": True}),
        ("昨天", {"days": date(2026, 11, 25)}),
    )
)
SAID: dict[str, Value] = {
    DAY.say: Days(date(2026, 11, 24), date(2026, 11, 24)),
    SPAN.say: Days(date(2026, 11, 18), date(2026, 11, 18)),
    TRAP.say: Days(date(2026, 11, 23), date(2026, 11, 23)),
}


def _contestant(single_days: bool) -> Contestant:
    return Contestant("甲", "1.0", {"dates": lambda e: SAID.get(e.say)}, single_days)


def test_right_wrong_and_silent_are_counted_apart() -> None:
    tally = measure(_contestant(single_days=False), (DAY, SPAN, TRAP, WRONG))
    assert tally.counts("dates") == (1, 2, 1)
    assert tally.counts("amounts") is None
    assert row(tally)[:4] == ["甲", "1.0", "1/2/1", "—"]


def test_a_library_of_single_days_may_name_any_day_of_a_span_but_none_in_a_trap() -> None:
    tally = measure(_contestant(single_days=True), (DAY, SPAN, TRAP, WRONG))
    assert tally.counts("dates") == (2, 1, 1)


def test_kinds_a_contestant_does_not_know_are_not_held_against_it() -> None:
    amounts = [e for e in load() if e.kind == "amounts"]
    assert measure(_contestant(single_days=False), amounts).readings == []


def test_every_library_is_compared_or_named_as_missing() -> None:
    entered = {entry.name: entry for entry in contestants()}
    assert list(entered) == ["小保", "jionlp", "dateparser", "recognizers-text-suite", "cn2an"]
    for entry in entered.values():
        assert entry.why if isinstance(entry, Missing) else entry.version


def test_jionlp_reads_with_its_own_functions() -> None:
    jionlp = next(e for e in contestants() if e.name == "jionlp")
    assert isinstance(jionlp, Contestant)
    assert measure(jionlp, (DAY, WRONG)).counts("dates") == (2, 0, 0)


def test_of_several_readings_of_a_day_the_latest_past_one_counts() -> None:
    ahead, past = (Days(date(year, 3, 15), date(year, 3, 15)) for year in (2027, 2026))
    assert field._latest_past([ahead, past], TODAY) == past
    assert field._latest_past([ahead], TODAY) == ahead
    running = Days(date(2026, 11, 1), date(2026, 11, 30))
    assert field._latest_past([running], TODAY) == Days(date(2026, 11, 1), TODAY)
    assert field._latest_past([], TODAY) is None


def test_phone_numbers_count_once_and_without_the_country_code() -> None:
    assert field._numbers(["138 0013 8000", "+86 138-0013-8000"]) == ("13800138000",)
    assert field._numbers([]) is None
