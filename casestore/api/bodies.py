"""What every JSON body of the contract is checked for, and how its values are read."""

import re
from datetime import date, datetime
from typing import Any, ClassVar

from pydantic import BaseModel, validator
from pydantic.datetime_parse import parse_date, parse_datetime
from pydantic.errors import DictError

from casestore.domain.reference import is_reference
from casestore.domain.texts import text_problem

LARGEST_COUNT = 2**31 - 1

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{5,15}(Z|[+-][0-9]{2}:?[0-9]{2})")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EARLIEST_YEAR = 2000
_LATEST_YEAR = 2999


class Described(BaseModel):
    """pydantic 1 leaves null out of its schemas; the contract must say where it may stand."""

    class Config:
        @staticmethod
        def schema_extra(schema: dict[str, Any], model: type[BaseModel]) -> None:
            for name, field in model.__fields__.items():
                if field.allow_none:
                    described = schema["properties"][name]
                    schema["properties"][name] = {"anyOf": [described, {"type": "null"}]}


class Body(Described):
    """Unknown fields are refused rather than silently lost; texts must be storable."""

    may_be_blank: ClassVar[frozenset[str]] = frozenset()

    class Config:
        extra = "forbid"

    @classmethod
    def validate(cls, value: Any) -> Any:
        """pydantic 1 would take a list of pairs for an object."""
        if isinstance(value, list):
            raise DictError
        return super().validate(value)

    @validator("*", pre=True)
    def _storable(cls, value: Any, field: Any) -> Any:
        if isinstance(value, str):
            check_text(value, may_be_blank=field.name in cls.may_be_blank)
        return value


def check_text(text: str, may_be_blank: bool) -> None:
    """Raises ValueError for a text no database takes, or a blank one that must say something."""
    if problem := text_problem(text, may_be_blank):
        raise ValueError(problem)


def read_reference(value: str | None) -> str | None:
    """The reference. Raises ValueError for a wrong shape or check character."""
    if value is not None and not is_reference(value):
        raise ValueError("编号格式或校验位不对")
    return value


def read_moment(value: Any) -> datetime:
    """ISO 8601 with a time zone, years 2000 to 2999. Raises ValueError."""
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("应为带时区的时间，例如 2026-11-23T08:00:00+00:00")
    moment = parse_datetime(value)
    if moment.year < _EARLIEST_YEAR:
        raise ValueError("时间过早")
    if moment.year > _LATEST_YEAR:
        raise ValueError("时间过晚")
    return moment


def read_day(value: Any) -> date | None:
    """A day written ``2026-11-18``, or null. Raises ValueError."""
    if value is None:
        return None
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("应为日期，例如 2026-11-18")
    return parse_date(value)


def read_number(value: Any) -> Any:
    """JSON numbers only: a text or a truth value is not an amount. Raises ValueError."""
    if isinstance(value, (str, bool)):
        raise ValueError("应为数字")
    return value


def read_whole(value: Any) -> Any:
    """JSON whole numbers only; pydantic 1 would cut off a fraction. Raises ValueError."""
    if value is not None and type(value) is not int:
        raise ValueError("应为整数")
    return value
