"""「我的投诉怎么样了」: reference plus phone tail, attempts limited."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.bank import ask_bank
from actions.conversation import Events, SafeAction, now, text_of
from actions.handover import offer_in_distress
from bot.errors import CaseStoreError, NotFound, TooManyAttempts
from bot.intake import reference
from bot.intake.proof import tail_in
from bot.intake.status import Status, inquire
from bot.settings import settings

REFERENCE = "status_reference"
"""Slot with the reference last filed or asked about."""
ATTEMPTS = "status_attempts"
"""Slot with the times of wrong proofs, seconds since the epoch."""
HOUR = 3600.0


class CaseStatus(SafeAction):
    """Asks for what is missing, then tells state, dates and the last message."""

    def name(self) -> str:
        return "action_case_status"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        events = await self._inquire(dispatcher, tracker)
        await offer_in_distress(dispatcher, tracker)
        return events

    async def _inquire(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        text = text_of(tracker)
        ref = reference.find(text) or tracker.get_slot(REFERENCE)
        if reference.looks_like(text) and reference.find(text) is None:
            dispatcher.utter_message(response="utter_status_bad_reference")
            return []
        tail = tail_in(text)
        if ref is None or tail is None:
            asked = "utter_ask_status" if ref is None else "utter_ask_status_tail"
            dispatcher.utter_message(response=asked, reference=ref or "")
            return [SlotSet(REFERENCE, ref)]
        failed = recent(tracker)
        if len(failed) >= settings().status_attempts_per_hour:
            dispatcher.utter_message(response="utter_status_too_many")
            return [SlotSet(REFERENCE, None)]
        return await self._tell(dispatcher, ref, tail, failed)

    async def _tell(
        self, dispatcher: CollectingDispatcher, ref: str, tail: str, failed: list[float]
    ) -> Events:
        try:
            status = await ask_bank(inquire, services.cases(), services.journal(), ref, tail)
        except NotFound:
            dispatcher.utter_message(response="utter_status_not_found")
            attempts = [*failed, now().timestamp()]
            return [SlotSet(ATTEMPTS, attempts), SlotSet(REFERENCE, None)]
        except TooManyAttempts:
            dispatcher.utter_message(response="utter_status_too_many")
            return [SlotSet(REFERENCE, None)]
        except CaseStoreError:
            dispatcher.utter_message(response="utter_status_unavailable")
            return [SlotSet(REFERENCE, ref)]
        _say(dispatcher, status)
        return [SlotSet(REFERENCE, None), SlotSet(ATTEMPTS, None)]


def recent(tracker: Tracker) -> list[float]:
    """Times of the wrong proofs of the last hour, seconds since the epoch."""
    since = now().timestamp() - HOUR
    attempts: list[Any] = tracker.get_slot(ATTEMPTS) or []
    return [float(at) for at in attempts if float(at) > since]


def _say(dispatcher: CollectingDispatcher, status: Status) -> None:
    response = "utter_status_pending" if status.state is None else "utter_status"
    dispatcher.utter_message(response=response, **status.variables())
