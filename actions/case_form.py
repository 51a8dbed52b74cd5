"""What customers do after filing: supplement, withdraw, rate, ask for a review."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import case_status, drafts, services
from actions.bank import ask_bank
from actions.complaint_form import return_to_form
from actions.conversation import Events, SafeAction, act_of, now, turn_of
from actions.handover import offer_in_distress
from bot.errors import CaseStoreError, JournalUnavailable, NotFound, StorageError, TooManyAttempts
from bot.intake import case_fields as c
from bot.intake.acts import ActKind
from bot.intake.forms.table import FormState
from bot.intake.status import Status, not_now, standing
from bot.intake.turn import Say, Step
from bot.settings import settings

logger = logging.getLogger(__name__)

FORM = c.TABLE.name
ACTS = {
    "complaint_supplement": c.SUPPLEMENT,
    "complaint_withdraw": c.WITHDRAWAL,
    "complaint_review": c.REVIEW,
    "complaint_rate": c.RATE,
    "answer_satisfied": c.RATE,
    "answer_dissatisfied": c.RATE,
}
"""The intent that opens the form, and the act it is for."""
RATING_OF = {"answer_satisfied": 5, "answer_dissatisfied": 2}
CONTENT_WITH = 3
"""Ratings below are told how to ask for a review."""


class OpenCaseForm(SafeAction):
    """Begins a later act; a form that is open is put aside and comes back afterwards."""

    def name(self) -> str:
        return "action_open_case_form"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        intent = str((tracker.latest_message.get("intent") or {}).get("name"))
        aside = await drafts.put_aside(tracker, FORM)
        return [
            *(aside or drafts.closing(c.TABLE)),
            *(SlotSet(name, None) for name in c.SLOTS),
            SlotSet(c.ACT, ACTS[intent]),
            SlotSet(c.RATING, RATING_OF.get(intent)),
            FollowupAction(FORM),
        ]


class ValidateCaseForm(SafeAction):
    """Reads one turn of the form and checks that the case is the customer's."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        state = drafts.state_of(tracker, c.TABLE)
        turn = turn_of(tracker, await _own(tracker))
        step = services.case_form().advance(state, turn)
        if step.aside:
            return []
        attempts = case_status.recent(tracker)
        step, failed = await _checked(state, step, attempts)
        events = await drafts.answer(dispatcher, tracker, c.TABLE, state, step)
        await offer_in_distress(dispatcher, tracker)
        return [*events, *([SlotSet(case_status.ATTEMPTS, failed)] if failed != attempts else [])]


async def _own(tracker: Tracker) -> list[str]:
    """References filed in this conversation, the one last spoken of first."""
    try:
        entries = await asyncio.to_thread(services.journal().of_sender, tracker.sender_id)
    except StorageError:
        return []
    filed = [entry.reference for entry in entries]
    last = tracker.get_slot(case_status.REFERENCE)
    return sorted(filed, key=lambda ref: ref != last)


# -- whose case it is, and what may be done with it --------------------------------------------


async def _checked(state: FormState, step: Step, attempts: list[float]) -> tuple[Step, list[float]]:
    """The step after looking the case up once reference and proof are both there."""
    values = {**state.values, **step.values}
    proof = values.get(c.PROOF)
    if proof is None or values.get(c.REFERENCE) is None or proof.get("checked"):
        return step, attempts
    form = services.case_form()
    if len(attempts) >= settings().status_attempts_per_hour:
        return form.end("utter_status_too_many"), attempts
    try:
        status = await _standing(values)
    except NotFound:
        return form.refuse(state, step), [*attempts, now().timestamp()]
    except TooManyAttempts:
        return form.end("utter_status_too_many"), attempts
    except (CaseStoreError, StorageError):
        return form.end("utter_status_unavailable"), attempts
    return _allowed(values, step, status), attempts


async def _standing(values: Mapping[str, Any]) -> Status | None:
    tail = values[c.PROOF].get("tail")
    cases, journal = services.cases(), services.journal()
    return await ask_bank(standing, cases, journal, values[c.REFERENCE], tail)


