"""Right, wrong and silent, kind by kind, and how long it took."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from benchmarks.readers.contestants import Contestant
from benchmarks.readers.expressions import KINDS, Expression, Value


@dataclass(frozen=True)
class Reading:
    """What a contestant read; `right` as the table sees it."""

    expression: Expression
    value: Value | None
    right: bool

    @property
    def silent(self) -> bool:
        """True when nothing was read and something should have been."""
        return self.value is None and not self.right


@dataclass(frozen=True)
class Tally:
    """All readings of one contestant; `seconds` of the second time, when everything is loaded."""

    contestant: Contestant
    readings: Sequence[Reading]
    seconds: float

    def counts(self, kind: str) -> tuple[int, int, int] | None:
        """Right, wrong, silent; None for a kind the contestant does not know."""
        of_kind = [r for r in self.readings if r.expression.kind == kind]
        if not of_kind:
            return None
        right, silent = sum(r.right for r in of_kind), sum(r.silent for r in of_kind)
        return right, len(of_kind) - right - silent, silent

    @property
    def milliseconds(self) -> float:
        """Per expression."""
        return self.seconds * 1000 / max(len(self.readings), 1)


def measure(contestant: Contestant, expressions: Sequence[Expression]) -> Tally:
    """Has `contestant` read every expression of a kind it knows."""
    known = [e for e in expressions if e.kind in contestant.readers]
    readings = [_read(contestant, expression) for expression in known]
    begin = perf_counter()
    for expression in known:
        contestant.readers[expression.kind](expression)
    return Tally(contestant, readings, perf_counter() - begin)


def _read(contestant: Contestant, expression: Expression) -> Reading:
    value = contestant.readers[expression.kind](expression)
    return Reading(expression, value, contestant.is_right(expression, value))


def row(tally: Tally) -> list[str]:
    """Name, version, `right/wrong/silent` of every kind (— where unknown), milliseconds."""
    counts = [tally.counts(kind) for kind in KINDS]
    cells = ["—" if c is None else "/".join(map(str, c)) for c in counts]
    return [tally.contestant.name, tally.contestant.version, *cells, f"{tally.milliseconds:.2f}"]
