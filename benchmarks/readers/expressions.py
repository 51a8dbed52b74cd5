"""The table of expressions: what each of them means, and whether a reading of it is right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from benchmarks.figures import ROOT

EXPRESSIONS = ROOT / "tests" / "data" / "expressions.yml"
KINDS: Mapping[str, str] = {
    "dates": "时间",
    "amounts": "金额",
    "phones": "电话",
    "branches": "网点",
    "choices": "选项",
}
"""The kinds of the table, and what people call them."""


@dataclass(frozen=True)
class Days:
    """First and last day; None where that end is open."""

    first: date | None
    last: date | None

    @classmethod
    def parse(cls, text: str) -> Days:
        """`2026-11-26`, `2026-10-01..2026-10-07` or `2026-10-08..`."""
        first, dots, last = text.partition("..")
        return cls(
            date.fromisoformat(first) if first else None,
            date.fromisoformat(last) if last else None if dots else date.fromisoformat(first),
        )

    def lies_within(self, outer: Days) -> bool:
        """True when both ends are closed and no day is outside `outer`."""
        if None in (self.first, self.last, outer.first, outer.last):
            return False
        return bool(outer.first <= self.first and self.last <= outer.last)  # type: ignore[operator]


Value = Days | Decimal | str | tuple[str, ...]
"""What is read: days, yuan, the name of a branch, a title, or phone numbers in order."""


@dataclass(frozen=True)
class Expression:
    """One line of the table: its kind, what is said on which day, and what it means (`fields`)."""

    kind: str
    say: str
    today: date
    titles: tuple[str, ...]
    fields: Mapping[str, Any]

    @property
    def asked(self) -> bool:
        """True for the answer to the question about this very thing."""
        return bool(self.fields.get("asked"))

    @property
    def is_trap(self) -> bool:
        """True when nothing may be read."""
        return bool(self.fields.get("none")) or self.fields.get("numbers") == []

    @property
    def words(self) -> str | None:
        """What is kept of the customer's words; None when nothing may be read."""
        return None if self.is_trap else str(self.fields.get("words", self.say))

    def accepts(self, value: Value | None) -> bool:
        """True when `value` is a right reading; None, for silence, is one of a trap only."""
        if self.is_trap or value is None:
            return self.is_trap and value is None
        window = self._window()
        if window and isinstance(value, Days):
            return value.lies_within(window)
        return value in self._readings()

    def accepts_day(self, day: date) -> bool:
        """`accepts` for a library that knows single days only: any day meant is right."""
        one = Days(day, day)
        meant = [r for r in self._readings() if isinstance(r, Days)]
        return self.accepts(one) or any(one.lies_within(days) for days in meant)

    def _window(self) -> Days | None:
        return Days.parse(self.fields["within"]) if "within" in self.fields else None

    def _readings(self) -> list[Value]:
        return [] if self.is_trap else _MEANINGS[self.kind](self.fields)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


_MEANINGS: Mapping[str, Callable[[Mapping[str, Any]], list[Value]]] = {
    "dates": lambda fields: [Days.parse(str(d)) for d in _listed(fields.get("days", []))],
    "amounts": lambda fields: [Decimal(str(yuan)) for yuan in _listed(fields["yuan"])],
    "phones": lambda fields: [tuple(fields["numbers"])],
    "branches": lambda fields: [str(fields["name"])],
    "choices": lambda fields: [str(fields["is"])],
}


def load(path: Path = EXPRESSIONS) -> list[Expression]:
    """Every expression of the table, kind by kind."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [
        Expression(
            kind,
            fields["say"],
            fields.get("today", content["today"]),
            tuple(content["titles"].get(fields.get("among"), ())),
            fields,
        )
        for kind in KINDS
        for fields in content[kind]
    ]
