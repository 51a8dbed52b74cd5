"""The comparison of the simulated day: it finds nothing where nothing differs, and what does.

The whole script goes through what counts, without a conversation: both arithmetics must agree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import date, datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.analytics.fact import Fact, FactKind, Outcome
from bot.analytics.report import Question, build
from bot.analytics.store import Facts
from bot.analytics.tally import count as tallied
from bot.campaigns.reading import read_campaign
from bot.launcher.campaign_report import describe
from bot.storage.engine import create_engine
from bot.storage.migrate import upgrade
from tests.campaign_day.arithmetic import Row, apart, day_rows, figures, in_vain, topics
from tests.campaign_day.comparison import fact_differences, report_differences
from tests.campaign_day.content import fairs, write
from tests.campaign_day.script import PEOPLE, SEED, Visitor, campaign_day

TODAY = date(2026, 11, 26)
DAYS = {TODAY.isoformat()}
NOON = datetime(2026, 11, 26, 4, tzinfo=timezone.utc)
FAIRS = fairs(TODAY)
VISITORS = campaign_day(FAIRS, PEOPLE, SEED)
ROWS = day_rows(FAIRS, VISITORS)
OF_FIRST = [row for row in ROWS if row.campaign == FAIRS[0].id]


def facts(rows: Sequence[Row], visitors: Sequence[Visitor]) -> Iterator[Fact]:
    """The facts of rows; who wished first has booked."""
    bookers: dict[tuple[str, str], list[int]] = defaultdict(list)
    for visitor in visitors:
        for act in visitor.acts:
            if act.wish:
                bookers[act.scene, visitor.channel].append(visitor.number)
    for number, row in zip(count(), rows):
        what = row.counted
        known = row.visitor is not None
        person = row.visitor if known else bookers[row.scene, row.channel].pop()
        yield Fact(
            id=f"{number:032x}",
            kind=FactKind(what.kind),
            at=NOON,
            day=TODAY,
            person=f"{row.campaign}-{person}",
            channel=row.channel,
            campaign=row.campaign,
            scene=row.scene,
            topic=what.topic,
            outcome=Outcome(what.outcome) if what.outcome else None,
            question=what.question,
            level=what.level,
            number=what.number,
        )


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fact of the day."""
    path = tmp_path_factory.mktemp("facts") / "analytics.db"
    engine = create_engine(f"sqlite:///{path}")
    upgrade(engine, "analytics")
    Facts(engine).add(facts(ROWS, VISITORS))
    engine.dispose()
    return path


@pytest.fixture
def body(database: Path, tmp_path: Path) -> dict[str, Any]:
    """The report of the first campaign."""
    engine = create_engine(f"sqlite:///{database}")
    counted = tallied(Facts(engine).sightings(FAIRS[0].id))
    engine.dispose()
    described = describe(read_campaign(write(tmp_path, FAIRS[0], TODAY)))
    titles = {topic: topic for topic in topics(OF_FIRST)}
    asked = [Question(words, amount.count) for words, amount in in_vain(OF_FIRST).items()]
    return build(described, counted, titles, asked, None)


def test_what_is_counted_and_what_the_script_says_are_the_same(
    database: Path, body: dict[str, Any]
) -> None:
    assert fact_differences(ROWS, database) == []
    assert report_differences(OF_FIRST, body, DAYS) == []


def test_a_fact_too_few_or_too_many_is_named(database: Path) -> None:
    shared = next(row for row in ROWS if row.counted.kind == "shared")
    without = [row for row in ROWS if row is not shared]
    for rows in ([*ROWS, shared], without):
        (line,) = fact_differences(rows, database)
        assert line.startswith(f"{shared.campaign} {shared.scene} {shared.channel} shared:")


def test_a_person_too_many_is_named(database: Path) -> None:
    stranger = replace(ROWS[0], visitor=PEOPLE)
    (line,) = fact_differences([stranger, *ROWS[1:]], database)
    assert "the script says" in line


Break = Callable[[dict[str, Any]], None]


def total(figure: str, **values: Any) -> Break:
    """Changes a figure of the whole."""

    def change(body: dict[str, Any]) -> None:
        next(each for each in body["total"] if each["name"] == figure).update(values)

    return change


WRONG: dict[str, Break] = {
    "a number": total("scans", count=1, text="1"),
    "what is shown": total("scans", text="很多"),
    "a share": total("right_first", of=10_000),
    "hidden": total("people", count=None, of=None, text="不显示"),
    "a scene is missing": lambda body: body["by_scene"].pop(),
    "a branch by another name": lambda body: body["by_branch"][0].update(key="别处"),
    "a figure is missing": lambda body: body["by_channel"][0]["figures"].pop(),
    "another day": lambda body: body["by_day"][0].update(key="2026-11-20"),
    "a step": lambda body: body["funnel"][1].update(count=3),
    "a question": lambda body: body["questions"][0]["right_first"].update(count=0),
    "the order of topics": lambda body: body["most_asked"].reverse(),
    "in vain": lambda body: body["unanswered"][0].update(times=1),
}


@pytest.mark.parametrize("what", WRONG)
def test_whatever_is_wrong_in_a_report_is_named(body: dict[str, Any], what: str) -> None:
    wrong = deepcopy(body)
    WRONG[what](wrong)
    assert report_differences(OF_FIRST, wrong, DAYS)


def test_a_small_number_that_is_told_is_named(body: dict[str, Any]) -> None:
    by_scene = apart(OF_FIRST, lambda row: row.scene)
    shared = {scene: figures(rows)["shares"] for scene, rows in by_scene.items()}
    scene, amount = next((s, a) for s, a in shared.items() if 0 < a.people < 5)
    part = next(part for part in body["by_scene"] if part["key"] == scene)
    told = next(figure for figure in part["figures"] if figure["name"] == "shares")
    assert told["count"] is None
    told.update(count=amount.count, text=str(amount.count))
    (line,) = report_differences(OF_FIRST, body, DAYS)
    assert "fewer than 5 people" in line
