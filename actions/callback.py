"""「给我回个电话」: every turn of the call-back's form, and the promise made when it is on disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import drafts, services, times
from actions.complaint_form import return_to_form
from actions.conversation import Events, SafeAction, channel_of, now, phones_told, say, turn_of
from actions.counted import counted, deed
from actions.handover import close_waiting, waiting_talk
from actions.handover_file import topic_of
from actions.topic import INTENT_TITLES
from bot.analytics.fact import FactKind
from bot.errors import AlreadyBooked, BotError, JournalUnavailable, SlotFull, StorageError
from bot.intake import callback_fields as b
from bot.intake import fields as f
from bot.intake.calendar import local_day, show_moment
from bot.intake.callbacks import Callback
from bot.intake.promises import provisional
from bot.privacy.masking import mask
from bot.privacy.sealing import Sealed, phones_of

logger = logging.getLogger(__name__)

FORM = b.TABLE.name
_NO_TOPIC = {INTENT_TITLES["handoff"], INTENT_TITLES["callback_request"]}
"""Not what anybody wants to talk about on the phone."""
_BOOKED_BEFORE = (
    "您在这个活动里已经约过一次，每位客户只能约一次，所以这次没有约成。"
    "约好的电话会照常打给您；现在就想让人联系您，请说“请给我回电话”。"
)
"""To who has booked, had that deleted, and books again: nothing more is known of the first time."""


class OpenCallback(SafeAction):
    """Begins a call-back; a form that is open is put aside and comes back afterwards."""

    def name(self) -> str:
        return "action_open_callback"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        return await open_form(tracker)


async def open_form(tracker: Tracker, **given: Any) -> Events:
    """Events that begin a call-back with the fields `given`, and with what is known of the others.

    Raises StorageError when the form that is open cannot be put aside.
    """
    known = {**await _known(tracker), **given}
    aside = await drafts.put_aside(tracker, FORM)
    return [
        *(aside or drafts.closing(b.TABLE)),
        *(SlotSet(name, known.get(name)) for name in b.SLOTS),
        FollowupAction(FORM),
    ]


async def _known(tracker: Tracker) -> dict[str, Any]:
    """What the conversation has told already of phone, subject and name."""
    offered = tracker.get_slot(f.PHONE) or next(iter(phones_told(tracker)), None)
    topic = topic_of(tracker)
    return {
        b.OFFERED: offered or await _phone_of_complaint(tracker),
        b.TOPIC: None if topic in _NO_TOPIC else topic[: b.LONGEST[b.TOPIC]] or None,
        b.NAME: tracker.get_slot(f.NAME),
    }


async def _phone_of_complaint(tracker: Tracker) -> Sealed | None:
    """The phone of the complaint last filed in this conversation."""
    try:
        entries = await asyncio.to_thread(services.journal().of_sender, tracker.sender_id)
    except StorageError:
        return None
    if not entries:
        return None
    return next(iter(phones_of(mask(str(entries[0].payload[f.PHONE])), services.seals())), None)


class ValidateCallbackForm(SafeAction):
    """Reads one turn of the form; Rasa asks for the `requested_slot` this returns."""

    def name(self) -> str:
        return f"validate_{FORM}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        state = drafts.state_of(tracker, b.TABLE)
        step = services.callback_form().advance(state, turn_of(tracker))
        if step.aside:
            return []
        return await drafts.answer(dispatcher, tracker, b.TABLE, state, step)


# -- questions ---------------------------------------------------------------------------------


class AskCallbackPhone(SafeAction):
    """Offers the phone that is known; without one, asks."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{b.PHONE}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        offered = tracker.get_slot(b.OFFERED)
        if offered is None:
            dispatcher.utter_message(response="utter_ask_callback_phone")
        else:
            dispatcher.utter_message(
                response="utter_ask_callback_phone_offered", phone=offered["shown"]
            )
        return []


