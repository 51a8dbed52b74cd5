"""「有帮助」 and 「没解决」 after an answer, and the count of what nobody could answer."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.conversation import Events, SafeAction, message_id_of, now, payload_of, typed_before
from bot.analytics.asker import asker
from bot.analytics.counting import VISIT
from bot.errors import StorageError
from bot.knowledge.feedback import Miss, MissKind

logger = logging.getLogger(__name__)


class AnswerHelped(SafeAction):
    """Thanks for the vote."""

    def name(self) -> str:
        return "action_answer_helped"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response="utter_answer_helped")
        await _count_vote(tracker, helpful=True)
        return []


class AnswerUnsolved(SafeAction):
    """Offers related answers, a person, or a complaint that begins with what was said."""

    def name(self) -> str:
        return "action_answer_unsolved"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        answer = services.catalogue().get(_answer_id(tracker))
        related = [services.catalogue().get(other) for other in answer.related] if answer else []
        buttons = [
            {"title": other.title, "payload": f'/pick_faq{{"faq_id": "{other.id}"}}'}
            for other in related
            if other is not None
        ]
        dispatcher.utter_message(response="utter_answer_unsolved", buttons=buttons)
        await _count_vote(tracker, helpful=False)
        await count_miss(tracker, MissKind.UNSOLVED)
        return []


def _answer_id(tracker: Tracker) -> str:
    return str((payload_of(tracker) or {}).get("faq_id") or "")


async def _count_vote(tracker: Tracker, *, helpful: bool) -> None:
    arguments = (message_id_of(tracker), _answer_id(tracker), helpful, now())
    await _quietly(services.feedback().voted, *arguments)


async def count_miss(tracker: Tracker, kind: MissKind) -> None:
    """Keeps the customer's (masked) question; that this fails must not spoil the reply."""
    asked = typed_before(tracker)
    if asked is None:
        return
    found = (asked.get("parse_data") or {}).get("understanding") or {}
    text, label = str(asked.get("text") or ""), str(found.get("label") or "")
    secret, moment = services.analytics_secret(), now()
    who = asker(tracker.get_slot(VISIT), tracker.sender_id, secret, moment)
    known = {"campaign": who.campaign, "asker": who.name} if who else {}
    miss = Miss(kind, text, label, moment, **known)
    await _quietly(services.feedback().missed, message_id_of(tracker), miss)


async def _quietly(work: Any, *arguments: Any) -> None:
    try:
        await asyncio.to_thread(work, *arguments)
    except StorageError as exc:
        logger.error("feedback not kept: %s", exc.__cause__.__class__.__name__)
