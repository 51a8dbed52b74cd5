"""A campaign as its file has it: when, for whom, what it says, what it asks, where it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import Enum

from bot.knowledge.answer import Source


class Audience(str, Enum):
    """Whom a campaign speaks to; the elderly are spoken to in large print and short sentences."""

    EVERYONE = "everyone"
    ELDERLY = "elderly"
    STUDENTS = "students"


class Level(str, Enum):
    """How hard a question is."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True)
class Period:
    """Days in China; both ends belong to it."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def overlaps(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last

    def within(self, other: Period) -> bool:
        return other.first <= self.first and self.last <= other.last


@dataclass(frozen=True)
class Topic:
    """A button of the welcome: a question of the governed answers, or a whole theme."""

    title: str
    theme: str
    answer: str | None = None


@dataclass(frozen=True)
class Article:
    """A leaflet of the campaign, short enough for one message; the citation is made of `sources`."""

    id: str
    title: str
    text: str
    confidence: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Question:
    """A question of the quiz. `right` is the place of the right option, from 0."""

    id: str
    level: Level
    theme: str
    text: str
    options: tuple[str, ...]
    right: int
    explanation: str
    confidence: str
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class Scene:
    """One code on the ground: event × branch × stand, in its own days. `id` stands in the code."""

    id: str
    event: str
    branch: str
    stand: str
    days: Period


@dataclass(frozen=True)
class Slot:
    """Call-backs that may be booked for a time of a day (China)."""

    day: date
    begins: time
    ends: time
    places: int

    @property
    def id(self) -> str:
        return f"{self.day:%Y%m%d}-{self.begins:%H%M}"


@dataclass(frozen=True)
class Campaign:
    """One file of data/campaigns; `id` is the file's name without its ending."""

    id: str
    title: str
    organiser: str
    days: Period
    audience: Audience
    welcome: str
    share: str
    topics: tuple[Topic, ...]
    articles: tuple[Article, ...]
    quiz: tuple[Question, ...]
    questions_a_day: int
    scenes: tuple[Scene, ...]
    slots: tuple[Slot, ...]

    @property
    def is_large(self) -> bool:
        """Whether what is printed and shown for it is in large print."""
        return self.audience is Audience.ELDERLY

    def question(self, question_id: str) -> Question | None:
        return next((q for q in self.quiz if q.id == question_id), None)

    def scene(self, scene_id: str) -> Scene | None:
        return next((s for s in self.scenes if s.id == scene_id), None)


class Standing(Enum):
    """Where a day lies to a campaign or a scene."""

    BEFORE = "before"
    ON = "on"
    OVER = "over"


def standing(days: Period, day: date) -> Standing:
    if day < days.first:
        return Standing.BEFORE
    return Standing.ON if day in days else Standing.OVER


@dataclass(frozen=True)
class Campaigns:
    """All campaigns by id. Scene ids are unique over all of them."""

    by_id: Mapping[str, Campaign]

    def __iter__(self) -> Iterator[Campaign]:
        return iter(self.by_id.values())

    def find(self, scene_id: str) -> tuple[Campaign, Scene] | None:
        """The campaign and the scene a code leads to."""
        for campaign in self:
            scene = campaign.scene(scene_id)
            if scene is not None:
                return campaign, scene
        return None
