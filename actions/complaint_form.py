"""The complaint conversation: every turn of the form, its two computed questions, the filing."""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from uuid import UUID

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import case_status, services
from actions.conversation import Events, SafeAction, now, opening_of, payload_of, turn_of
from bot.errors import JournalUnavailable
from bot.intake import fields as f
from bot.intake.complaint import Complaint
from bot.intake.conversation import FormState
from bot.intake.filing import contract_fields
from bot.settings import settings

logger = logging.getLogger(__name__)

FORM = "complaint_form"


def _values(tracker: Tracker) -> dict[str, Any]:
    return {name: tracker.get_slot(name) for name in f.SLOTS}


class ValidateComplaintForm(SafeAction):
    """Reads one turn of the form; Rasa asks for the `requested_slot` this returns."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        # A form that has not begun has no intake id, whatever slot some other form left requested.
        begun = tracker.get_slot(f.INTAKE) is not None
        state = FormState(_values(tracker), tracker.get_slot("requested_slot") if begun else None)
        step = services.form().advance(state, turn_of(tracker) if begun else opening_of(tracker))
        if step.aside:
            return []
        for say in step.say:
            dispatcher.utter_message(response=say.response, **say.variables)
        # Rasa takes a form that sets no slot for one that did not understand, and asks the rules.
        values = {f.INTAKE: state.get(f.INTAKE), **step.values}
        return [
            *(SlotSet(name, value) for name, value in values.items()),
            SlotSet("requested_slot", step.ask),
        ]


class AskBusiness(SafeAction):
    """Offers the likeliest business categories as buttons."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{f.BUSINESS}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        book = tracker.get_slot(f.INTAKE) or {}
        buttons = [_button(name, f.BUSINESS, name) for name in f.offered_business(book)]
        response = "utter_ask_business_proposed" if book.get("business") else "utter_ask_business"
        dispatcher.utter_message(response=response, buttons=buttons)
        return []


class AskConfirmation(SafeAction):
    """Reads the whole complaint back before it is filed."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{f.CONFIRMED}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        lines = [
            f"{f.BY_NAME[name].label}：{_one_line(f.show(name, tracker.get_slot(name)))}"
            for name in f.RECAP
            if tracker.get_slot(name) is not None
        ]
        dispatcher.utter_message(response="utter_recap", recap="\n".join(lines))
        return []


def _one_line(text: str) -> str:
    """A story's line breaks would look like further fields of the recap."""
    return " ".join(text.split("\n"))


def _button(title: str, field: str, value: str) -> dict[str, str]:
    return {"title": title, "payload": f'/answer{{"field": "{field}", "value": "{value}"}}'}


class SubmitComplaint(SafeAction):
    """Files a confirmed complaint. The reference is shown only after the journal has committed."""

    def name(self) -> str:
        return "action_submit_complaint"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        if not tracker.get_slot(f.CONFIRMED):
            return []  # the form was left without confirming; it has said so itself
        values = _values(tracker)
        complaint = Complaint(
            intake_id=UUID(values[f.INTAKE]["id"]),
            channel=tracker.get_latest_input_channel() or "web",
            sender_id=tracker.sender_id,
            submitted_at=now(),
            fields=contract_fields(values, services.seals().open),
        )
        try:
            receipt = await asyncio.to_thread(services.journal().record, complaint, now())
        except JournalUnavailable as exc:
            logger.error("complaint not journaled: %s", exc.__cause__.__class__.__name__)
            dispatcher.utter_message(response="utter_not_filed")
            return self.after_failure()
        promise = f"{settings().promise_working_days}个工作日"
        dispatcher.utter_message(
            response="utter_filed", reference=receipt.reference, promise=promise
        )
        forget = [SlotSet(name, None) for name in f.SLOTS]
        return [*forget, SlotSet(case_status.REFERENCE, receipt.reference)]

    def after_failure(self) -> Events:
        """The answers stay, and 「提交」 tries again."""
        return [
            ActiveLoop(FORM),
            SlotSet(f.CONFIRMED, None),
            SlotSet("requested_slot", f.CONFIRMED),
        ]


class AnswerLate(SafeAction):
    """A button of a form that is no longer open: pressed twice, or scrolled back to."""

    def name(self) -> str:
        return "action_answer_late"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        filed = tracker.get_slot(case_status.REFERENCE)
        if filed and (payload_of(tracker) or {}).get("field") == f.CONFIRMED:
            dispatcher.utter_message(response="utter_already_filed", reference=filed)
        else:
            dispatcher.utter_message(response="utter_nothing_open")
        return []
