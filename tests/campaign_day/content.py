"""The two campaigns of the simulated day: the shipped ones, on days and at stands of the day's own.

What the day's script needs of them is read from the files with nothing of the product in between.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.campaigns import Seats, write_campaign
from tests.stack import ROOT

CHANNELS = ("web", "wechat")
PLACES = 5
"""Calls that can be booked for one time of the day."""
FIRST_HOUR = 9
TOPICS = 3
"""So many topics surely have a button under the welcome; others may be a page further on."""


@dataclass(frozen=True)
class Stand:
    """Where a code hangs."""

    scene: str
    event: str
    branch: str


@dataclass(frozen=True)
class Riddle:
    """A question of the quiz; `right` is the place of the right option, from 0."""

    id: str
    text: str
    options: tuple[str, ...]
    right: int


@dataclass(frozen=True)
class Slot:
    """Calls that may be booked; each is wished for at one scene and through one channel only.

    So it is certain how many bookings each scene and channel gets, whoever comes first.
    """

    id: str
    scene: str
    channel: str
    places: int
    begins: str
    ends: str


@dataclass(frozen=True)
class Fair:
    """One campaign. `topics`: title of a button → the label of its answer."""

    id: str
    shipped: str
    stands: tuple[Stand, ...]
    topics: Mapping[str, str]
    easy: tuple[Riddle, ...]
    slots: tuple[Slot, ...]

    def stand(self, scene: str) -> Stand:
        return next(stand for stand in self.stands if stand.scene == scene)


def fairs(today: date) -> tuple[Fair, ...]:
    """The campaigns that run on `today` and take bookings for the day after."""
    return (
        _fair(
            "day-rights",
            "315-2027",
            [
                Stand("day-rights-hall", "营业厅宣传", "人民路支行"),
                Stand("day-rights-mall", "进商圈", "中山路支行"),
                Stand("day-rights-square", "进商圈", "人民路支行"),
            ],
            today,
        ),
        _fair(
            "day-savings",
            "anti-fundraising-2027",
            [
                Stand("day-savings-hall", "营业厅宣传", "城东支行"),
                Stand("day-savings-village", "进社区", "人民路支行"),
            ],
            today,
        ),
    )


def write(folder: Path, fair: Fair, today: date) -> Path:
    """The campaign's file in `folder`, as an editor would write it."""
    scenes = [{"id": s.scene, "event": s.event, "branch": s.branch} for s in fair.stands]
    slots: list[Seats] = [
        (_slot_day(today), slot.begins, slot.ends, slot.places) for slot in fair.slots
    ]
    kept = ("title", "organiser", "welcome", "share", "topics", "articles", "quiz")
    return write_campaign(
        folder,
        fair.id,
        first_day=today - timedelta(days=1),
        last_day=today + timedelta(days=7),
        scenes=scenes,
        slots=slots,
        **{name: _shipped(fair.shipped)[name] for name in kept},
    )


def _fair(name: str, shipped: str, stands: Sequence[Stand], today: date) -> Fair:
    content = _shipped(shipped)
    topics = {t["title"]: f"faq/{t['answer']}" for t in content["topics"][:TOPICS]}
    easy = tuple(
        Riddle(q["id"], q["question"], tuple(q["options"]), q["answer"] - 1)
        for q in content["quiz"]
        if q["level"] == "easy"
    )
    wished = [(stand.scene, channel) for stand in stands for channel in CHANNELS]
    slots = tuple(_slot(today, hour, *where) for hour, where in enumerate(wished, FIRST_HOUR))
    return Fair(name, shipped, tuple(stands), topics, easy, slots)


def _slot(today: date, hour: int, scene: str, channel: str) -> Slot:
    number = f"{_slot_day(today):%Y%m%d}-{hour:02d}00"
    return Slot(number, scene, channel, PLACES, f"{hour:02d}:00", f"{hour + 1:02d}:00")


def _slot_day(today: date) -> date:
    return today + timedelta(days=1)


@lru_cache(maxsize=2)
def _shipped(name: str) -> Mapping[str, Any]:
    path = ROOT / "data" / "campaigns" / f"{name}.yml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))
