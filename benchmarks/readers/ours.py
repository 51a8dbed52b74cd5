"""Our readers, as the table asks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks.readers.expressions import Days, Expression, Value
from bot.intake.reading.amounts import read_amount
from bot.intake.reading.branches import branch_reading
from bot.intake.reading.choices import read_choice
from bot.intake.reading.dates import read_date
from bot.privacy.masking import Kind, mask


def _days(expression: Expression) -> Value | None:
    reading = read_date(expression.say, expression.today)
    return Days(reading.start, reading.end) if reading else None


def _yuan(expression: Expression) -> Value | None:
    reading = read_amount(expression.say, asked=expression.asked)
    return reading.yuan if reading else None


def _phones(expression: Expression) -> Value | None:
    return tuple(found.raw for found in mask(expression.say).of_kind(Kind.PHONE)) or None


def _branch(expression: Expression) -> Value | None:
    reading = branch_reading(expression.say, asked=expression.asked)
    return reading.name if reading else None


def _title(expression: Expression) -> Value | None:
    index = read_choice(expression.say, expression.titles)
    return None if index is None else expression.titles[index]


READERS: Mapping[str, Callable[[Expression], Value | None]] = {
    "dates": _days,
    "amounts": _yuan,
    "phones": _phones,
    "branches": _branch,
    "choices": _title,
}
