"""What was counted against what the script says; every difference is a line somebody can read."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.campaign_day.arithmetic import (
    Amount,
    Row,
    apart,
    figures,
    funnel,
    in_vain,
    questions,
    topics,
)

FEWEST = 5
"""Figures about fewer people are not told; nobody is."""
MOST_ASKED = 10
_FACTS = "SELECT campaign, scene, channel, kind, topic, outcome, question, level, number FROM fact"
_BREAKDOWNS: Mapping[str, Callable[[Row], str]] = {
    "by_scene": lambda row: row.scene,
    "by_branch": lambda row: row.branch,
    "by_channel": lambda row: row.channel,
}

Body = Mapping[str, Any]


# -- facts -----------------------------------------------------------------------------------------


def fact_differences(rows: Sequence[Row], database: Path) -> list[str]:
    """Facts that are missing, too many or other ones; and how many people they are about."""
    expected = Counter(_as_fact(row) for row in rows)
    found = Counter(_rows(database, _FACTS))
    people = Counter(
        {
            (campaign, scene, channel): figures(of)["people"].count
            for campaign, in_campaign in apart(rows, lambda row: row.campaign).items()
            for scene, at_scene in apart(in_campaign, lambda row: row.scene).items()
            for channel, of in apart(at_scene, lambda row: row.channel).items()
        }
    )
    groups = "SELECT campaign, scene, channel, COUNT(DISTINCT person) FROM fact GROUP BY 1, 2, 3"
    counted = Counter({tuple(row[:3]): row[3] for row in _rows(database, groups)})
    return [*_apart_by(expected, found), *_apart_by(people, counted)]


def stored_days(database: Path) -> set[str]:
    """The days of all facts."""
    return {str(day) for (day,) in _rows(database, "SELECT DISTINCT day FROM fact")}


def _as_fact(row: Row) -> tuple[Any, ...]:
    counted = row.counted
    what = (counted.kind, counted.topic, counted.outcome, counted.question, counted.level)
    return (row.campaign, row.scene, row.channel, *what, counted.number)


def _rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        return list(connection.execute(query).fetchall())


def _apart_by(expected: Counter[tuple[Any, ...]], found: Counter[tuple[Any, ...]]) -> Iterator[str]:
    for what in sorted({*expected, *found}, key=str):
        if expected[what] != found[what]:
            named = " ".join(str(part) for part in what if part is not None)
            yield f"{named}: the script says {expected[what]}, counted {found[what]}"


# -- reports ---------------------------------------------------------------------------------------


def report_differences(rows: Sequence[Row], body: Body, days: Iterable[str]) -> list[str]:
    """Figures of one campaign's report that are not the script's; `days`: those the day fell on.

    A day that fell on two of them is compared with its sum.
    """
    groups = {name: apart(rows, key) for name, key in _BREAKDOWNS.items()}
    groups["total"] = {"": list(rows)}
    is_small = {
        name
        for parts in groups.values()
        for part in parts.values()
        for name, amount in figures(part).items()
        if 0 < amount.people < FEWEST
    }
    return [
        *_group_differences("total", groups["total"], {"": body["total"]}, is_small),
        *_breakdown_differences(groups, body, is_small),
        *_day_differences(rows, body, set(days), is_small),
        *_funnel_differences(rows, body),
        *_question_differences(rows, body),
        *_asked_differences(rows, body),
        *_in_vain_differences(rows, body),
    ]


def _breakdown_differences(
    groups: Mapping[str, Mapping[str, Sequence[Row]]], body: Body, is_small: set[str]
) -> Iterator[str]:
    for name in _BREAKDOWNS:
        reported = {part["key"]: part["figures"] for part in body[name]}
        yield from _group_differences(name, groups[name], reported, is_small)


def _day_differences(
    rows: Sequence[Row], body: Body, days: set[str], is_small: set[str]
) -> Iterator[str]:
    reported = {part["key"]: part["figures"] for part in body["by_day"]}
    if not days >= reported.keys():
        yield f"by_day: {sorted(reported)}, but it was {sorted(days)}"
    elif len(reported) == 1:
        yield from _group_differences("by_day", {next(iter(reported)): rows}, reported, is_small)


def _group_differences(
    name: str,
    expected: Mapping[str, Sequence[Row]],
    reported: Mapping[str, Sequence[Body]],
    is_small: set[str],
) -> Iterator[str]:
    if expected.keys() != reported.keys():
        yield f"{name}: the script has {sorted(expected)}, reported {sorted(reported)}"
    for key in expected.keys() & reported.keys():
        amounts = figures(expected[key])
        told = {figure["name"]: figure for figure in reported[key]}
        if amounts.keys() != told.keys():
            yield f"{name} {key}: the script has {sorted(amounts)}, reported {sorted(told)}"
        for figure in amounts.keys() & told.keys():
            where = f"{name} {key} {figure}".replace("  ", " ")
            may_hide = figure in is_small and name != "total"
            yield from _figure_differences(where, amounts[figure], told[figure], may_hide=may_hide)


def _figure_differences(
    where: str, amount: Amount, told: Body, *, may_hide: bool = False
) -> Iterator[str]:
    """`may_hide`: another one beside it is small, so that it may have to be hidden with it."""
    has_to_hide = 0 < amount.people < FEWEST
    if told["count"] is None:
        if not (has_to_hide or may_hide):
            yield f"{where}: hidden, the script says {amount}"
    elif has_to_hide:
        yield f"{where}: tells {told['count']} of fewer than {FEWEST} people"
    elif (told["count"], told["of"], told["text"]) != (amount.count, amount.of, _text(amount)):
        yield f"{where}: the script says {amount}, reported {told}"


def _text(amount: Amount) -> str:
    if amount.of is None:
        return str(amount.count)
    return f"{100 * amount.count / amount.of:.0f}%" if amount.of else "—"


def _funnel_differences(rows: Sequence[Row], body: Body) -> Iterator[str]:
    told = {step["name"]: step["count"] for step in body["funnel"]}
    expected = {name: None if 0 < count < FEWEST else count for name, count in funnel(rows).items()}
    if told != expected:
        yield f"funnel: the script says {expected}, reported {told}"


def _question_differences(rows: Sequence[Row], body: Body) -> Iterator[str]:
    amounts, nothing = questions(rows), Amount(0, 0, 0)
    is_small = any(0 < amount.people < FEWEST for amount in amounts.values())
    if not amounts.keys() <= {question["id"] for question in body["questions"]}:
        yield f"questions: the script has {sorted(amounts)}, others were reported"
    for question in body["questions"]:
        amount = amounts.get(question["id"], nothing)
        for place in ("right_first", "right_last"):
            where = f"question {question['id']} {place}"
            yield from _figure_differences(where, amount, question[place], may_hide=is_small)


def _asked_differences(rows: Sequence[Row], body: Body) -> Iterator[str]:
    found = [(asked["label"], asked["times"]) for asked in body["most_asked"]]
    amounts = {
        label: amount.count for label, amount in topics(rows).items() if amount.people >= FEWEST
    }
    expected = sorted(amounts.items(), key=lambda item: (-item[1], item[0]))[:MOST_ASKED]
    if found != expected:
        yield f"most asked: the script says {expected}, reported {found}"


def _in_vain_differences(rows: Sequence[Row], body: Body) -> Iterator[str]:
    """What only one person asked is nobody's to read."""
    found = {asked["text"]: asked["times"] for asked in body["unanswered"]}
    amounts = in_vain(rows).items()
    expected = {words: amount.count for words, amount in amounts if amount.people > 1}
    if found != expected:
        yield f"unanswered: the script says {expected}, reported {found}"
