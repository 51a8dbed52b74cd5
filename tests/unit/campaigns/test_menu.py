"""The buttons at a stand: few at a time, everything within reach, a complaint always among them."""

from __future__ import annotations

import dataclasses
import json
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest

from bot.campaigns.campaign import Audience, Campaign, Period, Slot
from bot.campaigns.menu import after_content, page, second_page, titles_of
from bot.campaigns.reading import read_campaign
from bot.intake.calendar import BEIJING
from bot.settings import ROOT

MORNING = datetime(2027, 3, 15, 9, 30, tzinfo=BEIJING)
NEXT_DAY = datetime(2027, 3, 16, 9, 30, tzinfo=BEIJING)
FILES = sorted((ROOT / "data" / "campaigns").glob("*.yml"))


@pytest.fixture
def campaign() -> Campaign:
    return read_campaign(ROOT / "data" / "campaigns" / "315-2027.yml")


def titles(campaign: Campaign, now: datetime = MORNING, start: int = 0) -> list[str]:
    return [button["title"] for button in page(campaign, now, start)]


def arguments(button: dict[str, str]) -> tuple[str, dict[str, Any]]:
    intent, brace, rest = button["payload"].partition("{")
    return intent, json.loads(brace + rest) if brace else {}


def test_the_first_page_has_topics_quiz_booking_and_complaint(campaign: Campaign) -> None:
    assert titles(campaign) == [
        *(topic.title for topic in campaign.topics[:4]),
        *("小问答", "预约活动热线", "更多内容", "我要投诉"),
    ]


def test_a_topic_leads_to_its_answer_or_to_its_theme(campaign: Campaign) -> None:
    with_answer, without = campaign.topics[0], dataclasses.replace(campaign.topics[1], answer=None)
    two = dataclasses.replace(campaign, topics=(with_answer, without))
    buttons = page(two, MORNING)
    assert arguments(buttons[0]) == ("/pick_faq", {"faq_id": "consumer_rights.eight_rights"})
    assert arguments(buttons[1]) == ("/campaign_topic", {"theme": "consumer_rights"})


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_who_types_the_title_of_the_further_pages_gets_what_the_button_gives(path: Path) -> None:
    campaign = read_campaign(path)
    further = page(campaign, MORNING)[-2]
    assert arguments(further)[1]["start"] == second_page(campaign, MORNING)
    brief = dataclasses.replace(campaign, topics=campaign.topics[:1], articles=())
    assert second_page(brief, MORNING) == 0, "everything is on the first page"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("audience", Audience)
def test_everything_is_reached_and_never_too_much_at_once(path: Path, audience: Audience) -> None:
    campaign = dataclasses.replace(read_campaign(path), audience=audience)
    now = datetime.combine(campaign.days.first, time(8), BEIJING)
    seen: list[str] = []
    start = 0
    while start is not None:
        buttons = page(campaign, now, start)
        assert len(buttons) <= (6 if audience is Audience.ELDERLY else 8)
        assert all(0 < len(button["title"]) <= 18 for button in buttons)
        seen += [button["title"] for button in buttons]
        onward = [arguments(b)[1].get("start") for b in buttons if "start" in b["payload"]]
        start = onward[0] if onward else None
    wanted = {topic.title for topic in campaign.topics} | {a.title for a in campaign.articles}
    assert wanted | {"转发给朋友", "我要投诉"} <= set(seen)
    shown_once = [title for title in seen if title in wanted]
    assert len(shown_once) == len(set(shown_once))


def test_further_pages_lead_back_to_the_beginning(campaign: Campaign) -> None:
    assert titles(campaign, start=4)[-1] == "回到活动"
    back = page(campaign, MORNING, start=4)[-1]
    assert arguments(back) == ("/campaign_menu", {"campaign": "315-2027"})


@pytest.mark.parametrize("start", [-1, 99])
def test_a_page_that_is_not_there_any_more_is_the_first(campaign: Campaign, start: int) -> None:
    assert titles(campaign, start=start) == titles(campaign)


def test_no_booking_is_offered_once_the_last_time_has_begun(campaign: Campaign) -> None:
    evening = MORNING.replace(hour=17)
    assert "预约活动热线" in titles(campaign, evening.replace(hour=16))
    assert "预约活动热线" not in titles(campaign, evening)
    assert "预约活动热线" not in titles(campaign, NEXT_DAY)


def test_no_booking_is_offered_outside_the_campaigns_days(campaign: Campaign) -> None:
    slot = Slot(date(2027, 3, 15), time(10), time(11), 5)
    early = dataclasses.replace(
        campaign, days=Period(date(2027, 3, 16), date(2027, 3, 31)), slots=(slot,)
    )
    assert "预约活动热线" not in titles(early)


def test_without_questions_there_is_no_quiz(campaign: Campaign) -> None:
    bare = dataclasses.replace(campaign, quiz=())
    assert "小问答" not in titles(bare)
    assert [button["title"] for button in after_content(bare)] == ["回到活动"]
    assert [button["title"] for button in after_content(campaign)] == ["小问答", "回到活动"]


def test_a_campaign_is_chosen_by_its_id(campaign: Campaign) -> None:
    (button,) = titles_of([campaign])
    assert arguments(button) == ("/campaign_menu", {"campaign": "315-2027"})
