"""Figures made by hand for tests of layouts."""

from datetime import date

from casestore.domain.figures import BREAKDOWNS, Count, Figures, MonthCount, Tally
from casestore.domain.period import Span

Group = tuple[str, str, str, str, str, str]
"""Business, reason, branch, channel, unit, source."""


def make_count(groups: dict[Group, Tally]) -> Count:
    """A count in which every group keeps its own names in each breakdown."""
    names = ("business", "reason", "branch", "channel", "unit", "source")
    found: dict[tuple[object, ...], dict[tuple[str, ...], Tally]] = {}
    for dimensions in BREAKDOWNS:
        places = [names.index(dimension.value) for dimension in dimensions]
        found[dimensions] = {}
        for group, tally in groups.items():
            key = tuple(group[place] for place in places)
            before = found[dimensions].get(key, Tally())
            found[dimensions][key] = Tally(*map(sum, zip(before, tally, strict=True)))
    return Count(found)  # type: ignore[arg-type]


CARD: Group = ("信用卡", "定价收费", "人民路支行", "营业现场", "人民路支行", "phone")
LOAN: Group = ("贷款", "服务态度", "解放路支行", "电话渠道", "解放路支行", "web_chat")
ODD: Group = ("=1+1", "@x", "-2", "+3", "\tx", "letter")

NOW = {
    CARD: Tally(2, 10, 9, 3, 1, 8, 6, 8, 32, 6, 5, 1),
    LOAN: Tally(0, 3, 1, 2, 0, 1, 1, 1, 2, 1, 0, 0),
    ODD: Tally(0, 1, 0, 1),
}
BEFORE = {CARD: Tally(0, 8, 6, 2, 0, 6, 6, 6, 12, 5, 5, 0)}


def make_figures(**changes: object) -> Figures:
    """A quarter in which 14 cases came, compared with one of 8."""
    values = {
        "span": Span(date(2026, 10, 1), date(2026, 12, 31)),
        "current": make_count(NOW),
        "previous_span": Span(date(2026, 7, 1), date(2026, 9, 30)),
        "previous": make_count(BEFORE),
        "months": (
            MonthCount(date(2026, 10, 1), 9, 5),
            MonthCount(date(2026, 11, 1), 0, 0),
            MonthCount(date(2026, 12, 1), 5, 5),
        ),
    }
    return Figures(**{**values, **changes})  # type: ignore[arg-type]
