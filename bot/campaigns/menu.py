"""The buttons of a campaign: what there is to see and do, page by page. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.campaigns.bookings import begins_at
from bot.campaigns.buttons import Button, button
from bot.campaigns.campaign import Campaign, Topic
from bot.campaigns.manner import MANNERS
from bot.intake.calendar import local_day


def page(campaign: Campaign, now: datetime, start: int = 0) -> list[Button]:
    """The buttons of the menu from its entry `start` on; what does not fit is behind the last one.

    The first page has the quiz, the booking and the complaint beside the first topics.
    """
    manner = MANNERS[campaign.audience]
    entries = _entries(campaign)
    start = start if 0 <= start < len(entries) else 0
    around = _deeds(campaign, now) if start == 0 else []
    last = _back(campaign) if start else button(manner.complain, "complaint_file")
    room = _room(campaign, around)
    rest = entries[start:]
    if len(rest) <= room:
        return [*rest, *around, last]
    onward: dict[str, str | int] = {"campaign": campaign.id, "start": start + room - 1}
    further = button(manner.others, "campaign_menu", **onward)
    return [*rest[: room - 1], *around, further, last]


def second_page(campaign: Campaign, now: datetime) -> int:
    """The entry the second page begins with; 0 where the first page holds everything."""
    room = _room(campaign, _deeds(campaign, now))
    return room - 1 if len(_entries(campaign)) > room else 0


def after_content(campaign: Campaign) -> list[Button]:
    """Where to go on from an article or the words to share."""
    manner = MANNERS[campaign.audience]
    quiz = [button(manner.quiz, "quiz_open")] if campaign.quiz else []
    return [*quiz, _back(campaign)]


def titles_of(campaigns: Iterable[Campaign]) -> list[Button]:
    """Campaigns to choose from."""
    return [button(c.title, "campaign_menu", campaign=c.id) for c in campaigns]


def answer_buttons(answers: Sequence[tuple[str, str]]) -> list[Button]:
    """Governed answers, each by id and title, to choose from."""
    return [button(title, "pick_faq", faq_id=answer_id) for answer_id, title in answers]


def _entries(campaign: Campaign) -> list[Button]:
    """Topics, articles, and the words to share."""
    articles = [button(a.title, "campaign_article", id=a.id) for a in campaign.articles]
    share = button(MANNERS[campaign.audience].forward, "campaign_share")
    return [*map(_topic, campaign.topics), *articles, share]


def _room(campaign: Campaign, around: Sequence[Button]) -> int:
    """How many entries a page holds beside `around` and its last button."""
    return MANNERS[campaign.audience].most_buttons - len(around) - 1


def _topic(topic: Topic) -> Button:
    if topic.answer is not None:
        return button(topic.title, "pick_faq", faq_id=topic.answer)
    return button(topic.title, "campaign_topic", theme=topic.theme)


def _deeds(campaign: Campaign, now: datetime) -> list[Button]:
    manner = MANNERS[campaign.audience]
    quiz = [button(manner.quiz, "quiz_open")] if campaign.quiz else []
    booking = [button(manner.book, "campaign_book")] if _may_book(campaign, now) else []
    return [*quiz, *booking]


def _back(campaign: Campaign) -> Button:
    return button(MANNERS[campaign.audience].back, "campaign_menu", campaign=campaign.id)


def _may_book(campaign: Campaign, now: datetime) -> bool:
    """While the campaign is going on and a time is still to come; seats are counted on booking."""
    is_on = local_day(now) in campaign.days
    return is_on and any(begins_at(slot) > now for slot in campaign.slots)
