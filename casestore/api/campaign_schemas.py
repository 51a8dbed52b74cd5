"""The JSON in which a client tells what it counted of a campaign."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import Field, StrictStr, root_validator, validator

from casestore.api.bodies import LARGEST_COUNT, Body, read_day, read_moment, read_whole
from casestore.domain.campaign import (
    AskedTopic,
    Audience,
    Campaign,
    CampaignFigures,
    Definition,
    Figure,
    Group,
    Level,
    PreviousCampaign,
    QuizQuestion,
    Scene,
    Step,
    UnansweredQuestion,
)

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_WRONG_ID = "只能用小写字母、数字和连字符，最多 64 位"
_LONGEST_NAME = 100
_LONGEST_TEXT = 300
_MOST_FIGURES = 30
_MOST_SCENES = 500
_MOST_BRANCHES = 200
_MOST_DAYS = 400
_MOST_CHANNELS = 20
_MOST_QUESTIONS = 200
_MOST_TOPICS = 20
_MOST_ASKED = 50
_MOST_STEPS = 10


class _Part(Body):
    """A part of the body and the thing of the domain with the same fields."""

    stands_for: ClassVar[type]

    def to_domain(self) -> Any:
        """That thing."""
        return self.stands_for(**{name: _plain(getattr(self, name)) for name in self.__fields__})


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_plain(each) for each in value)
    return value.to_domain() if isinstance(value, _Part) else value


def _name(longest: int = _LONGEST_NAME, **more: Any) -> Any:
    return Field(min_length=1, max_length=longest, **more)


def _many(most: int, **more: Any) -> Any:
    return Field(max_items=most, **more)


def _read_id(value: str) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(_WRONG_ID)
    return value


class _Dated(_Part):
    """Something that begins and ends on a day in China."""

    first_day: date
    last_day: date

    _plain_days = validator("first_day", "last_day", pre=True, allow_reuse=True)(read_day)

    @root_validator(skip_on_failure=True)
    def _in_order(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["first_day"] > values["last_day"]:
            raise ValueError("结束早于开始")
        return values


class FigureIn(_Part):
    """A number, or a share: ``count`` out of ``of``. A number too small to be told has neither."""

    stands_for = Figure

    name: StrictStr = _name(description="definitions 里的名称")
    text: StrictStr = _name(30, description="显示的文字")
    count: int | None = Field(..., ge=0, le=LARGEST_COUNT, description="太小不显示的为 null")
    of: int | None = Field(..., ge=0, le=LARGEST_COUNT, description="比率的分母；不是比率为 null")

    _whole_number = validator("count", "of", pre=True, allow_reuse=True)(read_whole)

    @root_validator(skip_on_failure=True)
    def _is_possible(cls, values: dict[str, Any]) -> dict[str, Any]:
        count, of = values["count"], values["of"]
        if count is None and of is not None:
            raise ValueError("太小不显示的数字不能带分母")
        if of is not None and count > of:
            raise ValueError("比率大于 1")
        return values


class DefinitionIn(_Part):
    """What the figures of one name mean."""

    stands_for = Definition

    name: StrictStr = _name()
    label: StrictStr = _name(30)
    meaning: StrictStr = _name(_LONGEST_TEXT)


class SceneIn(_Dated):
    """One code on the ground."""

    stands_for = Scene

    id: StrictStr
    event: StrictStr = _name()
    branch: StrictStr = _name()
    stand: StrictStr = _name()

    _good_id = validator("id", allow_reuse=True)(_read_id)


class CampaignIn(_Dated):
    """What the campaign is."""

    stands_for = Campaign

    id: StrictStr
    title: StrictStr = _name()
    organiser: StrictStr = _name()
    audience: Audience
    topics: list[StrictStr] = _many(_MOST_TOPICS, description="问答的主题按钮")
    scenes: list[SceneIn] = _many(_MOST_SCENES)
    questions: int = Field(ge=0, le=LARGEST_COUNT, description="小问答的题数")
    places: int = Field(ge=0, le=LARGEST_COUNT, description="可以预约回电的名额")

    _good_id = validator("id", allow_reuse=True)(_read_id)
    _whole_number = validator("questions", "places", pre=True, allow_reuse=True)(read_whole)

    @validator("topics", each_item=True)
    def _short(cls, value: str) -> str:
        if not value.strip() or len(value) > _LONGEST_NAME:
            raise ValueError(f"应为 1 到 {_LONGEST_NAME} 个字")
        return value


class GroupIn(_Part):
    """The figures of one scene (by its id), branch (by its name) or channel (web, wechat)."""

    stands_for = Group

    key: StrictStr = _name()
    figures: list[FigureIn] = _many(_MOST_FIGURES)


class DayIn(GroupIn):
    """The figures of one day in China."""

    key: StrictStr = _name(10, description="2027-03-15")

    @validator("key")
    def _is_day(cls, value: str) -> str:
        read = read_day(value)
        return str(read and date.fromisoformat(value))


class StepIn(_Part):
    """One step of the way from a scan to a complaint."""

    stands_for = Step

    name: StrictStr = _name()
    label: StrictStr = _name(30)
    text: StrictStr = _name(30)
    count: int | None = Field(..., ge=0, le=LARGEST_COUNT, description="太小不显示的为 null")

    _whole_number = validator("count", pre=True, allow_reuse=True)(read_whole)


class QuestionIn(_Part):
    """A question of the quiz."""

    stands_for = QuizQuestion

    id: StrictStr = _name()
    text: StrictStr = _name(_LONGEST_TEXT)
    level: Level
    right_first: FigureIn = Field(..., description="每人第一次回答的正确率")
    right_last: FigureIn = Field(..., description="每人最后一次回答的正确率")


class AskedIn(_Part):
    """What was asked most."""

    stands_for = AskedTopic

    label: StrictStr = _name(description="意图，例如 faq/fees.small_account")
    title: StrictStr = _name()
    times: int = Field(ge=1, le=LARGEST_COUNT)

    _whole_number = validator("times", pre=True, allow_reuse=True)(read_whole)


class UnansweredIn(_Part):
    """Like questions that nobody could answer, in the words of one customer, masked."""

    stands_for = UnansweredQuestion

    text: StrictStr = _name(200, description="客户的说法，已脱敏")
    times: int = Field(ge=1, le=LARGEST_COUNT)

    _whole_number = validator("times", pre=True, allow_reuse=True)(read_whole)


class PreviousIn(_Dated):
    """The campaign to compare with."""

    stands_for = PreviousCampaign

    id: StrictStr
    title: StrictStr = _name()
    total: list[FigureIn] = _many(_MOST_FIGURES)

    _good_id = validator("id", allow_reuse=True)(_read_id)


class CampaignFiguresIn(_Part):
    """Everything counted of a campaign; small numbers are hidden already."""

    stands_for = CampaignFigures

    counted_at: datetime = Field(..., description="统计的时刻")
    campaign: CampaignIn
    definitions: list[DefinitionIn] = _many(_MOST_FIGURES, description="每个数字的定义")
    total: list[FigureIn] = _many(_MOST_FIGURES)
    by_scene: list[GroupIn] = _many(_MOST_SCENES)
    by_branch: list[GroupIn] = _many(_MOST_BRANCHES)
    by_day: list[DayIn] = _many(_MOST_DAYS)
    by_channel: list[GroupIn] = _many(_MOST_CHANNELS)
    funnel: list[StepIn] = _many(_MOST_STEPS)
    questions: list[QuestionIn] = _many(_MOST_QUESTIONS)
    most_asked: list[AskedIn] = _many(_MOST_ASKED)
    unanswered: list[UnansweredIn] = _many(_MOST_ASKED)
    previous: PreviousIn | None = Field(..., description="拿来比较的上一次活动；没有为 null")

    _aware = validator("counted_at", pre=True, allow_reuse=True)(read_moment)

    @validator("definitions", "total")
    def _named_once(cls, value: Sequence[Any]) -> Sequence[Any]:
        return _all_different(value, [each.name for each in value])

    @validator("by_scene", "by_branch", "by_day", "by_channel")
    def _keyed_once(cls, value: Sequence[Any]) -> Sequence[Any]:
        return _all_different(value, [each.key for each in value])

    @root_validator(skip_on_failure=True)
    def _defined(cls, values: dict[str, Any]) -> dict[str, Any]:
        known = {definition.name for definition in values["definitions"]}
        if any(figure.name not in known for figure in _figures(values)):
            raise ValueError("definitions 里缺少某个数字的定义")
        return values


def _all_different(value: Sequence[Any], names: Sequence[Any]) -> Sequence[Any]:
    if len(set(names)) < len(names):
        raise ValueError("有重复的")
    return value


def _figures(values: dict[str, Any]) -> Iterator[FigureIn]:
    """Every figure of the body."""
    yield from values["total"]
    for groups in ("by_scene", "by_branch", "by_day", "by_channel"):
        for group in values[groups]:
            yield from group.figures
    for question in values["questions"]:
        yield from (question.right_first, question.right_last)
    if values["previous"] is not None:
        yield from values["previous"].total
