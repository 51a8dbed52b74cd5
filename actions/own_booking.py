"""「取消我的预约」: a booked call that a customer keeps, cancels, or moves to another time.

Cancelled is what the journal has committed; the seat is free from then on. A booking that is moved
keeps its seat until the new time is confirmed (bot/intake/callbacks.py, `instead_of`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import drafts, services, times
from actions.callback import FORM, leave, open_form
from actions.conversation import Events, channel_of, now
from bot.errors import JournalUnavailable
from bot.intake import callback_fields as b
from bot.intake.cancellations import Cancellation
from bot.intake.seats import Booked
from bot.privacy.masking import mask
from bot.privacy.sealing import phones_of

logger = logging.getLogger(__name__)


async def settle(
    dispatcher: CollectingDispatcher, tracker: Tracker, picked: Mapping[str, Any]
) -> Events | None:
    """Does what a button of a booking says; None when none was pressed. Raises StorageError."""
    what = next((name for name in _ANSWERS if name in picked), None)
    if what is None:
        return None
    mine = await times.booked_as(tracker.sender_id, picked[what])
    if mine is None:
        dispatcher.utter_message(response="utter_booking_no_more")
        return []
    if times.has_begun(mine):
        times.tell(dispatcher, mine)
        return []
    return await _ANSWERS[what](dispatcher, tracker, mine)


async def leave_form(dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
    """A form that was to book or to move has nothing left to ask; another one asks on."""
    values = drafts.values_of(tracker, b.TABLE)
    if not (is_open(tracker) and values[b.BOOKING]):
        return []
    return [*drafts.closing(b.TABLE), *await leave(dispatcher, tracker, values)]


def is_open(tracker: Tracker) -> bool:
    """True within the call-back's form."""
    return (tracker.active_loop or {}).get("name") == FORM


def is_moving(tracker: Tracker, booked: Booked | None = None) -> bool:
    """True while another time is chosen for a booking, for `booked` if it is given."""
    moving = b.moving(tracker.get_slot(b.BOOKING)) if is_open(tracker) else {}
    return bool(moving) and (booked is None or moving[b.INSTEAD] == str(booked.callback))


async def _keep(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    mine: Booked,  # noqa: ARG001 - as all answers
) -> Events:
    dispatcher.utter_message(response="utter_booking_kept")
    return await leave_form(dispatcher, tracker)


async def _cancel(dispatcher: CollectingDispatcher, tracker: Tracker, mine: Booked) -> Events:
    cancelled = Cancellation(mine.callback, channel_of(tracker), tracker.sender_id)
    try:
        done = await asyncio.to_thread(services.cancellations().record, cancelled, now())
    except JournalUnavailable as exc:
        logger.error("cancellation not journaled: %s", exc.__cause__.__class__.__name__)
        dispatcher.utter_message(response="utter_act_not_recorded")
        return []
    if done:
        dispatcher.utter_message(response="utter_booking_cancelled", time=times.show(mine))
    else:  # by another window of the same customer, a moment before
        dispatcher.utter_message(response="utter_booking_no_more")
    return await leave_form(dispatcher, tracker)


async def _move(dispatcher: CollectingDispatcher, tracker: Tracker, mine: Booked) -> Events:
    """Opens the form with all that was told for the old time; only the new one is asked for."""
    if is_moving(tracker, mine):
        dispatcher.utter_message(response="utter_booking_another")
        return [SlotSet("requested_slot", b.TIME)]
    campaign = times.campaign_of(mine.campaign)
    found = await times.free(campaign, now()) if campaign else []
    if all(offer.slot.id == mine.slot for offer in found):
        dispatcher.utter_message(response="utter_booking_no_other", time=times.show(mine))
        return []
    dispatcher.utter_message(response="utter_booking_move", time=times.show(mine))
    booking = {
        "campaign": mine.campaign,
        "slot": None,
        b.INSTEAD: str(mine.callback),
        b.HELD: mine.slot,
    }
    told = await asyncio.to_thread(_told, tracker.sender_id, mine)
    return await open_form(tracker, **{b.BOOKING: booking, b.TIME: None, **told})


def _told(sender_id: str, mine: Booked) -> dict[str, Any]:
    """Phone, subject and name of the call that is moved, as long as they are kept here."""
    calls = services.callbacks().of_sender(sender_id)
    known = next((call for call in calls if call["id"] == str(mine.callback)), None)
    if known is None:
        return {b.TOPIC: None}
    phone = next(iter(phones_of(mask(known["phone"]), services.seals())), None)
    return {b.PHONE: phone, b.TOPIC: known["topic"], b.NAME: known["name"]}


_ANSWERS: Mapping[str, Callable[[CollectingDispatcher, Tracker, Booked], Awaitable[Events]]] = {
    "keep": _keep,
    "cancel": _cancel,
    "move": _move,
}
"""Argument of a `/campaign_book` button, whose value is the booked call's id → what it does."""
