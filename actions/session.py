"""A new session keeps what the customer was doing (Rasa's own forgets the form after an hour)."""

from __future__ import annotations

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import ActionExecuted, ActiveLoop, SessionStarted, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.case_status import ATTEMPTS
from actions.conversation import Events
from actions.drafts import TABLES
from bot.analytics.counting import VISIT
from bot.campaigns.quiz_progress import PROGRESS

_FORMS = [table for table in TABLES.values() if table.drafted]
KEPT = (
    *(name for table in _FORMS for name in table.slots),
    *(ATTEMPTS, VISIT, PROGRESS),
)


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
        requested = tracker.get_slot("requested_slot")
        open_form = next((t.name for t in _FORMS if values[t.book] is not None), None)
        if open_form and requested:
            events += [ActiveLoop(open_form), SlotSet("requested_slot", requested)]
        return [*events, ActionExecuted("action_listen")]
