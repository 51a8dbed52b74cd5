"""「预约回电」 of a campaign: the times that are free, and the call-back's form with one of them.

Nothing is reserved before the customer has confirmed: who leaves the form leaves no seat behind.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import drafts, own_booking, services, times
from actions.callback import FORM, open_form
from actions.conversation import Events, SafeAction, now, payload_of
from bot.campaigns.bookings import Offer, bookable, picked_slot, show_slot
from bot.campaigns.campaign import Campaign, Slot
from bot.intake import callback_fields as b
from bot.nlu.campaign import wants_own_booking

_NOT_BOOKED = {True: "utter_booking_not_yet", False: "utter_booking_nothing"}
"""To who asks for their booking and has none: within the form, and elsewhere."""
_STEPS = ("day", "after")
"""Arguments of a button that leads to more times instead of to one."""
_KEEP = {"title": "还按原来约的", "payload": f'/answer{{"field": "{b.BOOKING}", "value": true}}'}
_KEEP_CHOSEN = {**_KEEP, "title": "还按刚才选的"}
_NO_BOOKING = {
    "title": "不约时段，尽快回电",
    "payload": f'/answer{{"field": "{b.BOOKING}", "value": false}}',
}
_NOT_MOVED = {**_NO_BOOKING, "title": "保留原来的时间"}


class OpenBooking(SafeAction):
    """Without a time lists the free ones; with one opens the call-back's form for it."""

    def name(self) -> str:
        return "action_open_booking"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        picked = payload_of(tracker) or {}
        settled = await own_booking.settle(dispatcher, tracker, picked)
        if settled is not None:
            return settled
        campaign = _campaign(tracker, picked)
        told = await _tell_own(dispatcher, tracker, campaign)
        if told is not None:
            return told
        if campaign is None:
            dispatcher.utter_message(response="utter_booking_none")
            return []
        found = await times.free(campaign, now())
        if not found:
            dispatcher.utter_message(response="utter_booking_all_taken", title=campaign.title)
            return []
        slot = picked_slot(campaign, found, picked)
        if slot is not None:
            return await _choose(dispatcher, tracker, campaign, slot)
        return _list(dispatcher, tracker, campaign, found, picked)


async def _tell_own(
    dispatcher: CollectingDispatcher, tracker: Tracker, campaign: Campaign | None
) -> Events | None:
    """Tells who asks for their booking, or is to book a second time, what they have.

    None when a time may be chosen.
    """
    asks_own = wants_own_booking(str(tracker.latest_message.get("text") or ""))
    if own_booking.is_moving(tracker) and not asks_own:
        return None
    own = campaign.id if campaign else times.visited(tracker)
    mine = await times.booked_by(tracker.sender_id, own, or_any=asks_own)
    if mine is not None:
        times.tell(dispatcher, mine)
        return await own_booking.leave_form(dispatcher, tracker)
    if not asks_own:
        return None
    dispatcher.utter_message(response=_NOT_BOOKED[own_booking.is_open(tracker)])
    return []


def _campaign(tracker: Tracker, picked: Mapping[str, Any]) -> Campaign | None:
    """The campaign a button names, else the one that may be booked with now."""
    named = times.campaign_of(picked["campaign"]) if "campaign" in picked else None
    return named or bookable(services.campaigns().campaigns(), times.visited(tracker), now())


async def _choose(
    dispatcher: CollectingDispatcher, tracker: Tracker, campaign: Campaign, slot: Slot
) -> Events:
    """A form that is open already goes on with this time, whatever it had before."""
    given = {
        b.BOOKING: {"campaign": campaign.id, "slot": slot.id, **_moving(tracker)},
        b.TIME: show_slot(slot, now()),
    }
    if not own_booking.is_open(tracker):
        return await open_form(tracker, **{b.TOPIC: None}, **given)
    dispatcher.utter_message(response="utter_booking_chosen", time=given[b.TIME])
    values = {**drafts.values_of(tracker, b.TABLE), **given}
    asked = next(name for name in b.ASKED if values[name] is None)
    return [*(SlotSet(*each) for each in given.items()), SlotSet("requested_slot", asked)]


def _list(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    campaign: Campaign,
    found: Sequence[Offer],
    picked: Mapping[str, Any],
) -> Events:
    """Says what is free; within the form its own question for the time does."""
    if own_booking.is_open(tracker):
        booked = tracker.get_slot(b.BOOKING) or {}
        steps = {name: picked[name] for name in _STEPS if name in picked}
        kept = {"slot": booked.get("slot"), **_moving(tracker)}
        booking = {"campaign": campaign.id, **kept, **steps}
        dispatcher.utter_message(response="utter_booking_another")
        return [SlotSet(b.BOOKING, booking), SlotSet("requested_slot", b.TIME)]
    dispatcher.utter_message(
        response="utter_booking_gone" if "slot" in picked else "utter_booking_times",
        title=campaign.title,
        buttons=times.buttons(campaign, found, picked, now()),
    )
    return []


def _moving(tracker: Tracker) -> dict[str, Any]:
    return b.moving(tracker.get_slot(b.BOOKING)) if own_booking.is_moving(tracker) else {}


class AskCallbackTime(SafeAction):
    """Asks when a call suits; for a booked one, which of the campaign's times."""

    def name(self) -> str:
        return f"action_ask_{FORM}_{b.TIME}"

    async def act(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Events:
        booking = tracker.get_slot(b.BOOKING)
        if booking is None:
            dispatcher.utter_message(response="utter_ask_callback_form_callback_time")
            return []
        campaign, moment = times.campaign_of(booking["campaign"]), now()
        found = await times.free(campaign, moment) if campaign else []
        moving = b.moving(booking)
        others = [o for o in found if o.slot.id not in (booking["slot"], moving.get(b.HELD))]
        steps = {name: booking[name] for name in _STEPS if name in booking}
        offered = times.buttons(campaign, others, steps, moment) if campaign else []
        keep = [_KEEP_CHOSEN if moving else _KEEP] if booking["slot"] else []
        dispatcher.utter_message(
            response="utter_ask_booking_time" if others else "utter_ask_booking_time_none",
            buttons=[*offered, *keep, _NOT_MOVED if moving else _NO_BOOKING],
        )
        return []
