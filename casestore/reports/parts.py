"""Tables and sentences that several reports share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casestore.domain.figures import (
    Count,
    Dimension,
    Figures,
    Measure,
    Rate,
    Selection,
    Tally,
    add_up,
)
from casestore.reports.layout import (
    NOTHING,
    Cell,
    Chart,
    Format,
    Paragraph,
    Table,
    count,
    decimal,
    growth,
    number,
    percent,
    text,
)
from casestore.reports.names import in_order, label

HANDLED_AIM = 0.99
SATISFACTION_AIM = 0.90
"""The aims of the bank's own documents (办结 99%、满意 90%), no rule of law."""
MOST_BARS = 12
TOP_ISSUES = 10


@dataclass(frozen=True)
class Terms:
    """What a report calls its period and the one it is compared with."""

    now: str
    before: str


def summary(figures: Figures, terms: Terms) -> Table:
    """All measures and rates of the whole, compared."""
    now, before = figures.current.total, _previous(figures).total
    rows = [_measure_row(measure, now, before) for measure in _SUMMARY]
    rows += [_quality_row(quality, now, before) for quality in (_HANDLED, *_QUALITIES)]
    columns = ("指标", terms.now, terms.before, "增减", "增减率", "目标")
    return Table("总体情况", columns, tuple(rows))


def opening_words(figures: Figures, terms: Terms) -> Paragraph:
    """The whole in one sentence."""
    now, before = figures.current.total, _previous(figures).total
    words = (
        f"{terms.now}收到消费投诉 {now.received} 件，{_compared(now.received, before.received, terms)}；"
        f"办结 {now.settled} 件，期末未结 {now.pending} 件，其中超过法定期限 {now.overdue} 件。"
    )
    return Paragraph(words)


def by_dimension(figures: Figures, dimension: Dimension, terms: Terms) -> Table:
    """One row per name with numbers, change and rates, and the sum."""
    now, before = figures.current.by(dimension), _previous(figures).by(dimension)
    names = in_order(dimension, now.keys() | before.keys())
    customers = figures.customers if dimension is Dimension.BRANCH else {}
    if customers:
        names.sort(key=lambda name: -_weight(now.get(name, Tally()), customers.get(name, 0)))
    rows = [
        _full_row(
            text(label(dimension, name)),
            now.get(name, Tally()),
            before.get(name, Tally()),
            {dimension: name},
            customers.get(name, 0) if customers else None,
        )
        for name in names
    ]
    everybody = sum(customers.get(name, 0) for name in names) if customers else None
    whole = add_up(now.values()), add_up(before.values())
    rows.append(_full_row(text("合计"), *whole, {}, everybody))
    weight = ("每千名客户投诉量（件）",) if customers else ()
    columns = (dimension.label, f"{terms.now}收到", f"{terms.before}收到", *_FULL_COLUMNS, *weight)
    return Table(f"按{dimension.label}", columns, tuple(rows), has_total=True)


def top_issues(figures: Figures, terms: Terms) -> Table:
    """What customers complained of most: business × reason × branch."""
    dimensions = (Dimension.BUSINESS, Dimension.REASON, Dimension.BRANCH)
    now, before = figures.current.along(*dimensions), _previous(figures).along(*dimensions)
    ranked = sorted(now.items(), key=lambda item: (-item[1].received, item[0]))
    rows = []
    for names, tally in ranked[:TOP_ISSUES]:
        if tally.received:
            earlier, named = before.get(names, Tally()), dict(zip(dimensions, names, strict=True))
            rows.append(
                (
                    *map(text, names),
                    count(tally, Selection(Measure.RECEIVED, named)),
                    count(earlier, Selection(Measure.RECEIVED, named, is_before=True)),
                    number(tally.received - earlier.received),
                    percent(tally.law_rate, Selection(Measure.ANSWERED, named)),
                )
            )
    columns = (
        *(dimension.label for dimension in dimensions),
        f"{terms.now}收到",
        f"{terms.before}收到",
        "增减",
        "法定期限内答复率",
    )
    return Table("投诉集中的问题", columns, tuple(rows), words=len(dimensions))


def shares(figures: Figures, dimension: Dimension) -> Table:
    """One row per name: cases received and their share."""
    now = figures.current.by(dimension)
    total = figures.current.total
    rows = [
        (
            text(label(dimension, name)),
            count(now[name], Selection(Measure.RECEIVED, {dimension: name})),
            percent(Rate(now[name].received, total.received)),
        )
        for name in in_order(dimension, now)
        if now[name].received
    ]
    rows.append(
        (
            text("合计"),
            count(total, Selection(Measure.RECEIVED)),
            percent(Rate(total.received, total.received)),
        )
    )
    columns = (dimension.label, "收到（件）", "占比")
    return Table(f"按{dimension.label}", columns, tuple(rows), has_total=True)


