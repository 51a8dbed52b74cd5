"""The figures of an outreach campaign, as a client counted them.

Nobody counts here: a client sends each figure as it is shown, small numbers hidden already, and what
it means. What the case store adds is how figures stand to each other: in time, and to the figures of
the campaign before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

# A client counts at least daily; an hour for the way.
FIGURES_GO_STALE = timedelta(hours=25)


class Audience(str, Enum):
    """Whom a campaign speaks to."""

    EVERYONE = "everyone"
    ELDERLY = "elderly"
    STUDENTS = "students"

    @property
    def label(self) -> str:
        """The words an officer reads."""
        return {"everyone": "社会公众", "elderly": "老年人", "students": "学生"}[self.value]


class Level(str, Enum):
    """How hard a question of the quiz is."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"

    @property
    def label(self) -> str:
        """The word an officer reads."""
        return {"easy": "简单", "medium": "中等", "hard": "难"}[self.value]


class Standing(Enum):
    """Where a campaign stands on a day; the value is the word an officer reads."""

    TO_COME = "未开始"
    RUNNING = "进行中"
    OVER = "已结束"


@dataclass(frozen=True)
class Definition:
    """What the figures of one name mean."""

    name: str
    label: str
    meaning: str


@dataclass(frozen=True)
class Figure:
    """A number of something, or a share: ``count`` out of ``of``. ``count`` is None where the number
    is so small that it would point at people; ``text`` is what is shown, also then."""

    name: str
    text: str
    count: int | None
    of: int | None

    @property
    def is_hidden(self) -> bool:
        """Whether the number is too small to be told."""
        return self.count is None

    @property
    def share(self) -> float | None:
        """The share, 0 to 1; None for what is none, is hidden or is out of nothing."""
        return self.count / self.of if self.count is not None and self.of else None


@dataclass(frozen=True)
class Scene:
    """One code on the ground: which event, which branch, where it stands, in which days."""

    id: str
    event: str
    branch: str
    stand: str
    first_day: date
    last_day: date

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"{self.branch}·{self.stand}"


@dataclass(frozen=True)
class Campaign:
    """What a campaign is. ``questions``: how many its quiz has; ``places``: how many call-backs can
    be booked."""

    id: str
    title: str
    organiser: str
    first_day: date
    last_day: date
    audience: Audience
    topics: Sequence[str]
    scenes: Sequence[Scene]
    questions: int
    places: int

    def standing(self, day: date) -> Standing:
        """Where it stands on a day in China."""
        if day < self.first_day:
            return Standing.TO_COME
        return Standing.RUNNING if day <= self.last_day else Standing.OVER


@dataclass(frozen=True)
class Group:
    """The figures of one scene, branch, day or channel."""

    key: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Step:
    """One step of the way from a scan to a complaint."""

    name: str
    label: str
    text: str
    count: int | None


@dataclass(frozen=True)
class QuizQuestion:
    """A question of the quiz: the share of right answers at first and at last."""

    id: str
    text: str
    level: Level
    right_first: Figure
    right_last: Figure


@dataclass(frozen=True)
class AskedTopic:
    """What was asked, by the name of its answer, and how often."""

    label: str
    title: str
    times: int


@dataclass(frozen=True)
class UnansweredQuestion:
    """What nobody could answer, in the masked words of one customer, and how often."""

    text: str
    times: int


@dataclass(frozen=True)
class PreviousCampaign:
    """The campaign to compare with."""

    id: str
    title: str
    first_day: date
    last_day: date
    total: Sequence[Figure]


@dataclass(frozen=True)
class CampaignFigures:
    """Everything a client counted of a campaign, at ``counted_at``."""

    counted_at: datetime
    campaign: Campaign
    definitions: Sequence[Definition]
    total: Sequence[Figure]
    by_scene: Sequence[Group]
    by_branch: Sequence[Group]
    by_day: Sequence[Group]
    by_channel: Sequence[Group]
    funnel: Sequence[Step]
    questions: Sequence[QuizQuestion]
    most_asked: Sequence[AskedTopic]
    unanswered: Sequence[UnansweredQuestion]
    previous: PreviousCampaign | None

    @property
    def labels(self) -> Mapping[str, str]:
        """How the figures are called, by their names."""
        return {definition.name: definition.label for definition in self.definitions}

    @property
    def meanings(self) -> Mapping[str, str]:
        """What the figures mean, by their names."""
        return {definition.name: definition.meaning for definition in self.definitions}


@dataclass(frozen=True)
class CampaignReport:
    """A client's last word about a campaign."""

    client: str
    received_at: datetime
    figures: CampaignFigures

    def is_stale(self, now: datetime) -> bool:
        """Whether the figures were counted too long ago."""
        return now - self.figures.counted_at > FIGURES_GO_STALE


def named(figures: Sequence[Figure], name: str) -> Figure | None:
    """The figure of a name; None if it is not among them."""
    return next((figure for figure in figures if figure.name == name), None)
