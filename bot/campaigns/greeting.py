"""What a customer who comes by a code is told first. Pure: the day comes in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.campaigns.campaign import Campaign, Scene, Standing, standing
from bot.campaigns.manner import MANNERS


def greeting(campaign: Campaign, scene: Scene, today: date, *, others_on: bool = False) -> str:
    """The campaign's welcome; outside its days or the stand's, first of all when those are.

    The welcome itself is left out outside the campaign's days: it speaks of what is going on.
    `others_on`: whether there are campaigns to go to instead.
    """
    outside = _outside(campaign, today)
    if outside is None:
        return _at_stand(campaign, scene, today)
    manner = MANNERS[campaign.audience]
    told = f"{manner.hello}{outside}"
    return f"{told}\n{manner.others_on}" if others_on else told


def _outside(campaign: Campaign, today: date) -> str | None:
    """The sentence for a day on which the campaign is not going on."""
    manner = MANNERS[campaign.audience]
    frames = {Standing.BEFORE: manner.before, Standing.OVER: manner.over}
    frame = frames.get(standing(campaign.days, today))
    return frame and frame.format(
        title=campaign.title,
        first=show_date(campaign.days.first, today),
        last=show_date(campaign.days.last, today),
    )


def _at_stand(campaign: Campaign, scene: Scene, today: date) -> str:
    manner = MANNERS[campaign.audience]
    frames = {Standing.BEFORE: manner.stand_before, Standing.OVER: manner.stand_over}
    frame = frames.get(standing(scene.days, today), "{welcome}")
    return frame.format(
        event=scene.event,
        title=campaign.title,
        first=show_date(scene.days.first, today),
        last=show_date(scene.days.last, today),
        until=show_date(campaign.days.last, today),
        welcome=campaign.welcome,
    )


def menu_words(campaign: Campaign, today: date) -> str:
    """What stands above the menu of somebody who asks for it once more."""
    manner = MANNERS[campaign.audience]
    return _outside(campaign, today) or manner.menu.format(title=campaign.title)


def running(campaigns: Iterable[Campaign], today: date) -> list[Campaign]:
    """The campaigns going on on a day, the one that ends first at the front."""
    return sorted((c for c in campaigns if today in c.days), key=lambda c: (c.days.last, c.id))


def show_date(day: date, today: date) -> str:
    """A date as it is said at a stand: 3月15日, with the year when it is not this year's."""
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