def bars(figures: Figures, dimension: Dimension, terms: Terms) -> Chart:
    """The names with most cases, compared with the period before; the rest together."""
    now, before = figures.current.by(dimension), _previous(figures).by(dimension)
    ranked = sorted(now, key=lambda name: (-now[name].received, name))
    shown = [name for name in ranked if now[name].received][:MOST_BARS]
    rows = [
        (label(dimension, name), (now[name].received, before.get(name, Tally()).received))
        for name in shown
    ]
    rest = [sum(t.received for n, t in each.items() if n not in shown) for each in (now, before)]
    if any(rest):
        rows.append(("其余", (rest[0], rest[1])))
    title = f"按{dimension.label}收到的投诉（件）"
    return Chart(dimension.value, title, (terms.now, terms.before), tuple(rows))


def month_bars(figures: Figures) -> Chart:
    """Received and settled month by month."""
    rows = tuple((f"{m.month.month}月", (m.received, m.settled)) for m in figures.months)
    return Chart("months", "各月收到和办结（件）", ("收到", "办结"), rows)


_SUMMARY = (
    Measure.OPENING,
    Measure.RECEIVED,
    Measure.SETTLED,
    Measure.PENDING,
    Measure.OVERDUE,
    Measure.ANSWERED,
)


@dataclass(frozen=True)
class _Quality:
    """A rate or a mean: its name, how it follows from a tally, the cases it is over, the aim."""

    name: str
    of: Callable[[Tally], Rate | float | None]
    whole: Measure
    aim: str = ""

    def cell(
        self, tally: Tally, names: Mapping[Dimension, str] | None = None, is_before: bool = False
    ) -> Cell:
        value, whole = self.of(tally), Selection(self.whole, names or {}, is_before)
        return percent(value, whole) if isinstance(value, Rate) else decimal(value, whole)


_HANDLED = _Quality(
    "办结率", lambda tally: tally.handled_rate, Measure.SETTLED, f"{HANDLED_AIM:.0%} 以上"
)
_QUALITIES = (
    _Quality("承诺期限内答复率", lambda tally: tally.promise_rate, Measure.ANSWERED),
    _Quality("法定期限内答复率", lambda tally: tally.law_rate, Measure.ANSWERED, "100%"),
    _Quality("平均答复天数", lambda tally: tally.average_days, Measure.ANSWERED),
    _Quality(
        "满意率",
        lambda tally: tally.satisfaction_rate,
        Measure.RATED,
        f"{SATISFACTION_AIM:.0%} 以上",
    ),
    _Quality("重复投诉率", lambda tally: tally.repeat_rate, Measure.REPEATS),
)
_FULL_COLUMNS = (
    "增减",
    "增减率",
    "办结",
    "期末未结",
    *(quality.name for quality in _QUALITIES),
)


def _previous(figures: Figures) -> Count:
    """Raises ValueError for figures that compare with nothing."""
    if figures.previous is None:
        raise ValueError("no period to compare with")
    return figures.previous


def _compared(now: int, before: int, terms: Terms) -> str:
    if now == before:
        return f"与{terms.before}持平"
    change = growth(now, before)
    share = f"（{change.text.lstrip('-')}）" if change.is_number else ""
    return f"比{terms.before}{'增加' if now > before else '减少'} {abs(now - before)} 件{share}"


def _measure_row(measure: Measure, now: Tally, before: Tally) -> tuple[Cell, ...]:
    return (
        text(f"{measure.label}（件）"),
        count(now, Selection(measure)),
        count(before, Selection(measure, is_before=True)),
        number(now.of(measure) - before.of(measure)),
        growth(now.of(measure), before.of(measure)),
        text(""),
    )


def _quality_row(quality: "_Quality", now: Tally, before: Tally) -> tuple[Cell, ...]:
    return (
        text(quality.name),
        quality.cell(now),
        quality.cell(before, is_before=True),
        text(_points(quality.of(now), quality.of(before))),
        text(""),
        text(quality.aim),
    )


def _points(now: Rate | float | None, before: Rate | float | None) -> str:
    """The difference of two rates in percentage points; nothing for means."""
    if not (isinstance(now, Rate) and isinstance(before, Rate)):
        return ""
    if now.value is None or before.value is None:
        return NOTHING
    return f"{(now.value - before.value) * 100:+.1f} 个百分点"


def _full_row(
    head: Cell,
    now: Tally,
    before: Tally,
    names: Mapping[Dimension, str],
    customers: int | None,
) -> tuple[Cell, ...]:
    row = (
        head,
        count(now, Selection(Measure.RECEIVED, names)),
        count(before, Selection(Measure.RECEIVED, names, is_before=True)),
        number(now.received - before.received),
        growth(now.received, before.received),
        count(now, Selection(Measure.SETTLED, names)),
        count(now, Selection(Measure.PENDING, names)),
        *(quality.cell(now, names) for quality in _QUALITIES),
    )
    return row if customers is None else (*row, _per_thousand(now, customers))


def _per_thousand(tally: Tally, customers: int) -> Cell:
    return Cell(_weight(tally, customers), Format.RATIO) if customers else text(NOTHING)


def _weight(tally: Tally, customers: int) -> float:
    """Complaints received per thousand customers; 0 where the number of customers is unknown."""
    return tally.received * 1000 / customers if customers else 0.0
