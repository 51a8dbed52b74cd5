"""What a campaign is, as far as its figures need it. Pure; whoever knows campaigns fills it in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

UNKNOWN = "（未知）"


@dataclass(frozen=True)
class Place:
    """A scene: one code on the ground, in its own days (China)."""

    id: str
    event: str
    branch: str
    stand: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Asked:
    """A question of the quiz."""

    id: str
    text: str
    level: str


@dataclass(frozen=True)
class Description:
    """A campaign. `places`: how many call-backs could be booked; `audience` as in its file."""

    id: str
    title: str
    organiser: str
    first_day: date
    last_day: date
    audience: str
    topics: tuple[str, ...] = ()
    scenes: tuple[Place, ...] = ()
    questions: tuple[Asked, ...] = ()
    places: int = 0

    def body(self) -> dict[str, Any]:
        """The description as it travels."""
        return {
            "id": self.id,
            "title": self.title,
            "organiser": self.organiser,
            "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(),
            "audience": self.audience,
            "topics": list(self.topics),
            "scenes": [_place(scene) for scene in self.scenes],
            "questions": len(self.questions),
            "places": self.places,
        }


def described(report: Mapping[str, Any]) -> Description:
    """The description a report was made with: its campaign's file may be gone since."""
    campaign = report["campaign"]
    return Description(
        id=campaign["id"],
        title=campaign["title"],
        organiser=campaign["organiser"],
        first_day=date.fromisoformat(campaign["first_day"]),
        last_day=date.fromisoformat(campaign["last_day"]),
        audience=campaign["audience"],
        topics=tuple(campaign["topics"]),
        scenes=tuple(_place_of(scene) for scene in campaign["scenes"]),
        questions=tuple(Asked(q["id"], q["text"], q["level"]) for q in report["questions"]),
        places=campaign["places"],
    )


def undescribed(campaign: str, days: Iterable[date]) -> Description:
    """All that is known of a campaign that has nothing but facts, of these days."""
    known = sorted(days)
    return Description(campaign, campaign, UNKNOWN, known[0], known[-1], "everyone")


def _place(scene: Place) -> dict[str, Any]:
    days = {"first_day": scene.first_day.isoformat(), "last_day": scene.last_day.isoformat()}
    return {
        "id": scene.id,
        "event": scene.event,
        "branch": scene.branch,
        "stand": scene.stand,
        **days,
    }


def _place_of(body: Mapping[str, Any]) -> Place:
    days = {name: date.fromisoformat(body[name]) for name in ("first_day", "last_day")}
    return Place(body["id"], body["event"], body["branch"], body["stand"], **days)