def _allowed(values: Mapping[str, Any], step: Step, status: Status | None) -> Step:
    """Ends the form where the act makes no sense for the case as it stands."""
    refusal = not_now(str(values[c.ACT]), status, now())
    if refusal is not None:
        ended = services.case_form().end(refusal)
        ended.say[0] = Say(refusal, {"reference": str(values[c.REFERENCE])})
        return ended
    by = "tail" if values[c.PROOF].get("tail") else "conversation"
    step.values[c.PROOF] = {"by": by, "checked": True}
    return step


# -- questions ---------------------------------------------------------------------------------


class AskCaseText(SafeAction):
    """Asks for the text of the act; what it is about differs from act to act."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{c.TEXT}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(response=f"utter_ask_case_text_{tracker.get_slot(c.ACT)}")
        return []


class AskCaseConfirmation(SafeAction):
    """Says what the act brings about before it is done."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{c.CONFIRMED}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        dispatcher.utter_message(
            response=f"utter_ask_case_confirmed_{tracker.get_slot(c.ACT)}",
            reference=str(tracker.get_slot(c.REFERENCE)),
        )
        return []


# -- doing it ----------------------------------------------------------------------------------


class SubmitCase(SafeAction):
    """Journals the act. It is called done only after the journal has committed."""

    def name(self) -> str:
        return "action_submit_case"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        values = drafts.values_of(tracker, c.TABLE)
        if values[c.BOOK] is None:  # left without doing anything; the form has said so itself
            return await return_to_form(dispatcher, tracker)
        try:
            await self._record(values, tracker)
        except JournalUnavailable as exc:
            logger.error("act not journaled: %s", exc.__cause__.__class__.__name__)
            dispatcher.utter_message(response="utter_act_not_recorded")
            return self._again(values)
        _acknowledge(dispatcher, values)
        await drafts.forget(str(values[c.BOOK]["id"]))
        forgotten = [SlotSet(name, None) for name in c.SLOTS]
        known = SlotSet(case_status.REFERENCE, values[c.REFERENCE])
        return [*forgotten, known, *await return_to_form(dispatcher, tracker)]

    async def _record(self, values: Mapping[str, Any], tracker: Tracker) -> None:
        kind, reference = ActKind(values[c.ACT]), str(values[c.REFERENCE])
        act = act_of(tracker, UUID(values[c.BOOK]["id"]), kind, reference, _fields(values))
        await asyncio.to_thread(services.acts().record, act, now())
        if act.kind is ActKind.SUPPLEMENT:
            held = await asyncio.to_thread(services.evidence().held, tracker.sender_id)
            ids = [evidence.id for evidence in held]
            await asyncio.to_thread(services.evidence().attach, ids, act.reference, now())

    @staticmethod
    def _again(values: Mapping[str, Any]) -> Events:
        """The answers stay; the last question tries again."""
        last = c.ASKED_FOR[str(values[c.ACT])][-1]
        return [ActiveLoop(FORM), SlotSet(last, None), SlotSet("requested_slot", last)]


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    """Body of the act's call, without id and time (docs/contract/case-store.openapi.json)."""
    bodies: Mapping[str, dict[str, Any]] = {
        c.SUPPLEMENT: {"text": values[c.TEXT]},
        c.WITHDRAWAL: {"reason": None},
        c.REVIEW: {"reason": values[c.TEXT]},
        c.RATE: {"rating": values[c.RATING], "comment": values[c.TEXT]},
    }
    return bodies[str(values[c.ACT])]


def _acknowledge(dispatcher: CollectingDispatcher, values: Mapping[str, Any]) -> None:
    act = str(values[c.ACT])
    if act == c.RATE and int(values[c.RATING]) < CONTENT_WITH:
        act = "dissatisfied"
    dispatcher.utter_message(response=f"utter_case_form_{act}", reference=values[c.REFERENCE])
