"""Which cases a list, an export or a report is about: read from an address, written back, and said
in words.

In an address every condition is one value; several choices of one condition are joined by commas
(no name in JR/T 0169—2018 and no code has one). Conditions of one filter all hold together, the
choices within one condition each suffice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import Enum
from typing import Any

from casestore.domain.case import CaseState, Flag, Grade, Priority, Source
from casestore.domain.errors import InvalidRequest
from casestore.domain.grams import grams
from casestore.domain.masking import mask_phone

NOBODY = "-"
"""As ``assignee``: cases that nobody has been given yet."""
LONGEST_TEXT = 100

_SEPARATOR = ","
_YES, _NO = "1", "0"


class Due(str, Enum):
    """How the legal limit of a case without a decision looks today."""

    OVERDUE = "overdue"
    SOON = "soon"
    RUNNING = "running"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return {"overdue": "已超期", "soon": "即将到期", "running": "期限内"}[self.value]


class Sort(str, Enum):
    """``DUE``: cases without a decision first, the nearest legal limit on top, then the others as
    in ``NEWEST``: by moment of receipt, the latest on top."""

    DUE = "due"
    NEWEST = "newest"

    @property
    def label(self) -> str:
        """The word a complaint officer reads."""
        return {"due": "按到期先后", "newest": "按收到先后（新的在前）"}[self.value]


@dataclass(frozen=True)
class CaseFilter:
    """Conditions on cases; what is empty or None does not restrict.

    ``businesses`` and ``reasons`` are matched with the confirmed class, or the customer's where
    none is confirmed; ``channels`` with the confirmed channel. ``branch`` is a branch's code or
    part of the customer's words for it; ``unit`` a branch's code; ``assignee`` a username or
    ``NOBODY``. Days are China-local and inclusive. ``text`` is searched in the masked story,
    ``phone`` must be the customer's whole number. ``pending``: without (with) a decision told or
    another end. ``confirmed``: whether an officer confirmed the class. ``mine``: assigned to
    whoever asks.
    """

    states: frozenset[CaseState] = frozenset()
    sources: frozenset[Source] = frozenset()
    businesses: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    grades: frozenset[Grade] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    flags: frozenset[Flag] = frozenset()
    branch: str | None = None
    unit: str | None = None
    assignee: str | None = None
    received_from: date | None = None
    received_to: date | None = None
    settled_from: date | None = None
    settled_to: date | None = None
    due: Due | None = None
    text: str | None = None
    phone: str | None = None
    pending: bool | None = None
    confirmed: bool | None = None
    mine: bool = False

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> "CaseFilter":
        """The filter an address asks for; keys of other things (page, sort) are left alone.

        Raises InvalidRequest naming each condition that cannot be read.
        """
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for name, reader in _READERS.items():
            if raw := query.get(name, "").strip():
                try:
                    values[name] = reader(raw)
                except ValueError as exc:
                    wrong[name] = str(exc) if isinstance(exc, _Unclear) else _UNKNOWN_CHOICE
        wrong.update(_contradictions(values))
        if wrong:
            raise InvalidRequest(wrong)
        return cls(**values)

    def as_query(self) -> dict[str, str]:
        """What ``parse`` reads back to the same filter; conditions not set are left out."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen = {name: value for name, value in values.items() if value != _DEFAULTS[name]}
        return {name: _written(value) for name, value in chosen.items()}

    def as_text(self) -> str:
        """The filter in words, for a page and the head of an export; a phone number is masked."""
        parts = [*self._choices(), *self._places(), *self._days(), *self._switches()]
        return "；".join(parts) or "全部投诉"

    @property
    def is_empty(self) -> bool:
        """Whether nothing is restricted."""
        return self == CaseFilter()

    def _choices(self) -> Iterable[str]:
        for name, label in _CHOICES.items():
            if chosen := getattr(self, name):
                yield f"{label}：{'、'.join(sorted(map(_label, chosen)))}"

    def _places(self) -> Iterable[str]:
        if self.branch:
            yield f"被投诉机构：{self.branch}"
        if self.unit:
            yield f"办理单位：{self.unit}"
        if self.assignee:
            yield "尚未分派" if self.assignee == NOBODY else f"经办人：{self.assignee}"
        if self.mine:
            yield "由我经办"

    def _days(self) -> Iterable[str]:
        for label, first, last in (
            ("收到日期", self.received_from, self.received_to),
            ("了结日期", self.settled_from, self.settled_to),
        ):
            if first or last:
                yield f"{label}：{first or '不限'} 至 {last or '不限'}"

    def _switches(self) -> Iterable[str]:
        if self.due:
            yield f"法定期限：{self.due.label}"
        if self.pending is not None:
            yield "未了结" if self.pending else "已了结"
        if self.confirmed is not None:
            yield "分类已确认" if self.confirmed else "分类待确认"
        if self.text:
            yield f"内容包含：{self.text}"
        if self.phone:
            yield f"客户电话：{mask_phone(self.phone)}"


