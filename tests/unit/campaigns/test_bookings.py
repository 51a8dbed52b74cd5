"""Which times of a campaign may be booked for a call, and how they are offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.campaigns.bookings import (
    MOST_AT_ONCE,
    Offer,
    begins_at,
    bookable,
    choices,
    ends_at,
    offers,
    picked_slot,
    show_slot,
    slot_of,
)
from bot.campaigns.campaign import Campaign, Campaigns, Slot
from bot.intake.calendar import BEIJING
from tests.unit.campaigns.file import campaign

DAY = date(2027, 3, 15)
EVE = datetime(2027, 3, 14, 20, 0, tzinfo=BEIJING)


def slot(hour: int, places: int = 10, day: date = DAY) -> Slot:
    return Slot(day, time(hour), time(hour + 1), places)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    folder: Path = tmp_path_factory.mktemp("campaign")
    return campaign(folder)


def with_slots(written: Campaign, *slots: Slot, name: str = "315-2027") -> Campaign:
    return replace(written, id=name, slots=slots)


def found(*slots: Slot) -> list[Offer]:
    return [Offer(each, each.places) for each in slots]


def titles(offered: Iterable[Offer], **picked: str) -> list[str]:
    return [choice.title for choice in choices(list(offered), picked, EVE)]


def test_a_time_is_offered_until_it_begins(written: Campaign) -> None:
    one = with_slots(written, slot(9), slot(10))
    assert [offer.slot for offer in offers(one, {}, EVE)] == [slot(9), slot(10)]
    nine = begins_at(slot(9))
    assert [offer.slot for offer in offers(one, {}, nine)] == [slot(10)]
    assert offers(one, {}, begins_at(slot(10))) == []


def test_seats_taken_are_not_offered_again(written: Campaign) -> None:
    one = with_slots(written, slot(9), slot(10, places=2), slot(11, places=1))
    taken = {slot(9).id: 7, slot(10).id: 2, slot(11).id: 5}
    assert offers(one, taken, EVE) == [Offer(slot(9), 3)]


def test_the_earliest_time_comes_first_however_the_file_has_them(written: Campaign) -> None:
    tomorrow = slot(8, day=DAY + timedelta(days=1))
    one = with_slots(written, tomorrow, slot(14), slot(9))
    assert [offer.slot for offer in offers(one, {}, EVE)] == [slot(9), slot(14), tomorrow]


def test_the_campaign_a_customer_came_by_is_booked_with(written: Campaign) -> None:
    early = with_slots(written, slot(9), name="early")
    later = with_slots(written, slot(14), name="later")
    both = Campaigns({"later": later, "early": early})
    assert bookable(both, "later", EVE) is later
    assert bookable(both, None, EVE) is early
    assert bookable(both, "vanished", EVE) is early


def test_a_campaign_whose_times_are_past_leaves_room_for_another(written: Campaign) -> None:
    early = with_slots(written, slot(9), name="early")
    later = with_slots(written, slot(14), name="later")
    noon = datetime(2027, 3, 15, 12, 0, tzinfo=BEIJING)
    assert bookable(Campaigns({"early": early, "later": later}), "early", noon) is later
    assert bookable(Campaigns({"early": early}), "early", noon) is None


def test_a_slot_is_known_by_its_id(written: Campaign) -> None:
    one = with_slots(written, slot(9))
    assert slot_of(one, "20270315-0900") == slot(9)
    assert slot_of(one, "20270315-1000") is None
    assert slot_of(one, None) is None
    assert slot_of(None, "20270315-0900") is None


def test_a_time_is_shown_as_people_say_it() -> None:
    half_past = Slot(DAY, time(9, 30), time(10), 5)
    assert show_slot(half_past, EVE) == "3月15日 9:30—10:00"
    assert (
        show_slot(half_past, datetime(2026, 11, 26, tzinfo=BEIJING)) == "2027年3月15日 9:30—10:00"
    )
    assert ends_at(half_past) == datetime(2027, 3, 15, 10, tzinfo=BEIJING)


def test_few_times_are_offered_with_their_seats() -> None:
    offered = choices([Offer(slot(9), 3), Offer(slot(10), 1)], {}, EVE)
    assert [choice.title for choice in offered] == [
        "3月15日 9:00—10:00，还有3个名额",
        "3月15日 10:00—11:00，还有1个名额",
    ]
    assert [choice.picks for choice in offered] == [
        {"slot": "20270315-0900"},
        {"slot": "20270315-1000"},
    ]


def test_many_times_are_offered_by_day_and_then_by_hour() -> None:
    days = [DAY + timedelta(days=number) for number in range(3)]
    many = found(*(slot(hour, day=day) for day in days for hour in range(9, 17)))
    assert titles(many) == [
        "3月15日（周一），还有80个名额",
        "3月16日（周二），还有80个名额",
        "3月17日（周三），还有80个名额",
    ]
    *second, back = choices(many, {"day": "2027-03-16"}, EVE)
    assert len(second) == 8
    assert all(choice.title.startswith("3月16日") for choice in second)
    assert titles(many, **back.picks) == titles(many)


def test_a_day_that_is_taken_meanwhile_leads_back_to_the_others() -> None:
    assert titles(found(slot(9)), day="2027-03-20") == ["3月15日 9:00—10:00，还有10个名额"]


@pytest.mark.parametrize("picked", [{}, {"day": DAY.isoformat()}])
def test_what_does_not_fit_beside_each_other_follows_on_another_page(
    picked: dict[str, str],
) -> None:
    times = found(*(slot(hour) for hour in range(8, 22)))
    first = choices(times, picked, EVE)
    assert len(first) == MOST_AT_ONCE + 1
    assert first[-1].title == "更晚的"
    rest = choices(times, first[-1].picks, EVE)
    seen = [choice.picks["slot"] for choice in (*first[:-1], *rest)]
    assert seen == [offer.slot.id for offer in times]


def test_many_days_follow_on_another_page() -> None:
    days = [DAY + timedelta(days=number) for number in range(14)]
    many = found(*(slot(hour, day=day) for day in days for hour in (9, 10)))
    first = choices(many, {}, EVE)
    rest = choices(many, first[-1].picks, EVE)
    assert len(rest) == len(days) - MOST_AT_ONCE
    assert choices(many, {"after": days[-1].isoformat()}, EVE) == first


def test_nothing_free_offers_nothing() -> None:
    assert choices([], {}, EVE) == []


def test_a_button_stands_for_a_time_of_its_own_campaign_only(written: Campaign) -> None:
    one = with_slots(written, slot(9), slot(10))
    free = found(slot(9))
    for picked in ({"slot": slot(9).id}, {"slot": slot(9).id, "campaign": one.id}):
        assert picked_slot(one, free, picked) == slot(9)
    gone: list[dict[str, str]] = [
        {"slot": slot(9).id, "campaign": "gone-2026"},
        {"slot": slot(10).id, "campaign": one.id},
        {"campaign": one.id},
    ]
    assert [picked_slot(one, free, picked) for picked in gone] == [None, None, None]
