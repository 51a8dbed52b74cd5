"""The campaigns that tests write are ones the assistant would take."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from bot.campaigns.campaign import Audience
from bot.campaigns.files import load_library
from bot.campaigns.shelf import load_campaign
from tests.campaigns import write_campaign

LIBRARY = load_library()
TODAY = date(2026, 11, 26)


def test_a_written_campaign_passes_with_what_was_asked_for(tmp_path: Path) -> None:
    tomorrow = TODAY + timedelta(days=1)
    path = write_campaign(
        tmp_path,
        "fair",
        first_day=TODAY,
        last_day=tomorrow,
        audience="elderly",
        scenes=("fair-hall", {"id": "fair-market", "branch": "城东支行"}),
        slots=((tomorrow, "09:00", "10:00", 3),),
        questions_a_day=4,
        title="金融集市",
        articles=None,
    )
    campaign = load_campaign(path, LIBRARY, TODAY)
    assert (campaign.id, campaign.title, campaign.audience) == (
        "fair",
        "金融集市",
        Audience.ELDERLY,
    )
    assert [(s.id, s.branch) for s in campaign.scenes] == [
        ("fair-hall", "人民路支行"),
        ("fair-market", "城东支行"),
    ]
    assert [(s.id, s.places) for s in campaign.slots] == [("20261127-0900", 3)]
    assert campaign.questions_a_day == 4
    assert campaign.articles == ()


def test_without_scenes_there_is_one(tmp_path: Path) -> None:
    path = write_campaign(tmp_path, "fair", first_day=TODAY, last_day=TODAY)
    assert [s.id for s in load_campaign(path, LIBRARY, TODAY).scenes] == ["fair-hall"]
