"""Two thousand visitors on one day, while what counts them breaks down: every figure is exact.

`CAMPAIGN_DAY_VISITORS=200 pytest tests/crash/test_campaign_day.py` for a shorter day,
`CAMPAIGN_DAY_SEED` for other visitors.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from tests.campaign_day import talk
from tests.campaign_day.arithmetic import Row, apart, day_rows
from tests.campaign_day.comparison import fact_differences, report_differences, stored_days
from tests.campaign_day.content import fairs
from tests.campaign_day.ordeal import Ordeal, contents
from tests.campaign_day.player import Day, Played
from tests.campaign_day.records import (
    SETTLING_SECONDS,
    facts_of,
    report,
    senders,
    settle,
    told,
)
from tests.campaign_day.script import PEOPLE, SEED, Visitor, campaign_day
from tests.campaign_day.stage import on_stage, today_in_china
from tests.rabbitmq import running_rabbitmq
from tests.stack import Stack, wait_until

VISITORS = int(os.environ.get("CAMPAIGN_DAY_VISITORS", PEOPLE))
CHOSEN_SEED = int(os.environ.get("CAMPAIGN_DAY_SEED", SEED))
TIMEOUT = 600 + VISITORS
"""Seconds, far more than on idle cores: a slow machine is no wrong figure."""

pytestmark = [pytest.mark.rabbitmq, pytest.mark.timeout(TIMEOUT)]


@dataclass
class Evening:
    """After the day: what was planned, how it went, and where it is on disk."""

    stack: Stack
    visitors: Sequence[Visitor]
    rows: Sequence[Row]
    days: set[str]
    played: Played
    ordeal: Ordeal

    def by_campaign(self) -> dict[str, list[Row]]:
        return apart(self.rows, lambda row: row.campaign)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    folder, today = tmp_path_factory.mktemp("campaign-day"), today_in_china()
    campaigns = fairs(today)
    visitors = campaign_day(campaigns, VISITORS, CHOSEN_SEED)
    rows = day_rows(campaigns, visitors)
    with (
        running_rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as broker,
        on_stage(folder, today, {"ANALYTICS_BROKER": broker.url}) as (stack, account),
    ):
        ordeal = Ordeal(stack, broker)
        played = asyncio.run(Day(stack.web, account, visitors).run(ordeal.incidents))
        settle(stack, rows)
        days = {today.isoformat(), today_in_china().isoformat()}
        yield Evening(stack, visitors, rows, days, played, ordeal)


def test_everybody_was_answered_as_the_script_says(
    evening: Evening, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{evening.played.summary()}\n")
    assert evening.played.troubles == []
    assert evening.played.gone == VISITORS


def test_every_fact_is_counted_once(evening: Evening) -> None:
    wait_until(lambda: not any(evening.ordeal.left().values()), SETTLING_SECONDS, "empty queues")
    assert fact_differences(evening.rows, facts_of(evening.stack)) == []
    assert stored_days(facts_of(evening.stack)) <= evening.days


def test_the_case_store_is_told_the_figures_of_the_script(evening: Evening) -> None:
    for campaign, rows in evening.by_campaign().items():
        with suppress(AssertionError):  # what differs says more than that time is up
            is_told = partial(tells, evening, campaign, rows)
            wait_until(is_told, SETTLING_SECONDS, "the relay's report")
        assert report_differences(rows, told(evening.stack, campaign), evening.days) == []


def test_the_report_has_the_figures_of_the_script(evening: Evening, tmp_path: Path) -> None:
    for campaign, rows in evening.by_campaign().items():
        out = tmp_path / campaign
        assert report_differences(rows, report(evening.stack, campaign, out), evening.days) == []
        assert {file.name for file in out.iterdir()} >= {"report.docx", "report.xlsx"}


def test_nobody_is_in_what_is_counted(evening: Evening) -> None:
    stack = evening.stack
    told_of = {name: json.dumps(told(stack, name)).encode() for name in evening.by_campaign()}
    places = {
        "the queue": evening.ordeal.queue_files,
        "the facts": contents(*stack.folder.glob("analytics.db*")),
        "the case store": told_of,
    }
    everybody = [written for name in traces(evening) for written in spellings(name)]
    for place, files in places.items():
        assert any(b"day-rights" in content for content in files.values()), place
        found = [name for name in everybody for content in files.values() if name in content]
        assert found == [], place


def tells(evening: Evening, campaign: str, rows: Sequence[Row]) -> bool:
    """Whether the case store has the script's figures."""
    body = told(evening.stack, campaign)
    return bool(body) and not report_differences(rows, body, evening.days)


def traces(evening: Evening) -> set[str]:
    """What visitors are known by and what they said, apart from what nobody could answer: of that
    the report tells what several have asked."""
    phones = {visitor.phone for visitor in evening.visitors}
    names = {talk.name(visitor.number) for visitor in evening.visitors}
    known_by = {*evening.played.names, *senders(evening.stack)}
    return {*phones, *names, *known_by, talk.STORY, *talk.QUESTIONS}


def spellings(text: str) -> set[bytes]:
    """How a text may stand in a file: as it is, or as JSON may write it."""
    return {text.encode(), json.dumps(text)[1:-1].encode()}
