"""The script of the simulated campaign day: the same every time, and rich enough."""

from __future__ import annotations

from collections import Counter
from datetime import date

from tests.campaign_day.arithmetic import apart, day_rows, figures
from tests.campaign_day.content import CHANNELS, fairs
from tests.campaign_day.script import PEOPLE, SEED, Turn, campaign_day

TODAY = date(2026, 11, 26)
FAIRS = fairs(TODAY)
VISITORS = campaign_day(FAIRS, PEOPLE, SEED)


def test_the_same_seed_makes_the_same_day() -> None:
    assert campaign_day(FAIRS, 50, 7) == campaign_day(FAIRS, 50, 7)
    assert campaign_day(FAIRS, 50, 7) != campaign_day(FAIRS, 50, 8)


def test_everything_happens_at_every_scene_and_through_both_channels() -> None:
    rows = day_rows(FAIRS, VISITORS)
    scenes = {stand.scene for fair in FAIRS for stand in fair.stands}
    kinds = {row.counted.kind for row in rows}
    for kind in kinds:
        of_kind = [row for row in rows if row.counted.kind == kind]
        assert {(row.scene, row.channel) for row in of_kind} == {
            (scene, channel) for scene in scenes for channel in CHANNELS
        }, kind


def test_most_slots_are_wished_for_by_more_people_than_they_have_places() -> None:
    wishes = Counter((a.scene, v.channel, a.wish) for v in VISITORS for a in v.acts if a.wish)
    slots = [slot for fair in FAIRS for slot in fair.slots]
    too_few = [s for s in slots if wishes[s.scene, s.channel, s.id] > s.places]
    assert len(slots) / 2 < len(too_few) < len(slots)


def test_messages_of_every_turn_come_twice_but_no_first_scan_of_a_browser() -> None:
    lines = [line for visitor in VISITORS for act in visitor.acts for line in act.lines]
    assert {line.turn for line in lines if line.times > 1} == set(Turn)
    for visitor in VISITORS:
        assert visitor.channel == "wechat" or visitor.acts[0].lines[0].times == 1


def test_some_numbers_are_too_small_to_be_shown() -> None:
    rows = day_rows(FAIRS, VISITORS)
    sizes = [figures(of)["shares"].people for of in apart(rows, lambda row: row.scene).values()]
    assert any(0 < people < 5 for people in sizes)


def test_the_day_is_neither_a_walk_in_the_park_nor_endless() -> None:
    assert 2.3 <= sum(visitor.messages for visitor in VISITORS) / len(VISITORS) <= 3.0