_DEFAULTS = {field.name: field.default for field in fields(CaseFilter)}


def joined(items: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs of an address to one value per name, several joined as ``CaseFilter.parse`` reads."""
    found: dict[str, list[str]] = {}
    for name, value in items:
        if value.strip():
            found.setdefault(name, []).append(value.strip())
    return {name: _SEPARATOR.join(values) for name, values in found.items()}


_UNKNOWN_CHOICE = "没有这个选项，请重新选择。"
_CHOICES = {
    "states": "状态",
    "sources": "来源",
    "businesses": "业务类别",
    "reasons": "投诉原因",
    "channels": "业务办理渠道",
    "grades": "等级",
    "priorities": "紧急程度",
    "flags": "标记",
}


class _Unclear(ValueError):
    """A condition that cannot be read; the message says in plain Chinese what is expected."""


def _several(kind: type[Enum]) -> Any:
    return lambda raw: frozenset(kind(part) for part in _parts(raw))


def _parts(raw: str) -> list[str]:
    return [part.strip() for part in raw.split(_SEPARATOR) if part.strip()]


def _names(raw: str) -> frozenset[str]:
    return frozenset(_parts(raw))


def _word(raw: str) -> str:
    if len(raw) > LONGEST_TEXT:
        raise _Unclear(f"太长了，请不超过 {LONGEST_TEXT} 个字。")
    return raw


def _text(raw: str) -> str:
    if not grams(_word(raw)):
        raise _Unclear("请至少输入两个连续的字来搜索。")
    return raw


def _day(raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError as exc:
        raise _Unclear("日期请写成 2026-01-31 这样。") from exc


def _switch(raw: str) -> bool:
    if raw not in {_YES, _NO}:
        raise _Unclear(_UNKNOWN_CHOICE)
    return raw == _YES


_READERS: Mapping[str, Any] = {
    "states": _several(CaseState),
    "sources": _several(Source),
    "businesses": _names,
    "reasons": _names,
    "channels": _names,
    "grades": _several(Grade),
    "priorities": _several(Priority),
    "flags": _several(Flag),
    "branch": _word,
    "unit": _word,
    "assignee": _word,
    "received_from": _day,
    "received_to": _day,
    "settled_from": _day,
    "settled_to": _day,
    "due": Due,
    "text": _text,
    "phone": _word,
    "pending": _switch,
    "confirmed": _switch,
    "mine": _switch,
}


def _contradictions(values: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for first, last in (("received_from", "received_to"), ("settled_from", "settled_to")):
        if first in values and last in values and values[first] > values[last]:
            found[last] = "结束日期早于开始日期，请改正。"
    return found


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, frozenset):
        return _SEPARATOR.join(sorted(map(_written, value)))
    return str(value.value if isinstance(value, Enum) else value)


def _label(value: Any) -> str:
    return str(getattr(value, "label", value))
