"""Who comes by a campaign's code: greeted, shown what there is, given words to share."""

from __future__ import annotations

import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import drafts, services
from actions.conversation import Events, SafeAction, now, payload_of, say
from actions.counted import counted, deed
from actions.visit import campaign_of, today, visit_of
from bot.analytics.counting import VISIT
from bot.analytics.fact import FactKind
from bot.campaigns import quiz_fields as q
from bot.campaigns.buttons import Button
from bot.campaigns.campaign import Audience, Campaign
from bot.campaigns.checks import shown
from bot.campaigns.codes import web_link
from bot.campaigns.greeting import greeting, menu_words, running
from bot.campaigns.manner import MANNERS, Manner
from bot.campaigns.menu import after_content, answer_buttons, page, second_page, titles_of
from bot.campaigns.visit import Visit
from bot.errors import CampaignError
from bot.intake.calendar import local_day
from bot.knowledge.lifecycle import Serving, serving
from bot.knowledge.themes import name_of
from bot.nlu.campaign import asks_what_is_on, wants_more
from bot.settings import settings

logger = logging.getLogger(__name__)


class CampaignOpen(SafeAction):
    """Greets somebody who scanned a code. An open form stays, and asks its question again."""

    def name(self) -> str:
        return "action_campaign_open"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        found = services.campaigns().campaigns().find(str(_payload(tracker).get("scene")))
        if found is None:
            dispatcher.utter_message(response="utter_campaign_unknown")
            if not _is_in_form(tracker):
                dispatcher.utter_message(response="utter_greet")
            return []
        campaign, scene = found
        left = _leave_quiz_of_another(tracker, campaign)
        if _is_in_form(tracker) and not left:
            frame = MANNERS[campaign.audience].in_form
            say(dispatcher, frame.format(title=campaign.title))
        else:
            welcome = greeting(campaign, scene, today(), others_on=bool(_running()))
            say(dispatcher, welcome, page(campaign, now()))
        visit = Visit(campaign.id, scene.id, now())
        scanned = counted(deed(tracker, FactKind.SCAN))
        return [*left, SlotSet(VISIT, visit.as_slot()), scanned]


def _leave_quiz_of_another(tracker: Tracker, campaign: Campaign) -> Events:
    """Closes a quiz of another campaign: its next question would come from this one's.

    Nothing is lost: an answer of the quiz is kept as soon as it is given.
    """
    before = visit_of(tracker)
    is_open = (tracker.active_loop or {}).get("name") == q.TABLE.name
    if not is_open or before is None or before.campaign == campaign.id:
        return []
    return drafts.closing(q.TABLE)


class CampaignMenu(SafeAction):
    """What the campaign has, page by page; without one, the campaigns to choose from."""

    def name(self) -> str:
        return "action_campaign_menu"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        payload = _payload(tracker)
        picked = services.campaigns().campaigns().by_id.get(str(payload.get("campaign")))
        campaign = picked or _at_hand(tracker)
        if campaign is None or _asks_what_is_on(tracker, campaign):
            _offer_running(dispatcher, tracker)
            return []
        start = int(payload.get("start") or 0)
        if wants_more(_said(tracker)):
            start = second_page(campaign, now())
        words = MANNERS[campaign.audience].more if start else menu_words(campaign, today())
        say(dispatcher, words, page(campaign, now(), start))
        return _chosen(tracker, campaign)


def _at_hand(tracker: Tracker) -> Campaign | None:
    """The campaign of the visit, unless that was another day and another one runs now.

    Without a visit the only one that runs.
    """
    visit, visited, current = visit_of(tracker), campaign_of(tracker), _running()
    if visit is None:
        return current[0] if len(current) == 1 else None
    came_today = local_day(visit.at) == today()
    return visited if came_today or visited in current or not current else None


def _asks_what_is_on(tracker: Tracker, campaign: Campaign) -> bool:
    """Somebody at a code of another time, who asks what the greeting has told them to ask."""
    current = _running()
    return asks_what_is_on(_said(tracker)) and bool(current) and campaign not in current


