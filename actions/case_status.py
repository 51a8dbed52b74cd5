"""「我的投诉怎么样了」: reference plus phone tail, attempts limited."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.conversation import Events, SafeAction, now, text_of
from bot.errors import CaseStoreError, NotFound, TooManyAttempts
from bot.intake import reference
from bot.intake.status import Status, inquire
from bot.settings import settings

REFERENCE = "status_reference"
"""Slot with the reference last filed or asked about."""
ATTEMPTS = "status_attempts"
"""Slot with the times of wrong proofs, seconds since the epoch."""
HOUR = 3600.0
_TAIL = re.compile(r"(?<!\d)(\d{4})(?!\d)")


class CaseStatus(SafeAction):
    """Asks for what is missing, then tells state, dates and the last message."""

    def name(self) -> str:
        return "action_case_status"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        text = text_of(tracker)
        ref = reference.find(text) or tracker.get_slot(REFERENCE)
        if reference.looks_like(text) and reference.find(text) is None:
            dispatcher.utter_message(response="utter_status_bad_reference")
            return []
        tail = _tail_in(text)
        if ref is None or tail is None:
            asked = "utter_ask_status" if ref is None else "utter_ask_status_tail"
            dispatcher.utter_message(response=asked, reference=ref or "")
            return [SlotSet(REFERENCE, ref)]
        recent = _recent(tracker)
        if len(recent) >= settings().status_attempts_per_hour:
            dispatcher.utter_message(response="utter_status_too_many")
            return [SlotSet(REFERENCE, None)]
        return await self._tell(dispatcher, ref, tail, recent)

    async def _tell(
        self, dispatcher: CollectingDispatcher, ref: str, tail: str, recent: list[float]
    ) -> Events:
        try:
            status = await asyncio.to_thread(
                inquire, services.cases(), services.journal(), ref, tail
            )
        except NotFound:
            dispatcher.utter_message(response="utter_status_not_found")
            failed = [*recent, now().timestamp()]
            return [SlotSet(ATTEMPTS, failed), SlotSet(REFERENCE, None)]
        except TooManyAttempts:
            dispatcher.utter_message(response="utter_status_too_many")
            return [SlotSet(REFERENCE, None)]
        except CaseStoreError:
            dispatcher.utter_message(response="utter_status_unavailable")
            return [SlotSet(REFERENCE, ref)]
        _say(dispatcher, status)
        return [SlotSet(REFERENCE, None), SlotSet(ATTEMPTS, None)]


def _tail_in(text: str) -> str | None:
    """The last lone group of four digits outside the reference, or the end of a masked phone."""
    without = re.sub(r"[Tt][Ss]\s?\d{8}[-—–]?\s?\w{7}", " ", text)
    found: list[str] = _TAIL.findall(without)
    return found[-1] if found else None


def _recent(tracker: Tracker) -> list[float]:
    since = now().timestamp() - HOUR
    attempts: list[Any] = tracker.get_slot(ATTEMPTS) or []
    return [float(at) for at in attempts if float(at) > since]


def _say(dispatcher: CollectingDispatcher, status: Status) -> None:
    response = "utter_status_pending" if status.state is None else "utter_status"
    dispatcher.utter_message(response=response, **status.variables())
