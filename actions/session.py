"""A new session keeps what the customer was doing (Rasa's own forgets the form after an hour)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.case_status import ATTEMPTS
from actions.complaint_form import FORM
from actions.conversation import Events
from bot.intake import fields as f

KEPT = (*f.SLOTS, ATTEMPTS)


class SessionStart(Action):
    """Carries one value per slot over, and an unfinished form with the field it was at."""

    def name(self) -> str:
        return "action_session_start"

    async def run(
        self, _dispatcher: CollectingDispatcher, tracker: Tracker, _domain: dict[str, Any]
    ) -> Events:
        events: Events = [SessionStarted()]
        values = {name: tracker.get_slot(name) for name in KEPT}
        events += [SlotSet(name, value) for name, value in values.items() if value is not None]
        if values[f.INTAKE] is not None and tracker.get_slot("requested_slot"):
            events += [
                ActiveLoop(FORM),
                SlotSet("requested_slot", tracker.get_slot("requested_slot")),
            ]
        return [*events, ActionExecuted("action_listen")]
