"""A report as blocks that pages, workbooks and documents all show in their own way."""

from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from casestore.domain.figures import Rate, Selection, Tally

NOTHING = "—"


class Format(Enum):
    """How a cell's value is written."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"
    WHOLE_PERCENT = "whole_percent"
    DECIMAL = "decimal"
    RATIO = "ratio"
    POINTS = "points"


_WRITTEN = {
    Format.TEXT: "",
    Format.COUNT: "d",
    Format.PERCENT: ".1%",
    Format.WHOLE_PERCENT: ".0%",
    Format.DECIMAL: ".1f",
    Format.RATIO: ".3f",
    Format.POINTS: "+.0f",
}


@dataclass(frozen=True)
class Cell:
    """One cell; a percent is 0..1. ``behind`` selects the cases the figure counts
    or, of a rate or a mean, those it is over. ``shown`` is what people read of a number that came
    with its own words."""

    value: str | int | float
    format: Format = Format.TEXT
    behind: Selection | None = None
    shown: str = ""

    @property
    def text(self) -> str:
        """The value as people read it."""
        return self.shown or f"{self.value:{_WRITTEN[self.format]}}"

    @property
    def is_number(self) -> bool:
        """Whether it is aligned like one."""
        return self.format is not Format.TEXT


@dataclass(frozen=True)
class Heading:
    """A heading; ``level`` 1 is a part of the report, 2 below it."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """Running text; ``is_note`` for remarks about the figures."""

    kind: ClassVar[str] = "paragraph"
    text: str
    is_note: bool = False


@dataclass(frozen=True)
class Table:
    """A table; the first cell of a row is its heading. ``has_total``: the last row is the sum;
    ``words``: how many columns, from the first, hold words rather than figures. ``sheet``: the name
    of its sheet in a workbook; without one it is numbered."""

    kind: ClassVar[str] = "table"
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    has_total: bool = False
    words: int = 1
    sheet: str = ""


@dataclass(frozen=True)
class Bar:
    """A number of a chart that is not written as itself: a share, or one that must not be told."""

    length: int
    text: str

    def __int__(self) -> int:
        return self.length

    def __str__(self) -> str:
        return self.text


class Shape(Enum):
    """How the numbers of a chart are drawn."""

    BARS = "bars"
    """One below the other, each with its number."""
    FUNNEL = "funnel"
    """The same around the middle, for the steps of a way. One series."""
    COLUMNS = "columns"
    """Side by side, for many days; the numbers stand in a table."""


@dataclass(frozen=True)
class Chart:
    """``rows`` are a label and one number per series. ``name`` is its place in addresses."""

    kind: ClassVar[str] = "chart"
    name: str
    title: str
    series: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | Bar, ...]], ...]
    shape: Shape = Shape.BARS


Block = Heading | Paragraph | Table | Chart


@dataclass(frozen=True)
class Layout:
    """A whole report. ``facts`` are label and value of what stands below the title: period,
    filter, time of making, rules."""

    title: str
    facts: tuple[tuple[str, str], ...]
    blocks: tuple[Block, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables alone."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

    @property
    def charts(self) -> tuple[Chart, ...]:
        """The charts alone."""
        return tuple(block for block in self.blocks if isinstance(block, Chart))


def text(value: str) -> Cell:
    """A cell of words."""
    return Cell(value)


def number(value: int) -> Cell:
    """A number with no cases behind it, such as a difference."""
    return Cell(value, Format.COUNT)


def count(tally: Tally, selection: Selection) -> Cell:
    """A number of cases; opens them if there are any."""
    found = tally.of(selection.measure)
    return Cell(found, Format.COUNT, selection if found else None)


def percent(rate: Rate, whole: Selection | None = None) -> Cell:
    """A rate; over few cases the counts themselves, see ``domain.figures``. Opens the ``whole``."""
    if not rate.whole:
        return Cell(NOTHING)
    if rate.value is None:
        return Cell(f"{rate.part}/{rate.whole} 件", behind=whole)
    return Cell(rate.value, Format.PERCENT, whole)


def decimal(value: float | None, whole: Selection | None = None) -> Cell:
    """A mean, one digit after the point; opens the cases it is over."""
    return Cell(NOTHING) if value is None else Cell(value, Format.DECIMAL, whole)


def growth(now: int, before: int) -> Cell:
    """The change in percent; none where there was too little to compare with."""
    change = Rate(now - before, before)
    return Cell(NOTHING) if change.value is None else Cell(change.value, Format.PERCENT)