def _offer_running(dispatcher: CollectingDispatcher, tracker: Tracker) -> None:
    """The campaigns to choose from, where the one of the visit is none of them any more."""
    current = _running()
    has_vanished = visit_of(tracker) is not None and campaign_of(tracker) is None
    if has_vanished:
        dispatcher.utter_message(response="utter_campaign_gone", buttons=titles_of(current))
    elif current:
        dispatcher.utter_message(response="utter_campaign_which", buttons=titles_of(current))
    else:
        dispatcher.utter_message(response="utter_campaign_none")


def _running() -> list[Campaign]:
    return running(services.campaigns().campaigns(), today())


def _chosen(tracker: Tracker, campaign: Campaign) -> Events:
    """Remembers a campaign that was found without a code."""
    visit = visit_of(tracker)
    if visit is not None and visit.campaign == campaign.id:
        return []
    chosen = SlotSet(VISIT, Visit(campaign.id, "", now()).as_slot())
    return [*_leave_quiz_of_another(tracker, campaign), chosen]


class CampaignTopic(SafeAction):
    """The governed answers of a theme, to choose from."""

    def name(self) -> str:
        return "action_campaign_topic"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        theme = str(_payload(tracker).get("theme"))
        answers = _answers_of(theme)
        if not answers:
            return await CampaignMenu().act(dispatcher, tracker)
        manner = _manner(campaign_of(tracker))
        buttons = answer_buttons(answers[: manner.most_answers])
        say(dispatcher, manner.theme.format(theme=name_of(theme)), buttons)
        return []


def _answers_of(theme: str) -> list[tuple[str, str]]:
    """Id and title of the answers of a theme that may be given today."""
    approved_only, day = settings().answers_approved_only, today()
    return [
        (answer.id, answer.title)
        for answer in services.catalogue().values()
        if answer.theme == theme
        and serving(answer.metadata, day, approved_only=approved_only) is not Serving.WITHDRAWN
    ]


class CampaignArticle(SafeAction):
    """A leaflet of the campaign with its source."""

    def name(self) -> str:
        return "action_campaign_article"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        campaign, wanted = campaign_of(tracker), _payload(tracker).get("id")
        articles = campaign.articles if campaign else ()
        article = next((article for article in articles if article.id == wanted), None)
        if campaign is None or article is None:
            return await CampaignMenu().act(dispatcher, tracker)
        say(dispatcher, shown(article), _ways_on(tracker, campaign))
        return []


class CampaignShare(SafeAction):
    """Words to pass on, with a link that leads to the same stand."""

    def name(self) -> str:
        return "action_campaign_share"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        campaign = campaign_of(tracker) or _at_hand(tracker)
        if campaign is None:
            _offer_running(dispatcher, tracker)
            return []
        visited = _chosen(tracker, campaign)
        # Said apart, so that the words can be passed on as they are.
        say(dispatcher, MANNERS[campaign.audience].share)
        words = "\n".join(filter(None, (campaign.share, _link(tracker, campaign))))
        say(dispatcher, words, _ways_on(tracker, campaign))
        return [*visited, counted(deed(tracker, FactKind.SHARED))]


def _link(tracker: Tracker, campaign: Campaign) -> str:
    """The chat page with the scene of the visit; "" where the bank has not said its address."""
    address, visit = settings().web_public_url, visit_of(tracker)
    if not address or visit is None or visit.campaign != campaign.id or not visit.scene:
        return address
    try:
        return web_link(address, visit.scene)
    except CampaignError as exc:
        logger.error("WEB_PUBLIC_URL: %s", exc.message)
        return ""


# -- shared ------------------------------------------------------------------------------------


def _payload(tracker: Tracker) -> dict[str, Any]:
    return payload_of(tracker) or {}


def _said(tracker: Tracker) -> str:
    """The message as the normaliser has left it."""
    return str(tracker.latest_message.get("text") or "")


def _is_in_form(tracker: Tracker) -> bool:
    return bool((tracker.active_loop or {}).get("name"))


def _manner(campaign: Campaign | None) -> Manner:
    return MANNERS[campaign.audience if campaign else Audience.EVERYONE]


def _ways_on(tracker: Tracker, campaign: Campaign) -> list[Button]:
    """Buttons under content; none where a form's question follows, which has its own."""
    return [] if _is_in_form(tracker) else after_content(campaign)
