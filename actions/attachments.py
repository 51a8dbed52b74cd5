"""A picture or document the customer has sent; the channel has stored it already."""

from __future__ import annotations

import asyncio

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import drafts, services
from actions.conversation import Events, SafeAction, now, payload_of
from bot.intake import case_fields as c
from bot.intake import fields as f


class TakeAttachment(SafeAction):
    """Puts it to the complaint being filled in; without one, asks what it belongs to."""

    def name(self) -> str:
        return "action_take_attachment"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        sent = str((payload_of(tracker) or {}).get("id"))
        form = (tracker.active_loop or {}).get("name")
        if form == f.TABLE.name:
            return await self._to_complaint(dispatcher, tracker, sent)
        if form == c.TABLE.name and (tracker.get_slot(c.PROOF) or {}).get("checked"):
            reference = str(tracker.get_slot(c.REFERENCE))
            await asyncio.to_thread(services.evidence().attach, [sent], reference, now())
            dispatcher.utter_message(response="utter_attachment_sent", reference=reference)
            return []
        dispatcher.utter_message(response="utter_attachment_for_what")
        return []

    @staticmethod
    async def _to_complaint(
        dispatcher: CollectingDispatcher, tracker: Tracker, sent: str
    ) -> Events:
        known = [*(tracker.get_slot(f.ATTACHMENTS) or [])]
        ids = known if sent in known else [*known, sent]
        values = {**drafts.values_of(tracker, f.TABLE), f.ATTACHMENTS: ids}
        await drafts.save(tracker, f.TABLE, values, str(tracker.get_slot("requested_slot")))
        dispatcher.utter_message(response="utter_attachment_kept", count=str(len(ids)))
        return [SlotSet(f.ATTACHMENTS, ids)]
