"""When a number of like complaints is unusual."""

import math
from datetime import date

import pytest

from casestore.domain.alert import EVERYWHERE, Kind, Load, poisson_tail, rises, still_rising

TODAY = date(2026, 11, 23)
CARD = Kind("信用卡", "定价收费", "人民路支行")
EVERY_CARD = Kind("信用卡", "定价收费", EVERYWHERE)


@pytest.mark.parametrize(
    ("count", "mean", "chance"),
    [
        (0, 3.0, 1.0),
        (1, 3.0, 1 - math.exp(-3)),
        (2, 0.5, 1 - 1.5 * math.exp(-0.5)),
        (5, 1.0, 0.003659846827343713),  # Poisson table
        (20, 10.0, 0.0034543419),
        (3, 100.0, 1.0),
    ],
)
def test_the_tail_of_the_poisson_distribution(count: int, mean: float, chance: float) -> None:
    assert poisson_tail(count, mean) == pytest.approx(chance, rel=1e-6)


def test_the_tail_keeps_its_digits_where_it_is_tiny() -> None:
    # The first term, e^-1 / 50!, is nearly all of it.
    assert poisson_tail(50, 1.0) == pytest.approx(math.exp(-1) / math.factorial(50), rel=0.03)


def test_the_tail_of_a_hopeless_number_is_nothing() -> None:
    assert poisson_tail(100_000, 1.0) == 0.0


@pytest.mark.parametrize(
    ("recent", "base", "unusual"),
    [
        (4, 0, False),  # too few to say anything
        (5, 0, True),
        (5, 8, False),  # 1 a week, chance 0.0037
        (7, 8, True),  # 1 a week, chance 0.00008
        (20, 80, False),  # 10 a week, chance 0.0035
        (22, 80, True),  # 10 a week, chance 0.0007
        (1000, 8000, False),
    ],
)
def test_five_cases_and_a_chance_under_one_in_a_thousand(
    recent: int, base: int, unusual: bool
) -> None:
    assert Load(recent, base).is_unusual is unusual


def test_a_rise_says_which_days_it_is_about() -> None:
    (rise,) = rises({CARD: Load(7, 8)}, TODAY)
    assert (rise.kind, rise.first, rise.last) == (CARD, date(2026, 11, 17), TODAY)


def test_a_rise_over_all_branches_is_seen_where_no_branch_stands_out() -> None:
    loads = {Kind("信用卡", "定价收费", f"支行{n}"): Load(3, 2) for n in range(4)}
    (rise,) = rises(loads, TODAY)
    assert (rise.kind, rise.load) == (EVERY_CARD, Load(12, 8))


def test_one_branch_that_stands_out_is_not_told_twice() -> None:
    loads = {CARD: Load(30, 0), Kind("信用卡", "定价收费", "解放路支行"): Load(1, 8)}
    assert [rise.kind for rise in rises(loads, TODAY)] == [CARD]


def test_a_rise_over_all_branches_counts_every_branch() -> None:
    """Else the whole would stand there with fewer cases than one of its parts."""
    others = {Kind("信用卡", "定价收费", f"支行{n}"): Load(4, 0) for n in range(3)}
    found = rises({CARD: Load(30, 8), **others}, TODAY)
    assert [(rise.kind, rise.load) for rise in found] == [
        (EVERY_CARD, Load(42, 8)),
        (CARD, Load(30, 8)),
    ]


def test_what_goes_on_is_brought_up_to_date() -> None:
    renewed = still_rising({CARD: Load(9, 8)}, TODAY, {CARD})
    assert renewed[CARD].load == Load(9, 8)
    assert renewed[CARD].last == TODAY


def test_what_is_over_stays_as_it_was_told() -> None:
    assert still_rising({CARD: Load(4, 8)}, TODAY, {CARD}) == {}


def test_only_what_was_told_is_brought_up_to_date() -> None:
    assert still_rising({CARD: Load(30, 0)}, TODAY, set()) == {}


def test_the_whole_goes_on_as_long_as_one_of_its_branches_does() -> None:
    calm = Kind("信用卡", "定价收费", "解放路支行")
    loads = {CARD: Load(7, 0), calm: Load(40, 400)}
    assert not (loads[CARD] + loads[calm]).is_unusual
    renewed = still_rising(loads, TODAY, {CARD, EVERY_CARD})
    assert renewed[EVERY_CARD].load == Load(47, 400)


def test_other_reasons_are_no_like_cases() -> None:
    loads = {Kind("信用卡", reason, "支行"): Load(3, 0) for reason in "甲乙丙丁"}
    assert rises(loads, TODAY) == []


def test_what_was_told_lately_is_not_told_again() -> None:
    assert rises({CARD: Load(30, 0)}, TODAY, quiet={CARD}) == []


def test_the_largest_rise_comes_first() -> None:
    other = Kind("贷款", "服务态度", "人民路支行")
    found = rises({CARD: Load(7, 0), other: Load(9, 0)}, TODAY)
    assert [rise.kind for rise in found] == [other, CARD]
