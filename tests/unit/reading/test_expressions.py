"""Every line of tests/data/expressions.yml is read as its author meant it."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.readers.expressions import KINDS, Days, Expression, load
from benchmarks.readers.ours import READERS
from bot.intake.reading.amounts import read_amount
from bot.intake.reading.branches import branch_reading
from bot.intake.reading.dates import is_unknown, read_date

EXPRESSIONS = load()


def _of(kind: str, traps: bool = False) -> list[Expression]:
    return [e for e in EXPRESSIONS if e.kind == kind and e.is_trap is traps]


def _say(expression: Expression) -> str:
    return expression.say


def test_the_table_is_large_and_has_traps_of_every_kind() -> None:
    least = {"dates": 60, "amounts": 40, "phones": 15, "branches": 20, "choices": 20}
    sizes = Counter(e.kind for e in EXPRESSIONS)
    assert {kind: sizes[kind] >= least[kind] for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert all(len(_of(kind, traps=True)) >= 5 for kind in KINDS)
    assert len({(e.kind, e.say, e.today, e.titles, e.asked) for e in EXPRESSIONS}) == len(
        EXPRESSIONS
    )


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=lambda e: f"{e.kind}-{e.say}")
def test_every_expression_is_read_rightly(expression: Expression) -> None:
    value = READERS[expression.kind](expression)
    assert expression.accepts(value), f"{expression.say} was read as {value}"


@pytest.mark.parametrize("expression", _of("dates"), ids=_say)
def test_vague_days_stay_vague_beside_the_customers_words(expression: Expression) -> None:
    reading = read_date(expression.say, expression.today)
    assert reading is not None
    assert (reading.text, reading.vague, reading.future) == (
        expression.words,
        expression.fields.get("vague", False),
        expression.fields.get("future", False),
    )


@pytest.mark.parametrize("expression", _of("dates", traps=True), ids=_say)
def test_not_knowing_the_day_is_told_from_naming_none(expression: Expression) -> None:
    assert is_unknown(expression.say) is expression.fields.get("unknown", False)


@pytest.mark.parametrize("expression", _of("amounts"), ids=_say)
def test_vague_sums_stay_vague_beside_the_customers_words(expression: Expression) -> None:
    reading = read_amount(expression.say, asked=expression.asked)
    assert reading is not None
    assert (reading.text, reading.vague) == (
        expression.words,
        expression.fields.get("vague", False),
    )


@pytest.mark.parametrize("expression", _of("branches"), ids=_say)
def test_vague_places_stay_vague_beside_the_customers_words(expression: Expression) -> None:
    reading = branch_reading(expression.say, asked=expression.asked)
    assert reading is not None
    assert (reading.text, reading.vague) == (
        expression.words,
        expression.fields.get("vague", False),
    )


ONE = Expression("dates", "前几天", EXPRESSIONS[0].today, (), {"within": "2026-11-19..2026-11-25"})
TRAP = Expression("dates", "三天了", EXPRESSIONS[0].today, (), {"none": True})


@pytest.mark.parametrize(
    ("days", "right"),
    [("2026-11-20..2026-11-24", True), ("2026-11-18..2026-11-24", False), ("2026-11-20..", False)],
)
def test_a_reading_of_open_words_must_lie_within_their_bounds(days: str, right: bool) -> None:
    assert ONE.accepts(Days.parse(days)) is right


def test_silence_is_right_for_a_trap_only() -> None:
    assert TRAP.accepts(None) and not ONE.accepts(None)
    assert not TRAP.accepts(Days.parse("2026-11-23"))
