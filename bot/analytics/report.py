"""The report of a campaign as the case store takes it: `PUT /api/v1/campaigns/{id}/figures`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.analytics import definitions as d
from bot.analytics.breakdown import break_down, per_question
from bot.analytics.definitions import FEWEST, Definition
from bot.analytics.description import Asked, Description
from bot.analytics.figures import Figure, funnel
from bot.analytics.tally import Counted

MOST_ASKED = 10
DEFINITIONS = (*d.FIGURES, *d.FUNNEL, d.WITHHELD)

Body = dict[str, Any]
_YEAR = re.compile(r"(19|20)\d{2}")


@dataclass(frozen=True)
class Question:
    """A question that some customers asked in vain, in the words of one of them."""

    text: str
    times: int


def build(
    description: Description,
    counted: Counted,
    titles: Mapping[str, str],
    unanswered: Sequence[Question],
    previous: Body | None,
) -> Body:
    """The body without `counted_at`. `titles`: labels of topics in words, others are left out;
    `previous`: the `comparison`."""
    found = break_down(counted, description)
    return {
        "campaign": description.body(),
        "definitions": [_definition(each) for each in DEFINITIONS],
        "total": _figures(found.whole),
        "by_scene": _apart(found.scenes),
        "by_branch": _apart(found.branches),
        "by_day": _apart(found.days),
        "by_channel": _apart(found.channels),
        "funnel": [_step(figure) for figure in funnel(counted, counted.total())],
        "questions": _questions(description.questions, per_question(counted)),
        "most_asked": _most_asked(counted, titles),
        "unanswered": [{"text": each.text, "times": each.times} for each in unanswered],
        "previous": previous,
    }


def comparison(description: Description, reports: Iterable[Body]) -> Body | None:
    """What to compare a campaign with. Of the campaigns in `reports` that were over when this one
    began it is the last, if there is one of its own series (the id without its year)."""
    over = [
        report
        for report in reports
        if date.fromisoformat(report["campaign"]["last_day"]) < description.first_day
    ]
    same = [each for each in over if _series(each["campaign"]["id"]) == _series(description.id)]
    last = max(
        same or over,
        key=lambda report: (report["campaign"]["last_day"], report["campaign"]["id"]),
        default=None,
    )
    return None if last is None else _compared(last)


def _series(campaign: str) -> str:
    return _YEAR.sub("", campaign)


def _compared(report: Body) -> Body:
    campaign, known = report["campaign"], {definition.name for definition in d.FIGURES}
    return {
        **{name: campaign[name] for name in ("id", "title", "first_day", "last_day")},
        # Figures of an older version may have other names.
        "total": [figure for figure in report["total"] if figure["name"] in known],
    }


def _definition(definition: Definition) -> Body:
    return {
        "name": definition.name,
        "label": definition.label,
        "meaning": definition.meaning,
    }


def _figures(figures: Iterable[Figure]) -> list[Body]:
    return [figure.body() for figure in figures]


def _apart(parts: Mapping[str, Sequence[Figure]]) -> list[Body]:
    return [{"key": key, "figures": _figures(found)} for key, found in parts.items()]


def _step(figure: Figure) -> Body:
    body = figure.body()
    return {
        "name": body["name"],
        "label": figure.definition.label,
        "text": body["text"],
        "count": body["count"],
    }


def _questions(asked: Sequence[Asked], found: Mapping[str, tuple[Figure, Figure]]) -> list[Body]:
    """The questions of the campaign in its own order; those it no longer has are left out."""
    nothing = (Figure(d.RIGHT_FIRST, 0, 0), Figure(d.RIGHT_LAST, 0, 0))
    bodies = []
    for question in asked:
        first, last = found.get(question.id, nothing)
        bodies.append(
            {
                "id": question.id,
                "text": question.text,
                "level": question.level,
                "right_first": first.body(),
                "right_last": last.body(),
            }
        )
    return bodies


def _most_asked(counted: Counted, titles: Mapping[str, str]) -> list[Body]:
    """What too few people asked is left out."""
    asked = [
        (times, topic)
        for topic, (times, people) in counted.topics.items()
        if len(people) >= FEWEST and topic in titles
    ]
    asked.sort(key=lambda each: (-each[0], each[1]))
    return [
        {"label": topic, "title": titles[topic], "times": times}
        for times, topic in asked[:MOST_ASKED]
    ]
