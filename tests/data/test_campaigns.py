"""The campaigns that ship: fit to be used, enough to ask, and no answer that gives itself away.

That the checks find what they should is shown in tests/unit/campaigns/.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date

import pytest

from bot.campaigns.campaign import Audience, Campaign, Level
from bot.campaigns.checks import shown
from bot.campaigns.reading import read_campaign
from bot.campaigns.shelf import Library, load_all
from bot.settings import ROOT
from tests.data.corpus import answers, sources

SHIPPED = {
    "315-2027": Audience.EVERYONE,
    "anti-fundraising-2027": Audience.EVERYONE,
    "thousand-miles-elderly-2027": Audience.ELDERLY,
    "thousand-miles-students-2027": Audience.STUDENTS,
}
CAMPAIGNS = ROOT / "data" / "campaigns"
FILES = sorted(CAMPAIGNS.glob("*.yml"))
INTERNAL = re.compile(r"[a-z_]+\.[a-z]|[a-z]+-[a-z]+|[a-z]+_[a-z]+|utter|\bq\d+\b", re.IGNORECASE)
"""Ids of questions, answers and themes; a customer has no use for them."""
LONGEST = 60
LONGEST_SCENARIO = 120
LONGEST_ARTICLE = 400
ELDERLY_SENTENCE = 30


def texts_asked(campaign: Campaign) -> list[str]:
    return [question.text for question in campaign.quiz]


def is_scenario(text: str) -> bool:
    """A question that tells a situation before it asks: more than one sentence."""
    return len(re.findall("[。！？]", text)) > 1


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def campaign(request: pytest.FixtureRequest) -> Campaign:
    return read_campaign(request.param)


# -- all of them -------------------------------------------------------------------------------


def test_the_campaigns_are_there_for_their_audiences_and_pass_every_check() -> None:
    library = Library(answers(), sources())
    campaigns, faults = load_all(CAMPAIGNS, library, date(2026, 11, 26))
    assert faults == []
    found = {campaign.id: campaign.audience for campaign in campaigns}
    assert {name: found.get(name) for name in SHIPPED} == SHIPPED


def test_on_consumer_day_nine_calls_back_can_be_booked() -> None:
    slots = read_campaign(CAMPAIGNS / "315-2027.yml").slots
    assert len(slots) == 9
    assert {slot.day for slot in slots} == {date(2027, 3, 15)}


# -- each --------------------------------------------------------------------------------------


def test_there_is_enough_to_ask_at_every_level(campaign: Campaign) -> None:
    assert len(campaign.quiz) >= 15
    count = Counter(question.level for question in campaign.quiz)
    assert min(count[level] for level in Level) >= 4


def test_no_question_is_asked_twice(campaign: Campaign) -> None:
    assert [text for text, times in Counter(texts_asked(campaign)).items() if times > 1] == []


def test_questions_are_short(campaign: Campaign) -> None:
    for text in texts_asked(campaign):
        assert len(text) <= (LONGEST_SCENARIO if is_scenario(text) else LONGEST), text


def test_right_answers_are_spread_over_the_places(campaign: Campaign) -> None:
    places = Counter(question.right for question in campaign.quiz)
    assert len(places) >= 3
    assert max(places.values()) <= len(campaign.quiz) / 2


def test_the_longest_option_is_seldom_the_right_one(campaign: Campaign) -> None:
    """Otherwise a customer learns to choose the longest, and the figures tell nothing."""
    given_away = [
        question.id
        for question in campaign.quiz
        if all(
            len(question.options[question.right]) > len(option)
            for place, option in enumerate(question.options)
            if place != question.right
        )
    ]
    assert len(given_away) <= len(campaign.quiz) / 3, given_away


def test_explanations_say_why_in_a_few_sentences_without_internal_ids(campaign: Campaign) -> None:
    for question in campaign.quiz:
        assert 1 <= question.explanation.count("。") <= 3, question.id
        assert not INTERNAL.search(question.explanation), question.id


def test_articles_are_short_and_name_no_internal_ids(campaign: Campaign) -> None:
    assert 3 <= len(campaign.articles) <= 5
    for article in campaign.articles:
        assert len(article.text) <= LONGEST_ARTICLE, article.id
        assert not INTERNAL.search(shown(article)), article.id


def test_topics_lead_to_one_answer_each(campaign: Campaign) -> None:
    assert 4 <= len(campaign.topics) <= 6
    for topic in campaign.topics:
        assert topic.answer is not None and answers()[topic.answer].theme == topic.theme


def test_nothing_is_left_to_be_filled_in(campaign: Campaign) -> None:
    """Campaign texts are sent as they are, unlike responses of the domain."""
    said = [campaign.welcome, campaign.share, *texts_asked(campaign)]
    said += [question.explanation for question in campaign.quiz]
    said += [article.text for article in campaign.articles]
    assert [text for text in said if re.search("[{}]", text)] == []


@pytest.mark.parametrize(
    "campaign",
    [path for path in FILES if SHIPPED.get(path.stem) is Audience.ELDERLY],
    ids=lambda path: path.stem,
    indirect=True,
)
def test_the_elderly_are_spoken_to_in_short_sentences(campaign: Campaign) -> None:
    said = [campaign.welcome, *texts_asked(campaign)]
    said += [question.explanation for question in campaign.quiz]
    said += [article.text for article in campaign.articles]
    sentences = [part for text in said for part in re.split("[。！？\n]", text)]
    assert [part for part in sentences if len(part) > ELDERLY_SENTENCE] == []
