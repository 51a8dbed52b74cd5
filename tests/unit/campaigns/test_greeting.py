"""The greeting at a stand: what is going on, and since when it is not."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from bot.campaigns.campaign import Audience, Campaign, Campaigns, Period, Scene
from bot.campaigns.checks import shown
from bot.campaigns.files import load_library
from bot.campaigns.greeting import greeting, menu_words, running, show_date
from bot.campaigns.manner import MANNERS
from bot.campaigns.shelf import load_all
from bot.settings import ROOT

SHIPPED, _ = load_all(ROOT / "data" / "campaigns", load_library(), date(2027, 3, 1))
LONGEST = 600
DURING, BEFORE, AFTER = date(2027, 3, 14), date(2026, 12, 30), date(2027, 4, 2)


@pytest.fixture
def campaign() -> Campaign:
    return SHIPPED.by_id["315-2027"]


@pytest.fixture
def hall(campaign: Campaign) -> Scene:
    return next(scene for scene in campaign.scenes if scene.days == campaign.days)


@pytest.fixture
def market(campaign: Campaign) -> Scene:
    """A stand of two days within the campaign."""
    return next(scene for scene in campaign.scenes if scene.event == "3·15进社区")


def test_on_its_days_the_welcome_is_all(campaign: Campaign, hall: Scene) -> None:
    assert greeting(campaign, hall, DURING) == campaign.welcome


def test_before_and_after_its_days_a_campaign_says_when(campaign: Campaign, hall: Scene) -> None:
    early, late = (greeting(campaign, hall, day) for day in (BEFORE, AFTER))
    assert "2027年3月1日开始，到2027年3月31日结束" in early
    assert "3月31日已经结束" in late
    for told in (early, late):
        assert campaign.title in told
        assert campaign.welcome not in told
        assert "预约" not in told, "no calls can be booked outside its days"


@pytest.mark.parametrize("audience", Audience)
def test_who_comes_too_late_is_told_of_what_is_on_and_greeted_only_once(
    campaign: Campaign, hall: Scene, audience: Audience
) -> None:
    spoken = dataclasses.replace(campaign, audience=audience)
    late = greeting(spoken, hall, AFTER, others_on=True)
    assert "有什么活动" in late.splitlines()[-1]
    assert "有什么活动" not in greeting(spoken, hall, AFTER)
    assert "有什么活动" not in greeting(spoken, hall, DURING, others_on=True)
    assert "我是小保" in late and "我是小保" not in menu_words(spoken, AFTER)


@pytest.mark.parametrize("audience", Audience)
def test_no_words_speak_of_buttons_which_wechat_shows_as_numbers(audience: Audience) -> None:
    manner = MANNERS[audience]
    told = "".join(map(str, dataclasses.astuple(manner)))
    assert "按钮" not in told and "点一下" not in told
    assert all("按钮" not in one.welcome for one in SHIPPED)


def test_a_stand_outside_its_own_days_says_so_and_goes_on(
    campaign: Campaign, market: Scene
) -> None:
    early = greeting(campaign, market, date(2027, 3, 5))
    assert early.splitlines()[0] == (
        "这里的“3·15进社区”3月13日才开始；“3·15消费者权益日”已经在进行，到3月31日。"
    )
    late = greeting(campaign, market, date(2027, 3, 20))
    assert late.splitlines()[0] == (
        "这里的“3·15进社区”3月14日已经结束；“3·15消费者权益日”还在进行，到3月31日。"
    )
    assert early.endswith(campaign.welcome) and late.endswith(campaign.welcome)


def test_once_more_the_menu_needs_no_welcome(campaign: Campaign) -> None:
    assert campaign.title in menu_words(campaign, DURING)
    assert campaign.welcome not in menu_words(campaign, DURING)
    assert "已经结束" in menu_words(campaign, AFTER)


@pytest.mark.parametrize("audience", Audience)
@pytest.mark.parametrize("day", [BEFORE, date(2027, 3, 5), DURING, AFTER])
def test_the_longest_words_still_fit_in_a_message(
    campaign: Campaign, market: Scene, audience: Audience, day: date
) -> None:
    wordy = dataclasses.replace(campaign, audience=audience, title="题" * 30, welcome="欢" * 300)
    stand = dataclasses.replace(market, event="摊" * 30)
    for told in (greeting(wordy, stand, day), menu_words(wordy, day)):
        assert len(told) <= LONGEST
        assert "{" not in told


def test_every_blank_of_every_manner_is_filled_in() -> None:
    blanks = dict.fromkeys(("title", "first", "last", "event", "until", "welcome", "theme"), "某某")
    for manner in MANNERS.values():
        for told in dataclasses.asdict(manner).values():
            assert not isinstance(told, str) or "{" not in told.format(**blanks)


def test_the_elderly_read_short_sentences_one_to_a_line() -> None:
    manner = MANNERS[Audience.ELDERLY]
    for told in (manner.before, manner.over, manner.menu, manner.share, manner.in_form):
        assert max(map(len, told.splitlines())) <= 22
    assert manner.most_buttons < MANNERS[Audience.EVERYONE].most_buttons


def test_shipped_articles_and_words_to_share_fit_in_a_message() -> None:
    for campaign in SHIPPED:
        assert all(len(shown(article)) <= LONGEST for article in campaign.articles)
        assert len(campaign.share) <= LONGEST


def test_those_going_on_come_with_the_one_that_ends_first(campaign: Campaign) -> None:
    short = dataclasses.replace(
        campaign, id="short", days=Period(date(2027, 3, 10), date(2027, 3, 15))
    )
    both = Campaigns({"315-2027": campaign, "short": short})
    assert [c.id for c in running(both, DURING)] == ["short", "315-2027"]
    assert running(both, AFTER) == []


def test_the_year_is_said_when_it_is_another() -> None:
    assert show_date(date(2027, 3, 1), date(2027, 12, 31)) == "3月1日"
    assert show_date(date(2027, 3, 1), date(2026, 12, 31)) == "2027年3月1日"
