"""Campaign files of a test: the shipped 3·15 campaign with days, scenes and slots of the test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from tests.stack import ROOT

SHIPPED = ROOT / "data" / "campaigns" / "315-2027.yml"

Seats = tuple[date, str, str, int]
"""A slot: its day, when it begins and ends (「09:00」), its places."""


def write_campaign(
    folder: Path,
    name: str,
    *,
    first_day: date,
    last_day: date,
    audience: str = "everyone",
    scenes: Sequence[str | Mapping[str, Any]] = (),
    slots: Sequence[Seats] = (),
    questions_a_day: int | None = None,
    **changes: Any,
) -> Path:
    """Writes `folder/name.yml`, which passes the checks; everything not given is as shipped.

    A scene is an id (one stand each, in the campaign's days) or what differs from that; without any
    there is one, `<name>-hall`. `changes` replace further parts of the file by their keys; None
    leaves a part out. A file that is there is written over, as an editor would.
    """
    days = {"first_day": first_day.isoformat(), "last_day": last_day.isoformat()}
    content = {
        **_shipped(),
        **days,
        "audience": audience,
        "scenes": [_scene(scene, days) for scene in scenes or (f"{name}-hall",)],
        "bookings": [_slot(*slot) for slot in slots],
        **({} if questions_a_day is None else {"questions_a_day": questions_a_day}),
        **changes,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yml"
    whole = folder / f".{name}.new"
    kept = {key: value for key, value in content.items() if value is not None}
    whole.write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return whole.replace(path)


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Any]:
    return dict(yaml.safe_load(SHIPPED.read_text(encoding="utf-8")))


def _scene(scene: str | Mapping[str, Any], days: Mapping[str, str]) -> dict[str, Any]:
    told = {"id": scene} if isinstance(scene, str) else dict(scene)
    usual = {"event": "宣传活动", "branch": "人民路支行", "stand": f"摊位 {str(told['id'])[-16:]}"}
    return {**usual, **days, **told}


def _slot(day: date, begins: str, ends: str, places: int) -> dict[str, Any]:
    return {"day": day.isoformat(), "begins": begins, "ends": ends, "places": places}
