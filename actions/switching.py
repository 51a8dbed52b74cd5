"""Between forms, conversations and channels: another complaint, 「继续填写」, a one-time code."""

from __future__ import annotations

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import case_status, drafts, services
from actions.conversation import Events, SafeAction, channel_of, now, text_of
from bot.errors import StorageError
from bot.intake import fields as f
from bot.intake.drafts import Draft
from bot.intake.resume_code import find_code
from bot.settings import settings


class OpenComplaint(SafeAction):
    """Another complaint; the one being filled in is put aside and comes back afterwards."""

    def name(self) -> str:
        return "action_open_complaint"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        aside = await drafts.put_aside(tracker, f.TABLE.name)
        if aside:
            dispatcher.utter_message(response="utter_put_aside")
        return [*(aside or drafts.closing(f.TABLE)), FollowupAction(f.TABLE.name)]


class Resume(SafeAction):
    """「继续填写」: the draft of this conversation, or of another channel by its code."""

    def name(self) -> str:
        return "action_resume"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        code = find_code(text_of(tracker))
        if code is None:
            draft = await asyncio.to_thread(services.drafts().latest, tracker.sender_id)
            return await _continue(dispatcher, tracker, draft)
        recent = case_status.recent(tracker)
        if len(recent) >= settings().status_attempts_per_hour:
            dispatcher.utter_message(response="utter_resume_too_many")
            return []
        draft = await asyncio.to_thread(
            services.drafts().claim,
            code,
            tracker.sender_id,
            channel_of(tracker),
            now(),
        )
        if draft is None:
            dispatcher.utter_message(response="utter_resume_bad_code")
            return [SlotSet(case_status.ATTEMPTS, [*recent, now().timestamp()])]
        return await _continue(dispatcher, tracker, draft)


async def _continue(
    dispatcher: CollectingDispatcher, tracker: Tracker, draft: Draft | None
) -> Events:
    if draft is None:
        dispatcher.utter_message(response="utter_resume_none")
        return []
    dispatcher.utter_message(response="utter_resumed")
    return await drafts.take_up(tracker, draft)


class ContinueElsewhere(SafeAction):
    """Gives a one-time code with which another device or channel goes on with the draft."""

    def name(self) -> str:
        return "action_continue_elsewhere"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        try:
            code = await asyncio.to_thread(services.drafts().make_code, tracker.sender_id, now())
        except StorageError:
            dispatcher.utter_message(response="utter_trouble")
            return []
        if code is None:
            dispatcher.utter_message(response="utter_code_nothing")
        else:
            dispatcher.utter_message(response="utter_code", code=code)
        return []
