"""The JSON in which a client reports how its answers stand."""

from datetime import date, datetime
from typing import Any

from pydantic import Field, StrictStr, root_validator, validator

from casestore.api.bodies import LARGEST_COUNT, Body, read_day, read_moment, read_whole
from casestore.domain.knowledge import (
    AnswerStatus,
    DueAnswer,
    Knowledge,
    OpenQuestion,
    QuestionKind,
)

_MOST_QUESTIONS = 100
_MOST_ANSWERS = 200
_LONGEST_NAME = 100


class OpenQuestionIn(Body):
    """Like questions that nobody could answer, in the words of one customer, masked."""

    may_be_blank = frozenset({"theme"})

    question: StrictStr = Field(min_length=1, max_length=200, description="客户的说法，已脱敏")
    times: int = Field(ge=1, le=LARGEST_COUNT)
    first_seen: datetime
    last_seen: datetime
    kind: QuestionKind
    theme: StrictStr = Field(max_length=_LONGEST_NAME, description="当时以为是什么主题；不知道为空")

    _whole_number = validator("times", pre=True, allow_reuse=True)(read_whole)
    _aware = validator("first_seen", "last_seen", pre=True, allow_reuse=True)(read_moment)

    @root_validator(skip_on_failure=True)
    def _in_order(cls, values: dict[str, Any]) -> dict[str, Any]:
        if values["first_seen"] > values["last_seen"]:
            raise ValueError("最后一次早于第一次")
        return values

    def to_domain(self) -> OpenQuestion:
        return OpenQuestion(**self.dict())


class DueAnswerIn(Body):
    """An answer whose review is due soon or overdue."""

    may_be_blank = frozenset({"owner"})

    id: StrictStr = Field(min_length=1, max_length=_LONGEST_NAME)
    title: StrictStr = Field(min_length=1, max_length=_LONGEST_NAME)
    theme: StrictStr = Field(min_length=1, max_length=_LONGEST_NAME)
    owner: StrictStr = Field(max_length=_LONGEST_NAME, description="归口部门；没有写明为空")
    status: AnswerStatus
    review_due: date
    valid_until: date | None = Field(..., description="停用日；没有为 null")

    _plain_day = validator("review_due", "valid_until", pre=True, allow_reuse=True)(read_day)

    def to_domain(self) -> DueAnswer:
        return DueAnswer(**self.dict())


class KnowledgeIn(Body):
    """How the answers stand; the lists may leave out the rarest questions, the latest reviews."""

    days: int = Field(ge=1, le=366, description="questions 和 missed 说的是最近多少天")
    missed: int = Field(ge=0, le=LARGEST_COUNT, description="没答上来的总次数")
    questions: list[OpenQuestionIn] = Field(max_items=_MOST_QUESTIONS)
    answers_total: int = Field(ge=0, le=LARGEST_COUNT, description="问答总数")
    drafts_total: int = Field(ge=0, le=LARGEST_COUNT, description="其中还没有审批的")
    due_total: int = Field(ge=0, le=LARGEST_COUNT, description="到期要复核的总数")
    due: list[DueAnswerIn] = Field(max_items=_MOST_ANSWERS)

    _whole_number = validator(
        "days", "missed", "answers_total", "drafts_total", "due_total", pre=True, allow_reuse=True
    )(read_whole)

    def to_domain(self) -> Knowledge:
        return Knowledge(
            days=self.days,
            missed=self.missed,
            questions=tuple(question.to_domain() for question in self.questions),
            answers_total=self.answers_total,
            drafts_total=self.drafts_total,
            due_total=self.due_total,
            due=tuple(answer.to_domain() for answer in self.due),
        )
