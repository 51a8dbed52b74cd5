"""How long cases are kept.

At least three years from the day a complaint was closed: 《中国人民银行金融消费者权益保护实施办法》
（中国人民银行令〔2020〕第5号）article 44 para 3; 银发〔2018〕243号 三（五）. After that what is personal
goes: 个人信息保护法 article 47. A legal hold (保全) keeps a case as long as it lasts.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

SHORTEST_YEARS = 3
CASES_BASIS = "《中国人民银行金融消费者权益保护实施办法》第四十四条，《个人信息保护法》第四十七条"
# A file is written before the row that speaks of it.
ORPHAN_AGE = timedelta(days=1)


@dataclass(frozen=True)
class Expired:
    """A case whose time is over."""

    reference: str
    closed_on: date


@dataclass(frozen=True)
class RetentionReport:
    """What was (or would be) deleted: cases, files of theirs, files no case speaks of; ``held`` are
    cases whose time is over and that a legal hold keeps."""

    cases: int
    files: int
    orphans: int
    held: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing was deleted."""
        return not (self.cases or self.files or self.orphans)


@dataclass(frozen=True)
class Due:
    """Things of one kind whose time of keeping is over: how many, everything from before which
    moment, and by which rule (in Chinese, for people)."""

    what: str
    count: int
    before: datetime
    basis: str


def kept_from(today: date, years: int) -> date:
    """Cases closed on this day (China local) or later are kept today; those before go.

    The last day of keeping is the same day of the year, so a case closed on 2023-03-01 is kept
    through 2026-03-01 with three years. On 29 February one closed on 28 February still is.
    """
    try:
        return today.replace(year=today.year - years)
    except ValueError:  # 29 February, and no such day that year
        return today.replace(year=today.year - years, day=today.day - 1)
