"""The times of campaigns that calls are booked for, as the actions see them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import services
from actions.conversation import now
from actions.visit import visit_of
from bot.campaigns import bookings
from bot.campaigns.bookings import Offer
from bot.campaigns.buttons import Button, button
from bot.campaigns.campaign import Campaign, Slot
from bot.intake import callback_fields as b
from bot.intake.seats import Booked, Seat

Booking = Mapping[str, Any]
"""The value of the slot `callback_booking`."""


def visited(tracker: Tracker) -> str | None:
    """The id of the campaign this customer came by."""
    visit = visit_of(tracker)
    return visit.campaign if visit else None


def campaign_of(campaign_id: Any) -> Campaign | None:
    """The campaign as it stands now; None when it has vanished."""
    return services.campaigns().campaigns().by_id.get(str(campaign_id))


async def free(campaign: Campaign, moment: datetime) -> list[Offer]:
    """What may be booked now. Raises StorageError."""
    taken = await asyncio.to_thread(services.seats().taken, campaign.id)
    return bookings.offers(campaign, taken, moment)


async def booked_by(
    sender_id: str, campaign_id: str | None, *, or_any: bool = False
) -> Booked | None:
    """What a customer has booked with a campaign, else `or_any`: what comes next, or came last.

    Raises StorageError.
    """
    mine = await asyncio.to_thread(services.seats().of_sender, sender_id)
    own = next((one for one in mine if one.campaign == campaign_id), None)
    if own is not None or not or_any:
        return own
    return next((one for one in mine if not has_begun(one)), mine[-1] if mine else None)


async def booked_as(sender_id: str, callback_id: Any) -> Booked | None:
    """The booking a customer has by a call-back. Raises StorageError."""
    mine = await asyncio.to_thread(services.seats().of_sender, sender_id)
    return next((one for one in mine if str(one.callback) == callback_id), None)


async def moved_by(sender_id: str, booking: Booking) -> UUID | None:
    """The call-back whose place a booking takes; None when it is new, or it is too late for that.

    Raises StorageError.
    """
    old = await booked_as(sender_id, b.moving(booking).get(b.INSTEAD))
    return old.callback if old and not has_begun(old) else None


def has_begun(booked: Booked) -> bool:
    """True once the time is there, and the call may come any moment or has come."""
    slot = slot_of({"campaign": booked.campaign, "slot": booked.slot})
    return (bookings.begins_at(slot) if slot else booked.ends_at) <= now()


async def tell_booked(
    dispatcher: CollectingDispatcher, sender_id: str, campaign_id: str | None
) -> bool:
    """Tells a customer the time they have booked; False when there is none. Raises StorageError."""
    mine = await booked_by(sender_id, campaign_id)
    if mine is not None:
        tell(dispatcher, mine)
    return mine is not None


def tell(dispatcher: CollectingDispatcher, mine: Booked) -> None:
    """Tells a booked time, and what can still be done about it."""
    if has_begun(mine):
        dispatcher.utter_message(response="utter_booking_begun", time=show(mine))
    else:
        booking = str(mine.callback)
        dispatcher.utter_message(response="utter_booking_yours", time=show(mine), booking=booking)


def show(booked: Booked) -> str:
    """A booked time as people read it, also when the campaign's file has it no more."""
    slot = slot_of({"campaign": booked.campaign, "slot": booked.slot})
    return bookings.show_slot(slot, now()) if slot else bookings.show_end(booked.ends_at, now())


def slot_of(booking: Booking) -> Slot | None:
    """The time that is being booked; None when the campaign offers it no more."""
    return bookings.slot_of(campaign_of(booking["campaign"]), booking["slot"])


def seat_of(booking: Booking, moment: datetime) -> Seat:
    """The seat to take: of a time that has begun or is gone there are no places left."""
    slot = slot_of(booking)
    coming = slot is not None and bookings.begins_at(slot) > moment
    places = slot.places if slot and coming else 0
    return Seat(str(booking["campaign"]), str(booking["slot"]), places)


def end_of(booking: Booking, moment: datetime) -> datetime:
    """By when the call is made; of a time that is gone, and gets no seat, the present."""
    slot = slot_of(booking)
    return bookings.ends_at(slot) if slot else moment


def buttons(
    campaign: Campaign, found: Sequence[Offer], picked: Mapping[str, str], moment: datetime
) -> list[Button]:
    """The times, or their days, on buttons; see `bookings.choices`."""
    return [
        button(choice.title, "campaign_book", campaign=campaign.id, **choice.picks)
        for choice in bookings.choices(found, picked, moment)
    ]