class AskCallbackConfirmation(SafeAction):
    """Reads the wish back with the promise, before it is recorded."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{b.CONFIRMED}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        is_booked = tracker.get_slot(b.BOOKING) is not None
        labels = {name: b.TABLE.by_name[name].label for name in b.RECAP}
        if is_booked:
            labels[b.TIME] = b.BOOKED_TIME
        lines = [
            f"{label}：{b.show(name, tracker.get_slot(name))}" for name, label in labels.items()
        ]
        recap = "\n".join(lines)
        if b.moving(tracker.get_slot(b.BOOKING)):
            dispatcher.utter_message(response="utter_booking_move_recap", recap=recap)
        elif is_booked:
            dispatcher.utter_message(response="utter_booking_recap", recap=recap)
        else:
            dispatcher.utter_message(
                response="utter_callback_recap", recap=recap, call_by=_promise()
            )
        return []


def _promise() -> str:
    moment = now()
    called = services.call_by(moment)
    return f"{show_moment(called, local_day(moment))}{provisional(called)}"


# -- recording it ------------------------------------------------------------------------------


class SubmitCallback(SafeAction):
    """Records the wish. A call is promised only after the journal has committed."""

    def name(self) -> str:
        return "action_submit_callback"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        values = drafts.values_of(tracker, b.TABLE)
        if not values[b.CONFIRMED]:  # left without confirming; the form has said so itself
            return await return_to_form(dispatcher, tracker)
        try:
            promised_by = await _record(values, tracker)
        except SlotFull:
            dispatcher.utter_message(response="utter_booking_full", time=values[b.TIME])
            return _another_time(values)
        except AlreadyBooked:
            campaign = values[b.BOOKING]["campaign"]
            if not await times.tell_booked(dispatcher, tracker.sender_id, campaign):
                say(dispatcher, _BOOKED_BEFORE)
            return await leave(dispatcher, tracker, values)
        except JournalUnavailable as exc:
            logger.error("call-back not journaled: %s", exc.__cause__.__class__.__name__)
            dispatcher.utter_message(response="utter_act_not_recorded")
            return self.after_failure()
        done = await _promise_given(dispatcher, tracker, values, promised_by)
        return [*done, *await leave(dispatcher, tracker, values)]

    def after_failure(self) -> Events:
        """The answers stay, and the last question tries again."""
        return [
            ActiveLoop(FORM),
            SlotSet(b.CONFIRMED, None),
            SlotSet("requested_slot", b.CONFIRMED),
        ]


def _another_time(values: Mapping[str, Any]) -> Events:
    """The answers stay, and the times that are left are offered."""
    booked = values[b.BOOKING]
    booking = {"campaign": booked["campaign"], "slot": None, **b.moving(booked)}
    return [
        ActiveLoop(FORM),
        SlotSet(b.BOOKING, booking),
        SlotSet(b.TIME, None),
        SlotSet(b.CONFIRMED, None),
        SlotSet("requested_slot", b.TIME),
    ]


async def _promise_given(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    values: Mapping[str, Any],
    promised_by: datetime,
) -> Events:
    """Says when the call comes, which is on disk by now; has a booked one counted."""
    phone, booking = values[b.PHONE]["shown"], values[b.BOOKING]
    if b.moving(booking):  # counted when it was booked
        dispatcher.utter_message(response="utter_booking_moved", phone=phone, time=values[b.TIME])
        return []
    if booking is not None:
        time = values[b.TIME]
        dispatcher.utter_message(response="utter_booking_recorded", phone=phone, time=time)
        return [counted(deed(tracker, FactKind.BOOKING, topic=booking["slot"]))]
    call_by = f"{show_moment(promised_by, local_day(now()))}{provisional(promised_by)}"
    dispatcher.utter_message(response="utter_callback_recorded", phone=phone, call_by=call_by)
    await _stop_waiting(tracker.sender_id)
    return []


async def leave(
    dispatcher: CollectingDispatcher, tracker: Tracker, values: Mapping[str, Any]
) -> Events:
    """Forgets the answers; the form that was put aside comes back."""
    await drafts.forget(str(values[b.BOOK]["id"]))
    forgotten = [SlotSet(name, None) for name in b.SLOTS]
    return [*forgotten, *await return_to_form(dispatcher, tracker)]


async def _record(values: Mapping[str, Any], tracker: Tracker) -> datetime:
    """Commits the wish; the moment promised. Raises JournalUnavailable, SlotFull, AlreadyBooked."""
    moment, booking = now(), values[b.BOOKING]
    callback = Callback(
        id=UUID(values[b.BOOK]["id"]),
        channel=channel_of(tracker),
        sender_id=tracker.sender_id,
        asked_at=moment,
        promised_by=services.call_by(moment) if booking is None else times.end_of(booking, moment),
        phone=services.seals().open(values[b.PHONE]["sealed"]),
        name=values[b.NAME],
        topic=str(values[b.TOPIC]),
        preferred=_preferred(values),
        # A call on another day takes the place of no talk.
        chat=await _talk_given_up(tracker.sender_id) if booking is None else None,
    )
    seat = None if booking is None else times.seat_of(booking, moment)
    instead = None if booking is None else await times.moved_by(tracker.sender_id, booking)
    return await asyncio.to_thread(services.callbacks().record, callback, moment, seat, instead)


def _preferred(values: Mapping[str, Any]) -> str | None:
    time = str(values[b.TIME])
    if values[b.BOOKING] is not None:
        return f"{time}（活动预约）"
    return None if time == b.UNKNOWN[b.TIME] else time


async def _talk_given_up(sender_id: str) -> str | None:
    """The talk that the call takes the place of; its absence is no reason not to call."""
    try:
        talk = await waiting_talk(sender_id)
    except StorageError:
        return None
    return talk.id if talk else None


async def _stop_waiting(sender_id: str) -> None:
    """Who will be called need not wait in the window; the call is promised whatever becomes of it."""
    try:
        await close_waiting(sender_id)
    except BotError as exc:
        logger.error("talk not closed: %s", type(exc).__name__)
