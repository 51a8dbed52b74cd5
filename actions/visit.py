"""By which campaign the customer came, read from the tracker."""

from __future__ import annotations

from datetime import date

from rasa_sdk import Tracker

from actions import services
from actions.conversation import now
from bot.analytics.counting import VISIT
from bot.campaigns.campaign import Campaign
from bot.campaigns.visit import Visit
from bot.intake.calendar import local_day


def visit_of(tracker: Tracker) -> Visit | None:
    """The latest visit, however long ago."""
    return Visit.read(tracker.get_slot(VISIT))


def campaign_of(tracker: Tracker) -> Campaign | None:
    """The campaign of the latest visit as it is now; None without one, or when it has vanished."""
    visit = visit_of(tracker)
    return services.campaigns().campaigns().by_id.get(visit.campaign) if visit else None


def today() -> date:
    """The day in China."""
    return local_day(now())
