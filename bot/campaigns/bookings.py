"""Which times of a campaign may be booked for a call now, and how they are offered. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from bot.campaigns.campaign import Campaign, Campaigns, Slot
from bot.intake.calendar import BEIJING, local_day, show_day, show_moment

MOST_AT_ONCE = 9
"""Buttons offered beside each other; what is more comes a step later."""


@dataclass(frozen=True)
class Offer:
    """A time with `left` free seats, one at least."""

    slot: Slot
    left: int


@dataclass(frozen=True)
class Choice:
    """A button: what it says, and the arguments of `/campaign_book` that it stands for."""

    title: str
    picks: Mapping[str, str]


def offers(campaign: Campaign, taken: Mapping[str, int], now: datetime) -> list[Offer]:
    """The times that have not begun at an aware moment and have seats left, the earliest first.

    `taken`: slot id → seats taken.
    """
    coming = (slot for slot in campaign.slots if begins_at(slot) > now)
    found = (Offer(slot, slot.places - taken.get(slot.id, 0)) for slot in coming)
    return sorted((o for o in found if o.left > 0), key=lambda o: (o.slot.day, o.slot.begins))


def bookable(campaigns: Campaigns, visited: str | None, now: datetime) -> Campaign | None:
    """The campaign to book with: the one visited, else the one whose times come first.

    None when neither has a time still to come, whether or not seats are left.
    """
    own = campaigns.by_id.get(visited or "")
    if own is not None and _first_coming(own, now) is not None:
        return own
    coming = [(first, c.id) for c in campaigns if (first := _first_coming(c, now)) is not None]
    return campaigns.by_id[min(coming)[1]] if coming else None


def slot_of(campaign: Campaign | None, slot_id: object) -> Slot | None:
    """The slot of an id; None when the campaign is gone or has none of this id."""
    slots = campaign.slots if campaign else ()
    return next((slot for slot in slots if slot.id == slot_id), None)


def picked_slot(
    campaign: Campaign, found: Sequence[Offer], picked: Mapping[str, str]
) -> Slot | None:
    """The offered time a button stands for; None when it has gone meanwhile.

    A button of a campaign that has vanished stands for no time of another one.
    """
    is_own = picked.get("campaign", campaign.id) == campaign.id
    wanted = picked.get("slot") if is_own else None
    return next((offer.slot for offer in found if offer.slot.id == wanted), None)


def begins_at(slot: Slot) -> datetime:
    """When the slot begins, in China."""
    return datetime.combine(slot.day, slot.begins, BEIJING)


def ends_at(slot: Slot) -> datetime:
    """When the slot ends, in China: by then the call must have been made."""
    return datetime.combine(slot.day, slot.ends, BEIJING)


def show_slot(slot: Slot, now: datetime) -> str:
    """A slot as people read it: 3月15日 9:00—10:00, with the year when it is not this year's."""
    year = "" if slot.day.year == local_day(now).year else f"{slot.day.year}年"
    return f"{year}{slot.day.month}月{slot.day.day}日 {_hours(slot)}"


def show_end(end: datetime, now: datetime) -> str:
    """A booked time whose slot the file has no more: 3月15日（周一）上午10:00前."""
    return f"{show_moment(end, local_day(now))}前"


def choices(found: Sequence[Offer], picked: Mapping[str, str], now: datetime) -> list[Choice]:
    """The buttons under the question for a time.

    The times themselves where they fit beside each other, else their days first. `picked` holds the
    arguments of the button pressed before: the `day` chosen, what was seen already (`after`).
    """
    days = {day: list(times) for day, times in groupby(found, key=lambda o: o.slot.day)}
    chosen = {day.isoformat(): times for day, times in days.items()}.get(picked.get("day", ""))
    if chosen is not None:
        times = [_time(offer, now) for offer in chosen]
        other_days = [Choice("换一天", {})] if len(days) > 1 else []
        return [*_page(times, picked, "slot", {"day": picked["day"]}), *other_days]
    if len(found) <= MOST_AT_ONCE or len(days) == 1:
        return list(_page([_time(offer, now) for offer in found], picked, "slot", {}))
    return list(_page([_day(*each, now) for each in days.items()], picked, "day", {}))


def _page(
    all_of_them: Iterable[Choice], picked: Mapping[str, str], key: str, stays: Mapping[str, str]
) -> Iterator[Choice]:
    """The choices after the last one seen, and a way on to the rest. Slot ids and days sort."""
    choices = list(all_of_them)
    later = [choice for choice in choices if choice.picks[key] > picked.get("after", "")]
    left = later or choices  # what was seen last may have been the last that is left
    shown = left[:MOST_AT_ONCE]
    yield from shown
    if len(left) > len(shown):
        yield Choice("更晚的", {**stays, "after": shown[-1].picks[key]})


def _time(offer: Offer, now: datetime) -> Choice:
    title = f"{show_slot(offer.slot, now)}，还有{offer.left}个名额"
    return Choice(title, {"slot": offer.slot.id})


def _day(day: date, times: Sequence[Offer], now: datetime) -> Choice:
    left = sum(offer.left for offer in times)
    title = f"{show_day(day, local_day(now))}，还有{left}个名额"
    return Choice(title, {"day": day.isoformat()})


def _hours(slot: Slot) -> str:
    return f"{slot.begins.hour}:{slot.begins:%M}—{slot.ends.hour}:{slot.ends:%M}"


def _first_coming(campaign: Campaign, now: datetime) -> datetime | None:
    return min((at for slot in campaign.slots if (at := begins_at(slot)) > now), default=None)
