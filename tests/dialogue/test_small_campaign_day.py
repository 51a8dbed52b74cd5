"""A campaign day of a small bank: no broker, some visitors through both channels, exact figures.

The great day, on which everything breaks down, is tests/crash/test_campaign_day.py.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.campaign_day.arithmetic import apart, day_rows
from tests.campaign_day.comparison import fact_differences, report_differences
from tests.campaign_day.content import fairs
from tests.campaign_day.player import Day
from tests.campaign_day.records import facts_of, report, settle
from tests.campaign_day.script import campaign_day
from tests.campaign_day.stage import on_stage, today_in_china

VISITORS = 60
SEED = 915


@pytest.mark.timeout(600)
def test_without_a_broker_the_figures_are_exact_as_well(tmp_path: Path) -> None:
    today = today_in_china()
    campaigns = fairs(today)
    visitors = campaign_day(campaigns, VISITORS, SEED)
    rows = day_rows(campaigns, visitors)
    with on_stage(tmp_path, today) as (stack, account):
        played = asyncio.run(Day(stack.web, account, visitors).run())
        assert played.troubles == []
        settle(stack, rows)
        assert fact_differences(rows, facts_of(stack)) == []
        days = {today.isoformat(), today_in_china().isoformat()}
        for campaign, of_campaign in apart(rows, lambda row: row.campaign).items():
            found = report(stack, campaign, tmp_path / campaign)
            assert report_differences(of_campaign, found, days) == []
