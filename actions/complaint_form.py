"""The complaint conversation: every turn of the form, its computed questions, the filing."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import case_status, drafts, services
from actions.conversation import (
    Events,
    SafeAction,
    act_of,
    channel_of,
    now,
    opening_of,
    payload_of,
    turn_of,
)
from actions.counted import counted, deed
from actions.handover import offer_in_distress
from bot.analytics.fact import FactKind
from bot.campaigns import quiz_fields as q
from bot.errors import JournalUnavailable, StorageError
from bot.intake import fields as f
from bot.intake.acts import ActKind
from bot.intake.complaint import Complaint
from bot.intake.filing import contract_fields
from bot.intake.forms.table import FormState
from bot.intake.journal import Entry
from bot.intake.promises import due_dates, receipt_variables
from bot.intake.same_matter import Told, same_matter, told_again
from bot.intake.turn import Step
from bot.settings import settings

logger = logging.getLogger(__name__)

FORM = f.TABLE.name
SAME_WITHIN = timedelta(days=60)
"""How far back an earlier complaint may be the same matter: the longest legal time to decide."""


class ValidateComplaintForm(SafeAction):
    """Reads one turn of the form; Rasa asks for the `requested_slot` this returns."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        state = drafts.state_of(tracker, f.TABLE)
        begun = state.get(f.INTAKE) is not None
        if not begun:
            sent = {f.ATTACHMENTS: await _sent_before(tracker)}
            state = replace(state, values={**state.values, **sent})
        step = services.form().advance(state, turn_of(tracker) if begun else opening_of(tracker))
        if step.aside:
            return []
        step = await _ask_same(state, step)
        events = await drafts.answer(dispatcher, tracker, f.TABLE, state, step)
        await offer_in_distress(dispatcher, tracker)
        return events


async def _sent_before(tracker: Tracker) -> list[str]:
    """Ids of the evidence sent before the complaint was begun."""
    try:
        held = await asyncio.to_thread(services.evidence().held, tracker.sender_id)
    except StorageError:
        return []
    return [evidence.id for evidence in held]


async def _ask_same(state: FormState, step: Step) -> Step:
    """Before the recap: is an earlier complaint of this phone about the same matter?"""
    values = {**state.values, **step.values}
    book = values.get(f.INTAKE) or {}
    if step.ask != f.CONFIRMED or state.requested == f.CONFIRMED or "same" in book:
        return step
    phone = services.seals().open(values[f.PHONE]["sealed"])
    try:
        earlier = await asyncio.to_thread(
            services.journal().recent_of_phone, phone, now() - SAME_WITHIN
        )
        gone = await asyncio.to_thread(services.acts().withdrawn, [e.reference for e in earlier])
    except StorageError:
        return step  # filed as a case of its own; a person can merge them
    mine = Told.of(values)
    found = next((e for e in earlier if e.reference not in gone and _is_same(mine, e)), None)
    return services.form().ask_same(state, step, found.reference) if found else step


def _is_same(mine: Told, earlier: Entry) -> bool:
    return same_matter(mine, Told.of(earlier.payload))


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


class AskReason(SafeAction):
    """Offers the likeliest reasons as buttons."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{f.REASON}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        book = tracker.get_slot(f.INTAKE) or {}
        buttons = [
            _button(name.removesuffix("引起的投诉"), f.REASON, name)
            for name in f.offered_reasons(book)
        ]
        dispatcher.utter_message(response="utter_ask_reason", buttons=buttons)
        return []


class AskSame(SafeAction):
    """Shows the earlier complaint that may be about the same matter."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{f.SAME}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        book = tracker.get_slot(f.INTAKE) or {}
        dispatcher.utter_message(response="utter_ask_same", reference=str(book.get("same")))
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
        sent = tracker.get_slot(f.ATTACHMENTS) or []
        lines += [f"附件：{len(sent)}个"] if sent else []
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
        values = drafts.values_of(tracker, f.TABLE)
        joins = (values[f.INTAKE] or {}).get("joins")
        if not values[f.CONFIRMED] and not joins:
            # The form was left without confirming; it has said so itself.
            return await return_to_form(dispatcher, tracker)
        try:
            reference = await (
                _supplement(values, tracker, joins) if joins else _file(values, tracker)
            )
        except JournalUnavailable as exc:
            logger.error("complaint not journaled: %s", exc.__cause__.__class__.__name__)
            dispatcher.utter_message(response="utter_not_filed")
            return self.after_failure()
        _acknowledge(dispatcher, reference, joined=bool(joins))
        await drafts.forget(str(values[f.INTAKE]["id"]))
        forgotten = [SlotSet(name, None) for name in f.SLOTS]
        known = SlotSet(case_status.REFERENCE, reference)
        filed = [] if joins else [counted(deed(tracker, FactKind.COMPLAINT))]
        return [*forgotten, known, *filed, *await return_to_form(dispatcher, tracker)]

    def after_failure(self) -> Events:
        """The answers stay, and 「提交」 tries again."""
        return [
            ActiveLoop(FORM),
            SlotSet(f.CONFIRMED, None),
            SlotSet("requested_slot", f.CONFIRMED),
        ]


async def _file(values: dict[str, Any], tracker: Tracker) -> str:
    """Files the complaint with what was sent for it. Raises JournalUnavailable."""
    complaint = Complaint(
        intake_id=UUID(values[f.INTAKE]["id"]),
        channel=channel_of(tracker),
        sender_id=tracker.sender_id,
        submitted_at=now(),
        fields=contract_fields(values, services.seals().open),
    )
    return await asyncio.to_thread(services.desk().file, complaint, now())


async def _supplement(values: dict[str, Any], tracker: Tracker, reference: str) -> str:
    """Journals what was told as a supplement of `reference`. Raises JournalUnavailable."""
    intake_id = UUID(values[f.INTAKE]["id"])
    told = {"text": told_again(values)}
    act = act_of(tracker, uuid5(intake_id, "supplement"), ActKind.SUPPLEMENT, reference, told)
    await asyncio.to_thread(services.acts().record, act, now())
    sent = [str(sent) for sent in values[f.ATTACHMENTS] or ()]
    await asyncio.to_thread(services.evidence().attach, sent, reference, now())
    return reference


def _acknowledge(dispatcher: CollectingDispatcher, reference: str, *, joined: bool) -> None:
    if joined:
        dispatcher.utter_message(response="utter_case_form_supplement", reference=reference)
        return
    config, moment = settings(), now()
    due = due_dates(moment, config.promise_working_days, config.complex_working_days)
    told = receipt_variables(due, services.office_hours(), moment)
    dispatcher.utter_message(response="utter_filed", reference=reference, **told)


async def return_to_form(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """Back to the form that was put aside for the one just ended, if there is one."""
    draft = await drafts.put_aside_before(tracker)
    if draft is None:
        return []
    if not drafts.TABLES[draft.form].drafted:
        await drafts.offer(dispatcher, draft)
        return []
    dispatcher.utter_message(response="utter_back_to_form")
    return await drafts.take_up(tracker, draft)


class AnswerLate(SafeAction):
    """A button of a form that is no longer open: pressed twice, or scrolled back to."""

    def name(self) -> str:
        return "action_answer_late"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        field = (payload_of(tracker) or {}).get("field")
        if field in q.TABLE.by_name:
            return [FollowupAction("action_open_quiz")]
        filed = tracker.get_slot(case_status.REFERENCE)
        if filed and field == f.CONFIRMED:
            dispatcher.utter_message(response="utter_already_filed", reference=filed)
        else:
            dispatcher.utter_message(response="utter_nothing_open")
        return []
